"""Where copies of the record lie: a folder, perhaps on another machine's disk, or a bucket (S3)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from audit import disk
from audit.anchors.bucket import Bucket
from audit.anchors.failures import Failed


class Store(Protocol):
    """A place for files. Both methods raise Failed with a sentence when it does not answer."""

    @property
    def name(self) -> str:
        """What people call it: its address, without secrets."""

    def read(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all."""


class Folder:
    """A folder."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.name = str(place)

    def read(self, path: str) -> bytes | None:
        """Return a file, or None where there is none."""
        try:
            with suppress(FileNotFoundError, NotADirectoryError):
                return (self._place / path).read_bytes()
        except OSError as error:
            raise Failed(f"{path} cannot be read: {error.strerror}.") from error
        return None

    def write(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all."""
        if not self._place.is_dir():
            raise Failed("The folder is not there; is the disk mounted?")
        try:
            (self._place / path).parent.mkdir(parents=True, exist_ok=True)
            disk.write(self._place / path, data)
        except OSError as error:
            raise Failed(f"{path} cannot be written: {error.strerror}.") from error


def configured(clock: Callable[[], datetime] = timezone.now) -> list[Store]:
    """Return the places of the settings.

    Raises ImproperlyConfigured for one that is neither a folder nor a bucket.
    """
    found = [of(place, clock) for place in settings.LEDGER_COPIES]
    if len({each.name for each in found}) < len(found):
        raise ImproperlyConfigured("LEDGER_COPIES: a place stands twice.")
    return found


def of(place: str, clock: Callable[[], datetime]) -> Store:
    """Return the store at a place, as settings write it."""
    if place.startswith("/"):
        return Folder(Path(place))
    if urlsplit(place).scheme in ("s3+https", "s3+http"):
        try:
            return Bucket.of(place, clock)
        except ValueError as error:
            raise ImproperlyConfigured(f"LEDGER_COPIES: {error}") from None
    raise ImproperlyConfigured(
        "LEDGER_COPIES: a place is the path of a folder, or"
        " s3+https://KEY:SECRET@host/bucket/prefix?region=REGION&days=DAYS."
    )
