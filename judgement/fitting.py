"""Which words of a reason an action accounts for, and how well the two fit each other."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import fsum
from typing import NamedTuple

from judgement import association, thesaurus
from judgement.grounds import Ground
from judgement.terms import Terms

_CALLED_FOR = 0.7  # what a word counts that only goes with a command, as experience has it
_WINDOW = 3  # clauses in a row that may speak of one action


class Share(NamedTuple):
    """What a clause and an action have in common."""

    found: float  # how much the words tell that the action accounts for
    mass: float  # how much all words of the clause tell
    meant: list[float]  # how surely it has what each command and option means,
    objects: list[float]  # each thing that is named
    said: list[float]  # and each word

    @property
    def known(self) -> list[float]:
        """Return how surely the clause has each word and meaning of the action."""
        return self.meant + self.objects + self.said


def accounted(ground: Ground, spoken: Terms, called: frozenset[str]) -> dict[str, float]:
    """Return the stems of a reason that an action accounts for, and how much they tell.

    `called` are the stems that go with its commands (`association.Table.called_for`).
    """
    found = {}
    for stem, weight in ground.weights.items():
        if not spoken.keys.isdisjoint(thesaurus.keys(stem)):
            found[stem] = weight
        elif stem in called:
            found[stem] = _CALLED_FOR * weight
    return found


def share(ground: Ground, spoken: Terms, called: frozenset[str]) -> Share:
    """Hold an action against one clause."""
    knows = ground.knows
    return Share(
        fsum(accounted(ground, spoken, called).values()),
        ground.mass,
        [max(map(knows, gloss)) for gloss in spoken.meant],
        [ground.names(parts) for parts in spoken.objects],
        [knows(stem) for stem in spoken.said],
    )


def fit(shares: Sequence[Share]) -> tuple[float, float, float]:
    """Return how well the best one to three clauses in a row and an action fit each other.

    Returns:
        Their harmonic mean, the share of the clauses' words, and that of the action's words.
    """
    best = (0.0, 0.0, 0.0)
    known = [each.known for each in shares]
    for start in range(len(shares)):
        found, mass, together = 0.0, 0.0, known[start]
        for end in range(start, min(start + _WINDOW, len(shares))):
            found, mass = found + shares[end].found, mass + shares[end].mass
            together = list(map(max, together, known[end]))
            best = max(best, _harmonic(found / (mass or 1.0), together))
    return best


def _harmonic(said: float, known: Sequence[float]) -> tuple[float, float, float]:
    done = fsum(known) / len(known) if known else 0.0
    return (2 * said * done / (said + done) if said + done else 0.0, said, done)


def adds(whole: Ground, spoken: Iterable[Terms]) -> list[float]:
    """Return for each action how much of a reason it alone accounts for, of 0 to 1.

    Whatever was done beside what was asked for adds nothing to it.
    """
    table = association.table()
    found = [accounted(whole, each, table.called_for(each.tokens)) for each in spoken]
    mass = whole.mass or 1.0
    times = Counter(stem for own in found for stem in own)
    return [fsum(tells for stem, tells in own.items() if times[stem] == 1) / mass for own in found]
