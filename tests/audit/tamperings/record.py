"""Tamperings with the record in the database: by the application, by SQL, by a superuser.

Each has an honest record of its own: six signed entries with words, in a transaction that is
undone. `unprotected` is the superuser, who needs no permission of ours to switch triggers off.
"""

import shutil
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import Error, transaction

from audit import evidence, key_file, leaf, notes, reading, sealer, tree
from audit.anchors import transitions as anchoring
from audit.models import Checkpoint, Entry, Payload, State
from audit.outside import Cosignature
from audit.sealer import MemoryFile, Refused
from audit.tree import Frontier
from breakglass import transitions
from tests.audit.core.make import NEXT_KEY, WITNESSES, ask, write
from tests.audit.make import NOON, ORIGIN, happen, put_back, sequence, sql, unprotected
from tests.audit.tamperings.scene import Answer, Row
from tests.audit.test_append_only import ATTACKS
from tests.make import make_request, make_scenario, voice

_W1 = notes.vkey("w1", WITNESSES["w1"].public_key(), kind=notes.WITNESS)


class Record:
    """A record with signed heads at four and at six entries, and the programs to ask about it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.key = key_file.make(folder / "key", ORIGIN)
        self._file = MemoryFile(folder / "memory", ORIGIN)
        for number in range(6):
            happen(f"request:{number}", case=f"case:{number % 2}", words=f"Words of {number}.")
            if number in (3, 5):
                sequence()
                self.seal()
        self.pin = Checkpoint.objects.latest("size").note

    def seal(self) -> None:
        """Sign as a sealer that has just been started does."""
        sealer.seal(self.key, self._file, sealer.remembered(self._file), at=NOON)

    def bgverify(self, *words: object, policy: str = "") -> Answer:
        """Export the record and ask the auditors' verifier, which knows the key from before."""
        folder = self._folder / "export"
        shutil.rmtree(folder, ignore_errors=True)
        write(dict(evidence.record_files()), folder)
        (self._folder / "policy").write_text(policy or f"log {self.key.vkey}\nquorum none\n")
        return ask("log", folder, "--policy", self._folder / "policy", *words)

    def bgverify_with_pin(self) -> Answer:
        """Ask with the newest head that somebody kept."""
        (self._folder / "pin").write_text(self.pin)
        return self.bgverify("--pin", self._folder / "pin")

    def verify_log(self) -> Answer:
        """Ask our own verification of the database."""
        return command("verify_log")

    def both(self) -> Answer:
        """Ask both verifiers, which agree on how they exit."""
        (ours, said), (code, says) = self.verify_log(), self.bgverify()
        assert ours == code
        return code, f"{said}\n{says}"


def command(name: str) -> Answer:
    """Run a command of ours; return how it exits and what it says."""
    out = StringIO()
    try:
        call_command(name, stdout=out)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


def _domain_row(_: Record) -> Answer:
    make_scenario()
    transitions.deny(make_request(), voice=voice("carl", "Not so."), at=NOON + timedelta(hours=1))
    sequence(NOON + timedelta(hours=2))
    sql("UPDATE breakglass_request SET state = 'approved' WHERE state = 'denied'")
    return command("audit_reconcile")


def _older_copy(record: Record) -> Answer:
    put_back(4)
    try:
        record.seal()
    except Refused as refused:
        code, said = record.bgverify_with_pin()
        return code, f"{refused}\n{said}"
    return 0, ""


def _pending(tamper: str) -> Callable[[Record], Answer]:
    """Tamper with the first of two events of one object that wait for their places."""

    def do(record: Record) -> Answer:
        happen("request:0")
        happen("request:0")
        sql(f"{tamper} WHERE id = (SELECT min(id) FROM audit_pending)")  # noqa: S608
        for seconds in (0, 3):
            sequence(NOON + timedelta(seconds=seconds))
        record.seal()
        tells = Entry.objects.filter(kind__in=("audit.pending_altered", "audit.gap"))
        told = [reading.event_of(entry) for entry in tells]
        code, said = record.bgverify()
        return code, "\n".join([*(event.sentence() for event in told if event), said])

    return do


def _refused(attack: str, *, as_replica: bool = False) -> Callable[[Record], Answer]:
    """Be refused by the database; the record is as it was."""

    def do(record: Record) -> Answer:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        deed = ATTACKS[attack]
        why = ""
        try:
            with transaction.atomic():
                if as_replica:
                    sql("SET LOCAL session_replication_role = replica")
                sql(deed) if isinstance(deed, str) else deed()
        except Error as error:
            why = str(error)
        code, said = record.both()
        return code, f"{why}\n{said}"

    return do


