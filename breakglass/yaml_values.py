"""What single values in a scenario file must be. Each reader returns the value or says why not."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import yaml

from breakglass.wording import DAYS
from core.speech import phrase


class Unfit(Exception):
    """A value is not what its key holds; the text stands after the key's name."""


def string(value: object) -> str:
    """Return text."""
    if not isinstance(value, str):
        raise Unfit(phrase("must be text in quotes, not %(value)s", value=repr(value)))
    return value


def flag(value: object) -> bool:
    """Return yes or no."""
    if not isinstance(value, bool):
        raise Unfit(phrase("must be true or false, not %(value)s", value=repr(value)))
    return value


def number(value: object) -> int:
    """Return a whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unfit(phrase("must be a whole number from 0, not %(value)s", value=repr(value)))
    return value


def positive(value: object) -> int:
    """Return a whole number from 1."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Unfit(phrase("must be a whole number from 1, not %(value)s", value=repr(value)))
    return value


def optional_number(value: object) -> int | None:
    """Return a whole number from 0, or None."""
    return None if value is None else number(value)


def items(value: object) -> list[Any]:
    """Return a list of anything."""
    if not isinstance(value, list):
        raise Unfit(phrase("must be a list, not %(value)s", value=repr(value)))
    return value


def mapping(value: object) -> dict[Any, Any]:
    """Return keys and values."""
    if not isinstance(value, dict):
        raise Unfit(phrase("must hold keys and values, not %(value)s", value=repr(value)))
    return value


def mappings(value: object) -> list[dict[Any, Any]]:
    """Return a list of keys and values."""
    return [mapping(item) for item in items(value)]


def words(value: object) -> list[str]:
    """Return a list of text."""
    return [string(item) for item in items(value)]


def days(value: object) -> list[int]:
    """Return days of the week as numbers from Monday, 0."""
    names = words(value)
    for name in names:
        if name not in DAYS:
            raise Unfit(phrase("must hold days such as Monday, not %(value)s", value=repr(name)))
    return sorted({DAYS.index(name) for name in names})


def clock(value: object) -> dt.time:
    """Return a time of the day. YAML takes 18:00 without quotes for a number."""
    try:
        return dt.datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time alone
    except ValueError:
        raise Unfit(
            phrase('must be a time in quotes such as "08:00", not %(value)s', value=repr(value))
        ) from None


def moment(value: object) -> dt.datetime | None:
    """Return an aware time, or None."""
    if value is None or (isinstance(value, dt.datetime) and value.tzinfo):
        return value
    raise Unfit(
        phrase(
            "must be a time with its zone, such as 2027-01-31 18:00:00Z, not %(value)s",
            value=repr(value),
        )
    )


def lines(root: yaml.Node | None) -> dict[str, int]:
    """Return the line, from 1, of everything in a file: "outage.steps[1].group" and so on."""
    return dict(_lines("", root)) if root else {}


def _lines(path: str, node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = f"{path}.{key.value}" if path else str(key.value)
            yield place, key.start_mark.line + 1
            yield from _lines(place, value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value, start=1):
            yield f"{path}[{number}]", value.start_mark.line + 1
            yield from _lines(f"{path}[{number}]", value)
