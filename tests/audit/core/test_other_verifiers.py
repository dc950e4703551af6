"""Verifiers that others wrote come to the same verdicts: Go's, OpenSSL's, Sigstore's, aics-tlog.

They are shown an honest log and the tampered ones of `tamperings/`, as far as each can see them: a
tree has no words, and knows nothing of what entries say.
"""

import base64
import importlib
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit import tree
from tests.audit.core.make import KEY, NEXT_VKEY, VKEY, Log, made, write
from tests.audit.go import Verify, run, without_x_mod
from tests.audit.tamperings import bundles, entries, files, heads
from tests.audit.tamperings.scene import Row, Scene

HERE = Path(__file__).parent
TOOLS = HERE.parents[2] / ".local" / "tools"
MODULES = TOOLS / "sigstore" / "node_modules"
without_sigstore, without_aics = (
    pytest.mark.skipif(not place.is_dir(), reason="It is not there: sh tests/other-verifiers")
    for place in (MODULES, TOOLS / "aics")
)
# What is done to the tree or to who signed it, under the head that was signed.
OF_TREES = {*range(1, 13), 18, 20, 21, 22, 25, 26, 28, 29, 30}


# aics-tlog reads no more of a partial tile than it needs, and a note without its last newline.
PASSED_BY_AICS = {"a tile too wide", "no newline at its end"}


def rows(*tables: list[Row], numbers: set[int], but: Collection[str] = ()) -> pytest.MarkDecorator:
    every = (row for table in tables for row in table)
    found = [row for row in every if row.number in numbers and row.what not in but]
    return pytest.mark.parametrize("row", found, ids=[f"{r.number} {r.what}" for r in found])


TREES = (entries.ROWS, files.ROWS, heads.ROWS)


@pytest.fixture(scope="module")
def log() -> Log:
    """A log with more than one tile on two levels."""
    return made(700)


@pytest.fixture(scope="module")
def folder(log: Log, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log in a folder, with a receipt and the entry that it is about."""
    place = write(log.files(payloads=False), tmp_path_factory.mktemp("log"))
    return write({"receipt": log.receipt(300).encode(), "leaf": log.leaves[300]}, place)


@pytest.mark.needs("go")
@without_x_mod
class TestGo:
    def test_it_finds_a_whole_log_good(self, go: Verify, folder: Path) -> None:
        assert go("log", folder) == (0, "good")
        assert go("note", folder / "checkpoint") == (0, "good")

    @pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 513])
    def test_it_finds_logs_of_every_shape_good(self, go: Verify, size: int, tmp_path: Path) -> None:
        assert go("log", write(made(size).files(payloads=False), tmp_path)) == (0, "good")

    def test_it_finds_every_proof_good(self, go: Verify, log: Log, folder: Path) -> None:
        for index in (0, 1, 255, 256, 511, 512, 699):
            some = {"some": log.receipt(index).encode(), "other": log.leaves[index]}
            write(some, folder)
            assert go("proof", folder / "some", folder / "other") == (0, "good")
            assert go("proof", folder / "some", folder / "checkpoint")[0] == 1

    def test_it_finds_that_one_log_goes_on_another(
        self, go: Verify, log: Log, folder: Path
    ) -> None:
        for old in (1, 255, 256, 300, 512, 699):
            path = tree.consistency_proof(old, 700, log.read_tile)
            text = b"\n".join(map(base64.b64encode, path))
            write({"older": log.note(old).encode(), "path": text}, folder)
            files = [folder / "older", folder / "checkpoint", folder / "path"]
            assert go("consistency", *files) == (0, "good")
            write({"older": log.note(old + 1).encode()}, folder)
            assert go("consistency", *files)[0] == 1

    def test_it_refuses_another_key(self, go: Verify, folder: Path) -> None:
        assert go("log", folder, vkey=NEXT_VKEY)[0] == 1

    @rows(*TREES, numbers=OF_TREES)
    def test_both_refuse_a_tampered_log(self, go: Verify, row: Row, tmp_path: Path) -> None:
        row.check(row.do(Scene(tmp_path)))

        assert go("log", tmp_path / "log")[0] == 1


Audit = Callable[[Path, str], tuple[int, str]]


@pytest.fixture(scope="module")
def aics() -> Audit:
    """Audit a log in a folder with aics-tlog, which reads every tile and every entry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOOLS / "aics"))
        theirs = importlib.import_module("aics_tlog")

    def audit(folder: Path, vkey: str) -> tuple[int, str]:
        try:
            note = theirs.parse_note((folder / "checkpoint").read_bytes())
            verdict = theirs.verify_checkpoint(note, theirs.parse_vkey(vkey))
            if not verdict.ok:
                return 1, str(verdict.error)
            tiles = theirs.FileSystemTileReader(folder)
            theirs.audit_tiles(tiles, verdict.size, verdict.root)
        except (ValueError, theirs.TileMissingError) as error:
            return 1, str(error)
        return 0, "good"

    return audit


