"""The schedule begins the campaign of each period that is over, once, and reminds of it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership
from reviews.campaigns import rhythm, schedule
from reviews.models import Campaign
from tests.make import NOON, make_user
from tests.record import facts, kinds
from tests.reviews.campaigns.make import BEGUN, DUE, begin_cases, make_cases, make_officers
from tests.reviews.make import sequence

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("often", "day", "first", "last"),
    [
        ("monthly", "2026-12-01", "2026-11-01", "2026-11-30"),
        ("monthly", "2027-01-31", "2026-12-01", "2026-12-31"),
        ("quarterly", "2026-12-31", "2026-07-01", "2026-09-30"),
        ("quarterly", "2027-02-01", "2026-10-01", "2026-12-31"),
    ],
)
def test_a_period_is_the_last_month_or_quarter_that_is_over(
    often: str, day: str, first: str, last: str
) -> None:
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")

    found = rhythm.last_period(Campaign.Rhythm(often), at=at)

    assert found == (date.fromisoformat(first), date.fromisoformat(last))


def test_begins_one_for_each_kind_and_none_again() -> None:
    make_cases(2)
    make_officers()
    sequence(BEGUN - timedelta(days=10))

    begun = schedule.run(at=BEGUN)

    assert [each.kind for each in begun] == ["cases"]  # the quarter was over before the record
    assert begun[0].last_day == (BEGUN + timedelta(days=14)).date()
    assert begun[0].items.count() == 2
    assert schedule.run(at=BEGUN + timedelta(hours=1)) == []


def test_what_is_switched_off_never_begins(settings: Any) -> None:
    settings.CAMPAIGNS = dict.fromkeys(("cases", "rights", "follow_up"), "never")
    make_cases(2)
    make_officers()
    sequence(BEGUN - timedelta(days=10))

    assert schedule.run(at=BEGUN) == []


def test_a_period_before_the_record_has_none() -> None:
    make_cases(2)
    make_officers()
    sequence()

    assert schedule.run(at=NOON + timedelta(days=5)) == []


def test_a_period_without_anything_has_one_that_says_so() -> None:
    make_cases(1)
    make_officers()
    sequence(BEGUN - timedelta(days=10))

    campaign = schedule.run(at=BEGUN + timedelta(days=31))[0]

    assert (campaign.first, campaign.population) == (date(2026, 12, 1), 0)
    assert facts("campaign.begun")[0]["items"] == []


def test_owners_take_turns() -> None:
    make_cases(1)
    carla, otis = make_officers()
    sequence(BEGUN - timedelta(days=10))

    first = schedule.run(at=BEGUN)[0]
    second = schedule.run(at=BEGUN + timedelta(days=31))[-1]

    assert {first.owner, second.owner} == {carla, otis}


def test_without_an_officer_it_waits() -> None:
    make_cases(1)
    make_officers()
    sequence(BEGUN - timedelta(days=10))
    Membership.objects.filter(group__name="Compliance").delete()

    assert schedule.run(at=BEGUN) == []


def test_reminds_of_a_deadline_once() -> None:
    begin_cases(1)

    for days in (3, 3, 1):
        schedule.remind(at=DUE - timedelta(days=days))
    for days in (0, 1):
        schedule.remind(at=DUE + timedelta(days=days))

    told = [kind for kind in kinds() if kind in ("campaign.due_soon", "campaign.overdue")]
    assert told == ["campaign.due_soon", "campaign.overdue"]
    assert make_user("carla").ref == facts("campaign.due_soon")[0]["owner"]
