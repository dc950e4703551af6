"""The list of cases shows exactly what a figure has counted."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils.html import escape

from breakglass import transitions
from breakglass.models import Decision, Request, Scenario
from breakglass.narrowing import QUICK
from breakglass.views import cases as view
from tests.breakglass.browser import make_cast, queries, see, text
from tests.make import (
    NOON,
    StepOf,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.shared import made_once

pytestmark = pytest.mark.django_db
LIST = "/cases/"
SUNDAY = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, where summer time ended


def shown(name: str = "dana", **query: Any) -> set[Request]:
    """Return the cases in the list."""
    answer = see(name, LIST, **query)
    assert answer.status_code == 200, text(answer)
    return set(answer.context["rows"])


def _two() -> None:
    """Bob denied a request within five seconds, at noon of Monday, 2 November.

    Carl ratified Eve's broken glass of the Sunday before within five seconds.
    """
    make_cast()
    soon = timedelta(seconds=5)
    request = make_request(at=NOON)
    transitions.deny(request, voice=voice("bob", "No."), at=NOON + soon)
    make_scenario("suspected-breach")
    request = make_broken_glass(request.scenario, by=make_user("eve"), at=SUNDAY)
    transitions.ratify(request, voice=voice("carl"), at=SUNDAY + soon)


two = made_once(_two)


@pytest.fixture
def denied(two: None) -> Request:
    """Return the request that Bob denied."""
    return Request.objects.get(state=Request.State.DENIED)


@pytest.fixture
def glass(two: None) -> Request:
    """Return Eve's broken glass."""
    return Request.objects.get(requester=make_user("eve"))


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ({"since": "2026-11-02"}, "denied"),
        ({"until": "2026-10-25"}, "glass"),
        ({"since": "2026-10-25", "until": "2026-11-02"}, "both"),
        ({"since": "2026-10-26", "until": "2026-11-01"}, "none"),
        ({"used": "yes"}, "glass"),
        ({"used": "no"}, "denied"),
        ({"glass": "yes"}, "glass"),
        ({"glass": "no"}, "denied"),
        ({"drill": "no"}, "both"),
        ({"drill": "yes"}, "none"),
        ({"decided": "yes"}, "denied"),
        ({"weekday": 7}, "glass"),
        ({"weekday": 1, "hour": 12}, "denied"),
        ({"hour": 22, "hours": 2}, "glass"),
        ({"hour": 20, "hours": 2}, "none"),
        ({"quick": "yes"}, "glass"),
    ],
)
def test_leaves_what_fits(
    denied: Request, glass: Request, query: dict[str, Any], which: str
) -> None:
    wanted = {"denied": {denied}, "glass": {glass}, "both": {denied, glass}, "none": set()}
    assert shown(**query) == wanted[which]


def test_days_and_hours_are_those_of_the_reader(denied: Request, glass: Request) -> None:
    dana = make_user("dana")
    dana.time_zone = "Asia/Kolkata"
    dana.save()

    assert shown(weekday=1, hour=4) == {glass}
    assert shown(until="2026-10-25") == set()


def test_a_team_is_who_belongs_to_it_and_may_ask(denied: Request, glass: Request) -> None:
    platform = make_group("Platform engineers")
    strangers = make_group("Strangers", make_user("ada"), make_user("eve"))

    assert shown(team=platform.pk) == {denied, glass}
    assert shown(team=strangers.pk) == set()
    platform.user_set.remove(make_user("eve"))
    assert shown(team=platform.pk) == {denied}


def test_an_approver_leads_to_their_cases(denied: Request, glass: Request) -> None:
    assert shown(approver=make_user("bob").pk) == {denied}
    assert shown(approver=make_user("bob").pk, quick="yes") == set()
    assert shown(approver=make_user("carl").pk, quick="yes") == {glass}


