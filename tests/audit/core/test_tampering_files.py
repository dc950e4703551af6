"""Every way to tamper with the files of a log is found, named, and exits with its code.

The numbers are those of the threat model's list of tamperings.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from audit import leaf
from tests.audit.core.make import (
    ENTRIES,
    LAST,
    Log,
    made,
    verify,
)

Files = dict[str, bytes]


def cut(count: int, files: Files) -> Files:
    bundle, kept, place = files[LAST], 0, 0
    while kept < 44 - count:
        place += 2 + int.from_bytes(bundle[place : place + 2], "big")
        kept += 1
    return {LAST: bundle[:place]}


def flip(place: str, byte: int) -> Callable[[Files], Files]:
    return lambda files: {
        place: files[place][:byte] + bytes([files[place][byte] ^ 4]) + files[place][byte + 1 :]
    }


NO_TILE = r"(tile/\S+) does not fit to the tile above it\."
IN_THE_FILES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "7 the last removed": (
        partial(cut, 1),
        "Entry 299 is missing, or cut: its bundle ends",
    ),
    "8 the tail cut off": (
        partial(cut, 30),
        "Entry 270 is missing, or cut: its bundle ends",
    ),
    "8 the last bundle removed": (
        lambda files: {LAST: b""},
        "Entry 256 is missing, or cut: its bundle ends",
    ),
    "28 a bit of level 0, full": (flip("tile/0/000", 77), "tile/0/000 does not fit"),
    "28 a bit of level 0, partial": (flip("tile/0/001.p/44", 77), "Entry 258 is not the one"),
    "28 a bit of level 1": (flip("tile/1/000.p/1", 7), "tile/0/000 does not fit"),
    "29 a tile too short": (
        lambda files: {"tile/0/001.p/44": files["tile/0/001.p/44"][:-32]},
        "tile/0/001.p/44 has 1376 bytes, not 1408.",
    ),
    "29 a tile cut inside a hash": (
        lambda files: {"tile/1/000.p/1": files["tile/1/000.p/1"][:-1]},
        "tile/1/000.p/1 has 31 bytes, not 32.",
    ),
    "29 a tile too wide": (
        lambda files: {"tile/0/001.p/44": files["tile/0/001.p/44"] + bytes(32)},
        "tile/0/001.p/44 has 1440 bytes, not 1408.",
    ),
    "29 a tile far too wide": (
        lambda files: {"tile/0/000": bytes(20_000_000)},
        "tile/0/000 is larger than such a file can be.",
    ),
    "30 a length runs over": (
        lambda files: {LAST: files[LAST][:-400] + b"\xff\xff" + files[LAST][-398:]},
        "Entry 298 ",
    ),
    "30 the last length runs over": (
        lambda files: {LAST: files[LAST][:-1]},
        "Entry 299 is missing, or cut: its bundle ends",
    ),
    "30 half a length": (
        lambda files: {LAST: cut(1, files)[LAST] + b"\1"},
        "Entry 299 is missing, or cut: its bundle ends",
    ),
    "30 bytes behind the last": (
        lambda files: {ENTRIES: files[ENTRIES] + b"\0"},
        "tile/entries/000 has bytes behind its last entry.",
    ),
    "13 a payload rewritten": (
        lambda files: {"payloads/7.p.json": b'{"words":"Others"}'},
        "Entry 7: its payload 'p' is not the committed one.",
    ),
    "15 a salt changed": (
        flip("payloads/8.d.salt", 3),
        "Entry 8: its payload 'd' is not the committed one.",
    ),
    "16 a salt removed": (
        lambda files: {"payloads/8.d.salt": b""},
        "Entry 8: its payload 'd' is not the committed one.",
    ),
    "13 a payload added": (
        lambda files: {"payloads/300.p.json": b"{}"},
        "payloads/ holds what no entry commits to.",
    ),
}


@pytest.mark.parametrize("name", IN_THE_FILES)
def test_a_file_that_was_changed_is_named(name: str, tmp_path: Path) -> None:
    files, (tamper, sentence) = made().files(), IN_THE_FILES[name]

    code, said = verify(files | tamper(files), tmp_path)

    assert (code, said[:10]) == (1, "TAMPERED: ")
    assert sentence in said


@pytest.mark.parametrize("gone", [ENTRIES, LAST, "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_a_file_that_the_signed_tree_has_is_missed(gone: str, tmp_path: Path) -> None:
    files = made().files()
    del files[gone]

    assert verify(files, tmp_path) == (1, f"TAMPERED: {gone} is missing: the signed tree has it.")


def test_28_a_bit_of_level_2(tmp_path: Path) -> None:
    files = made(1).files()
    log = Log(leaves=[leaf.canonical({"seq": seq}) for seq in range(65_537)])
    files = log.files()
    files["tile/2/000.p/1"] = flip("tile/2/000.p/1", 0)(files)["tile/2/000.p/1"]

    code, said = verify(files, tmp_path)

    assert (code, said) == (1, "TAMPERED: tile/1/000 does not fit to the tile above it.")


def test_14_payloads_that_were_swapped(tmp_path: Path) -> None:
    log = made()
    log.payloads[7, "p"], log.payloads[8, "p"] = log.payloads[8, "p"], log.payloads[7, "p"]

    code, said = verify(log.files(), tmp_path)

    assert (code, said) == (1, "TAMPERED: Entry 7: its payload 'p' is not the committed one.")


def test_16_a_payload_that_was_removed_silently(tmp_path: Path) -> None:
    log = made()
    del log.payloads[11, "p"]

    code, said = verify(log.files(), tmp_path)

    assert (code, said) == (
        1,
        "TAMPERED: Entry 11: its payload 'p' is missing, but not erased.",
    )


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"compartment": "p", "seqs": [11, 12]}, 0),
        ({"compartment": "p", "range": [10, 12]}, 0),
        ({"compartment": "d", "seqs": [11]}, 1),
        ({"compartment": "p", "seqs": [10, 12]}, 1),
        ({"compartment": "p", "range": [12, 20]}, 1),
        ({"compartment": "p", "range": [0, "x"]}, 1),
        ({"compartment": "p", "range": [0]}, 1),
        ({"compartment": "p", "seqs": "11"}, 1),
        ({"compartment": ["p"], "seqs": [11]}, 1),
        ({}, 1),
        (["p", 11], 1),
    ],
)
def test_16_an_erasure_covers_what_it_names(facts: Any, code: int, tmp_path: Path) -> None:
    log = made(20)
    log.enter("audit.erased", "record:1", d=facts)
    del log.payloads[11, "p"]

    assert verify(log.files(), tmp_path)[0] == code


def test_16_an_erasure_covers_nothing_that_comes_after_it(tmp_path: Path) -> None:
    log = made(20)
    log.enter("audit.erased", "record:1", d={"compartment": "p", "range": [0, 100]})
    log.enter()
    del log.payloads[21, "p"]

    assert verify(log.files(), tmp_path)[0] == 1


def test_17_an_erasure_that_was_extended(tmp_path: Path) -> None:
    log = made(20)
    log.enter("audit.erased", "record:1", d={"compartment": "p", "seqs": [11]})
    salt, _ = log.payloads[20, "d"]
    log.payloads[20, "d"] = (salt, leaf.canonical({"compartment": "p", "seqs": [11, 12]}))
    del log.payloads[12, "p"]

    code, said = verify(log.files(), tmp_path)

    assert (code, said) == (1, "TAMPERED: Entry 20: its payload 'd' is not the committed one.")


def test_a_copy_without_words_holds_what_the_verifier_needs_and_no_more(tmp_path: Path) -> None:
    log = made()
    seq = log.enter("audit.anchor", "record:ledger", d={"sha256": "0" * 64})
    needed = f"payloads/{seq}.d."
    whole = log.files()
    copy = {name: data for name, data in whole.items() if not name.startswith("payloads/")}
    copy |= {name: data for name, data in whole.items() if name.startswith(needed)}

    code, said = verify(copy, tmp_path)
    assert (code, said.split("\n")[-1]) == (0, "No payloads came with it.")

    some = {name: data for name, data in whole.items() if name.startswith("payloads/7.")}
    code, said = verify(copy | some, tmp_path)
    assert (code, "is missing, but not erased" in said) == (1, True)
