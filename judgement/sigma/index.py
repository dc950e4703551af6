"""Which rules are worth trying for an event: those whose needed values it has.

Most rules name an event's kind, a program or an API call. A rule is filed under those, an event
fetches what is filed under its own, and only these rules are asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from judgement.sigma.compiling import Check, Need, Node
from judgement.sigma.events import Event

Probe = tuple[str, bool]  # a field, and whether only the last name of a path counts


class Index:
    """The rules of one source of events, in their order."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._checks: tuple[Check, ...] = tuple(node.check for node in nodes)
        self._always: list[int] = []
        self._filed: dict[Probe, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        known = _kinds(nodes)
        for at, node in enumerate(nodes):
            need = max(node.needs, key=lambda each: _sharpness(each, known), default=None)
            if need is None:
                self._always.append(at)
            for field, last, value in need or ():
                self._filed[field, last][value].append(at)

    @property
    def filed(self) -> int:
        """How many rules are tried only for some events."""
        return len(self._checks) - len(self._always)

    def matching(self, event: Event) -> list[int]:
        """Return the places of the rules that an event matches, ascending."""
        checks = self._checks
        found = [at for at in self._always if checks[at](event)]
        worth_trying = set(self._worth_trying(event))
        found += [at for at in worth_trying if checks[at](event)]
        return sorted(found)

    def _worth_trying(self, event: Event) -> Iterator[int]:
        for (field, last), filed in self._filed.items():
            for value in event.lower(field):
                key = value.rsplit("/", 1)[-1] if last else value
                if key in filed:
                    yield from filed[key]


def _kinds(nodes: Sequence[Node]) -> Counter[Probe]:
    """Return how many different values the rules know of each field: more say more."""
    tokens = {token for node in nodes for need in node.needs for token in need}
    return Counter((field, last) for field, last, _ in tokens)


def _sharpness(need: Need, known: Counter[Probe]) -> tuple[int, int]:
    return min(known[field, last] for field, last, _ in need), -len(need)
