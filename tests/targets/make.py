"""Make targets, doors and logs without any server."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from targets.drivers.base import LogFile, TargetError
from targets.models import Door, Target, handle_of
from tests.make import NOON, make_target

LOG_STARTED = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def make_door(target: Target | None = None, **fields: Any) -> Door:
    """Return a door as it stands in the database; `fields` may break every rule."""
    key = uuid.uuid4()
    values: dict[str, Any] = {
        "id": key,
        "grant": uuid.uuid4(),
        "holder": f"user:{uuid.UUID(int=7).hex}",
        "case": f"request:{uuid.UUID(int=8).hex}",
        "target": target or make_target(),
        "handle": handle_of(key),
        "created_at": NOON,
        "starts_at": NOON,
        "until": NOON + timedelta(hours=1),
        "next_attempt_at": NOON,
    }
    return Door.objects.create(**(values | fields))


def open_door(target: Target | None = None, **fields: Any) -> Door:
    """Return a door that is open."""
    until = fields.setdefault("until", NOON + timedelta(hours=1))
    told = {"state": "open", "opened_at": NOON, "until_on_target": until}
    return make_door(target, **(told | fields))


def line(user: str, message: str, *, session: str = "a.1", **fields: Any) -> bytes:
    """Return a line of PostgreSQL's JSON log."""
    facts = {
        "timestamp": "2026-11-02 12:00:05.250 UTC",
        "user": user,
        "dbname": "shop",
        "pid": 4711,
        "remote_host": "10.0.0.7",
        "session_id": session,
        "error_severity": "LOG",
        "message": message,
    }
    return json.dumps(facts | fields, separators=(",", ":")).encode() + b"\n"


class FakeLog:
    """A driver that has nothing but a log: names and what is in them, oldest first."""

    def __init__(self, **files: bytes) -> None:
        self.files = {name.replace("_", "."): text for name, text in files.items()}
        self.zone = "UTC"
        self.broken = False

    def log_files(self) -> list[LogFile]:
        return [
            LogFile(name=name, size=len(text), modified_at=LOG_STARTED + timedelta(hours=number))
            for number, (name, text) in enumerate(self.files.items())
        ]

    def read_log(self, name: str, offset: int, length: int) -> bytes:
        if self.broken:
            raise TargetError("The log cannot be read.")
        return self.files[name][offset : offset + length]

    def log_zone(self) -> str:
        return self.zone
