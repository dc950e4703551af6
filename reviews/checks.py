"""`manage.py check`: whether the models that are to give second opinions can be asked."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

_HERE = {"127.0.0.1", "localhost", "::1"}


@checks.register(checks.Tags.compatibility)
def models(**_: Any) -> list[checks.CheckMessage]:
    """Look whether what the settings say of models is whole. No message holds a key."""
    found = [each for name in ("EMBEDDING", "CHAT") for each in _about(f"JUDGEMENT_{name}")]
    if not settings.JUDGEMENT_EMBEDDING_UNLIKE < settings.JUDGEMENT_EMBEDDING_ALIKE <= 100:
        text = "JUDGEMENT_EMBEDDING_UNLIKE is less than _ALIKE, which is 100 at most."
        found.append(checks.Error(text, id="reviews.E003"))
    return found


def _about(name: str) -> Iterator[checks.CheckMessage]:
    url, model, key = (getattr(settings, f"{name}_{part}") for part in ("URL", "MODEL", "KEY"))
    if not url:
        if model or key:
            text = f"{name}_MODEL or _KEY is set, and {name}_URL is not: nobody is asked."
            yield checks.Warning(text, id="reviews.W001")
        return
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        yield checks.Error(f"{name}_URL begins with https:// or http://.", id="reviews.E001")
    elif address.scheme == "http" and address.hostname not in _HERE:
        text = f"{name}_URL is http://: reasons and actions pass the network readably."
        yield checks.Warning(text, hint="Use https://.", id="reviews.W002")
    if not model:
        yield checks.Error(f"{name}_MODEL says which model is asked.", id="reviews.E002")
