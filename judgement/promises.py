"""What a request says will not be done: nothing at all, or not to this one thing, or not this.

"No changes" promises something of the whole request; "the rest is not touched" spares something of
what is changed; "nobody can log in" promises nothing, it tells what is wrong.
"""

import re
from collections.abc import Sequence
from enum import Enum

from judgement import lexicon

_REACH = 3  # words that tell something between a negation and what it negates
_FAR = 8  # words of any kind between them
# They stand between "no" and what is not to be done without telling anything.
_LIGHT = frozenset({"is", "are", "be", "to", "will", "shall", "should", "must", "may", "other",
                    "any", "of", "the", "a", "his", "her", "their", "its", "else", "been", "gets",
                    "get"})  # fmt: skip
_RULES = frozenset({"may", "shall", "should", "must", "will", "please"})
_SPEAKERS = frozenset({"i", "we"})
_OURS = frozenset({"do", "will", "shall", "would", "am", "are"})
# "We do not intend to delete it": what is not wanted stands behind the "to".
_LED = re.compile(
    r"\b(?:not|\w+n't|dont|wont|never|no|nobody)\s(?:\w+\s){0,2}?(?:going|wants?|needs?|intend\w*|plan\w*"
    r"|meant|allowed|supposed|permitted|wish|reason|right|trying|have)$",
    re.IGNORECASE,
)
_MOUNTS = frozenset({"mount", "mounted", "mounting", "remount", "remounted", "export", "exports",
                     "exported", "replica", "replicas", "standby", "filesystem", "flag",
                     "mode"})  # fmt: skip
