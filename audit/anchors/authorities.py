"""The time-stamping authorities (RFC 3161) of the settings."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Authority(NamedTuple):
    """A time-stamping authority, and the file with the roots that it is trusted by."""

    url: str
    roots: Path

    @property
    def name(self) -> str:
        """What people call it."""
        address = urlsplit(self.url)
        return f"{address.netloc}{address.path}"


def configured() -> list[Authority]:
    """Return the authorities of the settings, or raise ImproperlyConfigured."""
    return [_read(words) for words in settings.LEDGER_STAMPS]


def _read(words: str) -> Authority:
    url, _, roots = words.partition(" ")
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname or not roots.strip():
        raise ImproperlyConfigured(
            f"LEDGER_STAMPS: {words!r} is not written ADDRESS FILE, such as"
            " https://tsa.example.org/tsr /etc/breakglass/tsa-roots.pem."
        )
    return Authority(url, Path(roots.strip()))
