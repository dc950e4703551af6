"""What must stay on the record although it is old: rooms above say which of their things.

Calls go down only, so this room cannot ask which cases are open: whoever knows registers here.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from core.speech import Sentence


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kept:
    """What must stay, and why: a case or another thing by its reference, or a single entry."""

    why: Sentence
    ref: str = ""
    seq: int | None = None


Ask = Callable[[datetime], Iterable[Kept]]
_known: list[Ask] = []


def provide(ask: Ask) -> Ask:
    """Register who knows of things that must stay at a moment; a decorator."""
    _known.append(ask)
    return ask


def everything(at: datetime) -> Iterator[Kept]:
    """Yield all that must stay, by whoever knows of it."""
    for ask in _known:
        yield from ask(at)
