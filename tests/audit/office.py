"""A real authority for time stamps by RFC 3161: openssl, with certificates made for a test."""

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
from django.utils import timezone

from audit.anchors import stamps
from audit.anchors.authorities import Authority

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
        # A long one: its certificate sorts behind the others, as DER asks of a SET.
        self._name = x509.Name(
            [
                x509.NameAttribute(
                    NameOID.COMMON_NAME, "Root of all certificates in a test of time stamps"
                )
            ]
        )
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

    def answer_signed_by(self, query: bytes, name: str) -> bytes:
        """Stamp as "good", and have somebody else sign who does not look what they may."""
        (self.home / "good.tsr").write_bytes(self.answer(query, "good"))
        self.run("-reply", "-in", "good.tsr", "-token_out", "-out", "token")
        self._cms("-verify", "-noverify", "-inform", "DER", "-in", "token", "-out", "said")
        self._cms(
            *("-sign", "-binary", "-nodetach", "-cades", "-nosmimecap", "-outform", "DER"),
            *("-econtent_type", "id-smime-ct-TSTInfo", "-in", "said", "-out", "token"),
            *("-signer", f"{name}.pem", "-inkey", f"{name}.key", "-certfile", "root.pem"),
        )
        return _sequence(_sequence(b"\2\1\0") + (self.home / "token").read_bytes())

    def _cms(self, *words: str) -> None:
        subprocess.run(["openssl", "cms", *words], cwd=self.home, capture_output=True, check=True)

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


def _sequence(content: bytes) -> bytes:
    """Return a SEQUENCE of DER, short or of up to 64 kB."""
    size = len(content)
    return b"\x30" + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + content


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


def stamped(office: Office, answer: Callable[[bytes], bytes], data: bytes = b"a head") -> bytes:
    """Have data stamped by whoever answers so, under the roots of the office."""
    with serving(answer) as url:
        return stamps.stamp(Authority(url, office.home / "root.pem"), data, at=timezone.now())[0]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("office"))
    office.issue("good", usage=Usage.TIME_STAMPING, until=NOW + YEAR)
    office.issue("expired", usage=Usage.TIME_STAMPING, until=NOW - timedelta(days=1))
    office.issue("web", usage=Usage.SERVER_AUTH, until=NOW + YEAR)
    return office
