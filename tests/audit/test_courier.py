"""Heads are brought to real witnesses, what they sign is kept, what goes wrong is one sentence."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from audit import key_file, notes, sealer
from audit.anchors.courier import Courier
from audit.anchors.failures import Contradicted, Failed, Later
from audit.anchors.witnesses import Witness
from audit.core.note import read_key
from audit.key_file import SigningKey
from audit.models import Checkpoint
from audit.outside import Cosignature
from config.local import free_port
from tests.audit.core.make import VKEY, WITNESSES
from tests.audit.make import happen, sequence, sql, unprotected
from tests.audit.witness import Running, running

pytestmark = pytest.mark.django_db
ORIGIN = "breakglass.example.com/breakglass/1"
Policy = Callable[..., Path]


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return key_file.make(tmp_path / "key", ORIGIN)


@pytest.fixture
def grow(key: SigningKey, tmp_path: Path) -> Callable[[int], Checkpoint]:
    """Enter some events and sign the head."""
    file = sealer.MemoryFile(tmp_path / "memory", ORIGIN)

    def run(count: int) -> Checkpoint:
        for _ in range(count):
            happen()
        sequence(timezone.now())
        sealer.seal(key, file, sealer.remembered(file), at=timezone.now())
        return Checkpoint.objects.latest("size")

    return run


@pytest.fixture
def witness(key: SigningKey, tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "w1", key.vkey) as witness:
        yield witness


def bring(witness: Running | Witness, head: Checkpoint) -> None:
    """Bring a head as a sealer that has just been started does."""
    known = witness if isinstance(witness, Witness) else witness.known
    Courier.of(known).bring(head, at=timezone.now())


def sizes() -> list[int]:
    return list(Cosignature.objects.values_list("checkpoint", flat=True))


class TestBringing:
    def test_each_head_gets_its_signature(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        for count in (3, 1, 300):
            bring(witness, grow(count))

        assert sizes() == [3, 4, 304]
        signature = Cosignature.objects.latest("pk")
        assert signature.name == witness.name
        assert abs(signature.at - timezone.now()) < timedelta(minutes=1)

    def test_again_changes_nothing(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        head = grow(3)
        bring(witness, head)
        before = Cosignature.objects.get().line
        bring(witness, head)

        assert Cosignature.objects.get().line == before

    def test_goes_on_from_the_size_that_the_witness_knows(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        bring(witness, grow(3))
        with unprotected():
            sql("DELETE FROM audit_cosignature")  # as after a crash before it was kept

        bring(witness, grow(4))

        assert sizes() == [7]

    def test_what_is_kept_is_append_only(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        bring(witness, grow(3))
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        for attack in (
            "UPDATE audit_cosignature SET line = ''",
            "DELETE FROM audit_cosignature",
            "TRUNCATE audit_cosignature",
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                sql(attack)


class TestContradictions:
    def test_38_an_older_copy_of_the_record_that_was_put_back(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        old = grow(3)
        bring(witness, grow(4))
        with unprotected():
            sql("DELETE FROM audit_cosignature")
            sql("DELETE FROM audit_checkpoint WHERE size = 7")

        with pytest.raises(
            Contradicted, match=r"It has seen 7 entries, .* beyond 3: an older copy"
        ):
            bring(witness, old)

    def test_32_a_rewrite_with_the_records_own_key(
        self, witness: Running, key: SigningKey, grow: Callable[[int], Checkpoint]
    ) -> None:
        bring(witness, grow(3))
        grow(2)

        with pytest.raises(Contradicted, match="It has seen 3 entries that this record does not"):
            bring(witness, rewritten(key, 5))
        assert "CONTRADICTION" in witness.said()
        assert sizes() == [3]

    def test_32_a_rewrite_of_the_very_head_that_was_seen(
        self, witness: Running, key: SigningKey, grow: Callable[[int], Checkpoint]
    ) -> None:
        bring(witness, grow(3))

        with pytest.raises(Contradicted, match="It has seen other entries than these 3"):
            bring(witness, rewritten(key, 3))
        assert (witness.home / "evidence").exists()

    def test_a_witness_that_forgot_is_told_and_taken_up_again(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        bring(witness, grow(3))
        older = (witness.home / "memory").read_bytes()
        bring(witness, grow(4))
        witness.kill()
        (witness.home / "memory").write_bytes(older)
        witness.start()
        courier = Courier.of(witness.known)
        head = grow(1)

        with pytest.raises(Contradicted, match="has signed 7 entries and remembers 3"):
            courier.bring(head, at=timezone.now())
        courier.bring(head, at=timezone.now())
        assert sizes() == [3, 7, 8]

    def test_none_is_a_later_head_of_ours(
        self, witness: Running, grow: Callable[[int], Checkpoint]
    ) -> None:
        old = grow(3)
        bring(witness, grow(4))

        with pytest.raises(Later):
            bring(witness, old)


def rewritten(key: SigningKey, size: int) -> Checkpoint:
    """Return a head of as many other entries, signed by whoever has the key."""
    text = notes.checkpoint_text(ORIGIN, size, bytes(32))
    line = notes.sign(text, name=ORIGIN, key=key.private)
    return Checkpoint(size=size, note=notes.note(text, [line]), sealed_at=timezone.now())


@contextmanager
def answering(status: int, body: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve one odd answer on every request; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body(sent))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def cosigned(*, at: datetime, name: str = "w1", by: str = "w1") -> Callable[[bytes], bytes]:
    """Return what signs the head of a request."""

    def sign(body: bytes) -> bytes:
        text = body.decode().split("\n\n")[1] + "\n"
        seconds = int(at.timestamp())
        return notes.cosign(text, name=name, key=WITNESSES[by], at=seconds).encode()

    return sign


W1 = read_key(notes.vkey("w1", WITNESSES["w1"].public_key(), kind=notes.WITNESS), notes.WITNESS)
NOW = datetime.now(UTC)
FAILURES: dict[str, tuple[int, Callable[[bytes], bytes], str]] = {
    "404": (404, lambda _: b"", "It does not know this record"),
    "403": (403, lambda _: b"", "It knows this record under another key"),
    "500": (500, lambda _: b"", "It answered with the code 500"),
    "a redirect": (302, lambda _: b"", "It answered with the code 302"),
    "a size that is none": (409, lambda _: b"many\n", "did not say which size it knows"),
    "nothing": (200, lambda _: b"", "something else than signatures"),
    "a page": (200, lambda _: b"<html>", "something else than signatures"),
    "another key": (200, cosigned(at=NOW, by="w2"), "not one of its key"),
    "another name": (200, cosigned(at=NOW, name="w9"), "not one of its key"),
    "a clock that is wrong": (200, cosigned(at=NOW - timedelta(hours=1)), "By its clock it is"),
}


class TestFailures:
    @pytest.mark.parametrize("name", FAILURES)
    def test_are_said_in_one_sentence(self, name: str, grow: Callable[[int], Checkpoint]) -> None:
        status, body, why = FAILURES[name]
        head = grow(3)

        with answering(status, body) as url, pytest.raises(Failed, match=why) as caught:
            bring(Witness(W1, url), head)
        assert not isinstance(caught.value, Contradicted)
        assert sizes() == []

    def test_a_witness_that_is_down_does_not_answer(
        self, grow: Callable[[int], Checkpoint]
    ) -> None:
        with pytest.raises(Failed, match=r"It does not answer: .*refused"):
            bring(Witness(W1, f"http://127.0.0.1:{free_port()}"), grow(3))


class TestVerifying:
    """`verify_log` looks at what witnesses signed as `bgverify` does, and exits as it does."""

    def test_enough_witnesses_have_signed(
        self, witness: Running, grow: Callable[[int], Checkpoint], policy: Policy
    ) -> None:
        bring(witness, grow(3))

        assert verified(policy(1)) == (0, f"head of 3 entries: signed by {ORIGIN}, seen by w1")

    def test_the_policy_asks_for_more(
        self, witness: Running, grow: Callable[[int], Checkpoint], policy: Policy
    ) -> None:
        grow(3)
        more = "The policy asks for more cosignatures than those of"
        assert verified(policy(1)) == (2, f"INCOMPLETE. {more} nobody.")

        bring(witness, Checkpoint.objects.get())
        assert verified(policy(2)) == (2, f"INCOMPLETE. {more} w1.")

    def test_witnesses_of_the_settings_are_asked_for_as_well(
        self, witness: Running, grow: Callable[[int], Checkpoint], settings: Settings
    ) -> None:
        grow(3)
        assert verified() == (0, "")

        settings.LEDGER_WITNESSES = [f"{witness.known.key} {witness.known.url}"]
        assert verified()[0] == 2
        bring(witness, Checkpoint.objects.get())
        assert verified()[0] == 0

    @pytest.mark.parametrize(
        "forgery",
        [
            "UPDATE audit_cosignature SET line = translate(line, 'abcdef', 'bcdefa')",
            "UPDATE audit_cosignature SET line = 'x'",
            "UPDATE audit_cosignature SET witness = 'w9' || substr(witness, 3)",
            "UPDATE audit_cosignature SET at = at - interval '1 day'",
            "INSERT INTO audit_cosignature (checkpoint_id, witness, line, at)"
            " SELECT 3, witness, line, at FROM audit_cosignature",
        ],
    )
    def test_23_24_a_signature_that_no_witness_made(
        self, witness: Running, grow: Callable[[int], Checkpoint], forgery: str
    ) -> None:
        grow(3)
        bring(witness, grow(4))
        assert verified() == (0, "")
        with unprotected():
            sql(forgery)

        code, said = verified()
        assert code == 1
        assert "is not one of its key." in said

    def test_of_another_log_or_no_policy_at_all(
        self, witness: Running, grow: Callable[[int], Checkpoint], policy: Policy, tmp_path: Path
    ) -> None:
        bring(witness, grow(3))
        other = policy(1, log=VKEY)

        assert verified(other) == (
            1,
            f"NOT WHOLE. No trusted key of '{ORIGIN}' signed the checkpoint.",
        )
        other.write_text("quorum w1\n")
        code, said = verified(other)
        assert (code, said[:10]) == (3, "--policy: ")
        assert verified(tmp_path / "nowhere")[0] == 3


@pytest.fixture
def policy(key: SigningKey, witness: Running, tmp_path: Path) -> Policy:
    """Write a policy that asks for so many of two witnesses, of which one is there."""

    def write(least: int, *, log: str = key.vkey) -> Path:
        absent = notes.vkey("w2", WITNESSES["w2"].public_key(), kind=notes.WITNESS)
        lines = [
            f"log {log}",
            f"witness w1 {witness.known.key}",
            f"witness w2 {absent}",
            f"group enough {least} w1 w2",
            "quorum enough\n",
        ]
        place = tmp_path / "policy"
        place.write_text("\n".join(lines))
        return place

    return write


def verified(policy: Path | None = None) -> tuple[int, str]:
    """Run `verify_log`; return how it exits, and what it says of the head or of what is wrong."""
    out = io.StringIO()
    try:
        call_command("verify_log", *([f"--policy={policy}"] if policy else []), stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, "".join(out.getvalue().splitlines()[2:])
