"""What can be recorded: one frozen class per kind of event, with its facts and its sentence."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

_kinds: dict[str, type[Event]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. Fields hold JSON values only: str, int, bool, None, lists, dicts.

    Neither fields are part of the hashed envelope: they lie in the erasable payload, the ones
    named in `personal` (words about or by people) apart from the rest. Times are UTC strings.
    """

    kind: ClassVar[str] = ""
    personal: ClassVar[frozenset[str]] = frozenset()
    critical: ClassVar[bool] = False

    def __init_subclass__(
        cls, *, kind: str, personal: tuple[str, ...] = (), critical: bool = False
    ) -> None:
        cls.kind = kind
        cls.personal = frozenset(personal)
        cls.critical = critical
        if _kinds.setdefault(kind, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"Two events are called {kind!r}.")
        _kinds[kind] = cls

    def sentence(self) -> str:
        """Say what happened, to stand after the actor's name: "revoked the access"."""
        return self.kind

    def compartments(self) -> dict[str, dict[str, Any]]:
        """Return the facts as {"p": personal ones, "d": the others}; empty ones are left out."""
        parts: dict[str, dict[str, Any]] = {"p": {}, "d": {}}
        for field in dataclasses.fields(self):
            part = "p" if field.name in self.personal else "d"
            parts[part][field.name] = getattr(self, field.name)
        return {name: facts for name, facts in parts.items() if facts}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccessRefused(Event, kind="access.refused", personal=("why",)):
    """Somebody tried what they may not do."""

    verb: str
    why: str

    def sentence(self) -> str:
        return f"was refused ({self.verb.replace('_', ' ')}): {self.why}"


def known() -> dict[str, type[Event]]:
    """Return every kind of event that the installed rooms define."""
    return dict(_kinds)
