"""Values in events of other systems, of which nothing is certain: neither keys nor kinds."""

from collections.abc import Iterator, Mapping

_DEEPEST = 12
_MOST = 300
_LONGEST = 4_000


def text_at(event: object, *keys: str) -> str:
    """Return the text under the keys, one within the other; "" if there is none."""
    for key in keys:
        event = event.get(key) if isinstance(event, Mapping) else None
    return str(event)[:_LONGEST] if isinstance(event, str | int | float) else ""


def number_at(event: Mapping[str, object], *keys: str) -> int:
    """Return the first number under one of the keys; 0 if there is none."""
    for key in keys:
        text = text_at(event, key)
        if text.isascii() and text.isdigit():
            return int(text[:18])
    return 0


def leaves(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield each text and number within a value with the key next to it, 300 at most."""
    for count, leaf in enumerate(_leaves(value, key, depth)):
        if count >= _MOST:
            return
        yield leaf


def _leaves(value: object, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, str(name), depth + 1)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each, key, depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield key, str(value)[:_LONGEST]
