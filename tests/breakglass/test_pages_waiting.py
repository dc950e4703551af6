"""What a case says while somebody still has to answer, and what follows if nobody does."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from breakglass import transitions
from breakglass.models import Grant, Request, Scenario
from tests.breakglass.browser import asked, broken, client, make_cast, opened, see, text
from tests.make import StepOf, make_group, make_scenario, make_user

pytestmark = pytest.mark.django_db


def page(name: str, request: Request) -> Any:
    """Return the page of a case."""
    return see(name, request.get_absolute_url())


@pytest.mark.parametrize(
    ("ratify_within", "then"),
    [
        (10, "the door closes then and a finding opens."),
        (60, "a finding opens; the door has closed by then."),
    ],
)
def test_says_what_silence_does_as_the_form_said_it(ratify_within: int, then: str) -> None:
    make_cast()
    make_scenario("outage", ratify_within=ratify_within)
    form = text(see("ada", reverse("request-new"), scenario="outage"))
    request = broken(scenario=Scenario.objects.get(slug="outage"))
    opened(request)
    for said in (form, text(page("ada", request))):
        assert then in said.partition("Unless somebody ratifies it by <time")[2][:160]


def test_says_that_silence_opens_a_finding_when_the_access_is_over() -> None:
    make_cast()
    request = broken()
    transitions.relinquish(request.grant, by=make_user("ada"), at=timezone.now())
    said = text(page("ada", request)).partition("Unless somebody ratifies it by")[2]
    assert said.partition("</time>")[2].startswith(", a finding opens. </p>")


def test_says_that_a_group_which_stands_in_is_enough() -> None:
    make_cast()
    steps = [
        StepOf(make_group("Database team"), escalate_after=10),
        StepOf(make_group("Leads", make_user("lou")), stands_in=True),
    ]
    scenario = make_scenario("rescue", steps=steps)
    said = text(page("ada", asked(scenario=scenario)))
    assert "if those before are silent; a yes of either group is enough." in said
    said = text(page("eve", broken(scenario=scenario, by=make_user("eve"))))
    assert 'Leads</strong> <span class="quiet">stands in</span>' in said
    assert ", too; a yes of either group is enough." in said


def test_a_password_that_is_shown_stays_while_the_rest_keeps_fresh() -> None:
    make_cast()
    request = broken()
    opened(request)
    fresh = text(page("ada", request)).partition('id="inside" data-live="case"')[2]
    assert 'id="way-in"' in fresh.partition('id="timeline"')[0]
    Grant.objects.update(ends_at=timezone.now())
    assert 'id="way-in"' not in text(page("ada", request))


def test_what_was_done_is_told_by_the_next_page_not_to_a_script_that_draws_a_part() -> None:
    make_cast()
    browser = client("bob")
    browser.post(reverse("decision", args=[asked().pk]), {"decision": "approve"})
    for header in ("X-Part", "HX-Request"):
        assert "Approved." not in text(browser.get("/decide/", headers={header: "yes"}))
    assert "<toast-list" in text(browser.get("/decide/"))
    assert "<toast-list" not in text(browser.get("/decide/"))
