"""Reads PostgreSQL's JSON log: from bytes to what was done, without touching anything.

A statement is one line when it begins (`log_statement`) and one when it ends, either with its
duration or with an error. Both are joined here; what has begun and not ended is carried along.
"""

import dataclasses
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from targets import statements

LONGEST_STATEMENT = 65_536  # characters that are kept
WELL = "00000"
_NEEDED = {"timestamp", "user", "session_id", "error_severity"}
_OURS = re.compile(rb'"user":"(bg_\w*)')
_BEGIN = re.compile(
    r"(?:statement|execute (?:fetch from )?[^:]*|fastpath function call): ", re.DOTALL
)
_DURATION = re.compile(r"duration: (\d+)\.(\d{3}) ms")
_PARAMETERS = re.compile(r"^parameters: ", re.IGNORECASE)  # the case differs by version
_FAILED = ("ERROR", "FATAL", "PANIC")

Line = dict[str, Any]


@dataclasses.dataclass(kw_only=True)
class Action:
    """One statement of one session; `at` is the text of the log, in the log's time zone."""

    handle: str
    at: str
    session: str
    database: str
    client_address: str
    application: str
    statement: str
    parameters: str
    truncated: bool
    result: str = ""
    message: str = ""
    microseconds: int | None = None


Running = dict[str, dict[str, Any]]  # session → its statement that has not ended, as JSON


class Read(NamedTuple):
    """What stands in some lines: the statements that ended, those that are running after them,
    and the handles in lines that nobody can read.
    """

    ended: list[Action]
    running: Running
    unreadable: list[str]


def read_lines(lines: Iterable[bytes], running: Running) -> Read:
    """Return what the principals of ours did in these lines, of which some began before them."""
    ended: list[Action] = []
    unreadable: list[str] = []
    going = {session: Action(**facts) for session, facts in running.items()}
    for raw in lines:
        if not (found := _OURS.search(raw)):
            continue
        line = _parse(raw)
        if line and line.keys() >= _NEEDED:
            ended += _read_line(line, going)
        else:
            unreadable.append(found[1].decode())
    still = {session: dataclasses.asdict(action) for session, action in going.items()}
    return Read(ended, still, unreadable)


def abandon(running: Running, handles: set[str]) -> tuple[list[Action], Running]:
    """Return the statements of `handles` whose end will never be read, and the other ones."""
    gone = [Action(**facts) for facts in running.values() if facts["handle"] in handles]
    rest = {key: facts for key, facts in running.items() if facts["handle"] not in handles}
    return gone, rest


def moment(text: str, zone: tzinfo) -> datetime:
    """Return the UTC time of a log line such as "2026-11-02 12:00:00.123 CET"."""
    local = datetime.strptime(text[:23], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=zone)
    return local.astimezone(UTC)


def _read_line(line: Line, going: dict[str, Action]) -> Iterable[Action]:
    """Return what has ended with this line, and note in `going` what has begun."""
    session, message = line["session_id"], line.get("message", "")
    if line["error_severity"] in _FAILED:
        action = going.pop(session, None)
        if action is None and "statement" in line:
            action = _action(line, line["statement"])
        if action:
            action.result, action.message = line.get("state_code", "XX000"), message[:1000]
            yield action
    elif found := _DURATION.match(message):
        if action := going.pop(session, None):
            action.result = WELL
            action.microseconds = int(found[1]) * 1000 + int(found[2])
            yield action
    elif found := _BEGIN.match(message):
        if action := going.pop(session, None):
            yield action
        going[session] = _action(line, message[found.end() :])


def _action(line: Line, statement: str) -> Action:
    return Action(
        handle=line["user"],
        at=line["timestamp"],
        session=line["session_id"],
        database=line.get("dbname", ""),
        client_address=line.get("remote_host", ""),
        application=line.get("application_name", ""),
        statement=statements.redacted(statement[:LONGEST_STATEMENT]),
        parameters=_PARAMETERS.sub("", line.get("detail", ""))[:LONGEST_STATEMENT],
        truncated=len(statement) > LONGEST_STATEMENT,
    )


def _parse(raw: bytes) -> Line | None:
    text = raw.decode("utf-8", errors="replace")
    try:
        return dict(json.loads(text))
    except ValueError:
        return _mend(text)


def _mend(text: str) -> Line | None:
    """Return what can be read of a line that was cut off within a text (a huge statement)."""
    for cut in range(8):  # the longest thing that may be cut in two is an escape: \\uXXXX
        try:
            return dict(json.loads(text[: len(text) - cut] + '"}'))
        except ValueError:
            continue
    return None
