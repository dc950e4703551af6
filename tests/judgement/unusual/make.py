"""A quiet company: four teams of six who work in office hours, and nothing is ever wrong."""

import copy
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from judgement.unusual.detector import Detector
from judgement.unusual.memory import Memory
from judgement.unusual.session import Session

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 100
NOW = MONDAY + timedelta(days=DAYS, hours=11)  # a Wednesday
BERLIN, SYDNEY = (52.5, 13.4), (-33.9, 151.2)


def session(**known: Any) -> Session:
    """Return an ordinary session of p1, of team t1, with these differences."""
    usual: dict[str, Any] = {
        "id": "x", "at": NOW, "person": "p1", "team": "t1", "target": "t1-a", "owner": "t1",
        "scenario": "investigate", "approver": "p5", "latency": 240.0, "rows": 80.0,
        "actions": 7, "writes": 1, "minutes": 60.0, "place": "Berlin", "latitude": BERLIN[0],
        "longitude": BERLIN[1], "ticket": "INC-new", "ticket_age": 300.0,
    }  # fmt: skip
    return Session(**(usual | known))


def quiet_days(days: int = DAYS, seed: int = 1) -> Iterator[Session]:
    """Yield what happens on so many days."""
    dice, number = random.Random(seed), 0  # noqa: S311 - for a story, not for a secret
    for day in range(days):
        at = MONDAY + timedelta(days=day)
        if at.weekday() > 4:
            continue
        moments = sorted(
            (9 + 7.5 * dice.random(), person)
            for person in range(24)
            for _ in range(dice.randrange(4))
        )
        for hour, person in moments:
            number += 1
            yield _ordinary(dice, number, person, at + timedelta(hours=hour))


def _ordinary(dice: random.Random, number: int, person: int, at: datetime) -> Session:
    team = person % 4
    return session(
        id=str(number),
        at=at,
        person=f"p{person}",
        team=f"t{team}",
        target=f"t{team}-{dice.choice('abcd')}",
        owner=f"t{team}",
        sensitive=dice.random() < 0.05,
        approver=f"p{(person + dice.choice((4, 8, 12, 16, 20))) % 24}",
        latency=dice.lognormvariate(5.3, 0.6),
        rows=dice.lognormvariate(4.4, 0.5),
        actions=int(dice.lognormvariate(1.9, 0.5)) + 1,
        writes=dice.choice((0, 0, 0, 1, 2)),
        minutes=dice.choice((30.0, 60.0, 120.0)),
        scenario=dice.choice(("investigate", "restore")),
        ticket=f"INC-{number}",
        ticket_by_requester=dice.random() < 0.1,
        ticket_age=60 + dice.lognormvariate(5, 1),
    )


@cache
def _lived() -> dict[str, Any]:
    detector = Detector()
    for each in quiet_days():
        detector.judge(each)
    return detector.memory.as_data()


def detector(*, alerts_a_day: float = 2.0) -> Detector:
    """Return a detector that has seen the quiet days; it may be changed."""
    return Detector(Memory.of_data(copy.deepcopy(_lived())), alerts_a_day=alerts_a_day)
