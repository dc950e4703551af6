"""Which words of a reason an action accounts for, and how well the two fit each other."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from judgement import association, thesaurus
from judgement.grounds import Ground, Grounds
from judgement.terms import Terms

_CALLED_FOR = 0.7  # what a word counts that only goes with a command, as experience has it
_WINDOW = 3  # clauses in a row that may speak of one action


class Share(NamedTuple):
    """What a clause, or a reason, and an action have in common."""

    found: float  # how much the words tell that the action accounts for
    mass: float  # how much all words of the clause tell
    meant: list[float]  # how surely it has what each command and option means,
    objects: list[float]  # each thing that is named
    said: list[float]  # and each word

    @property
    def accounts(self) -> float:
        """Return for how much of the clause the action accounts, of 0 to 1."""
        return self.found / (self.mass or 1.0)

    @property
    def known(self) -> list[float]:
        """Return how surely the clause has each word and meaning of the action."""
        return self.meant + self.objects + self.said


class Held(NamedTuple):
    """An action held against a reason, once for all that ask how they fit."""

    whole: Share
    shares: Sequence[Share]  # of each clause that has words; they leave out what no clause has
    found: Mapping[str, float]  # the stems of the reason that it accounts for: how much they tell
    rows: Sequence[association.Row]  # which words go with its commands, as experience has it


def held(grounds: Grounds, spoken: Terms) -> Held:
    """Hold an action against a reason and each of its clauses."""
    rows = association.table().rows(spoken.tokens)
    found = _accounted(grounds.whole, spoken, association.called_for(rows))
    whole = _share(grounds.whole, (spoken.meant, spoken.objects, spoken.said), found)
    knows = grounds.whole.knows
    had = (
        [own for gloss in spoken.meant if (own := [stem for stem in gloss if knows(stem)])],
        list(itertools.compress(spoken.objects, whole.objects)),
        list(itertools.compress(spoken.said, whole.said)),
    )
    return Held(whole, [_share(ground, had, found) for ground in grounds.telling], found, rows)


def _accounted(ground: Ground, spoken: Terms, called: frozenset[str]) -> dict[str, float]:
    found = {}
    for stem, weight in ground.weights.items():
        if not spoken.keys.isdisjoint(thesaurus.keys(stem)):
            found[stem] = weight
        elif stem in called:
            found[stem] = _CALLED_FOR * weight
    return found


_Words = tuple[Sequence[Sequence[str]], Sequence[Sequence[str]], Iterable[str]]


def _share(ground: Ground, spoken: _Words, found: Mapping[str, float]) -> Share:
    """Hold what an action means, names and says against one clause."""
    meant, objects, said = spoken
    knows = ground.knows
    return Share(
        fsum([found[stem] for stem in ground.stems if stem in found]),
        ground.mass,
        [max(map(knows, gloss)) for gloss in meant],
        list(map(ground.names, objects)),
        list(map(knows, said)),
    )


def fit(held: Held) -> tuple[float, float, float]:
    """Return how well the best one to three clauses in a row and an action fit each other.

    Returns:
        Their harmonic mean, the share of the clauses' words, and that of the action's words.
    """
    best = (0.0, 0.0, 0.0)
    shares, size = held.shares, len(held.whole.known)
    known = [each.known for each in shares]
    for start in range(len(shares)):
        if not (shares[start].found or any(known[start])):
            continue  # it has nothing in common with the action: without it the next fit better
        found, mass, together = 0.0, 0.0, known[start]
        for end in range(start, min(start + _WINDOW, len(shares))):
            found, mass = found + shares[end].found, mass + shares[end].mass
            together = list(map(max, together, known[end])) if end > start else together
            best = max(best, _harmonic(found / (mass or 1.0), fsum(together) / (size or 1)))
    return best


def _harmonic(said: float, done: float) -> tuple[float, float, float]:
    return (2 * said * done / (said + done) if said + done else 0.0, said, done)


def adds(whole: Ground, held: Sequence[Held]) -> list[float]:
    """Return for each action how much of a reason it alone accounts for, of 0 to 1.

    Whatever was done beside what was asked for adds nothing to it.
    """
    mass = whole.mass or 1.0
    times = Counter(stem for each in held for stem in each.found)
    return [
        fsum(tells for stem, tells in each.found.items() if times[stem] == 1) / mass
        for each in held
    ]
