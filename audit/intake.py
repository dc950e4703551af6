"""Read pending rows: what the application wrote is a candidate, anything else is refused.

Nearly every envelope has one form, which is canonical by itself and goes into its leaf as it is.
The few others (a quote in a reference, say) are parsed, and written anew.
"""

import json
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from audit import leaf, log

Row = tuple[int, uuid.UUID, bytes, bytes, bytes, datetime | None, bool, bool | None]
# No row is locked: only the sequencer changes and removes them, and only one of it runs.
TAKE = """SELECT id, event_id, envelope, payload, mac, parked_at, critical,
        (SELECT true FROM audit_entry e WHERE e.event_id = p.event_id)
    FROM audit_pending p WHERE set_aside_at IS NULL ORDER BY id LIMIT %s"""
_LENGTHS = {"actor": 80, "case": 80, "ev": 60, "obj": 80}
_FORM: dict[str, type] = dict.fromkeys((*_LENGTHS, "id"), str)
_FORM.update(dict.fromkeys(("occ", "ov", "v"), int), pc=dict)
_NAME, _KIND = (rf'"([^"\\\x00-\x1f]{{0,{size}}})"' for size in (80, 60))
_NUMBER = "([1-8][0-9]{0,15}|9[0-9]{0,14}|0)"
_usual = re.compile(
    f'{{"actor":{_NAME},"case":{_NAME},"ev":{_KIND},"id":"([0-9a-f]{{32}})","obj":{_NAME}'
    f',"occ":{_NUMBER},"ov":{_NUMBER},"pc":({{(?:"[a-z]":"[0-9a-f]{{64}}",?)*}})'
    f',"v":{leaf.VERSION}}}'
).fullmatch


class Candidate(NamedTuple):
    """A pending event that was read and found to be what the application wrote."""

    row: int
    event_id: uuid.UUID
    envelope: bytes  # canonical
    actor: str
    case: str
    kind: str
    subject: str
    occurred: int  # microseconds since 1970
    version: int
    parts: dict[str, tuple[bytes, bytes]]  # compartment: (salt, body)
    parked_at: datetime | None
    critical: bool


def read(row: Row, keys: Sequence[bytes]) -> Candidate:
    """Return the event of a pending row whose tag was made with one of these keys.

    Raises ValueError, or what parsing raises, when it is not exactly what `log.record` writes.
    """
    number, event_id, raw, sealed, tag, parked_at, critical, entered = row
    if entered:
        raise ValueError("it is in the record already")
    if not log.is_authentic(raw, sealed, tag, keys=keys):
        raise ValueError("its tag does not fit")
    found = _usual(raw.decode())
    if found:
        actor, case, kind, own, subject, occurred, version, committed = found.groups()
    else:
        raw, *texts = _examined(raw)
        actor, case, kind, own, subject, occurred, version, committed = texts
    if own != event_id.hex:
        raise ValueError("its id was exchanged")
    parts = leaf.unpacked(sealed)
    if committed != leaf.commitments(parts):
        raise ValueError("its payload is not what the envelope commits to")
    return Candidate(
        number, event_id, raw, actor, case, kind, subject, int(occurred), int(version),
        parts, parked_at, critical,
    )  # fmt: skip


def _examined(raw: bytes) -> tuple[bytes, str, str, str, str, str, str, str, str]:
    """Return an envelope in its canonical form, and what the usual form tells by itself."""
    fields = json.loads(raw)
    if {key: type(value) for key, value in fields.items()} != _FORM:
        raise ValueError("its envelope has other fields")
    if fields["v"] != leaf.VERSION:
        raise ValueError("its envelope has another version")
    for key, size in _LENGTHS.items():
        if len(fields[key]) > size or "\0" in fields[key]:
            raise ValueError("its references do not fit into the index")
    if fields["occ"] < 0:
        raise ValueError("its time lies before all times")
    actor, case, kind, own, subject = (fields[key] for key in ("actor", "case", "ev", "id", "obj"))
    numbers, committed = (str(fields["occ"]), str(fields["ov"])), leaf.canonical(fields["pc"])
    raw = leaf.canonical(fields)
    return raw, actor, case, kind, own, subject, *numbers, committed.decode()
