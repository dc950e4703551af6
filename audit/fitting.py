"""Whether a message fits the record: the head that it carries, found and compared.

Each message of ours names the record's head as it was written: a number of entries and the first
digits of their root. So every mailbox is a witness, and this is where it is heard: a record that
was written anew, or rolled back, is no longer the one that begins with that head.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from email import message_from_string
from email.message import Message

from audit import pruned, tiles, tree
from audit.models import Entry, State
from core.speech import Sentence, phrase

LEAST = 16  # digits of a root that show anything; a footer has as many, a header all 64
LONGEST = 500_000  # characters of a mail with its receipts
_OURS = "X-Breakglass-Record"
_MOST = 50  # heads in one message, as where it is a whole thread

_NUMBER = r"(?<!\d)(\d{1,3}(?:[.,' ]\d{3}){1,6}|\d{1,19})(?!\d)"
_ROOT = r"(?<![0-9a-f])([0-9a-f]{16,64})(?![0-9a-f])"
# As a header has it, a webhook, or the footer in any language: the numbers are what is the same.
_HEADER = re.compile(rf"(?:entry=(\d{{1,19}}); )?size=(\d{{1,19}}); root={_ROOT}", re.I)
_WEBHOOK = re.compile(rf'"size" ?: ?(\d{{1,19}}) ?, ?"root" ?: ?"{_ROOT}"', re.I)
_WEBHOOK_ENTRY = re.compile(r'"entry" ?: ?(\d{1,19})')
_FOOTER = re.compile(
    rf"(?:{_NUMBER} [^\W\d]\D{{0,60}}?)?{_NUMBER}(?:[^\d,،]{{0,30}}[,،] ?|[ ;:]+){_ROOT}", re.I
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Head:
    """A head as a message names it: a size and the first digits of a root; perhaps an entry."""

    size: int
    root: str
    entry: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a head fits: yes, no, or None where that cannot be told any more; and in words.

    `ours` is the root of the same number of entries today, where there are as many. `entry` is
    the one that the message is about, and `about` what is to be said of it.
    """

    head: Head
    fits: bool | None
    sentence: Sentence
    ours: str = ""
    entry: Entry | None = None
    about: Sentence | None = None


def heads_in(text: str) -> list[Head]:
    """Return the heads that a message names, each once: a whole mail, a footer, or bare numbers."""
    found: dict[tuple[int, str], Head] = {}
    for words in _readings(text[:LONGEST]):
        for head in _heads(words):
            key = (head.size, head.root)
            if key not in found or found[key].entry is None:
                found[key] = head
    return list(found.values())[:_MOST]


def answer(text: str) -> Answer | None:
    """Say whether a message fits the record; None where it names no head.

    Of several heads the first that does not fit is answered, or else the newest.
    """
    answers = [fit(head) for head in heads_in(text)]
    wrong = [each for each in answers if each.fits is not True]
    false = [each for each in wrong if each.fits is False]
    newest = sorted(answers, key=lambda each: (each.head.size, len(each.head.root)))[-1:]
    return next(iter(false or wrong or newest), None)


def fit(head: Head) -> Answer:
    """Compare a head with the record as it is today."""
    fits, sentence, ours = _compared(head)
    entry, about = _entry(head)
    if fits and head.entry is not None and head.entry >= head.size:
        fits = False
        sentence = phrase(
            "No. It is about entry %(entry)s, which is not among the first %(size)s: no message of"
            " this house says so.",
            entry=head.entry, size=head.size,
        )  # fmt: skip
    return Answer(head=head, fits=fits, sentence=sentence, ours=ours, entry=entry, about=about)


def _compared(head: Head) -> tuple[bool | None, Sentence, str]:
    now = State.objects.get().size
    if head.size > now:
        no = phrase(
            "No. It has seen %(size)s entries, and the record has %(now)s: entries were taken away,"
            " or the message is of another installation.",
            size=head.size, now=now,
        )  # fmt: skip
        return False, no, ""
    if why := pruned.why_no_tree(head.size):
        return None, why, ""
    try:
        ours = tree.frontier_at(head.size, tiles.read).root.hex()
    except LookupError:
        no = phrase("No. The tree of the record has a hole below entry %(size)s.", size=head.size)
        return False, no, ""
    if not ours.startswith(head.root):
        no = phrase(
            "No. The first %(size)s entries of today have another root: something among them was"
            " changed since, or the message was, or it is of another installation.",
            size=head.size,
        )
        return False, no, ours
    yes = phrase(
        "Yes. The record of today, of %(now)s entries, begins with the %(size)s that it has seen;"
        " %(digits)s digits of their root are the same.",
        now=now, size=head.size, digits=len(head.root),
    )  # fmt: skip
    return True, yes, ours


def _entry(head: Head) -> tuple[Entry | None, Sentence | None]:
    """Return the entry that the message is about, and why there is none where it is gone."""
    if head.entry is None:
        return None, None
    entry = Entry.objects.filter(seq=head.entry).first()
    if entry:
        return entry, None
    missing = phrase("The record has no entry %(seq)s.", seq=head.entry)
    return None, pruned.why_gone(head.entry) or missing


def _readings(text: str) -> list[str]:
    """Return what is to be read: of a mail our own header and its words, else all of it."""
    try:
        mail = message_from_string(text.lstrip())
    except RecursionError:  # parts within parts, thousands deep: no mail of anybody's
        return [_plain(text)]
    given = [str(line) for line in mail.get_all(_OURS, [])]
    if not given and not all(name in mail for name in ("From", "Date")):
        return [_plain(text)]
    words = [_decoded(part) for part in mail.walk() if part.get_content_maintype() == "text"]
    return [_plain(each) for each in (*given, *words)]


def _decoded(part: Message[str, str]) -> str:
    if str(part.get("Content-Transfer-Encoding", "")).lower() in ("base64", "quoted-printable"):
        data = part.get_payload(decode=True)
        return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    return str(part.get_payload())


def _plain(text: str) -> str:
    """Return the words alone, however a mail reader broke, quoted or marked them."""
    text = re.sub(r"=\r?\n", "", text)  # a line that quoted-printable broke
    text = re.sub(r"<[^<>]{0,300}>|&nbsp;", " ", text)
    text = re.sub(r"(?m)^[>| \t]+", " ", text)
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(shown.split())


def _heads(words: str) -> list[Head]:
    found = [_head(*each.groups()) for each in _HEADER.finditer(words)]
    if posted := [_head(None, *each.groups()) for each in _WEBHOOK.finditer(words)]:
        about = _WEBHOOK_ENTRY.search(words)
        entry = int(about[1]) if about else None
        found += [dataclasses.replace(each, entry=entry) for each in posted]
    if not found:
        found = [_head(*each.groups()) for each in _FOOTER.finditer(words)]
    else:
        found += [_head(*each.groups()) for each in _FOOTER.finditer(_HEADER.sub(" ", words))]
    return [each for each in found if each.size]


def _head(entry: str | None, size: str, root: str) -> Head:
    about = _whole(entry) if entry is not None else None
    return Head(entry=about, size=_whole(size), root=root.lower())


def _whole(number: str) -> int:
    return int(re.sub(r"\D", "", number))
