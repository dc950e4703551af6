"""Pages: naming a substitute on the profile, and deciding in somebody's place."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from breakglass import inbox, policy, preflight, simulator, transitions
from breakglass.models import Decision, Substitution
from core import zones
from reviews.policy import why_not_judge
from tests.breakglass.browser import asked, client, entered, make_cast, see, text
from tests.make import NOON, StepOf, make_group, make_request, make_scenario, make_user, voice

pytestmark = pytest.mark.django_db
SUBSTITUTES = "/profile/substitutes/"


def name(who: str, instead_of: str) -> Substitution:
    """Let somebody name another, as of a minute ago."""
    at, person = timezone.now() - timedelta(minutes=1), make_user(instead_of)
    return transitions.name_substitute(
        person, substitute=make_user(who), since=at, until=at + timedelta(days=7), by=person, at=at
    )


def send(who: str = "bob", **changes: Any) -> Any:
    """Send the form of the profile."""
    today = zones.today()
    fields = {
        "substitute": "dora@example.com", "since": str(today), "until": str(today), **changes
    }  # fmt: skip
    return client(who).post(SUBSTITUTES, fields)


class TestProfile:
    def test_names_somebody_until_the_end_of_a_day(self) -> None:
        make_cast()
        make_user("dora")
        assert "Who stands in for you" in text(see("bob", "/profile/"))
        assert send().url == "/profile/"
        made = Substitution.objects.get()
        assert made.until == zones.day_end(zones.today())
        assert "Dora</strong> stands in for Bob" in text(see("bob", "/profile/"))
        assert "Dora</strong> stands in for Bob" in text(see("dora", "/profile/"))

    def test_begins_on_a_later_day(self) -> None:
        make_cast()
        make_user("dora")
        later = zones.today() + timedelta(days=3)
        send(since=str(later), until=str(later))
        assert Substitution.objects.get().since == zones.day_end(later - timedelta(days=1))
        assert "Begins" in text(see("bob", "/profile/"))

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"substitute": "nobody@example.com"}, "somebody who is here"),
            ({"substitute": "Bob"}, "nobody stands in for themselves"),
            ({"until": "2020-01-01"}, "Let it end after it begins"),
            ({"since": "2020-01-01"}, "Let it begin now"),
            ({"until": "2999-01-01"}, "60 days are the most"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(
        self, changes: dict[str, str], why: str
    ) -> None:
        make_cast()
        make_user("dora")
        answer = send(**changes)
        assert answer.status_code == 422
        assert why in text(answer)
        assert next(iter(changes.values())) in text(answer)

    def test_offers_nothing_to_whoever_decides_nowhere(self) -> None:
        make_cast()
        make_user("dora")
        assert "Who stands in for you" not in text(see("ada", "/profile/"))
        assert send("ada").status_code == 422
        assert not Substitution.objects.exists()

    def test_is_ended_by_those_whom_it_is_about_or_who_oversee(self) -> None:
        make_cast()
        row = name("dora", "bob")
        end = reverse("substitute-end", args=[row.pk])
        assert client("ada").post(end).status_code == 404
        assert end not in text(see("otto", SUBSTITUTES))
        assert "Dora</strong> stands in for Bob" in text(see("otto", SUBSTITUTES))
        assert end in text(see("carla", SUBSTITUTES))
        assert client("carla").post(end)["Location"] == SUBSTITUTES
        row.refresh_from_db()
        assert row.ended_by == make_user("carla")


class TestDeciding:
    def test_is_found_seen_and_decided_by_the_substitute(self) -> None:
        make_cast()
        request = asked()
        assert see("dora", reverse("decision", args=[request.pk])).status_code == 404
        name("dora", "bob")
        waiting = text(see("dora", "/decide/"))
        assert "1 decision waits for you" in waiting
        assert "You decide in the place of Bob, too." in waiting
        page = reverse("decision", args=[request.pk])
        assert "You answer in the place of <strong>Bob</strong>" in text(see("dora", page))
        assert client("dora").post(page, {"decision": "approve"}).status_code == 302
        assert Decision.objects.get().instead_of == make_user("bob")
        entered()
        case = text(see("ada", request.get_absolute_url()))
        assert case.count("Dora (standing in for Bob)") == 2  # the decisions, and the record
        assert "In the place of Bob." in text(see("dora", "/decide/"))

    def test_ends_with_the_substitution(self) -> None:
        make_cast()
        request, row = asked(), name("dora", "bob")
        transitions.end_substitution(row, by=make_user("bob"), at=timezone.now())
        assert see("dora", reverse("decision", args=[request.pk])).status_code == 404
        assert not inbox.decisions_for(make_user("dora"), timezone.now())

    def test_waits_no_more_once_the_person_has_answered(self) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        make_scenario(steps=[StepOf(database, quorum=2)])
        request, _row = asked(), name("dora", "bob")
        assert inbox.decisions_for(make_user("dora"), timezone.now()) == [request]
        transitions.approve(request, voice=voice("bob"), at=timezone.now())
        assert not inbox.decisions_for(make_user("dora"), timezone.now())

    def test_the_inbox_offers_what_the_policy_allows(self) -> None:
        make_cast()
        make_group("Platform engineers", make_user("bob"), make_user("dora"))
        name("dora", "bob")
        now = timezone.now()
        theirs = asked(scenario=make_scenario("drill"), by=make_user("bob"))
        mine = asked(scenario=make_scenario("rescue"), by=make_user("dora"))
        other = asked(by=make_user("ada"))
        dora = make_user("dora")
        for each in (theirs, mine, other):
            may = policy.why_not_decide(each, by=dora, at=now) is None
            assert may == (each in inbox.decisions_for(dora, now))
        assert inbox.decisions_for(dora, now) == [other]


class TestAskingWhoCan:
    def test_the_form_and_the_simulator_name_both(self) -> None:
        scenario = make_scenario()
        name("dora", "bob")
        now, ada = timezone.now(), make_user("ada")
        look = preflight.look(scenario, person=ada, at=now)
        assert look
        [step] = look.asked
        assert [(each.substitute.name, each.person.name) for each in step.others] == [
            ("Dora", "Bob")
        ]
        assert len(step.people) == 2
        story = simulator.simulate(scenario, ada, now)
        assert any("Dora (standing in for Bob)" in line.text for line in story.lines)

    def test_the_case_names_both(self) -> None:
        make_cast()
        name("dora", "bob")
        page = text(see("ada", asked().get_absolute_url()))
        assert "Bob, Carl and Dora (standing in for Bob) are asked." in page


def test_whoever_decided_or_had_somebody_decide_does_not_review() -> None:
    make_cast()
    make_group("Reviewers", make_user("bob"), make_user("dora"))
    bob, at = make_user("bob"), NOON
    transitions.name_substitute(
        bob, substitute=make_user("dora"), since=at, until=at + timedelta(days=1), by=bob, at=at
    )
    request = transitions.approve(make_request(), voice=voice("dora"), at=at)
    later = at + timedelta(minutes=5)
    assert "You decided" in (why_not_judge(request.grant, by=make_user("dora"), at=later) or "")
    assert "Dora decided on this case in your place" in (
        why_not_judge(request.grant, by=bob, at=later) or ""
    )
    assert why_not_judge(request.grant, by=make_user("rita"), at=later) is None
