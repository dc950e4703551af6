"""What somebody may do in which scenario: by the clock, fetched once for a page."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from breakglass.models import GroupPermit, Permit, Scenario, permits_of, scenarios_of
from tests.breakglass.browser import queries
from tests.make import NOON, make_scenario, make_user

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def ada() -> User:
    """Somebody who may ask in one scenario."""
    make_scenario()
    return make_user("ada")


def allowed(person: User, at: Any) -> list[Scenario]:
    return list(Scenario.objects.permitting(person, Permit.REQUEST, at))


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("what", ["permit", "membership"])
def test_ends_with_the_permit_and_with_the_membership(
    ada: User, what: str, *, settled: bool
) -> None:
    if settled:
        ada.settle()
    ends = GroupPermit.objects.all() if what == "permit" else ada.memberships.all()
    ends.update(until=NOON)
    (scenario,) = allowed(ada, NOON - SECOND)
    assert scenarios_of(ada, Permit.REQUEST, at=NOON - SECOND) == {scenario.pk}
    assert scenarios_of(ada, Permit.REVIEW, at=NOON - SECOND) == set()

    assert (allowed(ada, NOON), permits_of(ada, NOON)) == ([], set())


def test_somebody_who_may_nothing_is_asked_about_once_too() -> None:
    eve = make_user("nobody")
    eve.settle()
    with queries() as asked:
        assert [permits_of(eve, NOON), permits_of(eve, NOON)] == [set(), set()]
    assert len(asked) == 1


def test_what_acts_sees_at_once_what_was_taken_away(ada: User) -> None:
    assert permits_of(ada, NOON)
    GroupPermit.objects.all().delete()
    assert (permits_of(ada, NOON), allowed(ada, NOON)) == (set(), [])
