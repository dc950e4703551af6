"""Home and the rail, for every part."""

import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Part
from audit.sequencer import run_once
from breakglass import transitions
from breakglass.models import Request, Scenario
from breakglass.transitions import Offer
from tests.breakglass.browser import (
    CAST,
    asked,
    broken,
    client,
    make_cast,
    opened,
    queries,
    see,
    text,
)
from tests.make import NOON, make_ask, make_group, make_scenario, make_user, voice

pytestmark = pytest.mark.django_db
HOME = "/"
_MOMENT = re.compile(r"'[^']*'::timestamptz")


class TestHome:
    def test_asks_strangers_to_sign_in_and_brings_them_back(self) -> None:
        response = Client().get(reverse("decide"))
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_login')}?next=/decide/"

    def test_has_the_red_button_for_who_may_ask_and_names_them_to_the_others(self) -> None:
        make_cast()
        for name in CAST:
            page = see(name, HOME)
            assert page.status_code == 200
            may_ask = name in {"ada", "eve"}
            assert ("Break the glass" in text(page)) is may_ask, name
            helped = "Platform engineers</strong>: they may" in text(page)
            assert helped is (name == "mallory"), name

    def test_sends_to_an_administrator_where_nobody_may_ask(self) -> None:
        make_user("mallory")
        assert "ask an administrator to name a group" in text(see("mallory", HOME))

    def test_shows_open_access_with_its_time_left(self) -> None:
        make_cast()
        grant = opened(broken())
        page = text(see("ada", HOME))
        assert f"Case {grant.request.case}" in page
        assert "<count-down" in page
        assert "Door open" in page

    def test_shows_what_waits_for_approval(self) -> None:
        make_cast()
        request = asked()
        assert f"Case {request.case}</a> waits for approval" in text(see("ada", HOME))

    def test_shows_what_one_asked_for_another(self) -> None:
        scenario = make_cast()
        ask, now = make_ask(scenario), timezone.now()
        transitions.submit(scenario, by=make_user("eve"), person=make_user("ada"), ask=ask, at=now)
        page = text(see("eve", HOME))
        assert "for Ada waits for approval:" in page
        assert "For Ada." in page

    def test_offers_again_what_led_in_the_last_time_unless_something_is_open(self) -> None:
        make_cast()
        grant = broken().grant
        assert "?again=" not in text(see("ada", HOME))
        transitions.relinquish(grant, by=make_user("ada"), at=timezone.now())
        transitions.withdraw(asked(), by=make_user("ada"), at=timezone.now())
        page = text(see("ada", HOME))
        assert f"?again={grant.request.case}" in page
        assert page.index("Repeat the last one") < page.index("Break the glass</a>")

    def test_offers_what_was_asked_for_first_apart_from_the_glass(self) -> None:
        make_cast()
        now = timezone.now()
        grant = transitions.approve(asked(), voice=voice("bob"), at=now).grant
        transitions.relinquish(grant, by=make_user("ada"), at=now)
        page = text(see("ada", HOME))
        assert "Repeat the last one" not in page
        assert page.index("It can wait") < page.index("Ask first again: Production outage")

    def test_offers_no_exercise_again(self) -> None:
        make_cast()
        grant = broken(scenario=make_scenario("drill", drill=True)).grant
        transitions.relinquish(grant, by=make_user("ada"), at=timezone.now())
        assert "?again=" not in text(see("ada", HOME))

    def test_offers_nothing_again_that_is_closed_now(self) -> None:
        scenario = make_cast()
        transitions.relinquish(broken().grant, by=make_user("ada"), at=timezone.now())
        scenario.archived_at = timezone.now()
        scenario.save()
        assert "?again=" not in text(see("ada", HOME))

    def test_shows_an_offer_to_the_requester(self) -> None:
        make_cast()
        request = asked()
        offer = Offer(minutes=15, targets=list(request.targets.all()), read_only=True)
        transitions.counter(request, voice=voice("bob"), offer=offer, at=timezone.now())
        page = text(see("ada", HOME))
        assert "Bob offers less on shop-db" in page
        assert "15 min, read-only, instead of 30 min" in page

    def test_shows_decisions_to_the_approver_alone(self) -> None:
        make_cast()
        broken()
        assert "Ada broke the glass on shop-db" in text(see("bob", HOME))
        assert "Ada broke the glass on shop-db" not in text(see("rita", HOME))

    def test_counts_all_that_waits_and_leads_to_what_it_has_no_room_for(self) -> None:
        make_cast()
        for number in range(7):
            broken(scenario=make_scenario(f"drill-{number}"), by=make_user("eve"))
        page = text(see("bob", HOME))
        assert 'Waits for you <span class="count soft">7</span>' in page
        assert "2 more decisions" in page

    def test_shows_a_freeze_that_is_to_be_lifted_to_the_second_responder_alone(self) -> None:
        make_cast()
        dana, noor = make_user("dana"), make_user("noor")
        freeze = transitions.freeze(
            by=dana, person=make_user("eve"), reason="Odd queries.", at=NOON
        )
        title = "proposes to lift the freeze of Eve"
        assert title not in text(see("noor", HOME))
        transitions.lift(freeze, by=dana, reason="All is well again.", at=NOON)
        assert f"Dana {title}" in text(see("noor", HOME))
        for name in ("dana", "eve", "rita"):
            assert title not in text(see(name, HOME)), name
        transitions.lift(freeze, by=noor, reason="All is well again.", at=NOON)
        assert title not in text(see("noor", HOME))

    def test_a_responder_is_not_asked_about_their_own_freeze(self) -> None:
        make_cast()
        dana = make_user("dana")
        freeze = transitions.freeze(
            by=dana, person=make_user("noor"), reason="Odd queries.", at=NOON
        )
        transitions.lift(freeze, by=dana, reason="All is well again.", at=NOON)
        assert "proposes to lift" not in text(see("noor", HOME))

    def test_asks_who_has_no_glass_to_break(self) -> None:
        make_cast()
        Scenario.objects.update(break_glass=False)
        page = text(see("ada", HOME))
        assert "Break the glass" not in page
        assert "needs approval first" in page

    def test_says_what_would_be_there_when_nothing_is(self) -> None:
        make_cast()
        page = text(see("mallory", HOME))
        assert "All quiet." in page
        assert "No scenario is open to you." in page

    @pytest.mark.parametrize("name", ["bob", "dana", "carla", "otto", "max"])
    def test_does_not_ask_those_whose_work_is_elsewhere_whether_it_burns(self, name: str) -> None:
        make_cast()
        make_group("Administrators", make_user("max"), part=Part.ADMINISTRATOR)
        page = text(see(name, HOME))
        assert "Something is on fire?" not in page
        assert "No scenario is open to you." not in page


