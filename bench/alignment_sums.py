"""Weighted sums for the model of alignment: what tells of an action that it was not what was said.

`train_alignment` has the material.
"""

import importlib
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

_PAIRS_IN_SUM = 0.1  # what an action of a pair weighs beside one of a session
_ROUNDS = 3  # in which it is found out which action of a pair is the bad one
_HOLD = 0.01  # how little a sum may follow what it learns from
_WHERE = ("looks", "sql")  # have weights of their own
Row = dict[str, float]


def short(value: float) -> float:
    """Return a number to five digits."""
    return float(f"{float(value):.5g}")


class Fitted:
    """A logistic regression on what is brought to one scale, with weights of its own somewhere."""

    def __init__(
        self, rows: Sequence[Row], truth: Sequence[bool], weights: Sequence[float], *,
        hold: float, where: Sequence[str] = (),
    ) -> None:  # fmt: skip
        linear = importlib.import_module("sklearn.linear_model")
        scaling = importlib.import_module("sklearn.preprocessing")
        self._names, self._where = sorted(rows[0]), where
        told = self._wide(rows)
        self._scale = scaling.StandardScaler().fit(told)
        regression = linear.LogisticRegression(C=hold, max_iter=1000)
        self._found = regression.fit(self._scale.transform(told), truth, sample_weight=weights)

    def odds(self, rows: Sequence[Row]) -> list[float]:
        """Return the odds of each row."""
        told = self._scale.transform(self._wide(rows))
        return [float(each) for each in self._found.decision_function(told)]

    def written(self, *, less: float) -> dict[str, object]:
        """Return the sum as `judgement.model` reads it, with so much less odds from the start."""
        weights = [
            float(weight / scale)
            for weight, scale in zip(self._found.coef_[0], self._scale.scale_, strict=True)
        ]
        mean = sum(
            weight * float(each) for weight, each in zip(weights, self._scale.mean_, strict=True)
        )
        size = len(self._names)
        parts = [
            [short(each) for each in weights[at : at + size]] for at in range(0, len(weights), size)
        ]
        return {
            "features": self._names,
            "base": short(float(self._found.intercept_[0]) - mean - less),
            "weights": parts[0],
            "where": dict(zip(self._where, parts[1:], strict=True)),
        }

    def _wide(self, rows: Sequence[Row]) -> Any:
        numpy = importlib.import_module("numpy")
        told = numpy.array([[row[name] for name in self._names] for row in rows])
        times = (numpy.array([[row[each]] for row in rows]) for each in self._where)
        return numpy.hstack([told, *(told * each for each in times)])


class Told(NamedTuple):
    """A session and its actions in numbers, and which of them is the bad one, if any is."""

    session: Row
    rows: list[Row]
    mismatch: bool
    injected: int | None


def weighing_actions(sessions: Sequence[Told], pairs: Sequence[Told]) -> Fitted:
    """Learn to weigh actions.

    Of a pair we know only whether something in it is bad. Which action it is, is guessed by what
    was learned so far, in rounds: that is learning from bags (Dietterich and others, 1997,
    doi:10.1016/S0004-3702(96)00034-3).
    """
    known = [
        (row, at == each.injected, 1.0) for each in sessions for at, row in enumerate(each.rows)
    ]
    bad = [[each.mismatch and not row["neutral"] for row in each.rows] for each in pairs]
    for _ in range(_ROUNDS):
        guessed = [
            (row, is_bad, _PAIRS_IN_SUM)
            for each, own in zip(pairs, bad, strict=True)
            for row, is_bad in zip(each.rows, own, strict=True)
        ]
        rows, truth, weights = zip(*known, *guessed, strict=True)
        sum_ = Fitted(rows, truth, weights, hold=_HOLD, where=_WHERE)
        odds = iter(sum_.odds([row for row, _, _ in guessed]))
        bad = [_guess(each, list(itertools.islice(odds, len(each.rows)))) for each in pairs]
    return sum_


def _guess(pair: Told, odds: Sequence[float]) -> list[bool]:
    """Return which actions of a pair are bad: the worst, and all that look so."""
    return [pair.mismatch and (each >= max(odds) or each > 0) for each in odds]
