"""Tamperings with files: bundles of entries, tiles and payloads, under the head that was signed."""

from collections.abc import Callable

from audit import leaf
from tests.audit.core.make import ENTRIES, LAST, Log
from tests.audit.tamperings.scene import Answer, Files, Row, Scene


def _cut(count: int) -> Callable[[Files], Files]:
    """Cut the last entries off, neatly."""

    def do(files: Files) -> Files:
        bundle, place = files[LAST], 0
        for _ in range(44 - count):
            place += 2 + int.from_bytes(bundle[place : place + 2], "big")
        return {LAST: bundle[:place]}

    return do


def _flip(place: str, byte: int) -> Callable[[Files], Files]:
    def do(files: Files) -> Files:
        data = files[place]
        return {place: data[:byte] + bytes([data[byte] ^ 4]) + data[byte + 1 :]}

    return do


def _in(change: Callable[[Files], Files]) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        scene.files |= change(scene.files)
        return scene.verify()

    return do


def _gone(*places: str) -> Callable[[Scene], Answer]:
    def do(scene: Scene) -> Answer:
        for place in places:
            del scene.files[place]
        return scene.verify()

    return do


def _swap_payloads(files: Files) -> Files:
    seven, eight = "payloads/7.p.", "payloads/8.p."
    return {
        f"{to}{end}": files[f"{of}{end}"]
        for of, to in ((seven, eight), (eight, seven))
        for end in ("json", "salt")
    }


def _extend_an_erasure(scene: Scene) -> Answer:
    log = scene.log
    seq = log.enter("audit.erased", "record:1", d={"compartment": "p", "seqs": [11]})
    salt, _ = log.payloads[seq, "d"]
    log.payloads[seq, "d"] = (salt, leaf.canonical({"compartment": "p", "seqs": [11, 12]}))
    del log.payloads[11, "p"], log.payloads[12, "p"]
    return scene.verify_anew()


def _erase_ahead(scene: Scene) -> Answer:
    log = scene.log
    log.enter("audit.erased", "record:1", d={"compartment": "p", "range": [0, 1000]})
    seq = log.enter()
    del log.payloads[seq, "p"]
    return scene.verify_anew()


def _flip_level_2(scene: Scene) -> Answer:
    log = Log(leaves=[leaf.canonical({"seq": seq}) for seq in range(65_537)])
    scene.files = log.files()
    scene.files |= _flip("tile/2/000.p/1", 0)(scene.files)
    return scene.verify()


_OTHER = r"TAMPERED: Entry {}: its payload '{}' is not the committed one\.$"
_MISSED = r"TAMPERED: {} is missing: the signed tree has it\.$"
_TILE, _PARTIAL = "tile/0/000", "tile/0/001.p/44"

ROWS = [
    Row(7, "the last removed", _in(_cut(1)), 1, "Entry 299 is missing, or cut: its bundle ends"),
    Row(8, "the tail cut off", _in(_cut(30)), 1, "Entry 270 is missing, or cut: its bundle ends"),
    Row(8, "the last bundle emptied", _in(lambda _: {LAST: b""}), 1, "Entry 256 is missing, or"),
    *(
        Row(8, f"{place} removed", _gone(place), 1, _MISSED.format(place))
        for place in (ENTRIES, LAST, _TILE, _PARTIAL, "tile/1/000.p/1")
    ),
    Row(13, "a payload rewritten", _in(lambda _: {"payloads/7.p.json": b'{"words":"Others"}'}), 1,
        _OTHER.format(7, "p")),
    Row(13, "a payload added", _in(lambda _: {"payloads/300.p.json": b"{}"}), 1,
        "payloads/ holds what no entry commits to"),
    Row(14, "payloads swapped", _in(_swap_payloads), 1, _OTHER.format(7, "p")),
    Row(15, "a salt changed", _in(_flip("payloads/8.d.salt", 3)), 1, _OTHER.format(8, "d")),
    Row(16, "a salt emptied", _in(lambda _: {"payloads/8.d.salt": b""}), 1, _OTHER.format(8, "d")),
    Row(16, "a payload removed in silence", _gone("payloads/11.p.json", "payloads/11.p.salt"), 1,
        r"Entry 11: its payload 'p' is missing, but not erased\.$"),
    Row(16, "a payload removed under an erasure before it", _erase_ahead, 1,
        "Entry 301: its payload 'p' is missing, but not erased"),
    Row(17, "an erasure extended", _extend_an_erasure, 1, _OTHER.format(300, "d")),
    Row(28, "a bit of level 0, full", _in(_flip(_TILE, 77)), 1,
        r"tile/0/000 does not fit to the tile above it\.$"),
    Row(28, "a bit of level 0, partial", _in(_flip(_PARTIAL, 77)), 1, "Entry 258 is not the one"),
    Row(28, "a bit of level 1", _in(_flip("tile/1/000.p/1", 7)), 1,
        r"tile/0/000 does not fit to the tile above it\.$"),
    Row(28, "a bit of level 2", _flip_level_2, 1,
        r"tile/1/000 does not fit to the tile above it\.$"),
    Row(29, "a tile too short", _in(lambda files: {_PARTIAL: files[_PARTIAL][:-32]}), 1,
        r"tile/0/001\.p/44 has 1376 bytes, not 1408\.$"),
    Row(29, "a tile cut inside a hash",
        _in(lambda files: {"tile/1/000.p/1": files["tile/1/000.p/1"][:-1]}), 1,
        r"tile/1/000\.p/1 has 31 bytes, not 32\.$"),
    Row(29, "a tile too wide", _in(lambda files: {_PARTIAL: files[_PARTIAL] + bytes(32)}), 1,
        r"tile/0/001\.p/44 has 1440 bytes, not 1408\.$"),
    Row(29, "a tile far too wide", _in(lambda _: {_TILE: bytes(20_000_000)}), 1,
        r"tile/0/000 is larger than such a file can be\.$"),
    Row(30, "a length runs over",
        _in(lambda files: {LAST: files[LAST][:-200] + b"\xff\xff" + files[LAST][-198:]}), 1,
        r"Entry 29[89] is "),
    Row(30, "the last length runs over", _in(lambda files: {LAST: files[LAST][:-1]}), 1,
        "Entry 299 is missing, or cut: its bundle ends before it does"),
    Row(30, "half a length", _in(lambda files: {LAST: _cut(1)(files)[LAST] + b"\1"}), 1,
        "Entry 299 is missing, or cut: its bundle ends before it does"),
    Row(30, "bytes behind the last", _in(lambda files: {ENTRIES: files[ENTRIES] + b"\0"}), 1,
        r"tile/entries/000 has bytes behind its last entry\.$"),
]  # fmt: skip