def _unprotected(
    *statements: str, asked: Callable[[Record], Answer] = Record.both
) -> Callable[[Record], Answer]:
    """Tamper as a superuser, and ask both verifiers, or one of them."""

    def do(record: Record) -> Answer:
        with unprotected():
            for statement in statements:
                sql(statement)
        return asked(record)

    return do


def _hashes() -> list[bytes]:
    entries = Entry.objects.order_by("seq")
    return [bytes(each) for each in entries.values_list("leaf_hash", flat=True)]


def _rewrite(seq: int, *, tiles: int) -> None:
    """Rewrite an entry's words, and all that is made of them up to some level of the tree."""
    entry, said = Entry.objects.get(seq=seq), leaf.canonical({"words": "Others."})
    salt = bytes(Payload.objects.get(entry_id=seq, part="p").salt)
    fields = entry.envelope
    fields["pc"]["p"] = leaf.commitment(salt, said).hex()
    body = leaf.canonical(fields)
    with unprotected():
        sql("UPDATE audit_payload SET body = %s WHERE entry_id = %s AND part = 'p'", said, seq)
        sql("UPDATE audit_entry SET leaf = %s, leaf_hash = %s WHERE seq = %s",
            body, leaf.leaf_hash(body), seq)  # fmt: skip
        grown, changed = tree.grow(Frontier(), _hashes(), lambda *_: b"")
        for tile in changed:
            if tile.level < tiles:
                sql("UPDATE audit_tile SET data = %s WHERE level = %s AND index = %s",
                    tile.data, tile.level, tile.index)  # fmt: skip
        if tiles > 1:
            sql("UPDATE audit_state SET frontier = %s", bytes(grown))


def _rewrite_but_the_upper_tile(record: Record) -> Answer:
    for number in range(251):  # so that a tile of level 0 is full
        happen(f"request:more-{number}")
    sequence()
    record.seal()
    _rewrite(3, tiles=1)
    return record.both()


def _rewrite_but_the_heads(record: Record) -> Answer:
    _rewrite(3, tiles=9)
    return record.both()


def _swap_cosignatures(record: Record) -> Answer:
    for head in Checkpoint.objects.order_by("size"):
        text, at = head.note.partition("\n\n")[0] + "\n", NOON + timedelta(seconds=head.size)
        line = notes.cosign(text, name="w1", key=WITNESSES["w1"], at=int(at.timestamp()))
        Cosignature.objects.create(checkpoint=head, witness=_W1, line=line, at=at)
    policy = f"log {record.key.vkey}\nwitness w1 {_W1}\nquorum w1\n"
    assert record.bgverify(policy=policy)[0] == 0
    with unprotected():
        sql("UPDATE audit_cosignature c SET line = o.line FROM audit_cosignature o"
            " WHERE o.id <> c.id")  # fmt: skip
    return record.bgverify(policy=policy)


def _remove_the_newest_head(record: Record) -> Answer:
    with unprotected():
        sql("DELETE FROM audit_checkpoint WHERE size = 6")
    record.seal()
    same = Checkpoint.objects.latest("size").note == record.pin
    code, said = record.both()
    return code, f"the same head again: {same}\n{said}"


def _remove_an_anchored_head(record: Record) -> Answer:
    anchoring.anchor(Checkpoint.objects.get(size=4), at=NOON)
    sequence()
    record.seal()
    assert record.both()[0] == 0
    with unprotected():
        sql("DELETE FROM audit_anchor WHERE checkpoint_id = 4")
        sql("DELETE FROM audit_checkpoint WHERE size = 4")
    return record.bgverify()


def _slip_a_key_in(record: Record) -> Answer:
    """Be the administrator who signs everything anew with another key of the same name."""
    with unprotected():
        other = notes.vkey(ORIGIN, NEXT_KEY.public_key())
        sql("UPDATE audit_key SET vkey = %s", other)
        for head in Checkpoint.objects.all():
            text = head.note.partition("\n\n")[0] + "\n"
            note = notes.note(text, [notes.sign(text, name=ORIGIN, key=NEXT_KEY)])
            sql("UPDATE audit_checkpoint SET note = %s WHERE size = %s", note, head.size)
    return record.bgverify()


def _set_back(record: Record) -> Answer:
    frontier = bytes(Frontier().append(_hashes()[:4]))
    with unprotected():
        State.objects.update(size=4, frontier=frontier)
    return record.verify_log()


