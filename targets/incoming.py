"""One action as another system sends it in: a line of JSON, checked before it is taken in.

The normal form (one object a line, NDJSON):

    {"id": "7f3…", "actor": "deploy", "target": "web-1", "command": "systemctl restart nginx",
     "occurred_at": "2026-11-02T12:00:05Z"}

`id` is the source's own name of the event, `actor` whom the target knew (a role, a login, a mail
address), `target` its short name. In place of `statement` (or `command`) an `event` may stand: an
object as CloudTrail or the Kubernetes API server write it, or {"method", "path", "status"} of HTTP.
`language`, `verb`, `result`, `session` and `client_address` may be added.
"""

import dataclasses
import json
import re
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from judgement.facts import Kind

LONGEST = 64 << 10  # characters of a statement that are kept; of a longer one, its beginning
_LONGEST_NAME = 200
_AHEAD = timedelta(minutes=5)  # by which a source's clock may be ahead of ours
_TEXTS = ("id", "actor", "target", "statement", "command", "verb", "result", "session",
          "client_address", "occurred_at", "language")  # fmt: skip
_SHORT = frozenset(_TEXTS) - {"statement", "command"}
_KNOWN = frozenset((*_TEXTS, "event"))
_DEPTH = 20
_verb = re.compile(r"[\w.:-]{1,60}").fullmatch


class Unreadable(ValueError):
    """A line that is not taken in, with the sentence why and what to do."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Incoming:
    """One action as it was sent."""

    id: str
    identity: str  # whom the target knew
    target: str  # short name; empty where the source is of one target
    language: Kind
    statement: str  # an event as JSON
    truncated: bool
    verb: str
    result: str
    session: str
    client_address: str
    occurred_at: datetime


def read(line: bytes, *, language: Kind, target: str, at: datetime) -> Incoming:
    """Read a line. `language` and `target` are what the source says of all its lines.

    Raises Unreadable with what to do.
    """
    said = _parsed(line)
    if unknown := sorted(set(said) - _KNOWN):
        raise Unreadable(
            f"Unknown: {', '.join(unknown)[:100]}. Known are {', '.join(_TEXTS)}, event."
        )
    texts = {name: _text(said, name) for name in _TEXTS}
    if texts["statement"] and texts["command"]:
        raise Unreadable("Give either statement or command.")
    statement = texts["statement"] or texts["command"] or _event(said.get("event"))
    if texts["verb"] and not _verb(texts["verb"]):
        raise Unreadable("verb is one word of 60 characters at most.")
    for name in ("id", "actor", *(() if target else ("target",))):
        if not texts[name]:
            raise Unreadable(f"Give {name}.")
    return Incoming(
        id=texts["id"],
        identity=texts["actor"],
        target=texts["target"] or target,
        language=_language(texts["language"], language),
        statement=statement[:LONGEST],
        truncated=len(statement) > LONGEST,
        verb=texts["verb"],
        result=texts["result"],
        session=texts["session"],
        client_address=texts["client_address"],
        occurred_at=_moment(texts["occurred_at"], at),
    )


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Unreadable("This line is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This line is no JSON: {str(error)[:100]}.") from None
    if not isinstance(said, dict):
        raise Unreadable("Each line is one JSON object.")
    return said


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"{name} is a string.")
    if name in _SHORT and len(value) > _LONGEST_NAME:
        raise Unreadable(f"{name} has {_LONGEST_NAME} characters at most.")
    return _printable(value)


def _printable(text: str) -> str:
    """Return text that can be kept: PostgreSQL takes no NUL, and half a character is none."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()


def _language(name: str, usual: Kind) -> Kind:
    try:
        return Kind(name) if name else usual
    except ValueError:
        raise Unreadable(f"language is one of {', '.join(Kind)}.") from None


def _moment(text: str, at: datetime) -> datetime:
    """Return when it happened; a time that has not come is that of a clock that is wrong."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable("occurred_at is a time with its offset, such as 2026-11-02T12:00:05Z.")
    if moment > at + _AHEAD:
        raise Unreadable("occurred_at lies in the future: look at the clock of the source.")
    return moment


def _event(event: object) -> str:
    """Return an event as JSON, which is how the record keeps it."""
    if event is None:
        raise Unreadable("Give what was done, as statement, command or event.")
    if not (isinstance(event, dict) and _shallow(event)):
        raise Unreadable(f"event is an object, nested {_DEPTH} deep at most.")
    return _printable(json.dumps(event, ensure_ascii=False, separators=(",", ":")))


def _shallow(event: dict[str, Any]) -> bool:
    waiting: list[tuple[Any, int]] = [(event, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEPTH:
            return False
        inside = value.values() if isinstance(value, dict) else value
        waiting += [(each, depth + 1) for each in inside if isinstance(each, dict | list)]
    return True
