"""After an older copy of the database was put back: bring the missing entries back, or go on anew.

Missing entries come from a copy of the record outside, which is verified first with a key from
elsewhere. A copy has nobody's words, so that those are gone, and an entry says so. What happened
since the old copy was put back still waits for its place, and follows.

Where no copy has all that was signed, the record goes on as a log of a new name, whose first own
entry tells of the last head of the old one. The old log is never signed again.
"""

import dataclasses
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from audit import key_file, leaf, log, sequencer
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Finding
from audit.core.policy import Policy
from audit.core.tiles import WIDTH, Folder
from audit.core.tiles import entries as leaves_of
from audit.core.verify import verify_log
from audit.events import Erased, LogContinued, Recovered
from audit.models import Checkpoint, Key, Pending, State
from audit.restore import Known
from audit.sealer import Memory, MemoryFile, Refused

RECORD = "record:ledger"
ACTOR = "system:recovery"
BASIS = "restore"  # why the words of entries are gone that came back
_MOST = 5000  # entries in one event of words that are gone
_VERSIONS = """INSERT INTO audit_subject (ref, versions)
    SELECT subject, max(version) FROM audit_entry WHERE seq >= %s GROUP BY subject
    ON CONFLICT (ref) DO UPDATE
    SET versions = greatest(audit_subject.versions, excluded.versions)"""
_LAST = """SELECT COALESCE(
    (SELECT max(version) FROM audit_entry WHERE subject = %s),
    (SELECT version FROM audit_last_version WHERE ref = %s), 0)"""


@dataclasses.dataclass(frozen=True)
class BroughtBack:
    """The entries that came back, and how many compartments came without their words."""

    first: int
    last: int
    wordless: int


@dataclasses.dataclass
class _Harvest:
    """Rows of entries and payloads out of a copy, and which compartments it did not have."""

    entries: list[tuple[Any, ...]] = dataclasses.field(default_factory=list)
    payloads: list[tuple[Any, ...]] = dataclasses.field(default_factory=list)
    missing: dict[str, list[int]] = dataclasses.field(default_factory=lambda: defaultdict(list))


@transaction.atomic
def bring_back(place: Path, policy: Policy, *, at: datetime) -> BroughtBack:
    """Enter what the copy in a folder has and the database lacks, as it was.

    Raises Refused when the copy is not good, has no more than the database, or does not go on it.
    """
    state = State.objects.select_for_update().get()
    try:
        folder = Folder(str(place))
        good = verify_log(folder, policy, [], 0, 1)
        head = good.heads[""]
        policy.ask(head)
        same = state.size <= head.size and (
            not state.size or good.signed.root_at(state.size) == state.tree.root
        )
    except Finding as finding:
        raise Refused(f"The copy cannot be used. {finding}") from finding
    if head.size <= state.size:
        raise Refused(f"The copy has {head.size:,} entries, the database {state.size:,}.")
    if not same:
        raise Refused(
            f"The database has other entries than the copy among its {state.size:,}: something was"
            " entered after it was put back. Put the old copy back once more, with all processes"
            " stopped; or go on as a new log."
        )
    found = _harvest(folder, state.size, head.size, _words_that_wait())
    sequencer.extend(state, found.entries, found.payloads, now=found.entries[-1][9])
    _take_heads(folder, state.size, at=at)
    _make_room_for_the_rest([row[1] for row in found.entries], state.size)
    _say(found, at=at)
    wordless = sum(map(len, found.missing.values()))
    return BroughtBack(state.size, head.size - 1, wordless)


def _harvest(
    folder: Folder, low: int, high: int, waiting: dict[str, dict[str, tuple[bytes, bytes]]]
) -> _Harvest:
    found = _Harvest()
    for seq, body in _leaves(folder, low, high):
        fields = json.loads(body)
        columns = (fields["ev"], fields["actor"], fields["obj"], fields["case"], fields["ov"])
        times = (leaf.moment(fields["at"]), leaf.moment(fields["occ"]))
        event_id = uuid.UUID(hex=fields["id"])
        found.entries.append((seq, event_id, body, leaf.leaf_hash(body), *columns, *times))
        for part, committed in fields["pc"].items():
            place, nothing = f"payloads/{seq}.{part}", (b"", b"")
            held = (folder.read(f"{place}.salt") or b"", folder.read(f"{place}.json") or b"")
            salt, words = held if all(held) else waiting.get(fields["id"], {}).get(part, nothing)
            if leaf.commitment(salt, words).hex() == committed:
                found.payloads.append((seq, part, salt, words))
            else:
                found.missing[part].append(seq)
    return found


