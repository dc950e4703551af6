"""Heads get time stamps by RFC 3161 from a real authority (openssl), and openssl verifies them."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pytest_django import Settings

from audit import evidence
from audit.anchors import authorities, stamps
from audit.anchors.authorities import Authority
from audit.anchors.failures import Failed
from audit.models import Checkpoint
from audit.outside import Anchor, Place
from config.local import free_port
from tests.audit.core.make import write
from tests.audit.make import happen, sequence

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
_CONFIG = """
[tsa]
default_tsa = us
[us]
serial = {home}/serial
signer_cert = {home}/{name}.pem
signer_key = {home}/{name}.key
certs = {home}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Office:
    """A certificate authority, and time-stamping authorities with certificates of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._root_key = rsa.generate_private_key(65537, 2048)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root of a test")])
        builder = self._builder(self._name, self._root_key.public_key(), NOW + 10 * YEAR)
        ca = x509.BasicConstraints(ca=True, path_length=None)
        root = builder.add_extension(ca, critical=True).sign(self._root_key, hashes.SHA256())
        (home / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
        (home / "serial").write_text("01\n")

    def issue(self, name: str, *, usage: x509.ObjectIdentifier, until: datetime) -> None:
        """Make a key and a certificate for somebody."""
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key(), until)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        cert = builder.sign(self._root_key, hashes.SHA256())
        (self.home / f"{name}.pem").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
        (self.home / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (self.home / f"{name}.cnf").write_text(_CONFIG.format(home=self.home, name=name))

    def answer(self, query: bytes, name: str) -> bytes:
        """Stamp what a query asks for."""
        asked, answered = self.home / f"{name}.tsq", self.home / f"{name}.tsr"
        asked.write_bytes(query)
        self.run(
            "-reply", "-config", f"{name}.cnf", "-queryfile", asked.name, "-out", answered.name
        )
        return answered.read_bytes()

    def run(self, *words: str) -> int:
        """Run `openssl ts`; return how it exits."""
        command = ["openssl", "ts", *words]
        return subprocess.run(command, cwd=self.home, capture_output=True, check=False).returncode

    def _builder(
        self, subject: x509.Name, key: rsa.RSAPublicKey, until: datetime
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        builder = builder.public_key(key).serial_number(x509.random_serial_number())
        return builder.not_valid_before(NOW - YEAR).not_valid_after(until)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("office"))
    office.issue("good", usage=Usage.TIME_STAMPING, until=NOW + YEAR)
    office.issue("expired", usage=Usage.TIME_STAMPING, until=NOW - timedelta(days=1))
    office.issue("web", usage=Usage.SERVER_AUTH, until=NOW + YEAR)
    return office


@contextmanager
def serving(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve an authority; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if data else 503)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr"
        finally:
            server.shutdown()
            thread.join()


def ask(office: Office, answer: Callable[[bytes], bytes], data: bytes = b"a head") -> bytes:
    with serving(answer) as url:
        return stamps.stamp(Authority(url, office.home / "root.pem"), data, at=timezone.now())[0]


def test_a_stamp_is_one_that_openssl_verifies(office: Office) -> None:
    token = ask(office, lambda query: office.answer(query, "good"))

    (office.home / "token.tsr").write_bytes(token)
    for data, code in ((b"a head", 0), (b"another", 1)):
        (office.home / "data").write_bytes(data)
        assert (
            office.run("-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "root.pem")
            == code
        )


def test_43_a_stamp_of_something_else_is_refused(office: Office) -> None:
    other = ask(office, lambda query: office.answer(query, "good"), b"another head")
    with pytest.raises(Failed, match="Its time stamp is not good"):
        ask(office, lambda _: other)


@pytest.mark.parametrize("name", ["expired", "web"])
def test_43_a_stamp_by_somebody_who_may_not_is_refused(office: Office, name: str) -> None:
    with pytest.raises(Failed):
        ask(office, lambda query: office.answer(query, name))


def test_43_a_stamp_under_other_roots_is_refused(office: Office, tmp_path: Path) -> None:
    other = Office(tmp_path)
    with pytest.raises(Failed, match="Its time stamp is not good"):
        ask(other, lambda query: office.answer(query, "good"))


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"", "the code 503"), (b"<html>", "something else than a time stamp")],
)
def test_what_goes_wrong_is_said(office: Office, answer: bytes, why: str) -> None:
    with pytest.raises(Failed, match=why):
        ask(office, lambda _: answer)


def test_one_that_is_down_and_roots_that_are_none_are_said(office: Office) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(Failed, match="It does not answer"):
        stamps.stamp(Authority(url, office.home / "root.pem"), b"x", at=NOW)
    with serving(lambda query: office.answer(query, "good")) as url:
        for roots in ("gone.pem", "serial"):
            with pytest.raises(Failed, match="cannot be read as certificates"):
                stamps.stamp(Authority(url, office.home / roots), b"x", at=NOW)


def test_a_clock_that_is_wrong_is_refused(office: Office) -> None:
    with serving(lambda query: office.answer(query, "good")) as url:
        authority = Authority(url, office.home / "root.pem")
        with pytest.raises(Failed, match="By its clock it is"):
            stamps.stamp(authority, b"x", at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("words", ["https://tsa.example.org", "ftp://x /roots", "x"])
def test_nonsense_is_refused_with_a_sentence(words: str, settings: Settings) -> None:
    settings.LEDGER_STAMPS = [words]
    with pytest.raises(ImproperlyConfigured, match="is not written ADDRESS FILE"):
        authorities.configured()


@pytest.mark.django_db
class TestRecord:
    @pytest.fixture
    def grow(self, seal: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            happen()
            sequence()
            seal()

        return run

    def test_each_hour_the_newest_head_is_stamped_and_goes_with_the_record(
        self, office: Office, settings: Settings, grow: Callable[[], None], tmp_path: Path
    ) -> None:
        with serving(lambda query: office.answer(query, "good")) as url:
            settings.LEDGER_STAMPS = [f"{url} {office.home / 'root.pem'}"]
            stamps.bring_all(at=timezone.now())
            for _ in range(3):
                grow()
                stamps.bring_all(at=timezone.now())

        (kept,) = Anchor.objects.filter(kind="stamp")
        assert kept.checkpoint_id == 1
        assert Place.objects.get().size == 1
        write(dict(evidence.record_files()), tmp_path)
        place = str(tmp_path / "anchors" / f"1-{kept.pk}")
        words = ["-verify", "-in", f"{place}.tsr", "-CAfile", "root.pem", "-data"]
        assert office.run(*words, f"{place}.note") == 0
        assert office.run(*words, str(tmp_path / "checkpoint")) == 1
        assert kept.note == Checkpoint.objects.get(size=1).note

    def test_one_that_fails_is_noted(
        self, settings: Settings, office: Office, grow: Callable[[], None]
    ) -> None:
        settings.LEDGER_STAMPS = [f"http://127.0.0.1:{free_port()}/ {office.home / 'root.pem'}"]
        grow()
        stamps.bring_all(at=timezone.now())
        assert "It does not answer" in Place.objects.get().why
