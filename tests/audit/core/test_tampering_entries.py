"""Every way to tamper with the entries of a log is found, named, and exits with its code.

The numbers are those of the threat model's list of tamperings.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import leaf
from tests.audit.core.make import (
    ENTRIES,
    LAST,
    Log,
    edit,
    fields,
    made,
    verify,
)


def renumber(log: Log) -> None:
    for seq in range(len(log.leaves)):
        edit(log, seq, seq=seq)


def swap(log: Log, a: int, b: int) -> None:
    log.leaves[a], log.leaves[b] = log.leaves[b], log.leaves[a]


def remove(log: Log) -> None:
    log.leaves.pop(9)
    renumber(log)


def exchange(log: Log) -> None:
    swap(log, 20, 21)
    renumber(log)


def forge(log: Log) -> None:
    log.leaves.insert(100, leaf.canonical(fields(log, 100) | {"id": "f" * 32, "obj": "grant:9"}))
    renumber(log)


def swap_payloads(log: Log) -> None:
    log.payloads[7, "p"], log.payloads[8, "p"] = log.payloads[8, "p"], log.payloads[7, "p"]


def doubled_key(log: Log) -> None:
    log.leaves[40] = log.leaves[40].replace(b'"at":', b'"actor":"user:eve","at":')


NOT_SIGNED = r"Entry {} is not the one that was signed at its place\."
REWRITTEN = r"The first 300 entries are not the signed ones: it was rewritten\."
# Number and name: what is done, to which entry it points, and whether tiles are rebuilt.
IN_THE_ENTRIES: dict[str, tuple[Callable[[Log], Any], int]] = {
    "1 a byte of an event": (lambda log: edit(log, 3, ev="test.happenee"), 3),
    "2 only occ": (lambda log: edit(log, 4, occ=fields(log, 4)["occ"] - 1), 4),
    "3 only at": (lambda log: edit(log, 5, at=fields(log, 5)["at"] + 1), 5),
    "4 an actor": (lambda log: edit(log, 299, actor="user:eve"), 299),
    "5 one removed": (lambda log: log.leaves.pop(9), 9),
    "6 one removed, renumbered": (remove, 9),
    "9 two swapped": (lambda log: swap(log, 20, 21), 20),
    "10 two swapped, renumbered": (exchange, 20),
    "11 one doubled": (lambda log: log.leaves.insert(50, log.leaves[50]), 51),
    "12 one forged": (forge, 100),
    "18 not canonical": (lambda log: log.leaves.__setitem__(2, log.leaves[2] + b" "), 2),
    "48 a doubled key": (doubled_key, 40),
}


@pytest.mark.parametrize("name", IN_THE_ENTRIES)
def test_an_entry_that_was_changed_is_named(name: str, tmp_path: Path) -> None:
    log, (tamper, seq) = made(), IN_THE_ENTRIES[name]
    files = log.files()
    tamper(log)
    changed = {place: data for place, data in log.files().items() if "entries" in place}
    if len(log.leaves) != 300:  # the bundle keeps its name: it is the content that is wrong
        changed = {ENTRIES: changed[ENTRIES], LAST: changed.popitem()[1]}

    code, said = verify(files | changed, tmp_path)

    assert (code, said) == (1, f"TAMPERED: {NOT_SIGNED.format(seq)}".replace("\\", ""))


@pytest.mark.parametrize("name", IN_THE_ENTRIES)
def test_rebuilding_the_tiles_does_not_help(name: str, tmp_path: Path) -> None:
    log = made()
    signed = log.note()
    IN_THE_ENTRIES[name][0](log)
    log.leaves = [*log.leaves[:300], *made(301).leaves[len(log.leaves) :]][:300]

    code, said = verify(log.files(checkpoint=signed), tmp_path)

    assert code == 1
    assert re.fullmatch(rf"TAMPERED: ({REWRITTEN}|Entry \d+\W.*)", said)


def test_35_a_time_that_goes_back(tmp_path: Path) -> None:
    log = made(300)
    edit(log, 270, at=fields(log, 269)["at"] - 1)

    code, said = verify(log.files(), tmp_path)

    assert (code, said) == (
        1,
        "TAMPERED: Entry 270 has an earlier time than the entry before it.",
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_36_a_version_that_is_missing(jobs: int, tmp_path: Path) -> None:
    log = made(500)
    log.versions["request:9"] = 4
    log.enter(obj="request:9")
    log.versions["request:3"] += 1
    log.enter(obj="request:3")

    code, said = verify(log.files(), tmp_path, "--jobs", jobs)

    assert (code, said) == (
        1,
        "TAMPERED: Entry 500 is event 5 of request:9, but event 1 is due: one was removed, or never"
        " entered.",
    )


STRANGE_LEAVES = {
    "a number below zero": b'"ov":-1,',
    "a number beyond 2**53": b'"ov":9007199254740993,',
    "a number of 5000 digits": b'"ov":' + b"9" * 5000 + b",",
    "a fraction": b'"ov":1.5,',
    "a fraction that is whole": b'"ov":1.0,',
    "an exponent": b'"ov":1e2,',
    "no number": b'"ov":NaN,',
    "a truth": b'"ov":true,',
    "a leading zero": b'"ov":01,',
    "a doubled key": b'"ov":1,"ov":1,',
    "half a surrogate pair": b'"ov":"\\ud800",',
    "a key that is not ASCII": b'"ov":1,"\xc3\xa9":1,',
    "a depth bomb": b'"ov":' + b"[" * 20_000 + b"]" * 20_000 + b",",
    "an unfinished depth bomb": b'"ov":' + b'{"a":' * 9_000,
    "an unknown key": b'"ov":1,"oz":1,',
    "not UTF-8": b'"ov":1,"p\xff":1,',
}


@pytest.mark.parametrize("name", STRANGE_LEAVES)
def test_48_a_leaf_that_readers_could_read_in_two_ways(name: str, tmp_path: Path) -> None:
    """Whoever has the key can sign it; it is refused all the same."""
    log = made(3)
    log.leaves[2] = log.leaves[2].replace(b'"ov":1,', STRANGE_LEAVES[name])

    code, said = verify(log.files(), tmp_path)

    assert code == 1
    assert re.match(r"TAMPERED: Entry 2 (is not|has other fields).*\.$", said)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ({"v": 2}, "not in the one known form"),
        ({"id": "no"}, "other fields"),
        ({"pc": {"d": "no"}}, "commits to its payload in an unknown way"),
        ({"pc": {"d": 1}}, "commits to its payload in an unknown way"),
        ({"seq": 3}, "says that it is entry 3"),
        ({"at": "now"}, "other fields"),
    ],
)
def test_48_a_leaf_that_no_log_writes(new: dict[str, Any], why: str, tmp_path: Path) -> None:
    log = made(3)
    edit(log, 2, **new)

    code, said = verify(log.files(), tmp_path)

    assert (code, said.startswith("TAMPERED: Entry 2 ")) == (1, True)
    assert why in said


def test_leaves_with_signs_that_are_escaped_are_read(tmp_path: Path) -> None:
    log = made(3)
    edit(log, 2, actor='user:"ada"\n\u2028ä')

    assert verify(log.files(), tmp_path)[0] == 0
