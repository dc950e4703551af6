"""Tamperings with entries, under the head that was signed and with all tiles made anew."""

from collections.abc import Callable
from typing import Any

from audit import leaf
from tests.audit.core.make import ENTRIES, LAST, Log, edit, fields, made
from tests.audit.tamperings.scene import Answer, Row, Scene

REWRITTEN = r"TAMPERED: The first 300 entries are not the signed ones: it was rewritten\.$"


def _renumber(log: Log) -> None:
    for seq in range(len(log.leaves)):
        edit(log, seq, seq=seq)


def _swap(log: Log) -> None:
    log.leaves[20], log.leaves[21] = log.leaves[21], log.leaves[20]


def _forge(log: Log) -> None:
    forged = fields(log, 100) | {"id": "f" * 32, "obj": "grant:9", "ov": 1}
    log.leaves.insert(100, leaf.canonical(forged))
    _renumber(log)


def _double_a_key(log: Log) -> None:
    log.leaves[40] = log.leaves[40].replace(b'"at":', b'"actor":"user:eve","at":')


def _renumbered(tamper: Callable[[Log], Any]) -> Callable[[Log], None]:
    def do(log: Log) -> None:
        tamper(log)
        _renumber(log)

    return do


def _under_the_same_head(tamper: Callable[[Log], Any]) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        tamper(scene.log)
        changed = {name: data for name, data in scene.log.files().items() if "entries" in name}
        if len(scene.log.leaves) != 300:  # the bundle keeps its name: what is in it is wrong
            changed = {ENTRIES: changed[ENTRIES], LAST: changed.popitem()[1]}
        scene.files |= changed
        return scene.verify()

    return do


def _with_all_tiles_anew(tamper: Callable[[Log], Any]) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        signed, log = scene.log.note(), scene.log
        tamper(log)
        log.leaves = [*log.leaves[:300], *made(301, with_words=0).leaves[len(log.leaves) :]][:300]
        scene.files = log.files(checkpoint=signed)
        return scene.verify()

    return do


# Number, what is done, how, the first entry that is wrong, and what is said with all tiles anew.
_EDITS: list[tuple[int, str, Callable[[Log], Any], int, str]] = [
    (1, "a byte of an event", lambda log: edit(log, 103, ev="test.happenee"), 103, REWRITTEN),
    (2, "only occ", lambda log: edit(log, 4, occ=fields(log, 4)["occ"] - 1), 4, REWRITTEN),
    (3, "only at", lambda log: edit(log, 5, at=fields(log, 5)["at"] + 1), 5, REWRITTEN),
    (4, "the actor", lambda log: edit(log, 299, actor="user:eve"), 299, REWRITTEN),
    (5, "one removed", lambda log: log.leaves.pop(9), 9, "Entry 9 says that it is entry 10"),
    (6, "one removed, the others renumbered", _renumbered(lambda log: log.leaves.pop(109)), 109,
     "Entry 115 is event 17 of request:4, but event 16 is due: one was removed, or never entered"),
    (9, "two swapped", _swap, 20, "Entry 20 says that it is entry 21"),
    (10, "two swapped and renumbered", _renumbered(_swap), 20,
     "Entry 21 has an earlier time than the entry before it"),
    (11, "one doubled", lambda log: log.leaves.insert(50, log.leaves[50]), 51,
     "Entry 51 says that it is entry 50"),
    (11, "one doubled and renumbered",
     _renumbered(lambda log: log.leaves.insert(50, log.leaves[50])), 51,
     "Entry 51 is event 8 of request:1, but event 9 is due"),
    (12, "one forged", _forge, 100, REWRITTEN),
    (18, "not canonical", lambda log: log.leaves.__setitem__(2, log.leaves[2] + b" "), 2,
     "Entry 2 is not canonical JSON: it is written in another way"),
    (48, "a doubled key", _double_a_key, 40,
     "Entry 40 is not canonical JSON: it is written in another way"),
]  # fmt: skip


