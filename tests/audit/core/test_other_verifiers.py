"""Verifiers that others wrote come to the same verdicts: Go's, OpenSSL's, Sigstore's."""

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit import tree
from tests.audit.core.make import KEY, NEXT_VKEY, VKEY, Log, ask, edit, made, write
from tests.audit.go import Verify, run, without_x_mod

HERE = Path(__file__).parent
MODULES = HERE.parents[2] / ".local" / "tools" / "sigstore" / "node_modules"
without_sigstore = pytest.mark.skipif(
    not MODULES.is_dir(), reason="Sigstore's verifier is not there: sh tests/sigstore-verify"
)


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

    @pytest.mark.parametrize(
        "place", ["checkpoint", "tile/0/001", "tile/1/000.p/2", "tile/entries/001"]
    )
    @pytest.mark.parametrize("byte", [3, 40])
    def test_both_refuse_a_turned_byte(
        self, go: Verify, log: Log, place: str, byte: int, tmp_path: Path
    ) -> None:
        files = log.files(payloads=False)
        data = files[place]
        files[place] = data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :]
        write(files, tmp_path)

        assert go("log", tmp_path)[0] == 1
        assert ask("log", tmp_path, "--vkey", VKEY)[0] == 1

    def test_both_refuse_an_entry_that_was_changed_under_the_same_head(
        self, go: Verify, tmp_path: Path
    ) -> None:
        log = made(300)
        signed = log.note()
        edit(log, 123, actor="user:eve")
        write(log.files(checkpoint=signed, payloads=False), tmp_path)

        assert go("log", tmp_path)[0] == 1
        assert ask("log", tmp_path, "--vkey", VKEY)[0] == 1


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

    @pytest.mark.parametrize(
        ("before", "after"),
        [(b"index 300", b"index 301"), (b"\n700\n", b"\n701\n"), (b"=\n\n", b"=\nAAAA\n\n")],
    )
    def test_both_refuse_a_receipt_that_was_changed(
        self, before: bytes, after: bytes, folder: Path, tmp_path: Path
    ) -> None:
        receipt = (folder / "receipt").read_bytes().replace(before, after, 1)
        write({"receipt": receipt}, tmp_path)

        assert self.verify(tmp_path / "receipt", folder / "leaf")[0] == 1
        words = [tmp_path / "receipt", "--leaf", folder / "leaf", "--vkey", VKEY]
        assert ask("proof", *words)[0] == 1

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