@without_aics
class TestAics:
    def test_it_finds_a_whole_log_good(self, aics: Audit, folder: Path) -> None:
        assert aics(folder, VKEY) == (0, "good")
        assert aics(folder, NEXT_VKEY)[0] == 1

    @rows(*TREES, numbers=OF_TREES, but=PASSED_BY_AICS)
    def test_both_refuse_a_tampered_log(self, aics: Audit, row: Row, tmp_path: Path) -> None:
        row.check(row.do(Scene(tmp_path)))

        assert aics(tmp_path / "log", VKEY)[0] == 1


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("turned", [False, True])
def test_openssl_verifies_the_signature_of_a_checkpoint(
    turned: bool,  # noqa: FBT001
    log: Log,
    tmp_path: Path,
) -> None:
    text, _, line = log.note().rpartition("\n\n")
    signature = base64.b64decode(line.split(" ")[2])[4:]
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{text}\n".replace("700", "701" if turned else "700").encode()
    write({"text": body, "signature": signature, "key": public}, tmp_path)
    words = ["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", "key", "-in", "text"]

    done = subprocess.run(
        ["openssl", *words, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False
    )

    assert (done.returncode == 0) is not turned


@pytest.mark.needs("node")
@without_sigstore
class TestSigstore:
    def verify(self, receipt: Path, leaf: Path, vkey: str = VKEY) -> tuple[int, str]:
        return run("node", HERE / "sigstore" / "verify.cjs", MODULES, vkey, receipt, leaf)

    def test_it_finds_a_receipt_good(self, folder: Path) -> None:
        assert self.verify(folder / "receipt", folder / "leaf") == (0, "good")

    def test_it_refuses_another_key(self, folder: Path) -> None:
        code, said = self.verify(folder / "receipt", folder / "leaf", NEXT_VKEY)
        assert (code, said) == (1, "invalid checkpoint signature")

    @rows(bundles.ROWS, numbers={45})
    def test_both_refuse_a_tampered_receipt(self, row: Row, tmp_path: Path) -> None:
        row.check(row.do(Scene(tmp_path)))

        assert self.verify(tmp_path / "receipt", tmp_path / "leaf")[0] == 1

    def test_both_refuse_another_entry(self, folder: Path) -> None:
        assert self.verify(folder / "receipt", folder / "checkpoint")[0] == 1


@pytest.mark.needs("sha256sum")
def test_a_payload_is_opened_with_a_shell(log: Log, tmp_path: Path) -> None:
    salt, body = log.payloads[7, "d"]
    write({"salt": salt, "json": body}, tmp_path)
    command = r"(printf 'bg.payload.v1\0'; cat salt json) | sha256sum"

    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert f'"d":"{done.stdout.split()[0]}"'.encode() in log.leaves[7]