class TestFrozen:
    """Somebody who cannot get in is not told that all is quiet."""

    def freeze(self, **what: Any) -> None:
        dana = make_user("dana")
        transitions.freeze(by=dana, reason="Odd queries.", at=timezone.now(), **what)

    def test_says_who_did_it_and_whom_to_call(self) -> None:
        make_cast()
        self.freeze(person=make_user("ada"))
        page = text(see("ada", HOME))
        assert "You are frozen: no door opens for you" in page
        assert "By <bdi>Dana</bdi>, since <time" in page
        assert "Odd queries." not in page
        assert "The reason is told to responders" in page
        assert "Call <strong>Dana or Noor</strong>" in page

    def test_offers_no_button_and_nothing_again(self) -> None:
        make_cast()
        transitions.relinquish(broken().grant, by=make_user("ada"), at=timezone.now())
        self.freeze(person=make_user("ada"))
        page = text(see("ada", HOME))
        assert "Break the glass" not in page
        assert "?again=" not in page
        assert "All quiet" not in page
        assert "Break the glass" in text(see("eve", HOME))

    def test_leads_a_responder_to_where_all_is_lifted(self) -> None:
        make_cast()
        self.freeze()
        assert "Everything is frozen" in text(see("rita", HOME))
        assert "Look at it on Now" in text(see("noor", HOME))
        assert "“<bdi>Odd queries.</bdi>”" in text(see("noor", HOME))

    def test_the_case_tells_why_to_those_who_look_into_it_alone(self) -> None:
        make_cast()
        grant = broken().grant
        self.freeze(person=make_user("ada"))
        run_once(at=timezone.now())
        page = grant.request.get_absolute_url()
        assert "“Odd queries.”" in text(see("dana", page))
        for name in ("ada", "bob"):
            assert "Frozen." in text(see(name, page))
            assert "Odd queries." not in text(see(name, page))


