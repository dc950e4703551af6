"""What a tampering is done to: a copy of an honest log, and the verifier to ask about it."""

import copy
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit.core.make import TREE_ONLY, VKEY, Log, ask, edit, made, write, zipped

Answer = tuple[int, str]
Files = dict[str, bytes]
WORDS = {0: "GOOD: ", 1: "TAMPERED: ", 2: "INCOMPLETE: ", 3: "NOT ASKED RIGHT: "}
WITH_WORDS = 20  # entries; the other 280 have no payload, so that a copy is written quickly


class Row(NamedTuple):
    """One tampering: its number in the threat model's list (0: not on it), and how it ends.

    `do` returns how the program `by` which it is found exits, and what is said. Where somebody
    else refuses first (the database, the sequencer …), `by` names them, `says` is their sentence
    and the code is that of `bgverify` about what the record is then.
    """

    number: int
    what: str
    do: Callable[[Any], Answer]
    code: int
    says: str  # a regular expression that is found in it
    by: str = "bgverify"

    def check(self, answer: Answer) -> None:
        """Assert that the answer is the expected one: never an exit code or a sentence alone."""
        code, said = answer
        assert (code, said) == (self.code, said)
        assert re.search(self.says, said), said
        if self.by == "bgverify":
            assert said.startswith(WORDS[code])


@cache
def _honest() -> tuple[Log, Files]:
    log = made(with_words=WITH_WORDS)
    return log, log.files()


class Scene:
    """A copy of the honest log of 300 entries: `log`, and its `files` under its signed head."""

    def __init__(self, folder: Path) -> None:
        log, files = _honest()
        self.folder, self.log, self.files = folder, copy.deepcopy(log), dict(files)

    def put(self, name: str, data: str | bytes) -> Path:
        """Write a file beside the log."""
        (self.folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
        return self.folder / name

    def verify(self, *words: object, policy: str = TREE_ONLY) -> Answer:
        """Ask about the files as they are now."""
        place = write(self.files, self.folder / "log")
        return ask("log", place, "--policy", self.put("policy", policy), *words)

    def verify_anew(
        self, *words: object, policy: str = TREE_ONLY, keys: tuple[Ed25519PrivateKey, ...] = ()
    ) -> Answer:
        """Ask about the log as it is now, signed again by whoever has the key."""
        note = self.log.note(keys=keys) if keys else None
        self.files = {**self.log.files(checkpoint=note), **self._older()}
        return self.verify(*words, policy=policy)

    def _older(self) -> Files:
        return {name: data for name, data in self.files.items() if name.startswith("checkpoints/")}

    def verify_bundle(self, files: Files | None = None, *words: object) -> Answer:
        """Ask about a zip of the files."""
        place = zipped(self.files if files is None else files, self.folder / "bundle.zip")
        return ask("bundle", place, *(words or ("--vkey", VKEY)))

    def verify_receipt(self, receipt: str, seq: int = 7) -> Answer:
        """Ask about a receipt for the entry `seq`."""
        words = [self.put("receipt", receipt), "--leaf", self.put("leaf", self.log.leaves[seq])]
        return ask("proof", *words, "--vkey", VKEY)

    def edit(self, seq: int, /, **new: Any) -> None:
        """Make an entry say something else."""
        edit(self.log, seq, **new)
