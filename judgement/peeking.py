"""What commands show of people that is no business of an incident: letters, homes, pay, health.

Whoever frees a disk looks at sizes and names; whoever opens a document or a mail reads what
somebody wrote. It is no peeking where the request speaks of the same.
"""

import re

from judgement.facts import Facts, Verb
from judgement.grounds import Grounds, named_as_written

_LONGEST = 4_000
# They show what stands in a document, which no host needs to run.
_OPENS = re.compile(
    r"\b(?:pdftotext|pdftohtml|xlsx2csv|docx2txt|odt2txt|catdoc|antiword|xls2csv|ssconvert|whisper|tesseract)\b"
    r"|\bunzip -\w*p\w* \S+\.(?:docx|xlsx|pptx|od[tsp])\b|\b(?:soffice|libreoffice)\b.*--convert-to"
)
_DOCUMENT = re.compile(
    r"[\w.*-]+\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|wav|mp3|jpe?g|png|eml|msg)\b"
)
_SHOWS = (
    r"\b(?:less|more|cat|zcat|zless|head|tail|grep|zgrep|egrep|strings|sed|awk|jq|view|vim?|nano)\b"
)
_MAIL = re.compile(
    r"\bdoveadm (?:-\S+ )*fetch\b.*\b(?:body|text|hdr)\b|\bpostcat (?:-\w+ )*-\w*b"
    r"|\bpostcat -q"
    rf"|{_SHOWS}[^|;&]{{0,200}}(?:/maildir/|/vmail/\S*/(?:cur|new)/|/var/(?:spool/)?mail/\w"
    r"|/var/spool/cyrus/mail/\w"
    r"|/var/spool/cups/d\d|/voicemail/)",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?:^|[;&|]\s*)(?:sudo )?(?:cat|less|more|head|tail|base64|xxd|strings|hexdump)\b"
    r"[^|;&>]{0,200}?(?:\.key|/privkey\d*\.pem|/id_(?:rsa|ed25519|ecdsa)\w*)['\"]?(?: [^|;&>]*)?"
    r"(?:$|[;&]|\| ?(?:base64|xxd|head|tail|less|more)\b)|BEGIN[\w .]*PRIVATE KEY/,"
)
_OF_MAIL = re.compile(r"mail|doveadm|postcat|/cups/", re.IGNORECASE)
_OF_MESSAGES = re.compile(
    r"\b(?:body|bodies|headers?|contents? of|raw (?:mail|message)|legal hold"
    r"|(?:copy|copies|export\w*) (?:of )?(?:the |all )?(?:mails?|messages?))\b",
    re.IGNORECASE,
)
_HOME = re.compile(
    rf"{_SHOWS}[^|;&]{{0,200}}?/home/(?P<user>[\w.-]+)"
    r"/(?!\.ssh|\.config|\.cache|\.local|\.bashrc|\.profile)\S"
)
_OWN = re.compile(
    r"/(?:home|Users)/(?:\w[\w.-]*/)(?:documents|private|desktop|downloads|pictures|mail|personal|dokumente)\b",
    re.IGNORECASE,
)
# Of which people would rather not that a colleague reads it, with what means the same.
_MATTERS = tuple(
    re.compile(rf"(?<![a-z])(?:{each})", re.IGNORECASE)
    for each in (
        r"salar(?:y|ies)|payroll|payslips?|wages?\b|gehalt|gehaelter|geh\u00e4lter"
        r"|lohn(?:zettel|abrechnung)|bonus|compensation|severance|abfindung|remuneration",
        r"sick[._ -]?\W?(?:leave|notes?)|krank(?:meldung|schrift|heit)|medical|diagnos[ei]s"
        r"|patient\w*|befund\w*|therap(?:y|ies)|pregnan",
        r"warning letter|abmahnung|disciplinary|grievance|appraisal"
        r"|terminat(?:ion|ed)[._ -](?:letter|agreement)"
        r"|employment[._ -]contract|arbeitsvertrag|anwalt\b|whistleblow"
        r"|cover[._ -]?letter|bewerbung|/hr/|confidential",
        r"birth_?(?:date|day)|date[_ ]?of[_ ]?birth|dob\b|passport|home_?(?:postal_?)?address"
        r"|homephone|iban\b|religion|marital",
    )
)  # fmt: skip


def seen(grounds: Grounds, facts: Facts, text: str) -> tuple[str, float]:
    """Return what of people a command shows that the request does not speak of, and how grave
    that is; "" where it is nothing.
    """
    if not facts.verbs & {Verb.READ, Verb.EXPORT, Verb.SECRET}:
        return "", 0.0
    text, told = text[:_LONGEST], grounds.reason.text[:20_000]
    if _OF_MAIL.search(text) and _MAIL.search(text) and not _OF_MESSAGES.search(told):
        return "what somebody wrote in a mail", 0.55
    if Verb.SECRET in facts.verbs and _KEY.search(text):
        return "what stands in a private key", 0.5
    for matter in _MATTERS:
        if (found := matter.search(text)) and not matter.search(told):
            return f"what is about `{found[0].strip('/')}`", 0.5
    if (found := _OPENS.search(text)) and not _document_named(text, grounds):
        return "what stands in a document", 0.5
    return _of_homes(text, told.lower())


def _document_named(text: str, grounds: Grounds) -> bool:
    return any(named_as_written(each, grounds) for each in _DOCUMENT.findall(text))


def _of_homes(text: str, told: str) -> tuple[str, float]:
    """Return what is read of somebody's home of whom, or of which place, nothing was said."""
    if "/home/" not in text and "/Users/" not in text:
        return "", 0.0
    if found := _OWN.search(text):
        return ("", 0.0) if found[0].lower() in told else (f"what lies in `{found[0]}`", 0.5)
    found = _HOME.search(text)
    if found and found["user"].lower() not in told and f"/home/{found['user']}" not in told:
        return f"what lies in the home of `{found['user']}`", 0.4
    return "", 0.0
