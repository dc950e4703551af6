"""The figures of the dashboard equal what one counts by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breakglass import transitions as verbs
from reviews import figures
from reviews.figures import Figures
from tests.make import NOON, make_request, make_scenario, make_user, voice
from tests.reviews.make import LATER, judge, make_finding, make_review, taken

pytestmark = pytest.mark.django_db
TODAY = NOON + timedelta(days=40)


def approved(minutes: int, *, days_ago: int = 1) -> None:
    """Let Bob approve a request of Ada's after some minutes, and Ada give the access back."""
    asked = TODAY - timedelta(days=days_ago)
    answered = asked + timedelta(minutes=minutes)
    request = verbs.approve(make_request(at=asked), voice=voice("bob"), at=answered)
    verbs.relinquish(request.grant, by=make_user("ada"), at=answered + timedelta(minutes=5))


def of(name: str, days: int = 30) -> Figures:
    """Return the figures of one scenario."""
    _, each = figures.by_scenario(days=days, at=TODAY)
    return next(row for row in each if row.name == name)


def test_uses_and_the_share_of_broken_glass() -> None:
    scenario = make_scenario()
    approved(4)
    for days in (2, 3, 60):
        make_review(scenario, at=TODAY - timedelta(days=days))

    assert (of("Production outage").uses, of("Production outage").glass) == (3, 2)
    assert of("Production outage").share == 67
    assert of("Production outage", days=90).uses == 4


def test_the_median_time_to_a_decision() -> None:
    make_scenario()
    for minutes in (2, 4, 60):
        approved(minutes)
    asked = TODAY - timedelta(days=2)
    verbs.deny(make_request(at=asked), voice=voice("bob", "No."), at=asked + timedelta(minutes=6))

    row = of("Production outage")

    assert (row.decided, row.decision_time) == (4, timedelta(minutes=5))


def test_what_is_overdue_and_open_is_so_now() -> None:
    make_finding(make_review(make_scenario()))
    judge(taken(make_review(make_scenario("lost-admin"), by="eve")))

    row = of("Production outage", days=30)

    assert (row.uses, row.overdue, row.findings) == (0, 1, 1)


def test_the_whole_is_the_sum_and_its_own_median() -> None:
    make_scenario()
    approved(2)
    approved(8)
    make_review(make_scenario("lost-admin"), at=TODAY - timedelta(days=1), by="eve")

    total, each = figures.by_scenario(days=30, at=TODAY)

    assert [row.name for row in each] == ["Lost admin", "Production outage"]
    assert (total.uses, total.glass, total.share) == (3, 1, 33)
    assert total.decision_time == timedelta(minutes=5)


def test_nothing_yet() -> None:
    total, each = figures.by_scenario(days=30, at=LATER)

    assert (total.uses, total.share, total.decision_time, each) == (0, None, None, [])


def test_the_number_of_queries_does_not_grow() -> None:
    make_review(make_scenario())
    with CaptureQueriesContext(connection) as few:
        figures.by_scenario(days=90, at=TODAY)
    for slug in ("one", "two", "three"):
        make_finding(make_review(make_scenario(slug)))

    with CaptureQueriesContext(connection) as more:
        figures.by_scenario(days=90, at=TODAY)

    assert len(more) == len(few)
