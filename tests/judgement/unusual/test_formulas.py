import math

import pytest

from judgement.unusual.formulas import deviation, distance, surprise, tail
from judgement.unusual.memory import Memory, Window
from judgement.unusual.rarity import WINDOW, Ranks, decades, threshold
from judgement.unusual.session import weight


class TestFormulas:
    @pytest.mark.parametrize(
        ("count", "expected", "chance"),
        [(1, 0.5, 0.3935), (5, 1.0, 0.00366), (10, 2.0, 4.65e-5), (3, 4.0, 1.0)],
    )
    def test_a_tail_is_that_of_poisson(self, count: int, expected: float, chance: float) -> None:
        assert tail(count, expected) == pytest.approx(-math.log10(chance), abs=0.01)

    def test_distance_is_that_of_an_atlas(self) -> None:
        assert distance((52.52, 13.40), (48.86, 2.35)) == pytest.approx(878, abs=5)

    def test_one_outlier_does_not_hide_the_next(self) -> None:
        others = [float(number % 5) for number in range(40)]
        assert deviation(20, [*others, 1000.0], least=0.1).z > 8

    def test_something_of_every_second_time_is_one_bit(self) -> None:
        assert surprise(0.5) == 1

    def test_a_grave_strength_has_full_weight(self) -> None:
        assert (weight(10, grave=10), weight(1, grave=10)) == (1.0, 0.7)


class TestRarity:
    def test_a_rank_is_among_the_latest_sessions(self) -> None:
        assert decades(0, 99) == pytest.approx(2)
        assert decades(0, 10**6) == 3
        assert decades(WINDOW, WINDOW) == 0

    def test_equal_strengths_count_as_extreme(self) -> None:
        ranks = Ranks(Window())
        for number in range(10):
            ranks.add(5.0, number)
        assert ranks.rank(5.0, 10) == 10
        assert ranks.rank(5.1, 10) == 0

    def test_what_left_the_window_is_forgotten(self) -> None:
        window = Window()
        ranks = Ranks(window)
        ranks.add(5.0, 0)
        ranks.add(6.0, 10)
        assert ranks.rank(1.0, WINDOW + 5) == 1
        assert window.strengths == [6.0]
        assert Ranks(window).rank(1.0, WINDOW + 5) == 1

    def test_far_beyond_all_others_is_more_than_rare(self) -> None:
        ranks = Ranks(Window())
        for number in range(1000):
            ranks.add(number % 50 / 10, number)
        assert ranks.beyond(30.0, 1000) > ranks.beyond(10.0, 1000) > 0
        assert ranks.beyond(5.0, 1000) == 0

    def test_a_threshold_keeps_the_budget(self) -> None:
        day = 1440.0
        memory = Memory(scores=[[number * day / 50, float(number % 100)] for number in range(1400)])
        wanted = threshold(memory, 2.0)
        told = sum(1 for _, score in memory.scores if score > wanted)
        assert told <= 2 * 28
        assert threshold(Memory(), 2.0) == math.inf