def _back_in_time(scene: Scene) -> Answer:
    scene.edit(270, at=fields(scene.log, 269)["at"] - 1)
    return scene.verify_anew()


def _version_missing(scene: Scene) -> Answer:
    scene.log.versions["request:3"] += 1
    scene.log.enter(obj="request:3", wordless=True)
    return scene.verify_anew()


def _strange(written: bytes) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        """Whoever has the key can sign it; it is refused all the same."""
        scene.log.leaves[30] = scene.log.leaves[30].replace(b'"ov":5,', written)
        return scene.verify_anew()

    return do


_SIGNED_BY_THE_KEY = {
    "a number below zero": (b'"ov":-1,', "has other fields"),
    "a number beyond 2**53": (b'"ov":9007199254740993,', "is not a whole number below 2"),
    "a number of 5000 digits": (b'"ov":' + b"9" * 5000 + b",", "is not a whole number below 2"),
    "a fraction": (b'"ov":1.5,', "is not canonical JSON"),
    "a fraction that is whole": (b'"ov":5.0,', "is not canonical JSON"),
    "an exponent": (b'"ov":5e0,', "is not canonical JSON"),
    "no number": (b'"ov":NaN,', "is not canonical JSON"),
    "a truth": (b'"ov":true,', "has other fields"),
    "a leading zero": (b'"ov":05,', "is not canonical JSON"),
    "a key that stands twice": (b'"ov":5,"ov":5,', "is written in another way"),
    "half a surrogate pair": (b'"ov":"\\ud800",', "is not canonical JSON"),
    "a key that is not ASCII": (b'"ov":5,"\xc3\xa9":1,', "is written in another way"),
    "a depth bomb": (b'"ov":' + b"[" * 20_000 + b"]" * 20_000 + b",", "is not canonical JSON"),
    "an unfinished depth bomb": (b'"ov":' + b'{"a":' * 9_000, "is not canonical JSON"),
    "an unknown key": (b'"ov":5,"oz":1,', "has other fields"),
    "not UTF-8": (b'"ov":5,"p\xff":1,', "is not UTF-8"),
}

_NO_LOG_WRITES: list[tuple[str, dict[str, Any], str]] = [
    ("another version", {"v": 2}, "is not in the one known form"),
    ("an id that is none", {"id": "no"}, "has other fields"),
    ("a commitment that is none", {"pc": {"d": "no"}}, "commits to its payload in an unknown way"),
    ("a commitment that is a number", {"pc": {"d": 1}}, "commits to its payload in an unknown way"),
    ("another place", {"seq": 3}, "says that it is entry 3"),
    ("a time that is none", {"at": "now"}, "has other fields"),
]


def _written(new: dict[str, Any]) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        scene.edit(30, **new)
        return scene.verify_anew()

    return do


ROWS = [
    *(
        Row(number, what, _under_the_same_head(tamper), 1,
            rf"TAMPERED: Entry {first} is not the one that was signed at its place\.$")
        for number, what, tamper, first, _ in _EDITS
    ),
    *(
        Row(number, f"{what}, all tiles anew", _with_all_tiles_anew(tamper), 1, says)
        for number, what, tamper, _, says in _EDITS
    ),
    Row(35, "a time that goes back, signed", _back_in_time, 1,
        r"Entry 270 has an earlier time than the entry before it\.$"),
    Row(36, "a version that is missing, signed", _version_missing, 1,
        "Entry 300 is event 45 of request:3, but event 44 is due: one was removed"),
    *(
        Row(48, f"{what}, signed", _strange(written), 1, f"Entry 30 .*{says}")
        for what, (written, says) in _SIGNED_BY_THE_KEY.items()
    ),
    *(
        Row(48, f"{what}, signed", _written(new), 1, f"Entry 30 {says}")
        for what, new, says in _NO_LOG_WRITES
    ),
]  # fmt: skip
