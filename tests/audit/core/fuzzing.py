"""Mutations of everything the verifier reads, and what an honest answer to each would be.

A mutation that leaves the meaning as it was may be GOOD: one in a file that nobody believes, or in
a signature line of a stranger. Each subject can tell, without the verifier, whether it was such a
one. Signatures are verified by a library here, and remembered: it is the readers that are tried.
"""

import hashlib
import io
import random
import re
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.core import cli, ed25519, envelope
from audit.core.findings import Finding
from audit.core.note import LOG, read_key
from audit.core.policy import Head, read_policy
from audit.core.tiles import Folder
from audit.core.verify import verify_log, verify_proof
from tests.audit.core.make import NOON, TREE_ONLY, VKEY, WITNESSED, Log, made, pruned_files, zipped

Files = dict[str, bytes]
ODD = ["\n", "\n\n", " ", "0", "-", "\\u0000", "{", "[", '"', "—", "9" * 30, "+", "=", "\r", "null"]
PIECES = [each.encode() for each in ODD] + [b"\xff", b"\xed\xa0\x80", b"\0", b"PK\1\2", b"PK\5\6"]
EVIL = ["../x", "/etc/passwd", "a/../checkpoint", "c:x", "a\\b", "./checkpoint", "payloads/", "\0"]


class Outcome(NamedTuple):
    """How the verifier exits, what it says, and whether the input still means the same."""

    code: int
    said: str
    same: bool

    @property
    def wrong(self) -> str:
        """What is wrong with this answer, or nothing."""
        if self.code not in {0, 1, 2, 3} or not self.said.strip():
            return "no exit code of ours, or no sentence"
        if self.code == 0 and not self.same:
            return "GOOD, though it means something else"
        if "MemoryError" in self.said or "Traceback" in self.said:
            return "out of memory, or a traceback"
        return ""

    @property
    def stumble(self) -> str:
        """The name of the exception that the readers did not foresee, if it was one."""
        _, begins, rest = self.said.partition("It cannot be read (")
        return rest.partition(":")[0] if begins else ""


Subject = Callable[[random.Random], Outcome]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the data with one to five places spoilt."""
    spoilt = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place, other = chance.randrange(len(spoilt) + 1), chance.randrange(len(spoilt) + 1)
        length = chance.choice([1, 2, 30, 300])
        piece = chance.choice(
            [
                b"",
                chance.choice(PIECES),
                bytes([chance.randrange(256)]) * length,
                bytes(spoilt[other : other + length]),
            ]
        )
        spoilt[place : place + chance.choice([0, 1, length])] = piece
    return bytes(spoilt)


def reordered(data: bytes, chance: random.Random) -> bytes:
    """Return the lines of a text with one moved, doubled or left out, or a digit changed."""
    lines = data.split(b"\n")
    line = lines.pop(chance.randrange(len(lines)))
    kept = chance.choice([[], [line], [line, line], [line[:-1] + b"7"], [line.replace(b"3", b"4")]])
    place = chance.randrange(len(lines) + 1)
    return b"\n".join([*lines[:place], *kept, *lines[place:]])


@lru_cache(maxsize=10_000)
def _is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@contextmanager
def quick() -> Iterator[None]:
    """Verify signatures by the library, and make the parser of arguments only once."""
    with (
        mock.patch.object(ed25519, "is_signed", _is_signed),
        mock.patch.object(cli, "_parser", cache(cli._parser)),  # noqa: SLF001
        warnings.catch_warnings(action="ignore"),  # zipfile's, of names that stand twice
    ):
        yield


def _answer(read: Callable[[], Any]) -> tuple[int, str, Any]:
    """Answer as the command does."""
    try:
        value = read()
    except Finding as finding:
        return finding.code, str(finding), None
    except Exception as error:  # noqa: BLE001
        return 1, f"It cannot be read ({type(error).__name__}: {error})", None
    return 0, "GOOD", value


def _reader(
    whole: bytes, read: Callable[[bytes], Any], same: Callable[[Any, Any], bool]
) -> Subject:
    """Mutate one file that is read by itself; `same` compares what was read with what was meant."""
    meant = read(whole)

    def do(chance: random.Random) -> Outcome:
        spoilt = chance.choice([mutated, mutated, reordered])(whole, chance)
        code, said, value = _answer(lambda: read(spoilt))
        return Outcome(code, said, spoilt == whole or (code == 0 and same(value, meant)))

    return do


def _no_more(found: Head, meant: Head) -> bool:
    """Whether a head is the one that was meant, signed by nobody who did not sign."""
    seen = found.times.items() <= meant.times.items()
    return found[:3] == meant[:3] and {*found.keys} <= {*meant.keys} and seen


class Memory(Folder):
    """A folder that lies in memory."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def names(self, folder: str) -> list[str]:
        found = (name.partition("/") for name in self.files)
        return sorted(name for begin, _, name in found if begin == folder and name)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)