_LOOKS = re.compile(
    r"\b(?:only|just|merely|purely|solely|nothing but)\s(?:\w+\s){0,2}?(?:look|test|check|list|see"
    r"|read|view|verify|compar|watch|observ|inspect|examin|diagnos|analy|investigat|understand"
    r"|find|show|count|review|know|quer|report|tell|learn|trac|search|measur|gather|collect)\w*"
    # "Only the list changes" says something of the list.
    r"(?!\s(?:changes?|is|are|gets?|needs?|must|should|has|have|moves?)\b)"
)
# "I only want to see": what somebody only wants is said behind the "to".
_ONLY_TO = re.compile(
    r"\b(?:only|just|merely|purely|solely)\s(?:want|need|wish|have|try|trying|like|here|intend|plan"
    r"|going|meant)$"
)
# "I just want the tracking to say that it left": no word of it says that somebody only tracks.
_WANTS_IT = re.compile(
    r"\b(?:want|need|wish|like)\s(?:the|its?|our|their|his|her|this|that|these|those)\b"
    r"(?:\s[\w'-]+){0,5}$"
)
_BE_SO = re.compile(r"(?:be|say|become|stand|point)\b", re.IGNORECASE)
_CHANGED = r"(?:chang|alter|touch|modif|edit|updat|fix|correct|writ|delet|remov)\w*"
_ALTERED = r"(?:chang|alter|touch|modif|edit|updat)\w*"
_LOOKING = (
    r"(?:comparison|investigation|diagnostics?|observation|verification|triage|review|research"
    r"|monitoring|lookup|checking|watching|listening|reporting)"
)
_DATA = "data|database|db|rows?|records?"
_ANYWHERE = f"{_DATA}|anything|system|production|prod|live|server|contents?|tables?|config"
_SAYS_SO = "|".join(map(re.escape, lexicon.READ_ONLY))
_NOTHING_CHANGES = re.compile(
    # "Not touching the other one" promises nothing of the rest.
    rf"\b(?:(?:{_SAYS_SO})\b(?!\s+(?:(?:the\s+)?(?:others?|rest|else|first|second|third"
    rf"|remaining)|them|those)\b)(?!\s(?:to|on|in|for)\s(?!(?:the\s|any\s)?(?:{_ANYWHERE})\b))"
    rf"|(?:not|\w+n't|[dw]ont|without|never)\s(?:\w+\s){{0,3}}?(?:{_CHANGED}\s(?:anything|a thing)"
    # Who deletes no logs says nothing of what else is done.
    rf"|{_ALTERED}\sany|{_CHANGED}\sany\s(?:{_ANYWHERE}))\b"
    rf"|nothing\s(?:will|is to|shall|should|must|to)\s(?:be\s)?{_CHANGED}(?:\s(?:for now|yet))?$"
    rf"|^(?:for |just |pure(?:ly)? |this is )?{_LOOKING} only$"
    rf"|(?:not|\w+n't|[dw]ont|without|never)\s{_ALTERED}\s(?:any\s|the\s)?(?:{_DATA})$"
    r"|(?:^|\bthe\s)(?:data|database|db)\s(?:(?:will|shall|must|may|is|are)\snot|\w+n't)\s"
    rf"(?:get\s|be\s)?{_ALTERED}$"
    r"|(?:read access|select(?: rights?)?|\bro|reading) (?:access )?(?:is|will be|would be)"
    r" (?:\w+ )?(?:enough|fine|sufficient|ok|okay)"
    r"|(?:write|update|dml) (?:access|rights?|permissions?) (?:is|are) not (?:needed|required)"
    r"|(?:not|n't) (?:need|want|require)(?: \w+)? (?:write|update|dml) (?:access|rights?)"
    r"|leav(?:e|ing) (?!the other|the rest|others)(?:[\w'-]+ ){1,3}as (?:it is|they are"
    r"|is)$"
    rf"|no (?:data|rows?|records?|values?|files?|settings?)\s(?:will|is|are|shall|should|must|may"
    rf"|gets?)\s(?:to\s)?(?:be\s)?{_CHANGED})"
)
# What every clause has that may say so.
_NEGATES = (
    "no", "n't", "dont", "wont", "without", "never", "only", "leav", "enough", "fine",
    "suffic", " ok",
)  # fmt: skip
_MAY_SAY_SO = re.compile(
    "|".join(
        re.escape(each)
        for each in (*_NEGATES, *lexicon.READ_ONLY)
        if each in _NEGATES or not any(part in each for part in _NEGATES)
    )
)
# What is to be read only from now on is changed.
_BECOMES = re.compile(
    r"\b(?:(?:shall|should|must|has to|have to|needs? to|is to|are to) (?:now )?"
    r"(?:be|become)|becomes?|(?:make|making|set|setting|turn|switch|put|mark|flip)"
    r"(?: [\w./-]+){1,4}?(?: to)?) read[ -]?only\b"
)
_SPARES = re.compile(r"\bnothing else will\b|\bhands off\b")
_OF_OTHERS = re.compile(
    r"(?<!\bno )\b(?:other|others|rest|remaining)\b(?: [\w'-]+){0,3}? (?:do|does|will|shall|must"
    r"|may|should|can|is|are|gets?|ha[sv]e|\w+n't) "
    r"|(?:\bnot|n't|\bwithout|\bnever) \w+ (?:any |the |all )?(?:other|others|rest|remaining)\b"
)
_ACCESS = frozenset({"access", "rights", "right", "permission", "permissions", "select", "login"})
_WHICH = r"(?:[\w-]+\s){0,4}?(?:access|rights?|permissions?"
_OWN_ACCESS = re.compile(
    rf"\b(?:give|grant|get|lend|allow|provide)\s(?:me|us|myself)\s(?:with\s)?{_WHICH}|select|login)\b"
    rf"|\b(?:i|we)\s(?:(?:would|also|just|only|do|will)\s){{0,2}}(?:need|want|require|request|have|get"
    rf"|ask\sfor|like|like\sto\s(?:get|have))\s{_WHICH})\b"
    rf"|^(?:please\s)?(?:need|want|request|requesting|asking\sfor)\s{_WHICH})\b"
)
# That something changes, and what does: it rules out nothing that is asked for.
_ONE_CHANGES = re.compile(
    r"^(?:so |and |but |that )?(?:(?:only|just) (?:the|its|his|her|their|this|that) [\w'-]+"
    r"(?: [\w'-]+){0,2} (?:changes?|moves?)$"
    r"|nothing else (?:[\w'-]+ ){0,5}?(?:changes?|moves?|(?:is|gets) (?:changed|moved))\b)"
)


# "Void it instead of deleting it", "deletion is not allowed".
_RATHER = frozenset({("instead", "of"), ("rather", "than")})
_NOT_WANTED = re.compile(r"(?:is|are) not (?:allowed|permitted|wanted|desired|ok|okay|an)\b")


class Said(Enum):
    """What a clause says of a deed."""

    WANTED = "wanted"
    LEFT = "left"  # it shall not be done
    UNNAMED = "unnamed"  # "no default": left, unless the word may name a thing
    TOLD = "told"  # it was not done, or cannot be


