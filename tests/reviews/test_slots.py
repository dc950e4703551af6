"""What this room shows on the pages of others."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from core import refs
from reviews.models import JudgedAction
from reviews.reopening_transitions import reopen
from reviews.slots import reviews as slots
from tests.make import make_request, make_scenario, make_user
from tests.reviews.make import (
    LATER,
    act,
    judge,
    make_carla,
    make_cast,
    make_finding,
    make_review,
    make_use,
    misused,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db


def looking(name: str = "") -> HttpRequest:
    """Return a request of the person, or of nobody."""
    request = RequestFactory().get("/")
    request.user = make_user(name) if name else AnonymousUser()
    return request


class TestFound:
    @pytest.mark.parametrize("words", ["review {}", "{}", "#{}", "Review  case {}"])
    def test_a_number_leads_a_reviewer_to_the_review(self, words: str) -> None:
        review = make_review()
        make_cast()
        words = words.format(review.grant.request.case)

        for name in ("rita", "carla"):
            (hit,) = slots.found(looking(name), words)
            assert hit.url == review.get_absolute_url()
        assert slots.found(looking("ada"), words) == []
        assert slots.found(looking(), words) == []

    @pytest.mark.parametrize("words", ["review", "{}1", "review of {}", "9" * 30])
    def test_nothing_else_does(self, words: str) -> None:
        case = make_review().grant.request.case

        assert slots.found(looking("rita"), words.format(case)) == []

    def test_stands_first_in_the_search_of_every_page(self, client: Client) -> None:
        review = make_review()
        client.force_login(make_user("rita"))
        answer = client.get(reverse("search"), {"q": f"review {review.grant.request.case}"})
        ((group, (hit,)),) = answer.context["groups"]
        assert (group, hit.url) == ("Reviews", review.get_absolute_url())


class TestNav:
    @pytest.mark.parametrize(
        ("name", "labels"),
        [
            ("rita", ["Reviews", "Findings", "Obligations"]),
            ("carla", ["Reviews", "Findings", "Obligations", "Dashboard"]),
            ("otto", ["Reviews", "Findings", "Obligations", "Dashboard"]),
            ("ada", []),
            ("", []),
        ],
    )
    def test_leads_each_part_where_it_may_go(self, name: str, labels: list[str]) -> None:
        make_scenario()
        make_cast()

        assert [item.label for item in slots.nav(looking(name))] == labels

    def test_counts_what_waits_for_the_person(self) -> None:
        make_review()
        make_cast()

        assert slots.nav(looking("rita"))[0].count == 1
        assert slots.nav(looking("otto"))[0].count == 0


class TestWaiting:
    def test_the_overdue_stand_first(self) -> None:
        now, scenario = timezone.now(), make_scenario(max_concurrent=2)
        make_review(scenario, at=now - timedelta(minutes=21))
        make_review(scenario, at=now - timedelta(days=30))

        found = slots.waiting(looking("rita"))

        assert [item.tone for item in found] == ["danger", "wait"]
        assert found[0].title == "Overdue: review of Ada's access"

    def test_one_line_stands_for_those_without_room(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        for minutes in range(7):
            make_review(scenario, at=timezone.now() - timedelta(minutes=40 + minutes))

        *shown, rest = slots.waiting(looking("rita"))

        assert (len(shown), rest.title, rest.number) == (5, "2 more reviews", 2)
        assert sum(item.number for item in (*shown, rest)) == slots.nav(looking("rita"))[0].count

    @pytest.mark.parametrize("name", ["ada", "bob", ""])
    def test_nothing_for_those_who_do_not_review(self, name: str) -> None:
        make_review()

        assert slots.waiting(looking(name)) == []


class TestHealth:
    def test_is_well_while_nothing_is_overdue(self) -> None:
        assert [lamp.tone for lamp in slots.health()] == ["ok"]

    def test_waits_while_something_is(self) -> None:
        make_review(at=timezone.now() - timedelta(days=30))

        lamp = slots.health()[0]

        assert (lamp.tone, lamp.detail) == ("wait", "1 should be done")


class TestCase:
    def test_without_a_use_there_is_no_panel(self) -> None:
        assert slots.panels(looking("ada"), make_request()) == []

    def test_the_requester_sees_the_state_but_not_the_findings(self) -> None:
        finding = make_finding()
        assert finding.case is not None

        panels = slots.panels(looking("ada"), finding.case)

        assert [panel.template for panel in panels] == ["reviews/_panel.html"]
        assert panels[0].context["readable"] is False

    def test_a_reviewer_sees_both(self) -> None:
        finding = make_finding()
        assert finding.case is not None

        panels = slots.panels(looking("rita"), finding.case)

        assert [panel.place for panel in panels] == ["side", "main"]

    @pytest.mark.parametrize("name", ["ada", "rita"])
    def test_they_can_be_drawn(self, name: str) -> None:
        review = judge(taken(make_review()))
        make_finding(review)
        browser = Client()
        browser.force_login(make_user(name))

        answer = browser.get(review.grant.request.get_absolute_url())

        assert answer.status_code == 200
        assert "Justified" in answer.content.decode()


class TestCaseActions:
    def test_lead_to_findings_that_are_open_after_the_verdict(self) -> None:
        review = taken(make_review())
        case, finding = review.grant.request, make_finding(review)
        judge(review, "justified_with_findings", "A dump.")

        found = {name: slots.case_actions(looking(name), case) for name in ("rita", "ada")}

        assert [each.url for each in found["rita"]] == [finding.get_absolute_url()]
        assert found["ada"] == []


class TestDecide:
    """What an approver of the next case hears of earlier ones."""

    def test_the_verdict_once_it_stands(self) -> None:
        review = taken(make_review())
        cases = [review.grant.request]
        assert slots.verdicts(looking("bob"), cases) == []

        misused(review)

        found = slots.verdicts(looking("bob"), cases)
        assert [(each.case, each.label) for each in found] == [(cases[0].ref, "Misuse")]

    def test_a_misuse_that_is_looked_at_anew_stays_known(self) -> None:
        review = misused(taken(make_review()))
        reopen(review, by=make_carla(), reason="The ticket was found.", at=LATER)

        found = slots.verdicts(looking("bob"), [review.grant.request])

        assert [(each.label, each.misuse) for each in found] == [("Misuse, looked at anew", True)]

    @pytest.mark.parametrize(
        ("verdict", "by", "marks"),
        [("misuse", "ada", 2), ("justified", "ada", 0), ("misuse", "eve", 0)],
    )
    def test_an_earlier_misuse_is_marked(self, verdict: str, by: str, marks: int) -> None:
        review = taken(make_review())
        if verdict == "misuse":
            misused(review)
        else:
            judge(review, verdict)
        request = make_request(by=make_user(by), at=timezone.now())
        browser = Client()
        browser.force_login(make_user("bob"))

        page = browser.get(reverse("decision", args=[request.pk])).content.decode()

        assert page.count("Misuse before") == marks  # in the head, and worth knowing
        assert page.count("The review of 1 earlier case found misuse.") == marks // 2

    def test_how_much_was_done_so_far(self) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        grant = make_use(scenario)
        assert slots.so_far(looking("bob"), make_request(make_scenario("drill"))) == []
        said = []
        for verb in ("", "select", "copy"):
            if verb:
                act(grant, verb, "orders")
                sequence()
            said += [fact.text for fact in slots.so_far(looking("bob"), grant.request)]

        assert said == [
            "Nothing is on the record yet.",
            "1 action, explained.",
            "2 actions, 1 not explained.",
        ]
        JudgedAction.objects.filter(standing="outside").update(standing="announced")
        (fact,) = slots.so_far(looking("bob"), grant.request)
        assert fact.text == "2 actions, 1 announced, but outside of the scenario."


def test_references_read_as_words_and_lead_somewhere() -> None:
    finding = make_finding(review := make_review())

    labels = refs.labels([review.ref, finding.ref])

    assert labels[review.ref].text == f"Review of case {review.grant.request.case}"
    assert labels[review.ref].url == reverse("review", args=[review.pk])
    assert labels[finding.ref].text == "Finding: More than was declared"
