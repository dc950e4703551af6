"""The periods of the dashboard, and those that they are compared with."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reviews import figures, periods
from reviews.counting import Narrow
from tests.make import NOON

TODAY = NOON + timedelta(days=40)  # a Saturday
BERLIN = ZoneInfo("Europe/Berlin")
LONG = ("13-weeks", "1-year")


class TestPeriods:
    @pytest.mark.parametrize(
        ("key", "first", "steps", "last"),
        [
            ("30-days", "2026-11-13", 30, "12 Dec"),
            ("13-weeks", "2026-09-14", 13, "50"),
            ("1-year", "2026-01-01", 12, "Dec"),
            ("this-month", "2026-12-01", 12, "12 Dec"),
            ("last-month", "2026-11-01", 30, "30 Nov"),
        ],
    )
    def test_hold_whole_steps(self, key: str, first: str, steps: int, last: str) -> None:
        period = periods.of(key, at=TODAY)

        assert period.first.isoformat() == first
        assert len(list(period.steps())) == steps
        assert list(period.steps())[-1].name == last

    def test_last_month_leads_to_the_cases_of_its_days_alone(self) -> None:
        period = periods.of("last-month", at=TODAY)

        assert period.until == datetime(2026, 12, 1, tzinfo=UTC)
        assert figures.filters(period, Narrow()) == {
            "since": "2026-11-01",
            "until": "2026-11-30",
            "drill": "no",
        }

    def test_months_are_called_by_their_names(self) -> None:
        names = periods.labels(at=TODAY)

        assert (names["this-month"], names["last-month"]) == ("December so far", "November")
        assert names["1-year"] == "12 months"
        assert periods.labels(at=TODAY + timedelta(days=30))["last-month"] == "December 2026"
        assert periods.of("last-month", at=TODAY).title == "Emergency access, November"
        assert periods.of("1-year", at=TODAY).title == "Emergency access, last 12 months"
        chosen = periods.of("", at=TODAY, since=TODAY.date())
        assert chosen.title == "Emergency access, days that you chose"

    def test_begin_at_the_readers_midnight(self) -> None:
        late = datetime(2026, 12, 12, 23, 30, tzinfo=UTC)

        with timezone.override(BERLIN):
            period = periods.of("30-days", at=late)
            assert period.first.isoformat() == "2026-11-14"
            assert period.since == datetime(2026, 11, 13, 23, 0, tzinfo=UTC)

    def test_compare_with_as_many_days_before_and_with_the_same_a_year_before(self) -> None:
        def days(period: periods.Period) -> str:
            return f"{period.first} to {period.last}"

        this, weeks, year = (periods.of(key, at=TODAY) for key in ("this-month", *LONG))
        assert days(this.before()) == "2026-11-01 to 2026-11-12"
        assert days(this.year_before()) == "2025-12-01 to 2025-12-12"
        assert days(weeks.before()) == "2026-06-15 to 2026-09-12"  # also from Monday to Saturday
        assert days(weeks.year_before()) == "2025-09-15 to 2025-12-13"
        assert days(year.before()) == days(year.year_before()) == "2025-01-01 to 2025-12-12"

    def test_the_last_day_of_a_month_stays_the_last(self) -> None:
        march = periods.of("last-month", at=datetime(2028, 4, 2, tzinfo=UTC))

        assert march.before().last.isoformat() == "2028-02-29"
        assert march.before().before().last.isoformat() == "2028-01-31"
        assert march.year_before().last.isoformat() == "2027-03-31"

    @pytest.mark.parametrize(("days", "step"), [(20, "day"), (100, "week"), (300, "month")])
    def test_days_that_somebody_chose_have_steps_of_their_length(
        self, days: int, step: str
    ) -> None:
        until = TODAY.date() - timedelta(days=3)
        period = periods.of("", at=TODAY, since=until - timedelta(days=days), until=until)

        steps = list(period.steps())
        assert period.step == step
        assert (steps[0].first, steps[-1].last) == (period.first, until)
        assert all(a.last + timedelta(1) == b.first for a, b in itertools.pairwise(steps))
