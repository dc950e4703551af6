"""Whole logs: what they may lack, and who may sign them. Tamperings are in `tamperings/`."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit.core.make import (
    KEY,
    NEXT_KEY,
    NEXT_VKEY,
    TREE_ONLY,
    VKEY,
    WITNESSED,
    edit,
    made,
    verify,
)


def test_a_quorum_of_witnesses_is_enough(tmp_path: Path) -> None:
    for seen_by in [("w1", "w3"), ("w1", "w2", "w3")]:
        files = made().files(checkpoint=made().note(seen_by=seen_by))
        code, said = verify(files, tmp_path, policy=WITNESSED)
        assert code == 0
        assert f"Seen by {seen_by[-1]}, 2026-11-03" in said


def test_there_is_no_checkpoint(tmp_path: Path) -> None:
    files = made().files()
    del files["checkpoint"]

    assert verify(files, tmp_path) == (2, "INCOMPLETE: There is no checkpoint.")


@pytest.mark.parametrize(
    ("until", "last_keys"), [(305, (NEXT_KEY,)), (320, (KEY, NEXT_KEY)), (311, (KEY, NEXT_KEY))]
)
def test_a_key_may_follow_another_by_an_entry(
    until: int, last_keys: tuple[Ed25519PrivateKey, ...], tmp_path: Path
) -> None:
    log = made(300, with_words=0)
    log.enter("audit.key_rotated", "record:1", d={"old": VKEY, "new": NEXT_VKEY, "until": until})
    for _ in range(10):
        log.enter()
    older = {f"checkpoints/{size}": log.note(size).encode() for size in (200, 301)}
    policy = TREE_ONLY.replace(VKEY, f"{VKEY}\nlog {NEXT_VKEY}")

    code, said = verify(
        log.files(checkpoint=log.note(keys=last_keys)) | older, tmp_path, policy=policy
    )

    assert (code, said[:4]) == (0, "GOOD")


@pytest.mark.parametrize("jobs", [1, 2])
def test_versions_are_followed_from_one_process_to_the_next(jobs: int, tmp_path: Path) -> None:
    log = made(500, with_words=0)
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
def test_an_erasure_covers_what_it_names(facts: Any, code: int, tmp_path: Path) -> None:
    log = made(20)
    log.enter("audit.erased", "record:1", d=facts)
    del log.payloads[11, "p"]

    assert verify(log.files(), tmp_path)[0] == code


STRANGE_KEYS: list[Any] = [5, [5], [None], {}, [{}], [{"old": VKEY, "new": VKEY, "until": 5}]]
STRANGE: dict[str, list[Any]] = {
    "audit.erased": [{}, [], "x", {"compartment": 1}, {"compartment": "p", "range": [1, 2, 3]},
                     {"compartment": "p", "seqs": [[1]]}, {"compartment": "p", "seqs": 7}],
    "audit.anchor": [{}, {"sha256": 5}, {"sha256": None}],
    "audit.key_rotated": [{"old": VKEY, "new": VKEY, "until": "5"}, {"old": VKEY, "until": 5}],
    "audit.pruned": [{"below": 256}, *({"below": 256, "at": 1, "carried": "", "keys": keys}
                                       for keys in STRANGE_KEYS)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said"), [(kind, said) for kind, rows in STRANGE.items() for said in rows]
)
def test_what_the_key_signed_but_no_log_says_names_its_entry(
    kind: str, said: Any, tmp_path: Path
) -> None:
    log = made(20)
    log.enter(kind, "record:1", d=said)

    found = verify(log.files(), tmp_path)
    assert found == (1, f"TAMPERED: Entry 20: its payload 'd' does not say what {kind} says.")


def test_leaves_with_signs_that_are_escaped_are_read(tmp_path: Path) -> None:
    log = made(3)
    edit(log, 2, actor='user:"ada"\n\u2028ä')

    assert verify(log.files(), tmp_path)[0] == 0


def test_a_copy_without_words_holds_what_the_verifier_needs_and_no_more(tmp_path: Path) -> None:
    log = made()
    anchored = log.note(200).encode()
    facts = {"sha256": hashlib.sha256(anchored).hexdigest()}
    needed = f"payloads/{log.enter('audit.anchor', 'record:ledger', d=facts)}.d."
    whole = log.files() | {"checkpoints/200": anchored}
    copy = {name: data for name, data in whole.items() if not name.startswith("payloads/")}
    copy |= {name: data for name, data in whole.items() if name.startswith(needed)}

    code, said = verify(copy, tmp_path)
    assert (code, said.split("\n")[-1]) == (0, "No payloads came with it.")

    some = {name: data for name, data in whole.items() if name.startswith("payloads/7.")}
    code, said = verify(copy | some, tmp_path)
    assert (code, "is missing, but not erased" in said) == (1, True)


def test_a_log_that_goes_on_another_needs_no_checkpoint_of_that_one(tmp_path: Path) -> None:
    log = made(270, with_words=0)
    log.enter("audit.anchor", "record:ledger", d={"sha256": "0" * 64})
    missing = "INCOMPLETE: Entry 270 holds the hash of a checkpoint that is missing."
    assert verify(log.files(), tmp_path) == (2, missing)

    log.enter("audit.log_continued", "record:ledger")
    for _ in range(300):
        log.enter(wordless=True)
    for jobs in (1, 2):
        assert verify(log.files(), tmp_path / str(jobs), "--jobs", jobs)[0] == 0


def test_what_tells_the_verifier_is_short(tmp_path: Path) -> None:
    """Else a small file, signed by whoever has the key, would fill the memory of a reader."""
    log = made(20, with_words=0)
    facts = {"compartment": "p", "seqs": [], "range": [0, 1], "more": [[]] * 400_000}
    log.enter("audit.erased", "record:1", d=facts)

    code, said = verify(log.files(), tmp_path)

    assert code == 1
    assert said.endswith("its payload 'd' does not say what audit.erased says.")