_APPEND_ONLY = "audit_entry is append-only: {} is refused[^\0]*GOOD: 6 entries"
_BEFORE_THE_HEAD = "The head that was signed at 4 entries is that of other entries"

ROWS = [
    Row(37, "a row of the application changed by SQL", _domain_row, 1,
        "DIFFERENT.*“approved” in the table, “denied” by entry", by="audit_reconcile"),
    Row(38, "an older copy of the database put back", _older_copy, 1,
        "The database holds 4 entries, but 6 were signed: an older copy of it was put back"
        "[^\0]*TAMPERED: Of 6 signed entries 4 are left", by="the sealer"),
    Row(41, "a pending event altered", _pending(
        "UPDATE audit_pending SET envelope = replace(convert_from(envelope, 'UTF8'), 'user:ada',"
        " 'user:eve')::bytea"), 1,
        "its tag does not fit[^\0]*is event 3 of request:0, but event 2 is due",
        by="the sequencer"),
    Row(41, "a pending event deleted", _pending("DELETE FROM audit_pending"), 1,
        "missed event 2 of this object[^\0]*is event 3 of request:0, but event 2 is due: one was"
        " removed", by="the sequencer"),
    *(
        Row(42, attack, _refused(attack), 0, _APPEND_ONLY.format(word), by="the database")
        for attack, word in (
            ("UPDATE", "UPDATE"), ("DELETE", "DELETE"), ("TRUNCATE", "TRUNCATE"),
            ("ON CONFLICT DO UPDATE", "UPDATE"),
        )
    ),
    Row(42, "UPDATE under session_replication_role", _refused("UPDATE", as_replica=True), 0,
        _APPEND_ONLY.format("UPDATE"), by="the database"),
    Row(42, "UPDATE without triggers",
        _unprotected("UPDATE audit_entry SET leaf = set_byte(leaf, 12, 88) WHERE seq = 3"), 1,
        "Entry 3: its column actor does not agree[^\0]*Entry 3 is not the one that was signed",
        by="verify_log and bgverify"),
    Row(42, "DELETE without triggers",
        _unprotected("DELETE FROM audit_payload WHERE entry_id = 3",
                     "DELETE FROM audit_entry WHERE seq = 3"), 1,
        "Entry 3 is missing: entry 4 follows[^\0]*TAMPERED: ", by="verify_log and bgverify"),
    Row(0, "a payload, its commitment, leaf, hash and tile rewritten, but not the tile above",
        _rewrite_but_the_upper_tile, 1,
        f"{_BEFORE_THE_HEAD}[^\0]*tile/0/000 does not fit to the tile above it",
        by="verify_log and bgverify"),
    Row(0, "the same with all tiles and the head's tree", _rewrite_but_the_heads, 1,
        f"{_BEFORE_THE_HEAD}[^\0]*The first . entries are not the signed ones: it was rewritten",
        by="verify_log and bgverify"),
    Row(0, "two cosignatures exchanged", _swap_cosignatures, 1,
        r"TAMPERED: The signature of w1 does not fit the text above it\.$"),
    Row(0, "the head set back with its tree", _set_back, 1,
        "Entry 5 lies behind the head, which counts 4 entries", by="verify_log"),
    Row(0, "the newest signed head removed", _remove_the_newest_head, 0,
        "the same head again: True[^\0]*GOOD: 6 entries", by="the sealer"),
    Row(0, "an anchored head removed", _remove_an_anchored_head, 2,
        r"INCOMPLETE: Entry 6 holds the hash of a checkpoint that is missing\.$"),
    Row(0, "a key slipped in, and all heads signed with it", _slip_a_key_in, 1,
        f"TAMPERED: No trusted key of '{ORIGIN}' signed the checkpoint"),
    Row(0, "words written off in audit_erased, and deleted", _unprotected(
        "INSERT INTO audit_erased (entry_id, part, by_id) VALUES (3, 'p', 5)",
        "DELETE FROM audit_payload WHERE entry_id = 3 AND part = 'p'"), 1,
        "Entry 3: its payload 'p' is missing, and no erasure is on the record[^\0]*"
        "Entry 3: its payload 'p' is missing, but not erased", by="verify_log and bgverify"),
    *(
        Row(0, f"the search column {column} changed", _unprotected(
            f"UPDATE audit_entry SET {column} = {value} WHERE seq = 3",  # noqa: S608
            asked=Record.verify_log), 1,
            f"Entry 3: its column {column} does not agree with its leaf", by="verify_log")
        for column, value in (("subject", "'request:9'"), ("kind", "'test.other'"),
                              ("occurred_at", "now()"))
    ),
]  # fmt: skip