class TestHeader:
    def test_has_the_red_button_for_who_may_break_the_glass(self) -> None:
        make_cast()
        for name in CAST:
            page = text(see(name, "/cases/"))
            assert ("Break glass</a>" in page) is (name in {"ada", "eve"}), name

    def test_has_none_where_approval_comes_first(self) -> None:
        make_cast()
        Scenario.objects.update(break_glass=False)
        assert "Break glass</a>" not in text(see("ada", "/cases/"))


class TestRail:
    @pytest.mark.parametrize(
        ("name", "line", "there"),
        [
            ("bob", "decide", True),
            ("ada", "decide", False),
            ("dana", "now", True),
            ("bob", "now", False),
            ("mallory", "cases", True),
        ],
    )
    def test_leads_where_the_person_may_go(self, name: str, line: str, *, there: bool) -> None:
        make_cast()
        assert (f'class="nav" href="{reverse(line)}"' in text(see(name, HOME))) is there

    def test_counts_what_waits(self) -> None:
        make_cast()
        broken()
        page = text(see("bob", HOME))
        assert '>1<span class="sr"> waiting</span>' in page.split('id="rail-decide"')[1][:99]

    def test_marks_the_page_one_is_on(self) -> None:
        make_cast()
        page = text(see("ada", reverse("cases")))
        assert 'href="/cases/" aria-current="page"' in page
        assert 'href="/" aria-current="page"' not in page

    def test_asks_no_more_when_more_waits(self) -> None:
        make_cast()
        for slug in ("first", "second"):
            broken(scenario=make_scenario(slug), by=make_user("eve"))
        browser = client("bob")
        browser.get(HOME)
        with queries() as few:
            browser.get(HOME)
        for slug in ("third", "fourth", "fifth"):
            broken(scenario=make_scenario(slug), by=make_user("eve"))
        with queries() as many:
            browser.get(HOME)
        assert len(many) == len(few)

    @pytest.mark.parametrize("name", CAST)
    def test_puts_no_question_twice(self, name: str) -> None:
        """Rows that belong to others, as the people of two lists, are fetched for each list."""
        make_cast()
        broken()
        with queries() as asked_for:
            see(name, HOME)
        put = Counter(_MOMENT.sub("", each["sql"]) for each in asked_for)
        twice = [sql for sql, times in put.items() if times > 1]
        assert [sql for sql in twice if " IN ((" not in sql] == []

    def test_of_somebody_for_whom_nothing_waits_asks_little(self) -> None:
        make_cast()
        browser = client("bob")
        browser.get(HOME)
        with queries() as asked_for:
            browser.get(HOME)
        assert len(asked_for) <= 38


class TestParts:
    def test_are_asked_for_once_by_a_page_however_many_corners_ask(self) -> None:
        make_cast()
        with queries() as asked_for:
            see("dana", HOME)
        permissions = [each["sql"] for each in asked_for if 'codename" AS' in each["sql"]]
        assert ['"breakglass_grouppermit"' in sql for sql in permissions] == [False, True]

    def test_that_were_taken_away_are_gone_from_the_next_page(self) -> None:
        make_cast()
        dana = client("dana")
        assert reverse("now") in text(dana.get(HOME))
        make_user("dana").groups.clear()
        assert reverse("now") not in text(dana.get(HOME))


def test_tells_who_filed_for_somebody_of_the_case_too() -> None:
    make_cast()
    request = asked()
    Request.objects.update(filed_by=make_user("eve"))
    assert f"/cases/{request.case}/" in text(see("eve", HOME))