def _leaves(folder: Folder, low: int, high: int) -> Iterator[tuple[int, bytes]]:
    for index in range(low // WIDTH, -(-high // WIDTH)):
        first = index * WIDTH
        for seq, body in enumerate(leaves_of(folder, index, min(WIDTH, high - first)), first):
            if seq >= low:
                yield seq, body


def _words_that_wait() -> dict[str, dict[str, tuple[bytes, bytes]]]:
    """Return the payloads of events that wait: some of them were entered in what was lost."""
    found, keys = {}, log.keys()
    for row in Pending.objects.filter(set_aside_at=None):
        if log.is_authentic(bytes(row.envelope), bytes(row.payload), bytes(row.mac), keys=keys):
            found[row.event_id.hex] = leaf.unpacked(bytes(row.payload))
    return found


def _take_heads(folder: Folder, low: int, *, at: datetime) -> None:
    """Keep the heads of the copy that the database lacks; their signatures are good."""
    names = ["checkpoint", *(f"checkpoints/{name}" for name in folder.names("checkpoints"))]
    for name in names:
        data = folder.read(name) or b""
        origin, size, _, note = read_checkpoint(data)
        text, _, lines = data.decode().partition("\n\n")
        own = "".join(f"{line}\n" for line in lines.splitlines() if line.split(" ")[1] == origin)
        if size > low and note:
            Checkpoint.objects.get_or_create(
                size=size, defaults={"note": f"{text}\n\n{own}", "sealed_at": at}
            )


def _make_room_for_the_rest(came: list[Any], low: int) -> None:
    """Forget what waited and is entered now; let the others be the next events of their objects."""
    Pending.objects.filter(event_id__in=came).delete()
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [low])
    versions: dict[str, int] = {}
    keys = log.keys()
    for row in Pending.objects.filter(set_aside_at=None).order_by("pk"):
        if not log.is_authentic(bytes(row.envelope), bytes(row.payload), bytes(row.mac), keys=keys):
            continue  # the sequencer will set it aside
        fields = json.loads(bytes(row.envelope))
        subject = fields["obj"]
        if subject not in versions:
            versions[subject] = _last_version(subject)
        versions[subject] += 1
        fields["ov"] = versions[subject]
        envelope = leaf.canonical(fields)
        row.envelope, row.mac = envelope, log.mac(envelope, bytes(row.payload))
        row.parked_at = None
        row.save(update_fields=["envelope", "mac", "parked_at"])
    with connection.cursor() as cursor:
        for subject, version in versions.items():
            cursor.execute(
                "UPDATE audit_subject SET versions = %s WHERE ref = %s", [version, subject]
            )


def _last_version(subject: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [subject, subject])
        return int(cursor.fetchone()[0])


def _say(found: _Harvest, *, at: datetime) -> None:
    first, last = found.entries[0][0], found.entries[-1][0]
    log.record(Recovered(first=first, last=last), actor=ACTOR, subject=RECORD, at=at)
    for part, seqs in sorted(found.missing.items()):
        for start in range(0, len(seqs), _MOST):
            event = Erased(
                compartment=part,
                seqs=seqs[start : start + _MOST],
                range=None,
                legal_basis=BASIS,
                requested_by=ACTOR,
                approver=ACTOR,
                reference="",
            )
            log.record(event, actor=ACTOR, subject=RECORD, at=at)


def go_on_anew(
    key_path: Path, memory_path: Path, known: Callable[[], list[Known]], *, at: datetime
) -> str:
    """Go on as a log of a new name, with a new key; return that key's line for others.

    The old key and the sealer's old memory stay beside the new ones. Raises Refused when the key
    cannot be read, or when nothing was lost.
    """
    try:
        old = key_file.read(key_path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{key_path} cannot be read: {error}") from error
    stem, number = _numbered(old.origin)
    with transaction.atomic():
        state = State.objects.select_for_update().get()
        last = max(known(), key=lambda each: (each.size, each.root), default=Known("", 0))
        if last.size <= state.size:
            raise Refused("Nothing that was signed is missing here, so the log goes on as it is.")
        new = f"{stem}/{number + 1}"
        event = LogContinued(
            old=old.origin, new=new, size=last.size, root=last.root.hex(), kept=state.size
        )
        log.record(event, actor=ACTOR, subject=RECORD, at=at)
        for path in (key_path, memory_path):
            if path.exists():
                path.rename(path.with_name(f"{path.name}.{number}"))
        key = key_file.make(key_path, new)
        Key.objects.create(vkey=key.vkey, from_size=state.size + 1)
        at_last = leaf.microseconds(state.last_at)
        MemoryFile(memory_path, new).write(Memory(state.tree, at_last))
    return key.vkey


def _numbered(origin: str) -> tuple[str, int]:
    """Return the name of a log without its number, and the number; the first one has none."""
    stem, _, number = origin.rpartition("/")
    return (stem, int(number)) if number.isdecimal() and len(number) < 4 else (origin, 1)
