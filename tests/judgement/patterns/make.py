"""Make rows of uses, rights and answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from judgement.patterns.rows import Answer, Emergency, Right, Use

AT = datetime(2026, 11, 29, 2, tzinfo=UTC)
ADA, EVE, LEA = "user:ada", "user:eve", "user:lea"
OUTAGE, LOST, DRILL = "scenario:outage", "scenario:lost", "scenario:drill"
TEAM, OTHERS = "group:1", "group:2"


def ago(days: float) -> datetime:
    """Return a moment so many days before the night."""
    return AT - timedelta(days=days)


def used(person: str = ADA, *days: float, **given: Any) -> list[Use]:
    """Return one use for each of the days before the night."""
    values: dict[str, Any] = {"scenario": OUTAGE, "targets": ("target:shop",), **given}
    return [
        Use(case=number, at=ago(each), person=person, **values)
        for number, each in enumerate(days, start=1)
    ]


def rights(
    *people: str, scenario: str = OUTAGE, group: str = TEAM, days: float = 400
) -> list[Right]:
    """Return that these people may ask in a scenario since so many days."""
    return [
        Right(person=person, scenario=scenario, group=group, since=ago(days)) for person in people
    ]


def answers(person: str, number: int, *, yes: bool = True, seconds: float = 300) -> list[Answer]:
    """Return decisions of the last days, all alike."""
    return [
        Answer(case=case, at=ago(case), person=person, scenario=OUTAGE, yes=yes, seconds=seconds)
        for case in range(1, number + 1)
    ]


def emergency(scenario: str = LOST, *, days: float = 200, **given: Any) -> Emergency:
    """Return a scenario that was published so many days ago."""
    values: dict[str, Any] = {
        "targets": frozenset({"target:shop"}), "asked": frozenset({TEAM}), **given,
    }  # fmt: skip
    return Emergency(scenario=scenario, since=ago(days), **values)
