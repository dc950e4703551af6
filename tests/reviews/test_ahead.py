"""What teams did is added up before anybody asks, and is what a page would have added up."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from breakglass.models import GroupPermit, Permit
from reviews import ahead, figures, periods, tallying
from reviews.counting import Narrow
from reviews.models.span import Crew, CrewCell, Span
from tests.make import make_user
from tests.reviews.make import make_carla
from tests.reviews.test_figures import BERLIN, TODAY, Chance
from tests.shared import made_once

pytestmark = pytest.mark.django_db
RESTED = TODAY + tallying.REST


def make_house() -> None:
    """Cases of two teams, which the sweep has counted in the zone of who looks."""
    Chance()
    support = Group.objects.get(name="Support")
    for permit in list(GroupPermit.objects.of(Permit.REQUEST)):
        GroupPermit.objects.create(
            group=support, permission=permit.permission, content_object=permit.content_object
        )
    User.objects.filter(pk=make_carla().pk).update(time_zone=BERLIN.key)
    tallying.run(at=TODAY, limit=999)


house = made_once(make_house)


def looked_at(team: str) -> list[Any]:
    """Return what the pages about a team say."""
    narrow = Narrow(team=Group.objects.get(name=team))
    found = []
    with timezone.override(BERLIN):
        for key in periods.LABELS:
            page = figures.of(periods.of(key, at=RESTED), narrow)
            found.append((page.total, page.before.total, page.steps, page.kinds, page.targets))
    return found


def kept() -> set[tuple[int, int, Any]]:
    return set(Crew.objects.values_list("span", "team", "key"))


def test_pages_find_everything_and_say_what_they_would_have_said(house: None) -> None:
    names = "Platform engineers", "Support"
    before = [looked_at(name) for name in names]
    wanted = kept()
    Crew.objects.all().delete()

    assert ahead.run(at=RESTED, limit=9999) > 50
    found, cells = kept(), CrewCell.objects.count()
    assert {each for each in wanted if each not in found} == set()
    assert [looked_at(name) for name in names] == before
    assert (kept(), CrewCell.objects.count()) == (found, cells)
    assert cells > 20


def test_begins_with_the_newest_goes_on_where_it_stopped_and_then_rests(house: None) -> None:
    assert ahead.run(at=RESTED, limit=3) == 3
    newest = set(Crew.objects.values_list("span__first", "span"))
    while ahead.run(at=RESTED, limit=200):
        pass

    rest = set(Crew.objects.values_list("span__first", "span")) - newest
    assert min(first for first, _ in newest) >= max(first for first, _ in rest)
    assert ahead.run(at=RESTED) == 0


def test_leaves_alone_the_days_that_are_counted_every_few_seconds(house: None) -> None:
    ahead.run(at=TODAY + timedelta(minutes=1), limit=9999)

    assert set(Crew.objects.values_list("span__grain", flat=True)) == {"week", "month"}


def test_adds_up_anew_who_came_and_what_was_counted_again(house: None) -> None:
    ahead.run(at=RESTED, limit=9999)
    spans = Crew.objects.values("span").distinct().count()
    team = Group.objects.get(name="Platform engineers")

    team.user_set.add(make_user("dora"))
    assert ahead.run(at=RESTED, limit=9999) == spans
    day = Span.objects.filter(grain="week", crews__isnull=False).earliest("first")
    tallying.count(day.pk, at=TODAY)
    assert ahead.run(at=RESTED, limit=9999) == 1


def test_waits_until_the_sweep_has_counted_every_span(house: None) -> None:
    Span.objects.filter(grain="day").update(counted_at=None)

    assert ahead.run(at=RESTED, limit=9999) == 0


def test_only_teams_that_may_ask_and_of_these_the_largest(
    house: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "TEAMS", 1)
    ahead.run(at=RESTED, limit=9999)

    assert set(Crew.objects.values_list("team", flat=True)) == {
        Group.objects.get(name="Platform engineers").pk
    }
