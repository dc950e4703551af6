"""Every way to tamper with what is signed is found, named, and exits with its code.

The numbers are those of the threat model's list of tamperings.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import notes
from tests.audit.core.make import (
    KEY,
    NEXT_KEY,
    NEXT_VKEY,
    NOON,
    ORIGIN,
    TREE_ONLY,
    VKEY,
    WITNESSED,
    ask,
    edit,
    made,
    verify,
    zipped,
)


def test_19_a_log_that_was_rolled_back_behind_a_pin(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(made(310).note())

    code, said = verify(made(300).files(), tmp_path, "--pin", tmp_path / "pin")

    assert (code, said) == (
        1,
        "TAMPERED: Of 310 signed entries 300 are left: it was rolled back.",
    )


def test_19_a_log_that_fell_silent_is_not_proved_to_its_end(tmp_path: Path) -> None:
    files = made(300).files()

    assert verify(files, tmp_path, "--now", "2026-11-02T12:30:00Z")[0] == 0
    code, said = verify(files, tmp_path, "--now", "2026-11-02T14:00:00+00:00")
    assert (code, said) == (
        2,
        "INCOMPLETE: The last entry is of 2026-11-02T12:04:59+00:00: those behind it may be"
        " missing.",
    )


def signed_by(*lines: str) -> bytes:
    return notes.note(made().text(), lines).encode()


def other_origin() -> bytes:
    text = made().text().replace(ORIGIN, "example.org/other")
    return notes.note(text, [notes.sign(text, name="example.org/other", key=KEY)]).encode()


def same_id() -> bytes:
    line = notes.sign(made().text(), name=ORIGIN, key=NEXT_KEY).split(" ")
    raw = notes.key_id(ORIGIN, KEY.public_key()) + base64.b64decode(line[2])[4:]
    return signed_by(f"— {ORIGIN} {base64.b64encode(raw).decode()}\n")


def moved_cosignature() -> bytes:
    whole = made().note(seen_by=("w1", "w2"))
    line = whole.split("\n")[-2].split(" ")
    raw = bytearray(base64.b64decode(line[2]))
    raw[11] ^= 1
    return whole.replace(line[2], base64.b64encode(raw).decode()).encode()


CHECKPOINTS: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "20 another key": (
        lambda: made().note(keys=(NEXT_KEY,)).encode(),
        1,
        f"No trusted key of '{ORIGIN}' signed the checkpoint.",
    ),
    "21 another origin": (
        other_origin,
        1,
        "No trusted key of 'example.org/other' signed the checkpoint.",
    ),
    "22 another key under the same id": (
        same_id,
        1,
        f"The signature of {ORIGIN} does not fit the text above it.",
    ),
    "23 a witness struck out": (
        lambda: made().note(seen_by=("w1",)).encode(),
        2,
        "The policy asks for more cosignatures than those of w1.",
    ),
    "23 all witnesses struck out": (
        lambda: made().note().encode(),
        2,
        "The policy asks for more cosignatures than those of nobody.",
    ),
    "24 the time of a cosignature": (
        moved_cosignature,
        1,
        "The signature of w2 does not fit the text above it.",
    ),
    "25 a size with a zero before it": (
        lambda: made().note().replace("\n300\n", "\n0300\n").encode(),
        1,
        "The size or the root of the checkpoint cannot be read",
    ),
    "26 a carriage return": (
        lambda: made().note().replace("\n300\n", "\r\n300\n").encode(),
        1,
        "The note is no UTF-8 with signature lines",
    ),
    "26 not UTF-8": (
        lambda: b"\xff" + made().note().encode(),
        1,
        "The note is no UTF-8 with signature lines",
    ),
    "26 no newline at its end": (
        made().note()[:-1].encode,
        1,
        "The note is no UTF-8 with signature lines",
    ),
    "27 too many lines": (
        lambda: made().note().encode() + b"\xe2\x80\x94 a AAAAAAA=\n" * 100,
        1,
        "The note has more than 100 signature lines.",
    ),
    "48 a size without end": (
        lambda: made().note().replace("\n300\n", f"\n{'9' * 900_000}\n").encode(),
        1,
        "The size or the root of the checkpoint cannot be read",
    ),
    "48 a size below zero": (
        lambda: made().note().replace("\n300\n", "\n-300\n").encode(),
        1,
        "The size or the root of the checkpoint cannot be read",
    ),
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_checkpoint_that_was_tampered_with_is_refused(name: str, tmp_path: Path) -> None:
    note, code, sentence = CHECKPOINTS[name]
    files = made().files() | {"checkpoint": note()}

    found, said = verify(files, tmp_path, policy=WITNESSED)

    assert found == code
    assert sentence in said


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


def test_31_a_rewrite_that_was_signed_anew_forgot_the_older_heads(tmp_path: Path) -> None:
    log = made()
    older = log.note(200).encode()
    edit(log, 150, actor="user:eve")

    code, said = verify(log.files() | {"checkpoints/200": older}, tmp_path)

    assert (code, said) == (
        1,
        "TAMPERED: The first 200 entries are not the signed ones: it was rewritten.",
    )


def test_32_a_careful_rewrite_does_not_fit_to_a_pin(tmp_path: Path) -> None:
    log = made()
    (tmp_path / "pin").write_text(log.note(300))
    edit(log, 150, actor="user:eve")

    assert verify(log.files(), tmp_path)[0] == 0  # nothing in the files themselves could tell
    assert verify(log.files(), tmp_path, "--pin", tmp_path / "pin") == (
        1,
        "TAMPERED: The first 300 entries are not the signed ones: it was rewritten.",
    )


def test_33_an_entry_that_was_backdated(tmp_path: Path) -> None:
    """It holds what a witness signed later than the entry says it was made."""
    log = made(300)
    cosigned = log.note(300, seen_by=("w1", "w2"), at=NOON + 10_000).encode()
    sha = hashlib.sha256(cosigned).hexdigest()
    log.enter("audit.anchor", "record:1", d={"sha256": sha})

    code, said = verify(
        log.files() | {"checkpoints/300": cosigned},
        tmp_path,
        policy=TREE_ONLY,
    )

    assert code == 1
    assert "Entry 300 says 2026-11-02T12:05:00+00:00, but holds what was signed at" in said


def test_34_an_entry_that_was_dated_forward(tmp_path: Path) -> None:
    log = made(300)
    note = log.note(seen_by=("w1", "w2"), at=NOON - 1000)

    code, said = verify(log.files(checkpoint=note), tmp_path, policy=WITNESSED)

    assert code == 1
    assert "Entry 299 says 2026-11-02T12:04:59+00:00, but was witnessed at" in said


ROTATING = TREE_ONLY.replace(VKEY, f"{VKEY}\nlog {NEXT_VKEY}")


@pytest.mark.parametrize(
    ("facts", "last_keys", "code", "sentence"),
    [
        ({"old": VKEY, "new": NEXT_VKEY, "until": 305}, (NEXT_KEY,), 0, "GOOD"),
        ({"old": VKEY, "new": NEXT_VKEY, "until": 320}, (KEY, NEXT_KEY), 0, "GOOD"),
        (
            {"old": VKEY, "new": VKEY, "until": 400},
            (NEXT_KEY,),
            1,
            "No entry introduces the key",
        ),
        ({"old": VKEY, "new": NEXT_VKEY, "until": 305}, (KEY,), 1, "311 entries after its end"),
        (
            {"old": VKEY, "new": NEXT_VKEY, "until": 305},
            (KEY, NEXT_KEY),
            1,
            "311 entries after its end",
        ),
    ],
)
def test_44_keys_change_by_an_entry_only(
    facts: dict[str, Any],
    last_keys: tuple[Any, ...],
    code: int,
    sentence: str,
    tmp_path: Path,
) -> None:
    log = made(300)
    log.enter("audit.key_rotated", "record:1", d=facts)
    for _ in range(10):
        log.enter()
    older = {f"checkpoints/{size}": log.note(size).encode() for size in (200, 301)}
    files = log.files(checkpoint=log.note(keys=last_keys)) | older

    found, said = verify(files, tmp_path, policy=ROTATING)

    assert found == code
    assert sentence in said


def test_46_keys_that_come_with_the_log_are_not_believed(tmp_path: Path) -> None:
    files = made().files(checkpoint=made().note(keys=(NEXT_KEY,)))
    files["policy"] = TREE_ONLY.replace(VKEY, NEXT_VKEY).encode()

    assert verify(files, tmp_path)[0] == 1
    assert ask("log", tmp_path / "log")[0] == 3
    bundle = zipped(files, tmp_path / "bundle.zip")
    assert ask("bundle", bundle, "--vkey", VKEY)[0] == 1
    assert ask("bundle", bundle)[0] == 3
