"""Make logs in folders and bundles, whole or tampered with, and ask the verifier about them."""

import functools
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import leaf, notes, tree
from audit.core.cli import main
from audit.core.tiles import path

ENTRIES, LAST = "tile/entries/000", "tile/entries/001.p/44"  # of a log of 300 entries
ORIGIN = "example.org/breakglass/1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NEXT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESSES = {
    f"w{number}": Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3)
}
NOON = 1_793_620_800  # seconds
VKEY = notes.vkey(ORIGIN, KEY.public_key())
NEXT_VKEY = notes.vkey(ORIGIN, NEXT_KEY.public_key())
POLICY = (
    f"log {VKEY}\n"
    + "".join(
        f"witness {name} {notes.vkey(name, key.public_key(), kind=notes.WITNESS)}\n"
        for name, key in WITNESSES.items()
    )
    + "group two 2 w1 w2 w3\n"
)
TREE_ONLY = POLICY + "quorum none\n"
WITNESSED = POLICY + "quorum two\n"


@dataclass
class Log:
    """A log in memory. Change `leaves` or `payloads`, and write what comes of it."""

    leaves: list[bytes] = field(default_factory=list)
    payloads: dict[tuple[int, str], tuple[bytes, bytes]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def enter(
        self,
        ev: str = "test.happened",
        obj: str = "request:1",
        *,
        case: str = "",
        wordless: bool = False,
        **facts: Any,
    ) -> int:
        """Enter an event, with a payload unless it is `wordless`; return its place."""
        seq = len(self.leaves)
        self.versions[obj] = self.versions.get(obj, 0) + 1
        words = {"d": {"number": seq}, "p": {"words": f"Words of {seq}"}}
        parts: dict[str, Any] = {} if wordless else words
        for part, body in (parts | {key: facts[key] for key in facts.keys() & {"d", "p"}}).items():
            salt = hashlib.sha256(b"%d.%s" % (seq, part.encode())).digest()
            self.payloads[seq, part] = (salt, leaf.canonical(body))
        at = (NOON + seq) * 1_000_000
        fields = {
            "actor": "user:ada",
            "at": at,
            "case": case,
            "ev": ev,
            "id": f"{seq:032x}",
            "obj": obj,
            "occ": at - 1000,
            "ov": self.versions[obj],
            "pc": {
                part: leaf.commitment(*self.payloads[seq, part]).hex()
                for part in "dp"
                if (seq, part) in self.payloads
            },
            "seq": seq,
            "v": 1,
        }
        self.leaves.append(
            leaf.canonical(fields | {key: facts[key] for key in facts.keys() & fields.keys()})
        )
        return seq

    @property
    def hashes(self) -> list[bytes]:
        return [leaf.leaf_hash(each) for each in self.leaves]

    def root(self, size: int | None = None) -> bytes:
        return tree.Frontier().append(self.hashes[:size]).root

    def text(self, size: int | None = None) -> str:
        count = len(self.leaves) if size is None else size
        return notes.checkpoint_text(ORIGIN, count, self.root(count))

    def note(
        self,
        size: int | None = None,
        *,
        keys: tuple[Ed25519PrivateKey, ...] = (KEY,),
        seen_by: tuple[str, ...] = (),
        at: int = NOON + 100_000,
    ) -> str:
        text = self.text(size)
        return notes.note(
            text,
            [
                *(notes.sign(text, name=ORIGIN, key=key) for key in keys),
                *(notes.cosign(text, name=name, key=WITNESSES[name], at=at) for name in seen_by),
            ],
        )

    def receipt(self, seq: int, checkpoint: str | None = None) -> str:
        proof = tree.inclusion_proof(seq, len(self.leaves), self.read_tile)
        return notes.receipt(seq, proof, checkpoint or self.note())

    def read_tile(self, level: int, index: int) -> bytes:
        """Return the bytes of a tile."""
        return dict(self._tiles())[level, index]

    def _tiles(self) -> Iterator[tuple[tuple[int, int], bytes]]:
        hashes = self.hashes
        if rest := len(hashes) % 256:
            yield (0, len(hashes) // 256), b"".join(hashes[-rest:])
        for tile in tree.grow(tree.Frontier(), hashes, lambda *_: b"")[1]:
            yield (tile.level, tile.index), tile.data

    def files(self, *, checkpoint: str | None = None, payloads: bool = True) -> dict[str, bytes]:
        """Return all files of the log, by their paths."""
        files = {"checkpoint": (checkpoint or self.note()).encode()}
        for (level, index), data in self._tiles():
            files[path(level, index, len(data) // 32)] = data
        for start in range(0, len(self.leaves), 256):
            some = self.leaves[start : start + 256]
            bundle = b"".join(len(each).to_bytes(2, "big") + each for each in some)
            files[path("entries", start // 256, len(some))] = bundle
        for (seq, part), (salt, body) in self.payloads.items() if payloads else ():
            files[f"payloads/{seq}.{part}.salt"] = salt
            files[f"payloads/{seq}.{part}.json"] = body
        return files

    def case_files(self, case: str, *also: int) -> dict[str, bytes]:
        """Return the files of a bundle of one case, and of some entries besides."""
        note = self.note()
        files = {"checkpoint": note.encode(), "README.txt": b"Read me.\n"}
        for seq, each in enumerate(self.leaves):
            if f'"case":"{case}"'.encode() in each or seq in also:
                files[f"entries/{seq}.json"] = each
                files[f"proofs/{seq}.tlog-proof"] = self.receipt(seq, note).encode()
                for part in "dp":
                    if (seq, part) in self.payloads:
                        salt, body = self.payloads[seq, part]
                        files[f"payloads/{seq}.{part}.salt"] = salt
                        files[f"payloads/{seq}.{part}.json"] = body
        return files


def made(count: int = 300, objects: int = 7, *, with_words: int | None = None) -> Log:
    """Return a log of `count` entries about some objects; as many as told, else all, have words."""
    log = _made(count, objects, count if with_words is None else with_words)
    return Log([*log.leaves], {**log.payloads}, {**log.versions})


@functools.cache
def _made(count: int, objects: int, told: int) -> Log:
    log = Log()
    for number in range(count):
        about = f"{number % objects}"
        log.enter(obj=f"request:{about}", case=f"case:{about}", wordless=number >= told)
    return log


def sparse() -> Log:
    """Return a log of 600 entries, of which each thirtieth has words."""
    log = Log()
    for number in range(600):
        log.enter(obj=f"request:{number % 7}", wordless=number % 30 > 0)
    return log


def pruned_files(**changed: object) -> dict[str, bytes]:
    """Return a log of 600 entries whose first 256 were pruned, in two files of last versions."""
    log = sparse()
    lasts = dict[str, int]()
    for each in log.leaves[:256]:
        entry = json.loads(each)
        lasts[entry["obj"]] = entry["ov"]
    kept = json.dumps(lasts).encode()
    said = {
        "below": 256, "at": (NOON + 255) * 1_000_000, "keys": [],
        "carried": hashlib.sha256(kept).hexdigest(),
    }  # fmt: skip
    log.enter("audit.pruned", "record:1", d=said | changed)
    return {
        name: data
        for name, data in log.files().items()
        if name not in {"tile/0/000", "tile/entries/000"}
        and not (name.startswith("payloads/") and int(name[9:].split(".")[0]) < 256)
    } | {"carried/256.0": kept[:9], "carried/256.1": kept[9:]}


def write(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files into a folder, in place of what was there."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def zipped(files: dict[str, bytes], place: Path) -> Path:
    """Write the files into a zip, stored and in order."""
    with zipfile.ZipFile(place, "w") as bundle:
        for name in sorted(files):
            bundle.writestr(zipfile.ZipInfo(name), files[name])
    return place


def ask(*words: object) -> tuple[int, str]:
    """Run `bgverify`; return how it exits and what it says."""
    said = io.StringIO()
    with redirect_stdout(said):
        code = main([str(word) for word in words])
    assert "Traceback" not in said.getvalue()
    return code, said.getvalue().strip()


def verify(
    files: dict[str, bytes], folder: Path, *words: object, policy: str = TREE_ONLY
) -> tuple[int, str]:
    folder.mkdir(exist_ok=True)
    (folder / "policy").write_text(policy)
    write(files, folder / "log")
    return ask("log", folder / "log", "--policy", folder / "policy", *words)


def fields(log: Log, seq: int) -> dict[str, Any]:
    """Return what a leaf says."""
    return dict(json.loads(log.leaves[seq]))


def edit(log: Log, seq: int, /, **new: Any) -> None:
    """Make a leaf say something else."""
    log.leaves[seq] = leaf.canonical(fields(log, seq) | new)
