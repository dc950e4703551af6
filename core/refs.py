"""References: how the ledger and other rooms name a thing without holding a key to its table.

A reference is `kind:id`, for example `user:3f2a…` (a UUID's 32 hex digits). Rooms register how
references of their kinds are shown; pages resolve many at once.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable
from uuid import UUID


@dataclasses.dataclass(frozen=True)
class Label:
    """How a reference reads on a page; `url` is empty where there is no page for it."""

    text: str
    url: str = ""


@dataclasses.dataclass(frozen=True)
class Whole:
    """A thing with what belongs to it, as the record names them; `says` is what that is, in words.

    All that happened in one of its `cases` belongs to it. `says` is empty where nothing does.
    """

    references: list[str]
    cases: list[str] = dataclasses.field(default_factory=list)
    says: str = ""


Resolver = Callable[[list[str]], dict[str, Label]]
Finder = Callable[[str], dict[str, Label]]
Gatherer = Callable[[str], Whole]
_resolvers: dict[str, Resolver] = {}
_finders: list[Finder] = []
_gatherers: dict[str, list[Gatherer]] = {}
_named: set[str] = set()  # kinds whose ids are words
FOUND = 5  # as many of each kind as one still chooses from
_ID = re.compile("[0-9a-f]{32}")


def make(kind: str, key: UUID) -> str:
    """Return the reference of the object of `kind` whose id is `key`."""
    return f"{kind}:{key.hex}"


def key_of(reference: str, kind: str) -> UUID | None:
    """Return the id in a reference of that kind; None for another kind, or what is no reference."""
    found, _, key = reference.partition(":")
    return UUID(key) if found == kind and _ID.fullmatch(key) else None


def provide(kind: str, resolver: Resolver, *, named: bool = False) -> None:
    """Register the function that turns ids of `kind` into labels.

    It gets nothing but 32 hex digits, whatever stands in a filter or an old entry, unless the ids
    of this kind are `named`: words.
    """
    _resolvers[kind] = resolver
    if named:
        _named.add(kind)


def looks_like_one(text: object) -> bool:
    """Whether text is a reference to something with an id of ours."""
    return isinstance(text, str) and bool(re.fullmatch("[a-z]+:[0-9a-f]{32}", text))


def labels(references: Iterable[str]) -> dict[str, Label]:
    """Return a label for each reference; an unknown one is shown as it stands."""
    found = {reference: Label(reference) for reference in references}
    by_kind: dict[str, list[str]] = {}
    for reference in found:
        kind, _, key = reference.partition(":")
        if kind in _named or _ID.fullmatch(key):
            by_kind.setdefault(kind, []).append(key)
    for kind, keys in by_kind.items():
        if resolver := _resolvers.get(kind):
            for key, label in resolver(keys).items():
                found[f"{kind}:{key}"] = label
    return found


def provide_finder(finder: Finder) -> None:
    """Register a function that finds references by what people call a thing, `FOUND` at most."""
    _finders.append(finder)


def find(words: str) -> dict[str, Label]:
    """Return the references that people may mean by some words, each with its label."""
    if len(words := words.strip()) < 2 and not words.isdecimal():
        return {}
    return {ref: label for finder in _finders for ref, label in finder(words).items()}


def provide_whole(kind: str, gatherer: Gatherer) -> None:
    """Register a function that says what belongs to a thing of `kind`; it gets 32 hex digits.

    What several rooms know of belongs to it together, the room below first.
    """
    _gatherers.setdefault(kind, []).append(gatherer)


def has_parts(reference: str) -> bool:
    """Whether things of this kind have others that belong to them."""
    return reference.partition(":")[0] in _gatherers


def whole(reference: str) -> Whole:
    """Return a thing with what belongs to it: a target with its doors, most things alone."""
    kind, _, key = reference.partition(":")
    found = [gather(key) for gather in _gatherers.get(kind, ())] if _ID.fullmatch(key) else []
    return Whole(
        list(dict.fromkeys(ref for each in found for ref in each.references)) or [reference],
        [case for each in found for case in each.cases],
        " ".join(each.says for each in found if each.says),
    )
