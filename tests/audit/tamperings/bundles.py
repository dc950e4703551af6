"""Tamperings with receipts and with bundles of evidence; and how the verifier exits."""

import stat
import zipfile
from collections.abc import Callable

from audit import notes
from tests.audit.core.make import KEY, ORIGIN, VKEY, ask, made
from tests.audit.tamperings.scene import Answer, Row, Scene

_ROOT = r"TAMPERED: The proof of entry {} does not lead to the signed root\.$"


def _receipt(change: Callable[[str], str], *, leaf: int = 7) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        whole = scene.log.receipt(7)
        spoilt = change(whole)
        assert (spoilt, leaf) != (whole, 7)
        return scene.verify_receipt(spoilt, leaf)

    return do


def _path(change: Callable[[list[str]], list[str]]) -> Callable[[Scene], Answer]:
    """Change the hashes of a receipt."""

    def spoil(receipt: str) -> str:
        above, _, note = receipt.partition("\n\n")
        first, index, *hashes = above.split("\n")
        return "\n".join([first, index, *change(hashes)]) + "\n\n" + note

    return _receipt(spoil)


def _of_size(size: int) -> Callable[[Scene], Answer]:
    """Have the key sign the same root for another number of entries."""

    def do(scene: Scene) -> Answer:
        text = notes.checkpoint_text(ORIGIN, size, scene.log.root())
        note = notes.note(text, [notes.sign(text, name=ORIGIN, key=KEY)])
        return scene.verify_receipt(scene.log.receipt(299, note), 299)

    return do


def _named(name: str) -> Callable[[Scene], Answer]:
    return lambda scene: scene.verify_bundle({**scene.files, name: b""})


def _zip(write: Callable[[zipfile.ZipFile, Scene], None]) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        place = scene.folder / "bundle.zip"
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as bundle:
            write(bundle, scene)
        assert place.stat().st_size < 500_000
        return ask("bundle", place, "--vkey", VKEY)

    return do


def _link(bundle: zipfile.ZipFile, _: Scene) -> None:
    info = zipfile.ZipInfo("checkpoint")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    bundle.writestr(info, "/etc/passwd")


def _twice(bundle: zipfile.ZipFile, _: Scene) -> None:
    bundle.writestr("checkpoint", made(3).note())
    bundle.writestr("checkpoint", made(4).note())


def _bomb(place: str) -> Callable[[Scene], Answer]:
    def write(bundle: zipfile.ZipFile, scene: Scene) -> None:
        for name, data in {**scene.files, place: bytes(50_000_000)}.items():
            bundle.writestr(name, data)

    return _zip(write)


def _many(scene: Scene) -> Answer:
    """Claim more files than anybody has, in an empty zip."""
    end = b"PK\5\6" + b"\0\0\0\0" + b"\xff\xff\xff\xff" + (4_000_000_000).to_bytes(4, "little")
    place = scene.put("bundle.zip", end + bytes(6))
    return ask("bundle", place, "--vkey", VKEY)


def _every_exit(scene: Scene) -> Answer:
    """Go through all four codes; the last is returned."""
    assert scene.verify()[0] == 0
    assert scene.verify("--now", "2027-01-01T00:00:00Z")[0] == 2
    scene.files["tile/0/000"] = b""
    assert scene.verify()[0] == 1
    return ask("log", scene.folder / "log", "--vkey", "nonsense")


_OUT = [
    "../../etc/passwd", "/etc/passwd", "a/../b", "a//b", "C:\\x", "..\\x", "c:x", "./x", "..",
]  # fmt: skip

ROWS = [
    Row(45, "a proof for the entry behind", _receipt(
        lambda r: r.replace("index 7", "index 8")), 1, _ROOT.format(8)),
    Row(45, "a proof for the entry before", _receipt(
        lambda r: r.replace("index 7", "index 6")), 1, _ROOT.format(6)),
    Row(45, "another entry's leaf", _receipt(lambda r: r, leaf=8), 1, _ROOT.format(7)),
    Row(45, "a size that is one more", _of_size(301), 1,
        r"TAMPERED: The proof (of entry 299 does not|is too short)"),
    Row(45, "a size that is one less", _of_size(299), 1, "A tree of 299 entries has no entry 299"),
    Row(45, "its hashes reversed", _path(lambda hashes: hashes[::-1]), 1, _ROOT.format(7)),
    Row(45, "no hashes", _path(lambda _: []), 1, "The proof is too short for the trees"),
    Row(45, "one hash less", _path(lambda hashes: hashes[:-1]), 1, "The proof is too short"),
    Row(45, "one hash more", _path(lambda hashes: [*hashes, hashes[0]]), 1,
        "The proof is too long"),
    Row(45, "64 hashes", _path(lambda hashes: hashes[:1] * 64), 1, "This is no receipt"),
    Row(47, "asked with a key that is none", _every_exit, 3, "This is no Ed25519 key of a log"),
    *(
        Row(49, f"a file named {name}", _named(name), 1, "in the bundle leads out of it")
        for name in _OUT
    ),
    Row(49, "a link", _zip(_link), 1, r"'checkpoint' in the bundle is no plain file\.$"),
    Row(49, "a name that stands twice", _zip(_twice), 1, "A name stands twice in the bundle"),
    *(
        Row(49, f"a bomb as {place}", _bomb(place), 1,
            rf"TAMPERED: {place} is larger than such a file can be\.$")
        for place in ("checkpoint", "payloads/7.d.json")
    ),
    Row(49, "more files than can be listed", _many, 1, "The bundle has too many files; unpack it"),
]  # fmt: skip