def test_a_yes_is_quick_after_it_was_asked_for_whatever_the_steps_are(two: None) -> None:
    chance = random.Random(3)  # noqa: S311 - nothing to guess
    first, second = make_group("First", make_user("fay")), make_group("Second", make_user("sam"))
    scenario = make_scenario("two-steps", steps=[StepOf(first), StepOf(second)], max_concurrent=99)
    for number in range(12):
        at = NOON + timedelta(days=number + 1)
        asked = make_request(scenario, at=at)
        for name in ("fay", "sam"):
            at += timedelta(seconds=chance.choice([1, 9, 10, 11, 600]))
            asked = transitions.approve(asked, voice=voice(name), at=at)
        transitions.relinquish(asked.grant, by=make_user("ada"), at=at + timedelta(minutes=1))

    timed: list[Any] = list(Decision.objects.timed())
    quick = [
        each
        for each in timed
        if each.kind in Decision.YES and each.decided_at < each.asked_at + QUICK
    ]
    submitted = F("request__submitted_at")
    assert set(Decision.objects.quick(QUICK, asked=submitted)) == set(quick)
    for name in ("fay", "sam", "carl"):
        person = make_user(name)
        wanted = {each.request for each in quick if each.by == person}
        assert shown(approver=person.pk, quick="yes") == wanted
        assert wanted


def test_counts_quick_answers_as_far_as_a_page(two: None, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario.objects.get(slug="production-outage")
    for days in (1, 2, 3):
        at = NOON + timedelta(days=days)
        asked = make_request(scenario, at=at)
        asked = transitions.approve(asked, voice=voice("bob"), at=at + timedelta(seconds=5))
        transitions.relinquish(asked.grant, by=make_user("ada"), at=at + timedelta(minutes=1))
    bob = make_user("bob").pk
    for size, said in ((3, "3 cases"), (2, "More than 2 cases")):
        monkeypatch.setattr(view, "_PAGE", size)
        answer = see("dana", LIST, approver=bob, quick="yes")
        assert f"{said}</p>" in text(answer)
    older = see("dana", LIST, approver=bob, quick="yes", before=answer.context["older"])
    assert "More than 2 cases</p>" in text(older)


def test_shows_nobody_more_than_they_may_see(denied: Request, glass: Request) -> None:
    assert shown("ada", since="2026-01-01") == {denied}
    assert shown("mallory", used="yes") == set()


def test_says_what_is_on_and_how_to_take_it_away(denied: Request, glass: Request) -> None:
    query = {"since": "2026-10-19", "until": "2026-10-25", "glass": "yes", "weekday": 7,
             "hour": 22, "hours": 2, "team": make_group("Platform engineers").pk,
             "approver": make_user("carl").pk, "quick": "yes"}  # fmt: skip
    answer = see("dana", LIST, **query)
    chips = answer.context["chips"]
    assert f'href="{escape(chips[0].without)}">{chips[0].text}' in text(answer)
    assert [chip.text for chip in chips] == [
        "Asked for from 19 Oct 2026 to 25 Oct 2026", "Sunday", "22:00 to 24:00", "Glass broken",
        "Team Platform engineers", "Answered by Carl", "A yes within 10 seconds",
    ]  # fmt: skip
    assert "since" not in chips[0].without
    assert "until" not in chips[0].without
    assert "glass=yes" in chips[0].without
    assert "hour" not in chips[2].without


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "2026-10-19"}, "Asked for since 19 Oct 2026"),
        ({"until": "2026-10-19"}, "Asked for until 19 Oct 2026"),
        ({"used": "no"}, "No access was given"),
        ({"hour": 3}, "03:00 to 04:00"),
    ],
)
def test_says_half_a_filter_too(denied: Request, query: dict[str, Any], words: str) -> None:
    assert [chip.text for chip in see("dana", LIST, **query).context["chips"]] == [words]


def test_a_form_of_the_page_keeps_them(denied: Request) -> None:
    page = text(see("dana", LIST, glass="no", since="2026-11-02"))

    assert '<input type="hidden" name="glass" value="no"' in page
    assert '<input type="hidden" name="since" value="2026-11-02"' in page


@pytest.mark.parametrize(
    "query",
    [{"since": "yesterday"}, {"since": "0001-01-01"}, {"until": "9999-12-31"}, {"used": "maybe"},
     {"weekday": "8"}, {"hour": "24"}, {"team": "x"}, {"approver": "x"}, {"decided": "no"}],
)  # fmt: skip
def test_what_means_nothing_is_refused(denied: Request, query: dict[str, str]) -> None:
    assert see("dana", LIST, **query).status_code == 400


def test_asks_no_more_for_more(denied: Request, glass: Request) -> None:
    shown(since="2026-10-01")  # what is asked once a minute is asked
    with queries() as few:
        assert len(shown(since="2026-10-01", used="yes")) == 1
    with queries() as many:
        assert len(shown(since="2026-10-01")) == 2

    assert len(many) == len(few)
