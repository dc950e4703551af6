"""A membership that has ended counts for nothing, wherever somebody asks who may do what."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.memberships import set_groups, set_members
from accounts.models import Membership, Part
from breakglass import cards, inbox, lint, policy, preflight, transitions
from breakglass.differences import differences
from breakglass.models import ProposedChange, Request, Scenario
from breakglass.pictures import look, thing_of
from breakglass.simulator import simulate
from core import live, zones
from core.errors import NotAllowed
from tests.breakglass.changing import accepted, administrators, attempted, weakened
from tests.make import (
    NOON,
    StepOf,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
BEFORE = NOON - SECOND


def ends(name: str, group: str, at: Any = NOON) -> None:
    Membership.objects.filter(user=make_user(name), group__name=group).update(until=at)


class TestAsking:
    def test_ends_with_the_membership_and_the_sentence_says_when(self) -> None:
        scenario, ada = make_scenario(), make_user("ada")
        ends("ada", "Platform engineers", zones.day_end(date(2026, 12, 3)))
        over = zones.day_end(date(2026, 12, 3))

        assert policy.why_not_request(scenario, by=ada, at=over - SECOND) is None
        assert policy.why_not_request(scenario, by=ada, at=over) == (
            "Your membership in Platform engineers ended on 3 December 2026. Ask an administrator"
            " to extend it."
        )
        assert ada in policy.eligible(scenario, over - SECOND)
        assert ada not in policy.eligible(scenario, over)

    def test_is_refused_in_the_second_of_the_end(self) -> None:
        scenario = make_scenario()
        ends("ada", "Platform engineers")

        make_request(scenario, at=BEFORE)
        with pytest.raises(NotAllowed, match="Your membership in Platform engineers ended on"):
            make_request(scenario, by=make_user("ada"), at=NOON)
        assert kinds()[-1] == "access.refused"

    def test_who_asks_for_somebody_reads_their_name(self) -> None:
        scenario, ada = make_scenario(), make_user("ada")
        ends("ada", "Platform engineers")

        why = policy.why_not_request(scenario, by=ada, at=NOON, filed_by=make_user("eve"))

        assert why is not None
        assert why.startswith("The membership of Ada in Platform engineers ended on")

    def test_for_more_time_ends_too(self) -> None:
        make_scenario()
        request = make_request(at=NOON - DAY)
        request = transitions.approve(request, voice=voice("bob"), at=NOON - DAY)
        grant = request.grant
        ends("ada", "Platform engineers", NOON - DAY + SECOND)
        rules, ada = request.rules, make_user("ada")

        assert policy.why_not_extend(grant, rules, by=ada, at=NOON - DAY) is None
        why = policy.why_not_extend(grant, rules, by=ada, at=NOON - DAY + SECOND)
        assert why is not None
        assert "ended on" in why

    def test_is_closed_on_the_cards_too(self) -> None:
        make_scenario()
        ends("ada", "Platform engineers")

        assert len(cards.open_to(make_user("ada"), BEFORE)) == 1
        assert cards.open_to(make_user("ada"), NOON) == []
        assert cards.may_break(make_user("ada"), BEFORE)
        assert not cards.may_break(make_user("ada"), NOON)


class TestDeciding:
    def test_is_refused_in_the_second_of_the_end_with_its_sentence(self) -> None:
        request, bob = make_request(at=BEFORE - DAY), make_user("bob")
        Request.objects.update(lapse_at=NOON + DAY)
        ends("bob", "Database team")

        assert policy.why_not_decide(request, by=bob, at=BEFORE) is None
        with pytest.raises(NotAllowed, match="Your membership in Database team ended on"):
            transitions.approve(request, voice=voice("bob"), at=NOON)
        request.refresh_from_db()
        assert request.state == Request.State.PENDING
        assert facts("access.refused")[-1]["why"].startswith("Your membership in Database team")

    def test_does_not_wait_for_them_any_more(self) -> None:
        request, bob = make_request(at=BEFORE), make_user("bob")
        ends("bob", "Database team")

        assert [each.pk for each in inbox.decisions_for(bob, BEFORE)] == [request.pk]
        assert not list(inbox.decisions_for(bob, NOON))

    def test_cannot_be_revoked_by_who_was_an_approver(self) -> None:
        request = transitions.approve(make_request(at=BEFORE), voice=voice("bob"), at=BEFORE)
        ends("carl", "Database team")
        carl = make_user("carl")

        assert policy.why_not_revoke(request.grant, by=carl, at=BEFORE) is None
        why = policy.why_not_revoke(request.grant, by=carl, at=NOON)
        assert why is not None
        assert why.startswith("Your membership in Database team ended on")


class TestQuorum:
    @pytest.fixture
    def scenario(self) -> Scenario:
        """One where both of the Database team must agree."""
        group = make_group("Database team", make_user("bob"), make_user("carl"))
        return make_scenario(steps=[StepOf(group, quorum=2)])

    def test_shrinks_with_a_membership(self, scenario: Scenario) -> None:
        ada, rules = make_user("ada"), scenario.current.rules  # type: ignore[union-attr]
        ends("carl", "Database team")

        def why(at: Any) -> str | None:
            return policy.why_nobody_can_decide(rules, scenario, requester=ada, at=at)

        assert why(BEFORE) is None
        assert why(NOON) == (
            "Nobody besides you can answer for Database team (2 needed). Break the glass if the"
            " scenario allows it, or call a responder."
        )
        assert [str(each) for each in policy.deciders(rules.steps[0], scenario, ada, NOON)] == [
            "Bob"
        ]

    def test_is_counted_so_before_one_asks(self, scenario: Scenario) -> None:
        ends("carl", "Database team")

        for at, enough in ((BEFORE, True), (NOON, False)):
            found = preflight.look(scenario, person=make_user("ada"), at=at)
            assert found is not None
            assert found.asked[0].enough is enough
            assert cards.open_to(make_user("ada"), at)[0].answering[0].enough is enough

    def test_is_counted_so_by_the_lint(self, scenario: Scenario) -> None:
        ends("carl", "Database team")

        def errors(at: Any) -> list[str]:
            [(_, remarks)] = lint.everything(at)
            assert remarks == lint.lint(scenario, at)
            return [remark.sentence for remark in lint.errors(remarks)]

        assert errors(BEFORE) == []
        assert any("Database team" in sentence for sentence in errors(NOON))

    def test_is_told_so_by_the_simulator(self, scenario: Scenario) -> None:
        ends("carl", "Database team")
        ends("ada", "Platform engineers", zones.day_end(date(2999, 12, 3)))

        before = simulate(scenario, make_user("ada"), BEFORE).lines
        after = simulate(scenario, make_user("ada"), NOON).lines

        assert "2 of Bob, Carl must agree" in " ".join(line.text for line in before)
        assert after[-1].name == "refused"
        assert before[0].rule == (
            "Permit: may request access · Membership in Platform engineers until 3 December 2999"
        )


def test_a_case_is_seen_and_told_until_then() -> None:
    request = make_request(at=BEFORE)
    make_group("Nobody yet")
    overseer = make_user("olga")
    make_group("Auditors", overseer, part=Part.AUDITOR)
    for name, group in (("bob", "Database team"), ("olga", "Auditors")):
        ends(name, group)

    for at, there in ((BEFORE, True), (NOON, False)):
        watching = live.watchers([request.ref], at=at)[request.ref]
        for person in (make_user("bob"), overseer):
            assert Request.objects.visible_to(person, at).exists() is there
            assert (person.pk in watching) is there
    assert None not in live.watchers([request.ref], at=NOON)[request.ref]


class TestFourEyes:
    """Who gets something for longer may do more; who has less time may do less."""

    @pytest.fixture
    def team(self) -> Group:
        """The Database team, which Bob leaves a day later."""
        make_scenario()
        ends("bob", "Database team", NOON + DAY)
        return make_group("Database team")

    def bobs(self, team: Group, until: Any) -> list[str]:
        bob = make_user("bob")
        return weakened(bob, lambda: set_groups(bob, {team: until}))

    def test_longer_is_weaker(self, team: Group) -> None:
        longer = ["Bob may decide on requests for longer: Production outage."]

        assert self.bobs(team, NOON + 2 * DAY) == longer
        assert self.bobs(team, None) == longer

    def test_shorter_is_not(self, team: Group) -> None:
        assert self.bobs(team, NOON + DAY - SECOND) == []
        assert self.bobs(team, NOON) == []

    def test_one_that_had_ended_is_a_new_one(self, team: Group) -> None:
        ends("bob", "Database team")

        assert self.bobs(team, NOON + SECOND) == ["Bob may decide on requests: Production outage."]

    def test_who_has_it_for_longer_by_another_group_gains_nothing(self) -> None:
        bob = make_user("bob")
        one, _ = (make_group(name, bob, part=Part.AUDITOR) for name in ("One", "Other"))
        ends("bob", "One", NOON + DAY)

        assert weakened(one, lambda: set_members(one, {bob: NOON + 2 * DAY})) == []
        ends("bob", "Other", NOON + 3 * DAY)
        assert weakened(one, lambda: set_members(one, {bob: None})) == ["Bob: Auditor for longer."]

    def test_the_end_of_a_permit_counts_too(self, team: Group) -> None:
        scenario = Scenario.objects.get()
        scenario.permits.filter(group=team).update(until=NOON + SECOND)

        assert self.bobs(team, None) == []

    @pytest.mark.parametrize(
        ("part", "sentence"),
        [
            (
                Part.RESPONDER,
                "The membership of every responder ends: nobody comes after the last.",
            ),
            (Part.AUDITOR, "The membership of every auditor ends: nobody comes after the last."),
        ],
    )
    def test_an_end_for_the_last_one_is_said(self, part: Part, sentence: str) -> None:
        zoe = make_user("zoe")
        group = make_group("Some", zoe, part=part)

        assert weakened(zoe, lambda: set_groups(zoe, {group: NOON + DAY})) == [sentence]

    def test_an_end_for_the_second_administrator_is_said(self) -> None:
        mei, noor = administrators("mei", "noor")
        group = make_group("Administrators")

        assert weakened(group, lambda: set_members(group, {mei: None, noor: NOON + DAY})) == [
            "One administrator stays, and nobody will look at what they change."
        ]

    def test_waits_and_is_made_as_proposed(self, team: Group) -> None:
        mei, noor = administrators("mei", "noor")
        bob, carl = make_user("bob"), make_user("carl")
        until = zones.day_end(date(2999, 12, 3))

        change = attempted(team, lambda: set_members(team, {bob: until, carl: None}), by=mei)

        assert isinstance(change, ProposedChange)
        assert bob.memberships.get().until == NOON + DAY
        [said] = differences(ProposedChange.Kind.GROUP, change.before, change.after)
        assert said.after == ["Bob until 3 December 2999", "Carl"]
        accepted(change, by=noor)
        assert bob.memberships.get().until == until
        last = facts("config.changed")[-1]
        assert last["changes"]["groups"][1] == "Database team, until 2999-12-04 00:00 UTC"
        assert (last["name"], last["second"]) == ("Bob", noor.ref)

    def test_of_a_person_waits_and_is_made_as_proposed(self, team: Group) -> None:
        mei, noor = administrators("mei", "noor")
        bob = make_user("bob")

        change = attempted(bob, lambda: set_groups(bob, {team: None}), by=mei)

        assert isinstance(change, ProposedChange)
        [said] = differences(ProposedChange.Kind.PERSON, change.before, change.after)
        assert (said.before, said.after) == (
            [f"Database team until {zones.last_day(NOON + DAY):%-d %B %Y}"],
            ["Database team"],
        )
        accepted(change, by=noor)
        assert bob.memberships.get().until is None

    def test_settings_without_an_end_look_as_they_always_did(self) -> None:
        """So that what waits from before there were ends can still be accepted."""
        make_scenario()
        settings = look(*thing_of(make_group("Database team")), at=NOON).settings

        assert set(settings) == {"name", "parts", "members"}


class TestAdministrators:
    def test_whose_membership_ended_look_at_nothing(self) -> None:
        mei, noor = administrators("mei", "noor")
        ends("noor", "Administrators", timezone.now() - SECOND)

        assert not policy.second_administrators(mei).exists()
        change = ProposedChange(proposed_by=mei)
        why = policy.why_not_decide_change(change, by=noor)
        assert why is not None
        assert why.startswith("Your membership in Administrators ended on")

    def test_shorten_at_once(self) -> None:
        make_scenario()
        mei, _noor = administrators("mei", "noor")
        bob, team = make_user("bob"), make_group("Database team")

        attempted(bob, lambda: set_groups(bob, {team: NOON + DAY}), by=mei)

        assert bob.memberships.get().until == NOON + DAY
        assert not ProposedChange.objects.exists()


def test_ends_cost_no_query_for_each_member() -> None:
    scenario = make_scenario()
    team = make_group("Database team")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(*thing_of(team), at=NOON)
            lint.everything(NOON)
            preflight.look(scenario, person=make_user("ada"), at=NOON)
            cards.open_to(make_user("ada"), NOON)
        return len(queries)

    few = asked()
    for number in range(8):
        make_group("Database team", make_user(f"p{number}"))
        ends(f"p{number}", "Database team", NOON + DAY * (number - 4))
    assert asked() == few


def test_the_page_of_a_scenario_says_why_not(client: Client) -> None:
    scenario = make_scenario()
    ends("ada", "Platform engineers", zones.day_end(date(2026, 1, 3)))
    client.force_login(make_user("ada"))

    page = client.get(reverse("scenario", args=[scenario.slug])).content.decode()

    assert "Your membership in Platform engineers ended on 3 January 2026." in page