def nothing_changes(plain: Sequence[str]) -> bool:
    """Tell whether a clause says that nothing will be changed.

    What is mounted or exported "read-only" is changed all the same.
    """
    told = " ".join(plain)
    if "read" in plain or "read-only" in plain:
        told = _BECOMES.sub(" ", told)
    says_so = _MAY_SAY_SO.search(told) and _NOTHING_CHANGES.search(told)
    return bool(says_so) and _MOUNTS.isdisjoint(plain)


def without_own_access(plain: list[str]) -> list[str]:
    """Return a clause without what only asks to be let in: "could you give me read access"."""
    if _ACCESS.isdisjoint(plain):
        return plain
    return _OWN_ACCESS.sub(" ", " ".join(plain)).split()


def spares(text: str) -> bool:
    """Tell whether a text says that what it does not ask for stays as it is, whatever that is."""
    return bool(_SPARES.search(text.lower()))


def of_others(text: str) -> bool:
    """Tell whether a clause only speaks of others: "the other vouchers don't change"."""
    return bool(_OF_OTHERS.search(text.lower()))


def looks(plain: Sequence[str], led: str = "") -> bool:
    """Tell whether a clause says that somebody only looks: "just test the connection".

    `led` is what stands before a "to" that it was cut off at.
    """
    told = " ".join(plain)
    if led and _ONLY_TO.search(led.lower().rstrip()):
        told = f"only {told}"
    return bool(_LOOKS.search(told))


def wants_it_to(text: str) -> bool:
    """Tell whether a part ends in what somebody wants "to" do or be something: "just want it"."""
    return bool(_WANTS_IT.search(text.lower()))


def made_so(led: str, text: str) -> bool:
    """Tell whether a part says what somebody wants something "to" be or say: it is made so."""
    return bool(_BE_SO.match(text)) and wants_it_to(led)


def one_changes(plain: Sequence[str]) -> bool:
    """Tell whether a clause says that one thing changes: "only the time changes"."""
    return bool(_ONE_CHANGES.match(" ".join(plain)))


def left_behind_to(led: str) -> bool:
    """Tell whether what stands before a "to" says that what follows will not be done."""
    return bool(_LED.search(led.rstrip()))


def said(plain: Sequence[str], at: int) -> Said:
    """Return what is said of the deed at a place: "did not run" and "nobody can" tell of one."""
    if tuple(plain[max(0, at - 2) : at]) in _RATHER or plain[max(0, at - 1) : at] == ["soft"]:
        return Said.LEFT
    if _NOT_WANTED.match(" ".join(plain[at + 1 : at + 1 + _REACH])):
        return Said.LEFT
    telling = 0
    for place in range(at - 1, max(-1, at - 1 - _FAR), -1):
        word = plain[place]
        if word in lexicon.NEGATIONS and not (word == "no" and plain[place + 1][:1].isdigit()):
            return _negated(plain, place, at)
        telling += word not in _LIGHT
        if telling >= _REACH:
            break
    return Said.WANTED


def _negated(plain: Sequence[str], place: int, at: int) -> Said:
    word, before = plain[place], plain[max(0, place - 2) : place]
    if lexicon.RELATIVES & set(plain[:at]):
        return Said.WANTED
    if word == "nobody" and _RULES.isdisjoint(plain[place + 1 : at]):
        return Said.TOLD
    if word == "neither" or plain[place + 1] == "to":
        return Said.LEFT  # "is not to be removed"
    if before and _SPEAKERS.intersection(before) and _SPEAKERS.union(_OURS).issuperset(before[-1:]):
        return Said.LEFT
    if _tells(plain, place, at, before):
        return Said.TOLD
    return Said.UNNAMED if word == "no" else Said.LEFT


def _tells(plain: Sequence[str], place: int, at: int, before: Sequence[str]) -> bool:
    """Tell whether a negation tells what happens: "sessions never expire", "no logs since noon"."""
    word = plain[place]
    if word == "never" and before and place + 1 == at:
        return _RULES.isdisjoint(before)
    if (word == "no" and "since" in plain[at:]) or plain[place + 1 : place + 2] == ["yet"]:
        return True  # "not yet handed over"
    told = before[-1:] == ["do"] and place > 1 and plain[0] != "please"
    return told or not lexicon.TELLING.isdisjoint(before[-1:])
