"""Who is asked when: pure rules, no database."""

from datetime import datetime, timedelta

import pytest

from breakglass.rules import Step
from breakglass.steps import Standing, Yes, complete, standing
from tests.make import NOON


def step(
    position: int, *, quorum: int = 1, after: int | None = None, stands_in: bool = False
) -> Step:
    return Step(
        position=position,
        group_id=position,
        group=f"group {position}",
        quorum=quorum,
        escalate_after=after,
        stands_in=stands_in,
    )


def yes(position: int, by: str, minute: int = 0) -> Yes:
    return Yes(step=position, by=by, at=later(minute))


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def asked(found: list[Standing]) -> list[datetime | None]:
    return [each.asked_at for each in found]


def test_first_step_is_asked_at_once_and_the_second_when_it_is_done() -> None:
    steps = [step(1), step(2)]

    assert asked(standing(steps, [], since=NOON)) == [NOON, None]
    assert asked(standing(steps, [yes(1, "bob", 5)], since=NOON)) == [NOON, later(5)]


def test_silence_asks_the_next_step_by_the_clock() -> None:
    steps = [step(1, after=10), step(2)]

    found = standing(steps, [], since=NOON)

    assert asked(found) == [NOON, later(10)]
    assert not found[1].asked(later(9))
    assert found[1].asked(later(10))


def test_an_answer_before_the_escalation_asks_the_next_step_earlier() -> None:
    steps = [step(1, after=10), step(2)]

    assert asked(standing(steps, [yes(1, "bob", 3)], since=NOON)) == [NOON, later(3)]


def test_a_stand_in_answers_for_the_step_before() -> None:
    steps = [step(1, after=10), step(2, stands_in=True)]

    assert complete(standing(steps, [yes(2, "olga", 12)], since=NOON))


def test_a_stand_in_is_not_asked_when_the_step_before_answered() -> None:
    steps = [step(1, after=10), step(2, stands_in=True)]

    found = standing(steps, [yes(1, "bob", 4)], since=NOON)

    assert complete(found)
    assert asked(found) == [NOON, None]


def test_two_required_steps_need_both() -> None:
    steps = [step(1), step(2)]

    assert not complete(standing(steps, [yes(1, "bob")], since=NOON))
    assert complete(standing(steps, [yes(1, "bob"), yes(2, "mia", 1)], since=NOON))


def test_a_quorum_counts_distinct_people() -> None:
    steps = [step(1, quorum=2)]

    assert not complete(standing(steps, [yes(1, "bob"), yes(1, "bob", 2)], since=NOON))
    assert complete(standing(steps, [yes(1, "bob"), yes(1, "carl", 2)], since=NOON))


def test_more_than_the_quorum_is_enough() -> None:
    found = standing([step(1)], [yes(1, "bob"), yes(1, "carl")], since=NOON)

    assert complete(found)


def test_ratification_asks_everybody_at_once() -> None:
    steps = [step(1, after=10), step(2, stands_in=True), step(3)]

    assert asked(standing(steps, [], since=NOON, all_at_once=True)) == [NOON, NOON, NOON]


def test_a_stand_in_for_a_stand_in_answers_for_the_first() -> None:
    steps = [step(1, after=5), step(2, after=5, stands_in=True), step(3, stands_in=True)]

    found = standing(steps, [yes(3, "mia", 11)], since=NOON)

    assert complete(found)
    assert asked(found) == [NOON, later(5), later(10)]


@pytest.mark.parametrize("people", [0, 1])
def test_nothing_is_complete_before_its_quorum(people: int) -> None:
    given = [yes(1, f"person {number}") for number in range(people)]

    assert not complete(standing([step(1, quorum=2)], given, since=NOON))
