"""Verifying a whole log, and a case out of one: who signed, each entry, what they say together."""

from __future__ import annotations

import json
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from audit.core import jcs
from audit.core.checkpoint import read_number
from audit.core.envelope import Entry, Order, moment, read
from audit.core.findings import Incomplete, Tampered
from audit.core.hashing import leaf_hash
from audit.core.merkle import verify_inclusion
from audit.core.policy import Head, Policy
from audit.core.proof import read_proof
from audit.core.tiles import WIDTH, Folder, Tiles, entries, path

_SKEW, _LONGEST = 300, 1_000_000  # seconds that clocks may differ; bytes that tell us something
_TELLING: dict[str, dict[str, type]] = {  # what we read of their payloads
    "audit.anchor": {"sha256": str},
    "audit.erased": {"compartment": str},
    "audit.key_rotated": {"old": str, "new": str, "until": int},
    "audit.pruned": {"below": int, "at": int, "carried": str, "keys": list},
}
_ROTATED = {**_TELLING["audit.key_rotated"], "seq": int}  # as a pruning keeps it


@dataclass
class Payloads:
    """What was found of the payloads of entries, and what some of them say."""

    source: Folder
    all: bool  # whether each must be there or erased; otherwise only the telling are opened
    opened: int = 0
    missing: list[tuple[int, str]] = field(default_factory=list)
    told: list[tuple[Entry, dict[str, Any]]] = field(default_factory=list)

    def open(self, entry: Entry) -> None:
        """Compare the payloads of an entry with what it commits to."""
        for part, committed in json.loads(entry.pc).items():
            place = f"payloads/{entry.seq}.{part}"
            body, salt = (self.source.read(f"{place}.{kind}") for kind in ("json", "salt"))
            if body is None and salt is None:
                self.missing.append((entry.seq, part))
                continue
            body, salt = body or b"", salt or b""
            if len(salt) != 32 or sha256(b"bg.payload.v1\0" + salt + body).hexdigest() != committed:
                raise Tampered(f"Entry {entry.seq}: its payload {part!r} is not the committed one.")
            self.opened += 1
            if part == "d" and entry.ev in _TELLING:
                self._listen(entry, body[:_LONGEST])

    def _listen(self, entry: Entry, body: bytes) -> None:
        with suppress(AttributeError, TypeError, ValueError):
            said = jcs.parse(body)
            first, last = said.get("range") or (0, 0)
            form = {key: type(value) for key, value in said.items()}
            numbers = {*map(type, [first, last, *(said.get("seqs") or [])])} == {int}
            keys = ({key: type(v) for key, v in each.items()} for each in said.get("keys", []))
            sound = numbers and all(_ROTATED.items() <= each.items() for each in keys)
            if sound and _TELLING[entry.ev].items() <= form.items():
                self.told.append((entry, said | {"seq": entry.seq}))
                return
        raise Tampered(f"Entry {entry.seq}: its payload 'd' does not say what {entry.ev} says.")

    def of(self, kind: str) -> list[tuple[Entry, dict[str, Any]]]:
        """Return the entries of this kind, with what they say."""
        return [(entry, said) for entry, said in self.told if entry.ev == f"audit.{kind}"]

    def check(self) -> None:
        """Raise Tampered when one is missing that no later entry erased."""
        left = self.missing if self.all else []
        for entry, said in self.of("erased"):
            covered, (first, last) = {*(said.get("seqs") or [])}, said.get("range") or (0, -1)
            left = [(seq, p) for seq, p in left if seq > entry.seq or p != said["compartment"]
                    or not (first <= seq <= last or seq in covered)]  # fmt: skip
        for seq, part in left:
            raise Tampered(f"Entry {seq}: its payload {part!r} is missing, but not erased.")


