"""A legal hold that somebody proposes to lift waits on the Home of whoever may decide."""

import pytest
from django.test import RequestFactory

from accounts.models import User
from audit.holds import Hold
from audit.retention import slots
from audit.retention.transitions import lift_hold, place_hold
from tests.alerts.make import make_cast
from tests.make import NOON, make_group, make_request, make_user

pytestmark = pytest.mark.django_db
WHY = "The lawsuit is over."


@pytest.fixture
def hold() -> Hold:
    """A hold on a case of Ada's that Cora proposes to lift; Max and Mei administer."""
    request = make_request(make_cast())
    make_group("Administrators", make_user("mei"))
    placed = place_hold("case", request.ref, reason="A lawsuit.", by=make_user("max"), at=NOON)
    return lift_hold(placed, reason=WHY, by=make_user("cora"), at=NOON)


def waits_for(person: User) -> list[str]:
    request = RequestFactory().get("/")
    request.user = person
    return [f"{item.title} {item.detail}" for item in slots.waiting(request)]


def test_home_shows_it_to_those_who_may_decide(hold: Hold) -> None:
    case = Hold.objects.get().ref
    title = waits_for(make_user("max"))

    assert case.startswith("request:")
    assert [each[:44] for each in title] == ["Cora proposes to lift the legal hold on Case"]
    assert title[0].endswith(f"“{WHY}”")
    assert [waits_for(make_user(name)) for name in ("cora", "otto", "ada")] == [[], [], []]
    lift_hold(hold, reason="", by=make_user("max"), at=NOON)
    assert waits_for(make_user("mei")) == []


def test_nobody_is_shown_that_of_their_own_hold() -> None:
    make_cast()
    max_ = make_user("max")
    placed = place_hold("person", max_.ref, reason="A lawsuit.", by=make_user("cora"), at=NOON)
    lift_hold(placed, reason=WHY, by=make_user("cora"), at=NOON)

    assert waits_for(max_) == []
