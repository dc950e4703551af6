"""What a rule looks at: one event of a log, whose fields are found by dotted names."""

import json
from collections.abc import Iterator, Mapping

Said = Mapping[str, object]


class Event:
    """One event. Fields are found when a rule asks for them, and only once.

    `said` is the event as its source wrote it, nested or flat: `requestParameters.roleName` is
    a key of that name, or a key inside another. A list has every one of its values. `null` is
    the same as a field that is not there.
    """

    __slots__ = ("_exact", "_lower", "_lower_text", "_text", "said")

    def __init__(self, said: Said) -> None:
        self.said = said
        self._exact: dict[str, tuple[str, ...]] = {}
        self._lower: dict[str, tuple[str, ...]] = {}
        self._text: str | None = None
        self._lower_text: str | None = None

    def exact(self, field: str) -> tuple[str, ...]:
        """Return the values of a field as text, as they were written."""
        found = self._exact.get(field)
        if found is None:
            found = self._exact[field] = tuple(_texts(_find(self.said, field)))
        return found

    def lower(self, field: str) -> tuple[str, ...]:
        """Return the values of a field in lower case, as Sigma compares them."""
        found = self._lower.get(field)
        if found is None:
            found = self._lower[field] = tuple(each.lower() for each in self.exact(field))
        return found

    @property
    def text(self) -> str:
        """Return all values, one a line: what a keyword without a field is looked for in."""
        if self._text is None:
            self._text = "\n".join(_leaves(self.said))
        return self._text

    @property
    def lower_text(self) -> str:
        """Return `text` in lower case."""
        if self._lower_text is None:
            self._lower_text = self.text.lower()
        return self._lower_text


def _find(said: object, path: str) -> object:
    """Return what stands at a dotted path; a name may hold dots itself, as annotations do."""
    if isinstance(said, Mapping):
        if path in said:
            return said[path]
        return _inside(said, path)
    if isinstance(said, list | tuple):
        found = [each for each in (_find(part, path) for part in said) if each is not None]
        return found or None
    return None


def _inside(said: Said, path: str) -> object:
    at = path.find(".")
    while at > 0:
        inner = said.get(path[:at])
        if inner is not None and (found := _find(inner, path[at + 1 :])) is not None:
            return found
        at = path.find(".", at + 1)
    return None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif value is None:
        return
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    else:
        yield str(value)


def _leaves(value: object) -> Iterator[str]:
    """Yield each value however deep; with a stack, since depth is chosen by whoever logs."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list | tuple):
            waiting.extend(reversed(value))
        else:
            yield from _texts(value)