def _believed(files: Files) -> Files:
    """Return what a verdict of GOOD vouches for: all but signature lines, and files of others."""
    found = {}
    for name, data in files.items():
        if name.startswith(("tile/", "payloads/", "entries/", "carried/")):
            found[name] = data
        elif name.startswith("checkpoint"):
            found[name] = data.rpartition(b"\n\n")[0]
    return found


def _telling_files() -> Files:
    """Return a log with words of some entries, and with every entry that tells the verifier."""
    log = made(258, with_words=5)
    cosigned = log.note(258, seen_by=("w1", "w2"), at=NOON + 400).encode()
    sha = hashlib.sha256(cosigned).hexdigest()
    log.enter("audit.anchor", "record:1", d={"sha256": sha})
    log.enter("audit.erased", "record:1", d={"compartment": "p", "seqs": [3], "range": None})
    del log.payloads[3, "p"]
    log.enter("audit.key_rotated", "record:1", d={"old": "a", "new": "b", "until": 400})
    return {**log.files(), "checkpoints/258": cosigned}


def _folder(files: Files) -> Subject:
    """Mutate, remove, exchange or add files of a log."""
    names, policy = sorted(files), read_policy(TREE_ONLY.encode())

    def do(chance: random.Random) -> Outcome:
        spoilt, name, other = dict(files), chance.choice(names), chance.choice(names)
        deed = chance.randrange(8)
        if deed == 0:
            del spoilt[name]
        elif deed == 1:
            spoilt[name], spoilt[other] = spoilt[other], spoilt[name]
        elif deed == 2:
            spoilt[f"{name}{chance.choice(['x', '/1', '.p/7'])}"] = spoilt[other]
        else:
            spoilt[name] = mutated(spoilt[name], chance)
        code, said, _ = _answer(lambda: verify_log(Memory(spoilt), policy, [], 0, 1))
        extra = {key for key in spoilt if key not in files}
        held = _believed({key: data for key, data in spoilt.items() if key not in extra})
        return Outcome(code, said, held == _believed(files))

    return do


def _signed_words() -> Subject:
    """Let whoever has the key sign strange words in the entries that tell the verifier."""
    log, policy = made(20, with_words=20), read_policy(TREE_ONLY.encode())
    facts = {
        "sha256": "0" * 64, "compartment": "p", "seqs": [11], "range": [10, 12], "below": 0,
        "old": VKEY, "new": VKEY, "until": 400,
    }  # fmt: skip
    strange: list[Any] = [None, -1, 2**53 - 1, "", "x", [], {}, [1], {"a": []}, [[]], True]
    kinds = ["audit.anchor", "audit.erased", "audit.key_rotated", "audit.pruned"]

    def do(chance: random.Random) -> Outcome:
        own = Log([*log.leaves], {**log.payloads}, {**log.versions})
        said = {key: value for key, value in facts.items() if chance.random() < 0.9}
        for key in chance.sample(sorted(facts), 2):
            said[key] = chance.choice(strange)
        own.enter(chance.choice(kinds), "record:1", d=chance.choice([said, said, said, strange]))
        code, text, _ = _answer(lambda: verify_log(Memory(own.files()), policy, [], 0, 1))
        return Outcome(code, text, same=True)  # it was signed: any answer is right, if it is one

    return do


