"""A bucket that speaks S3: reading and writing objects, under object lock where that is asked for.

Requests are signed by AWS Signature Version 4, which is some HMACs; that is all there is to it, so
that no large library stands between the record and its copy.
"""

import base64
import dataclasses
import hashlib
import hmac
import http.client
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from audit.anchors.failures import Failed

PATIENCE = 20.0  # seconds with a silent bucket
_LARGEST = 17 * 1024 * 1024  # bytes of an object: a bundle of the longest entries
_EMPTY = hashlib.sha256().hexdigest()
_KNOWN = {"region", "days", "lock"}
_LOCKS = ("COMPLIANCE", "GOVERNANCE")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bucket:
    """A prefix in a bucket. What is written stays for `days` days, by the lock of the bucket."""

    scheme: str
    host: str
    bucket: str
    prefix: str
    key: str
    secret: str
    region: str
    days: int
    lock: str
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, place: str, clock: Callable[[], datetime]) -> "Bucket":
        """Return the bucket of `s3+https://KEY:SECRET@host/bucket/prefix?region=R&days=N`.

        Raises ValueError, without the secret, when it is written otherwise.
        """
        url = urlsplit(place)
        options = dict(parse_qsl(url.query, strict_parsing=bool(url.query)))
        bucket, _, prefix = url.path.strip("/").partition("/")
        days, lock = options.get("days", "0"), options.get("lock", "COMPLIANCE")
        if not (url.hostname and bucket and url.username and url.password):
            raise ValueError("a bucket is s3+https://KEY:SECRET@host/bucket/prefix.")
        if (
            options.keys() - _KNOWN
            or not days.isdecimal()
            or lock not in ("COMPLIANCE", "GOVERNANCE")
        ):
            raise ValueError(f"a bucket's options are region, days and lock, not {url.query!r}.")
        return cls(
            scheme=url.scheme.removeprefix("s3+"),
            host=url.netloc.rpartition("@")[2],
            bucket=bucket,
            prefix=f"{prefix}/" if prefix else "",
            key=unquote(url.username),
            secret=unquote(url.password),
            region=options.get("region", "us-east-1"),
            days=int(days),
            lock=lock,
            clock=clock,
        )

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.host}/{self.bucket}/{self.prefix}".rstrip("/")

    def read(self, path: str) -> bytes | None:
        """Return an object, or None where there is none."""
        status, data = self._ask("GET", path, b"", {})
        if status == 404:
            return None
        if status != 200:
            raise _failure(status, path)
        return data

    def write(self, path: str, data: bytes) -> None:
        """Write an object. Under a lock an older one of that name stays as a version."""
        headers = {}
        if self.days:
            until = self.clock() + timedelta(days=self.days)
            headers = {
                "content-md5": base64.b64encode(hashlib.md5(data).digest()).decode(),  # noqa: S324
                "x-amz-object-lock-mode": self.lock,
                "x-amz-object-lock-retain-until-date": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            }
        status, _ = self._ask("PUT", path, data, headers)
        if status != 200:
            raise _failure(status, path)

    def _ask(
        self, method: str, path: str, data: bytes, more: Mapping[str, str]
    ) -> tuple[int, bytes]:
        place = quote(f"/{self.bucket}/{self.prefix}{path}", safe="/-_.~")
        headers = self._signed(method, place, data, more)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        connection = kinds[self.scheme](self.host, timeout=PATIENCE)
        try:
            connection.request(method, place, data or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST)
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"It does not answer: {error or type(error).__name__}.") from error
        finally:
            connection.close()

    def _signed(
        self, method: str, place: str, data: bytes, more: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the headers of a request, with its signature."""
        now = self.clock()
        stamp, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
        digest = hashlib.sha256(data).hexdigest() if data else _EMPTY
        headers = dict(more) | {
            "host": self.host,
            "x-amz-content-sha256": digest,
            "x-amz-date": stamp,
        }
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        request = f"{method}\n{place}\n\n{lines}\n{names}\n{digest}"
        scope = f"{day}/{self.region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names},"
            f" Signature={signature}"
        )
        return headers


def _failure(status: int, path: str) -> Failed:
    if status == 403:
        return Failed("It refuses us: look at the key, its rights and the clock.")
    return Failed(f"It answered with the code {status} to {path}.")
