import pytest

from judgement import days, values
from judgement.grounds import Grounds, named
from judgement.reasons import read


class TestSaidOtherwise:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("move them to floor 5", "F5"),
            ("churn of Q3", "2024Q3"),
            ("seats of block C", "C"),
            ("seats of block A", "A"),
            ("unlock her", "Y"),
            ("dose is 40 mg/0.4 ml", "0.4"),
            ("quota to 750GB", "750"),
            ("must be 450.000", "450000"),
            ("must be 450.000", "450"),
            ("it shows 19,90", "19.9"),
            ("it shows 1.019,90", "1019.90"),
        ],
    )
    def test_a_value_is_named_as_people_say_it(self, text: str, value: str) -> None:
        assert named(value, Grounds.of(read(text)))

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("move them to floor 5", "F6"),
            ("churn of Q3", "2024Q4"),
            ("seats of block C", "D"),
            ("give a seat to Eva", "A"),
            ("dose is 40 mg/0.4 ml", "0.8"),
        ],
    )
    def test_another_is_not(self, text: str, value: str) -> None:
        assert not named(value, Grounds.of(read(text)))

    @pytest.mark.parametrize(
        "text", ["About 190 deliveries are parked", "Requeue the 63 deliveries"]
    )
    def test_a_number_that_counts_names_nothing(self, text: str) -> None:
        assert not any(map(str.isdigit, values.without_amounts(text)))
        assert not Grounds.of(read(text)).numbered

    @pytest.mark.parametrize(
        "text",
        ["Requeue delivery 63", "Store 212 says that it hangs", "Close the order for 4711 please"],
    )
    def test_others_name_something(self, text: str) -> None:
        assert values.without_amounts(text) == text


class TestAnother:
    @pytest.mark.parametrize(
        ("text", "value", "another"),
        [
            ("put job 7 back to NEW", "DONE", True),
            ("put job 7 back to NEW", "NEW", False),
            ("put job 7 back to 'queued'", "PENDING", False),
            ("put job 7 back to 'queued'", "FAILED", True),
            ("put job 7 back", "DONE", False),
            ("job 7 is done, put it to CLOSED", "DONE", False),
            ("put job 7 back to active", "complimentary", True),
            ("put job 7 back to active", "active", False),
            ("put job 7 back to work", "done", False),
            ("he gets unsubscribed from list 7", "subscribed", True),
            ("he gets unsubscribed from list 7", "unsubscribed", False),
            ("subscribed and then unsubscribed", "subscribed", False),
        ],
    )
    def test_a_state_is_another_than_the_one_that_is_named(
        self, text: str, value: str, *, another: bool
    ) -> None:
        assert values.another_state("status", value, text) is another
        assert not values.another_state("name", value, text)

    @pytest.mark.parametrize(
        ("text", "value", "another"),
        [
            ("end date from 31.12.2024 to 31.12.2025", "2025-12-31", False),
            ("end date from 31.12.2024 to 31.12.2025", "2026-12-31", True),
            ("end date from 31.12.2024 to 31.12.2025", "2026-01-01", False),
            ("extend it until 3 March", "2027-03-03", False),
            ("extend it until 3 March", "2027-03-04", False),
            ("extend it until 3 March", "2027-06-03", True),
            ("extend it by a week", "2027-06-03", False),
            ("extend it until 3 March", "red", False),
        ],
    )
    def test_a_day_is_another_by_its_year_too(
        self, text: str, value: str, *, another: bool
    ) -> None:
        assert values.another_day(value, text, days.spoken(text).days) is another