def _zip(files: Files, folder: Path) -> Subject:
    """Mutate the bytes or the structure of a bundle, and ask the command."""
    place = folder / f"bundle-{len(files)}.zip"
    whole = zipped(files, place).read_bytes()
    records = [found.start() for found in re.finditer(b"PK\1\2", whole)]

    def do(chance: random.Random) -> Outcome:
        spoilt = (
            _repacked(files, chance) if chance.random() < 0.3 else _bent(whole, records, chance)
        )
        place.write_bytes(spoilt)
        said = io.StringIO()
        with redirect_stdout(said):
            code = cli.main(["bundle", str(place), "--vkey", VKEY])
        return Outcome(code, said.getvalue(), code != 0 or _reads_the_same(spoilt, files))

    return do


def _reads_the_same(bundle: bytes, files: Files) -> bool:
    meant = _believed(files)
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        held = {name: opened.read(name) for name in opened.namelist() if name in meant}
    return _believed(held) == meant


def _bent(whole: bytes, records: list[int], chance: random.Random) -> bytes:
    """Spoil any bytes of a zip, or a field of its list of files, whose records begin there."""
    if chance.random() < 0.5:
        return mutated(whole, chance)
    spoilt = bytearray(whole)
    field, width = chance.choice(
        [(8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (38, 4), (42, 4)]
    )
    value = chance.choice([0, 1, 8, 99, 0xFFFF, 2**31, 2**32 - 1]) & (2 ** (8 * width) - 1)
    at = chance.choice([*records, whole.rindex(b"PK\5\6") - 30]) + field
    struct.pack_into("<L" if width == 4 else "<H", spoilt, at, value)
    return bytes(spoilt)


def _repacked(files: Files, chance: random.Random) -> bytes:
    """Pack one file under another name, as a link, otherwise, or not at all; or pack a bomb."""
    packed, name, deed = io.BytesIO(), chance.choice(sorted(files)), chance.randrange(6)
    bomb = deed == 5 and chance.random() < 0.02
    how = (
        zipfile.ZIP_DEFLATED if bomb else chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    )
    with zipfile.ZipFile(packed, "w") as bundle:
        for each, data in files.items():
            info = zipfile.ZipInfo(each)
            if each == name and deed == 0:
                continue
            if each == name and deed == 1:
                info.filename = chance.choice(EVIL)
            elif each == name and deed == 2:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            if each == name and deed == 3:
                bundle.writestr(zipfile.ZipInfo(each), mutated(data, chance), how)
            spoilt = mutated(data, chance) if each == name and deed > 3 else data
            bundle.writestr(info, bytes(20_000_000) if bomb and each == name else spoilt, how)
    return packed.getvalue()


def subjects(folder: Path) -> dict[str, Subject]:
    """Return everything that is mutated, by name; bundles lie in the folder while they are read."""
    small = made(40, objects=5)
    trusted, asking = read_policy(TREE_ONLY.encode()), read_policy(WITNESSED.encode())
    note = small.note(seen_by=("w1", "w2")).encode()
    receipt, body = small.receipt(7, note.decode()).encode(), small.leaves[7]

    def anything(*_: object) -> bool:
        return True

    return {
        "checkpoint": _reader(note, asking.open, _no_more),
        "receipt": _reader(
            receipt,
            lambda data: verify_proof(data, body, trusted),
            lambda found, meant: found[0] == meant[0] and _no_more(found[1], meant[1]),
        ),
        "entry under a receipt": _reader(
            body, lambda data: (data, verify_proof(receipt, data, trusted)), lambda a, b: a == b
        ),
        "leaf": _reader(body, lambda data: envelope.read(data, 7), anything),
        "policy": _reader(WITNESSED.encode(), read_policy, anything),
        "key": _reader(
            VKEY.encode(), lambda data: read_key(data.decode(errors="replace"), LOG), anything
        ),
        "log in a folder": _folder(_telling_files()),
        "pruned log in a folder": _folder(pruned_files()),
        "signed words": _signed_words(),
        "case in a zip": _zip(small.case_files("case:2"), folder),
        "log in a zip": _zip(made(12, objects=3).files(), folder),
    }
