"""Tamperings with what is signed: checkpoints, cosignatures, keys, times, and whole histories."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

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
    zipped,
)
from tests.audit.tamperings.scene import Answer, Row, Scene

_ROTATING = TREE_ONLY.replace(VKEY, f"{VKEY}\nlog {NEXT_VKEY}")
_REWRITTEN = r"TAMPERED: The first {} entries are not the signed ones: it was rewritten\.$"


def _head(make: Callable[[Scene], str | bytes]) -> Callable[[Scene], Answer]:
    """Put another checkpoint beside the same files; two witnesses are asked for."""

    def do(scene: Scene) -> Answer:
        note = make(scene)
        scene.files["checkpoint"] = note.encode() if isinstance(note, str) else note
        return scene.verify(policy=WITNESSED)

    return do


def _with(before: str, after: str) -> Callable[[Scene], Answer]:
    return _head(lambda scene: scene.log.note(seen_by=("w1", "w2")).replace(before, after, 1))


def _other_origin(scene: Scene) -> str:
    text = scene.log.text().replace(ORIGIN, "example.org/other")
    return notes.note(text, [notes.sign(text, name="example.org/other", key=KEY)])


def _same_id(scene: Scene) -> str:
    text = scene.log.text()
    line = notes.sign(text, name=ORIGIN, key=NEXT_KEY).split(" ")
    raw = notes.key_id(ORIGIN, KEY.public_key()) + base64.b64decode(line[2])[4:]
    return notes.note(text, [f"— {ORIGIN} {base64.b64encode(raw).decode()}\n"])


def _moved_cosignature(scene: Scene) -> str:
    whole = scene.log.note(seen_by=("w1", "w2"))
    line = whole.split("\n")[-2].split(" ")
    raw = bytearray(base64.b64decode(line[2]))
    raw[11] ^= 1
    return whole.replace(line[2], base64.b64encode(raw).decode())


def _rolled_back(scene: Scene) -> Answer:
    for _ in range(10):
        scene.log.enter()
    return scene.verify("--pin", scene.put("pin", scene.log.note()))


def _fell_silent(scene: Scene) -> Answer:
    assert scene.verify("--now", "2026-11-02T12:30:00Z")[0] == 0
    return scene.verify("--now", "2026-11-02T14:00:00+00:00")


def _signed_rewrite(scene: Scene) -> Answer:
    scene.files["checkpoints/200"] = scene.log.note(200).encode()
    scene.edit(150, actor="user:eve")
    return scene.verify_anew()


def _careful_rewrite(scene: Scene) -> Answer:
    pin = scene.put("pin", scene.log.note())
    scene.edit(150, actor="user:eve")
    assert scene.verify_anew()[0] == 0  # nothing in the files themselves could tell
    return scene.verify("--pin", pin)


def _backdated(scene: Scene) -> Answer:
    """Enter what a witness signed later than the entry says it was made."""
    cosigned = scene.log.note(300, seen_by=("w1", "w2"), at=NOON + 10_000).encode()
    sha = hashlib.sha256(cosigned).hexdigest()
    scene.log.enter("audit.anchor", "record:1", d={"sha256": sha})
    scene.files["checkpoints/300"] = cosigned
    return scene.verify_anew()


def _backdated_without_its_head(scene: Scene) -> Answer:
    assert _backdated(scene)[0] == 1
    (scene.folder / "log" / "checkpoints" / "300").unlink()
    del scene.files["checkpoints/300"]
    return scene.verify()


def _rotated(old: str, new: str, until: int, *signers: Any) -> Callable[[Scene], Answer]:
    """Let an entry rotate the key, and others sign the head of ten entries later."""

    def do(scene: Scene) -> Answer:
        facts = {"old": old, "new": new, "until": until}
        scene.log.enter("audit.key_rotated", "record:1", d=facts)
        for _ in range(10):
            scene.log.enter(wordless=True)
        for size in (200, 301):
            scene.files[f"checkpoints/{size}"] = scene.log.note(size).encode()
        return scene.verify_anew(policy=_ROTATING, keys=signers)

    return do


def _no_rotation(scene: Scene) -> Answer:
    scene.files["checkpoints/200"] = scene.log.note(200).encode()
    return scene.verify_anew(policy=_ROTATING, keys=(NEXT_KEY,))


def _offer_a_key(scene: Scene, *words: object) -> Answer:
    scene.files = scene.log.files(checkpoint=scene.log.note(keys=(NEXT_KEY,)))
    scene.files["policy"] = TREE_ONLY.replace(VKEY, NEXT_VKEY).encode()
    return scene.verify() if not words else scene.verify_bundle(None, *words)


def _trust_what_is_offered(scene: Scene) -> Answer:
    _offer_a_key(scene)
    return ask("bundle", zipped(scene.files, scene.folder / "bundle.zip"))


_UNREAD = r"TAMPERED: The size or the root of the checkpoint cannot be read"
_ODD = r"TAMPERED: The note is no UTF-8 with signature lines at its end, or has odd signs\.$"
_NO_KEY = r"TAMPERED: No trusted key of '{}' signed the checkpoint\.$"
_AFTER_ITS_END = r"TAMPERED: A key signed 311 entries after its end: example\.org"

ROWS = [
    Row(19, "rolled back behind a pin", _rolled_back, 1,
        r"Of 310 signed entries 300 are left: it was rolled back\.$"),
    Row(19, "rolled back behind nothing but the clock", _fell_silent, 2,
        "The last entry is of 2026-11-02T12:04:59.*: those behind it may be missing"),
    Row(20, "signed with another key", _head(lambda s: s.log.note(keys=(NEXT_KEY,))), 1,
        _NO_KEY.format(ORIGIN)),
    Row(21, "another origin", _head(_other_origin), 1, _NO_KEY.format("example.org/other")),
    Row(22, "another key under the same id", _head(_same_id), 1,
        rf"The signature of {ORIGIN} does not fit the text above it\.$"),
    Row(23, "a witness struck out", _head(lambda s: s.log.note(seen_by=("w1",))), 2,
        r"The policy asks for more cosignatures than those of w1\.$"),
    Row(23, "all witnesses struck out", _head(lambda s: s.log.note()), 2,
        r"The policy asks for more cosignatures than those of nobody\.$"),
    Row(24, "the time of a cosignature", _head(_moved_cosignature), 1,
        r"The signature of w2 does not fit the text above it\.$"),
    Row(25, "a size with a zero before it", _with("\n300\n", "\n0300\n"), 1, _UNREAD),
    Row(25, "a size with a plus", _with("\n300\n", "\n+300\n"), 1, _UNREAD),
    Row(25, "a size behind a space", _with("\n300\n", "\n 300\n"), 1, _UNREAD),
    Row(25, "another size", _with("\n300\n", "\n299\n"), 1,
        f"The signature of {ORIGIN} does not fit"),
    Row(26, "a carriage return", _with("\n300\n", "\n300\r\n"), 1, _ODD),
    Row(26, "a control character", _with("\n300\n", "\n300\x01\n"), 1, _ODD),
    Row(26, "not UTF-8", _head(lambda s: b"\xff" + s.log.note().encode()), 1,
        _ODD),
    Row(26, "no newline at its end", _head(lambda s: s.log.note()[:-1]), 1, _ODD),
    Row(27, "more than 100 signature lines",
        _head(lambda s: s.log.note() + "— a AAAAAAA=\n" * 100), 1,
        r"The note has more than 100 signature lines\.$"),
    Row(31, "rewritten and signed again, an older head forgotten", _signed_rewrite, 1,
        _REWRITTEN.format(200)),
    Row(32, "rewritten with care, before a pin", _careful_rewrite, 1, _REWRITTEN.format(300)),
    Row(33, "backdated", _backdated, 1,
        "Entry 300 says 2026-11-02T12:05:00.*, but holds what was signed at 2026-11-02T14:46:40"),
    Row(33, "backdated, and the head removed that would tell", _backdated_without_its_head, 2,
        r"INCOMPLETE: Entry 300 holds the hash of a checkpoint that is missing\.$"),
    Row(34, "dated forward", _head(
        lambda s: s.log.note(seen_by=("w1", "w2"), at=NOON - 1000)), 1,
        "Entry 299 says 2026-11-02T12:04:59.*, but was witnessed at 2026-11-02T11:43:20"),
    Row(44, "a key that no entry introduces", _no_rotation, 1,
        "No entry introduces the key that signed 300"),
    Row(44, "a rotation to another key than signs", _rotated(VKEY, VKEY, 400, NEXT_KEY), 1,
        "No entry introduces the key that signed 311"),
    Row(44, "the old key after its end", _rotated(VKEY, NEXT_VKEY, 305, KEY), 1, _AFTER_ITS_END),
    Row(44, "the old key beside the new one after its end",
        _rotated(VKEY, NEXT_VKEY, 305, KEY, NEXT_KEY), 1, _AFTER_ITS_END),
    Row(46, "a key offered with the log", _offer_a_key, 1, _NO_KEY.format(ORIGIN)),
    Row(46, "a key offered in a bundle", lambda s: _offer_a_key(s, "--vkey", VKEY), 1,
        _NO_KEY.format(ORIGIN)),
    Row(46, "nothing but the key in the bundle to trust", _trust_what_is_offered, 3,
        "Say whom to trust, from another source than this"),
    Row(48, "a size without end", _with("\n300\n", f"\n{'9' * 900_000}\n"), 1, _UNREAD),
    Row(48, "a size below zero", _with("\n300\n", "\n-300\n"), 1, _UNREAD),
]  # fmt: skip