@dataclass
class Log:
    """A log, or the share of one from entry `order.first` on, and what was found in it."""

    signed: Tiles
    high: int
    order: Order
    payloads: Payloads
    heads: dict[str, Head] = field(default_factory=dict)  # by the SHA-256 of their files
    why: str = ""

    def look(self) -> Log:
        """Verify the entries; stop at the first that is wrong, with the reason in `why`."""
        try:
            for index in range(self.order.first // WIDTH, -(-self.high // WIDTH)):
                self._look_at_tile(index)
        except Tampered as finding:
            self.why = str(finding)
        return self

    def _look_at_tile(self, index: int) -> None:
        expected = self.signed.leaves(index)
        leaves = entries(self.signed.source, index, len(expected))
        take, low, every = self.order.take, self.order.first, self.payloads.all
        for seq, (leaf, signed) in enumerate(zip(leaves, expected), index * WIDTH):
            if sha256(b"\0" + leaf).digest() != signed:
                raise Tampered(f"Entry {seq} is not the one that was signed at its place.")
            if seq >= low:
                entry = read(leaf, seq)
                take(entry)
                if every or entry.ev in _TELLING:
                    self.payloads.open(entry)

    def join(self, later: Log) -> None:
        """Go on with the share behind this one, as long as nothing is wrong."""
        if not self.why:
            self.order.join(later.order)
            self.payloads.opened += later.payloads.opened
            self.payloads.missing += later.payloads.missing
            self.payloads.told += later.payloads.told
            self.why = later.why

    def anchors(self) -> list[tuple[Entry, int]]:
        """Return the entries that hold the hash of a cosigned checkpoint, with its time."""
        found = [(e, self.heads.get(said["sha256"])) for e, said in self.payloads.of("anchor")]
        return [(entry, head.since) for entry, head in found if head and head.since]

    def bounds(self, seq: int) -> tuple[int | None, int | None]:
        """Return between which seconds since 1970 an entry was made, by what witnesses signed."""
        lows = [time for entry, time in self.anchors() if entry.seq <= seq]
        highs = [head.since for head in self.heads.values() if head.since and head.size > seq]
        return max(lows, default=None), min(highs, default=None)


def verify_log(source: Folder, policy: Policy, pins: list[Head], since: int, jobs: int) -> Log:
    """Verify a log from entry `since` on, against its own checkpoints and `pins`."""
    head = policy.open(source.read("checkpoint"))
    heads = {"": head, **{f"pin {number}": pin for number, pin in enumerate(pins)}}
    for name in source.names("checkpoints"):
        data = source.read(f"checkpoints/{name}") or b""
        heads[sha256(data).hexdigest()] = policy.open(data)
    if {each.origin for each in heads.values()} != {head.origin}:
        raise Tampered("The checkpoints are of different logs.")
    signed, full = Tiles(source, head.size), range(head.size // WIDTH)
    held = (i for i in full if any(source.read(path(kind, i)) for kind in (0, "entries")))
    first = next(held, len(full)) * WIDTH  # those before it may have been pruned
    log = _walk(signed, max(first, since), jobs)
    log.heads = heads
    for each in heads.values():
        compare(signed, each, first)
    if log.order.first == first > 0:
        _follow_pruned(log, first)
    log.payloads.all &= log.payloads.opened > len(log.payloads.told)  # else a copy without words
    log.payloads.check()
    if not log.order.first and len(source.names("payloads")) > 2 * log.payloads.opened:
        raise Tampered("payloads/ holds what no entry commits to.")
    _check_keys(log)
    _check_times(log, first)
    for entry, said in log.payloads.of("anchor"):
        if entry.seq >= log.order.began and said["sha256"] not in log.heads:
            raise Incomplete(f"Entry {entry.seq} holds the hash of a checkpoint that is missing.")
    return log


def _walk(signed: Tiles, low: int, jobs: int) -> Log:
    size, every = signed.size, bool(signed.source.names("payloads"))
    step = max(1, -(-(size - low) // (jobs * WIDTH))) * WIDTH
    starts = [low, *range(low - low % WIDTH + step, size, step)]
    spans = zip(starts, [*starts[1:], size])
    shares = [Log(signed, b, Order(a), Payloads(signed.source, every)) for a, b in spans]
    with (futures.ProcessPoolExecutor if jobs > 1 else futures.ThreadPoolExecutor)(jobs) as pool:
        whole, *others = pool.map(Log.look, shares)
    for each in others:
        whole.join(each)
    if whole.why:
        raise Tampered(whole.why)
    return whole


def _follow_pruned(log: Log, first: int) -> None:
    """Let entry `first` follow what an entry says of all that were before it, or raise Tampered."""
    said = next((said for _, said in log.payloads.of("pruned") if said["below"] == first), None)
    if said is None:
        raise Tampered("Entry 0 is missing, and no pruning is on the record.")
    data = b"".join(log.signed.source.read(f"carried/{first}.{n}") or b"" for n in range(4))
    if sha256(data).hexdigest() != said["carried"] or data[:1] != b"{":
        raise Tampered(f"carried/{first} is not what was kept, as entry {said['seq']} pruned it.")
    Order(0, said["at"], json.loads(data)).join(log.order)


def compare(signed: Tiles, head: Head, first: int = 0) -> None:
    """Raise Tampered when the log is neither the one of `head` nor goes on it."""
    if head.size > signed.size:
        raise Tampered(f"Of {head.size} signed entries {signed.size} are left: it was rolled back.")
    if head.size >= first and signed.root_at(head.size) != head.root:
        raise Tampered(f"The first {head.size} entries are not the signed ones: it was rewritten.")


def _check_keys(log: Log) -> None:
    """Each key but the first must have been introduced by an entry, and none outlive its end."""
    rotations = [said for _, said in log.payloads.of("key_rotated")]
    rotations += [each for _, said in log.payloads.of("pruned") for each in said["keys"]]
    begins = {each["new"]: each["seq"] for each in rotations}
    ends = {each["old"]: each["until"] for each in rotations}
    first = ""
    for head in sorted(log.heads.values(), key=lambda each: each.size):
        for key in head.keys:
            first = first or key
            if key != first and not begins.get(key, head.size) < head.size:
                raise Tampered(f"No entry introduces the key that signed {head.size}: {key}.")
            if head.size > ends.get(key, head.size):
                raise Tampered(f"A key signed {head.size} entries after its end: {key}.")


def _check_times(log: Log, first: int) -> None:
    seen = [(read(log.signed.leaf(head.size - 1), head.size - 1), head.since)
            for head in log.heads.values() if head.since and head.size > first]  # fmt: skip
    bad = [(e, t, "was witnessed") for e, t in seen if e.at > (t + _SKEW) * 10**6]
    bad += [(e, t, "holds what was signed") for e, t in log.anchors() if e.at < (t - _SKEW) * 10**6]
    for entry, time, what in bad:
        says = f"Entry {entry.seq} says {moment(entry.at // 1_000_000)}"
        raise Tampered(f"{says}, but {what} at {moment(time)}.")


def verify_proof(receipt: bytes, leaf: bytes, policy: Policy) -> tuple[Entry, Head]:
    """Verify the receipt of an entry, or raise Tampered."""
    index, steps, checkpoint = read_proof(receipt)
    head = policy.open(checkpoint)
    verify_inclusion(leaf_hash(leaf), index, head.size, steps, head.root)
    return read(leaf, index), head


def verify_case(source: Folder, policy: Policy) -> tuple[Head, list[Entry], Payloads]:
    """Verify entries by their receipts under one checkpoint; a case's from its first event on."""
    head, order = policy.open(source.read("checkpoint")), Order(0)
    payloads, found = Payloads(source, all=True), []
    for seq in sorted(read_number(name.partition(".")[0]) for name in source.names("proofs")):
        receipt, leaf = source.read(f"proofs/{seq}.tlog-proof"), source.read(f"entries/{seq}.json")
        if receipt is None or leaf is None:
            raise Incomplete(f"Entry {seq} is not there together with its receipt.")
        entry, own = verify_proof(receipt, leaf, policy)
        if own.root != head.root:
            raise Tampered(f"The receipt of entry {seq} is of another checkpoint than the bundle.")
        if entry.case:
            order.take(entry)
        payloads.open(entry)
        found.append(entry)
    if len(source.names("entries")) != len(found):
        raise Incomplete("There are entries without a receipt.")
    payloads.check()
    return head, found, payloads
