from datetime import datetime, timedelta

import pytest

from judgement.unusual.attempts import Attempt, look, works
from judgement.unusual.memory import Habits, Memory
from tests.judgement.unusual.make import MONDAY, NOW, detector

NIGHT = NOW - timedelta(hours=9)  # two o'clock


def attempts(memory: Memory, at: datetime, count: int, *, on_call: bool = False) -> list[str]:
    """Return the texts of the alarms that so many attempts raise, ten seconds apart."""
    found = [
        look(memory, Attempt(at=at + timedelta(seconds=10 * number), person="p1",
                             refused=number % 2 == 0, on_call=on_call))
        for number in range(count)
    ]  # fmt: skip
    return [alarm.text for alarm in found if alarm]


class TestAttempts:
    def test_the_fifth_of_a_night_raises_the_alarm_at_once(self) -> None:
        memory = detector().memory
        assert not attempts(memory, NIGHT, 4)
        (text,) = attempts(memory, NIGHT + timedelta(minutes=5), 1)
        assert "5 times" in text
        assert "3 of them refused" in text

    def test_is_said_once_an_hour(self) -> None:
        memory = detector().memory
        assert len(attempts(memory, NIGHT, 20)) == 1
        assert len(attempts(memory, NIGHT + timedelta(hours=2), 20)) == 1

    def test_by_day_nobody_minds(self) -> None:
        assert not attempts(detector().memory, NOW, 20)

    def test_nor_where_somebody_is_on_call(self) -> None:
        assert not attempts(detector().memory, NIGHT, 20, on_call=True)

    def test_spread_over_a_night_they_are_not_many(self) -> None:
        memory = detector().memory
        assert not [text for hour in range(4)
                    for text in attempts(memory, NIGHT + timedelta(hours=hour), 2)]  # fmt: skip

    def test_a_stranger_is_held_to_office_hours(self) -> None:
        assert not attempts(Memory(), NOW, 20)
        assert attempts(Memory(), NIGHT, 5)


class TestWorkingHours:
    @pytest.mark.parametrize(
        ("days", "hour", "expected"), [(0, 9, True), (0, 3, False), (5, 9, False)]
    )
    def test_of_somebody_unknown_are_those_of_an_office(
        self, days: int, hour: int, *, expected: bool
    ) -> None:
        assert works(Habits(), MONDAY + timedelta(days=days, hours=hour)) is expected

    def test_of_a_night_shift_are_at_night(self) -> None:
        habits = Habits()
        for number in range(40):
            habits.learn(22 + number % 2, number % 5)
        assert works(habits, MONDAY + timedelta(hours=22))
        assert not works(habits, MONDAY + timedelta(hours=11))
