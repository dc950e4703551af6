"""A bucket that speaks S3: signed as Amazon's documents say, locked, and never overwritten."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from pytest_django import Settings

from audit.anchors import copies
from audit.anchors.bucket import Bucket
from audit.anchors.failures import Failed
from audit.outside import Place
from config.local import free_port
from tests.audit.make import happen, sequence

DAY = datetime(2013, 5, 24, tzinfo=UTC)
AMAZON = Bucket(
    scheme="https", host="examplebucket.s3.amazonaws.com", bucket="", prefix="",
    key="AKIAIOSFODNN7EXAMPLE", secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region="us-east-1", days=0, lock="COMPLIANCE", clock=lambda: DAY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "data", "more", "signature"),
    [
        ("GET", "/test.txt", b"", {"range": "bytes=0-9"},
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test%24file.text", b"Welcome to Amazon S3.",
         {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        # The last two are what Amazon's own botocore 1.44.8 signs with that key at that time.
        ("PUT", "/tile/0/x001/000.p/7", b"data",
         {"content-md5": "jXd/OF09/siBXSD3SWAm3A==", "x-amz-object-lock-mode": "COMPLIANCE",
          "x-amz-object-lock-retain-until-date": "2014-06-28T00:00:00Z"},
         "cbb949cf3e5f4b6323c98b4e34af2e6e3b95ce1b0e54ff2cc19e1c9e9530c2eb"),
        ("GET", "/a%20b/%C3%A9%2B", b"", {},
         "8b3a4297c628b1d0272f244df6e1a333fc3635490533c94d1337c2d4c0c078d7"),
    ],
)  # fmt: skip
def test_requests_are_signed_as_by_amazon(
    method: str, path: str, data: bytes, more: dict[str, str], signature: str
) -> None:
    headers = AMAZON._signed(method, path, data, more)  # noqa: SLF001

    assert headers["authorization"].endswith(f"Signature={signature}")


class Objects:
    """A server that keeps objects, and every version of them."""

    def __init__(self) -> None:
        self.versions: dict[str, list[bytes]] = {}
        self.headers: list[dict[str, str]] = []
        self.status = 0


@pytest.fixture
def objects() -> Iterator[tuple[Objects, str]]:
    kept = Objects()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = kept.versions.get(self.path)
            self.answer(kept.status or (200 if data else 404), data[-1] if data else b"")

        def do_PUT(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            kept.versions.setdefault(self.path, []).append(data)
            kept.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.answer(kept.status or 200, b"")

        def answer(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield kept, f"s3+http://key:s%2Fecret@127.0.0.1:{server.server_port}/records/a/b"
        finally:
            server.shutdown()
            thread.join()


def test_what_was_written_is_read_again_and_locked(objects: tuple[Objects, str]) -> None:
    kept, place = objects
    bucket = Bucket.of(f"{place}?region=eu-central-1&days=400", lambda: DAY)

    assert bucket.read("tile/0/000") is None
    bucket.write("tile/0/000", b"data")
    assert bucket.read("tile/0/000") == b"data"

    assert kept.versions == {"/records/a/b/tile/0/000": [b"data"]}
    (sent,) = kept.headers
    assert sent["x-amz-object-lock-mode"] == "COMPLIANCE"
    assert sent["x-amz-object-lock-retain-until-date"] == "2014-06-28T00:00:00Z"
    assert sent["content-md5"] == base64.b64encode(hashlib.md5(b"data").digest()).decode()  # noqa: S324
    assert "/20130524/eu-central-1/s3/aws4_request" in sent["authorization"]
    assert "secret" not in bucket.name


@pytest.mark.parametrize(("status", "why"), [(403, "It refuses us"), (500, "the code 500")])
def test_what_goes_wrong_is_said(objects: tuple[Objects, str], status: int, why: str) -> None:
    kept, place = objects
    bucket = Bucket.of(place, lambda: DAY)
    kept.status = status

    with pytest.raises(Failed, match=why):
        bucket.read("x")
    with pytest.raises(Failed, match=why):
        bucket.write("x", b"")


def test_one_that_is_down_does_not_answer() -> None:
    bucket = Bucket.of(f"s3+http://key:secret@127.0.0.1:{free_port()}/b", lambda: DAY)
    with pytest.raises(Failed, match="It does not answer"):
        bucket.read("x")


@pytest.mark.parametrize(
    "place",
    [
        "s3+https://host/bucket", "s3+https://k:secret@host", "s3+https://k:secret@host/b?days=x",
        "s3+https://k:secret@host/b?lock=NONE", "s3+https://k:secret@host/b?regoin=x",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_its_secret(place: str) -> None:
    with pytest.raises(ValueError, match="a bucket") as caught:
        Bucket.of(place, lambda: DAY)
    assert "secret" not in str(caught.value)


@pytest.mark.django_db
def test_the_record_is_copied_into_it(
    objects: tuple[Objects, str], settings: Settings, seal: Callable[[], None]
) -> None:
    kept, place = objects
    settings.LEDGER_COPIES = [place]
    for _ in range(2):
        happen()
        sequence()
        seal()
        copies.bring_all(timezone.now)

    assert Place.objects.get().size == 2
    assert {len(versions) for path, versions in kept.versions.items() if "tile" in path} == {1}
    assert len(kept.versions["/records/a/b/checkpoint"]) == 2
