"""Substitutes: who decides in somebody's place, for how long, and that the two count once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership, Part, User
from audit import reading
from audit.models import Entry
from breakglass import policy, transitions
from breakglass.models import Decision, Grant, Request, Substitution
from core.errors import BadInput, NotAllowed, WrongState
from tests.alerts.make import catch_up
from tests.make import (
    NOON,
    StepOf,
    make_ask,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
DAY = timedelta(days=1)


def substitute(name: str, instead_of: str, *, days: int = 7) -> Substitution:
    """Let somebody name another; they decide somewhere, or they may not."""
    person = make_user(instead_of)
    return transitions.name_substitute(
        person, substitute=make_user(name), since=NOON, until=NOON + days * DAY, by=person, at=NOON
    )


def why_not(request: Request, name: str) -> str | None:
    return policy.why_not_decide(request, by=make_user(name), at=LATER)


class TestNaming:
    def test_is_on_the_record_with_both_people(self) -> None:
        make_scenario()
        made = substitute("dora", "bob")
        [named] = facts("substitution.named")
        assert (named["person"], named["substitute"]) == (make_user("bob").ref, made.substitute.ref)

    def test_is_for_oneself_alone(self) -> None:
        make_scenario()
        bob, dora = make_user("bob"), make_user("dora")
        for other in (dora, make_user("carl")):
            with pytest.raises(NotAllowed, match="their own substitute"):
                transitions.name_substitute(
                    bob, substitute=dora, since=NOON, until=NOON + DAY, by=other, at=NOON
                )
        assert kinds()[-1] == "access.refused"

    def test_is_for_those_who_decide_somewhere(self) -> None:
        make_scenario()
        with pytest.raises(NotAllowed, match="decide in no scenario"):
            substitute("dora", "ada")

    def test_never_names_oneself_or_somebody_switched_off(self) -> None:
        make_scenario()
        make_user("gone", is_active=False)
        for name, why in (("bob", "stands in for themselves"), ("gone", "switched off")):
            with pytest.raises(BadInput, match=why):
                substitute(name, "bob")

    @pytest.mark.parametrize(
        ("begins", "ends", "field"),
        [(-1, 5, "since"), (400, 401, "since"), (2, 2, "until"), (3, 2, "until"), (1, 62, "until")],
    )
    def test_is_for_a_period_of_at_most_60_days(self, begins: int, ends: int, field: str) -> None:
        make_scenario()
        bob, dora = make_user("bob"), make_user("dora")
        with pytest.raises(BadInput) as refusal:
            transitions.name_substitute(
                bob, substitute=dora, since=NOON + begins * DAY, until=NOON + ends * DAY, by=bob,
                at=NOON,
            )  # fmt: skip
        assert refusal.value.field == field

    def test_is_one_at_a_time(self) -> None:
        make_scenario()
        first = substitute("dora", "bob")
        with pytest.raises(WrongState, match="Dora stands in until"):
            substitute("emil", "bob")
        transitions.end_substitution(first, by=make_user("bob"), at=NOON)
        substitute("emil", "bob")

    def test_the_database_refuses_what_cannot_be(self) -> None:
        bob, dora = make_user("bob"), make_user("dora")
        fine = {"person": bob, "substitute": dora, "made_at": NOON, "since": NOON}
        for wrong in (
            {"substitute": bob, "until": NOON + DAY},
            {"until": NOON},
            {"until": NOON + 61 * DAY},
            {"until": NOON + DAY, "made_at": LATER},
            {"until": NOON + DAY, "ended_at": LATER},
            {"until": NOON + DAY, "ended_at": NOON + 2 * DAY, "ended_by": bob},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Substitution.objects.create(**fine | wrong)


class TestEnding:
    @pytest.mark.parametrize("name", ["bob", "dora", "cora", "max"])
    def test_is_for_both_compliance_and_administrators(self, name: str) -> None:
        make_scenario()
        make_group("Compliance", make_user("cora"), part=Part.COMPLIANCE)
        make_group("Administrators", make_user("max"), part=Part.ADMINISTRATOR)
        request, made = make_request(), substitute("dora", "bob")
        transitions.end_substitution(made, by=make_user(name), at=LATER)
        assert why_not(request, "dora") == "You stand in for Bob no more."
        [ended] = facts("substitution.ended")
        assert ended["substitute"] == make_user("dora").ref

    def test_is_for_nobody_else_and_happens_once(self) -> None:
        make_scenario()
        made = substitute("dora", "bob")
        with pytest.raises(NotAllowed, match="Only Bob, Dora"):
            transitions.end_substitution(made, by=make_user("carl"), at=LATER)
        with pytest.raises(WrongState, match="over already"):
            transitions.end_substitution(made, by=make_user("bob"), at=made.until)
        transitions.end_substitution(made, by=make_user("bob"), at=LATER)
        with pytest.raises(WrongState, match="over already"):
            transitions.end_substitution(made, by=make_user("bob"), at=LATER)


class TestDeciding:
    def test_starts_the_access_and_both_are_named(self) -> None:
        request = make_request(make_scenario())
        substitute("dora", "bob")
        transitions.approve(request, voice=voice("dora", "Go."), at=LATER)
        assert Grant.objects.get().is_live(LATER)
        decision = Decision.objects.get()
        assert (decision.by, decision.instead_of) == (make_user("dora"), make_user("bob"))
        assert decision.voice == "Dora (standing in for Bob)"
        catch_up()
        [told] = reading.told(Entry.objects.filter(kind="decision.approved"))
        assert told.actor.text == "Dora (standing in for Bob)"
        assert told.details["instead_of"] == make_user("bob").ref

    def test_ends_by_the_clock(self) -> None:
        make_scenario()
        made = substitute("dora", "bob", days=1)
        early, late = (made.until + timedelta(minutes=each) for each in (-5, 0))
        request = make_request(at=early)
        dora = make_user("dora")
        assert policy.why_not_decide(request, by=dora, at=early) is None
        why = policy.why_not_decide(request, by=dora, at=late)
        assert why == "You stand in for Bob no more."

    def test_begins_by_the_clock(self) -> None:
        request, bob = make_request(make_scenario()), make_user("bob")
        transitions.name_substitute(
            bob, substitute=make_user("dora"), since=NOON + DAY, until=NOON + 2 * DAY, by=bob,
            at=NOON,
        )  # fmt: skip
        assert why_not(request, "dora") == "Only Database team decides on this."

    def test_is_never_for_whoever_asked(self) -> None:
        request = make_request(make_scenario())
        substitute("ada", "bob")
        assert why_not(request, "ada") == "Nobody decides on their own request."

    @pytest.mark.parametrize(("filer", "why"), [("eve", "own request."), ("bob", "stands in for")])
    def test_nor_for_whoever_filed_it(self, filer: str, why: str) -> None:
        scenario = make_scenario()
        make_group("Platform engineers", make_user("bob"))
        substitute("eve", "bob")
        filed = transitions.submit(
            scenario, by=make_user(filer), person=make_user("ada"), ask=make_ask(scenario), at=NOON
        )
        with pytest.raises(NotAllowed, match=why):
            transitions.approve(filed, voice=voice("eve"), at=LATER)

    def test_nobody_lends_what_they_may_not_do_themselves(self) -> None:
        """Whoever stands in for the requester is not a way to a yes of their own."""
        scenario = make_scenario()
        make_group("Platform engineers", make_user("bob"))
        substitute("dora", "bob")
        request = make_request(scenario, by=make_user("bob"))
        with pytest.raises(NotAllowed, match="nor does who stands in for them"):
            transitions.approve(request, voice=voice("dora"), at=LATER)

    def test_has_no_chains(self) -> None:
        scenario = make_scenario()
        make_group("Elsewhere", make_user("dora"))
        request = make_request(scenario)
        substitute("dora", "bob")
        Substitution.objects.create(
            person=make_user("dora"), substitute=make_user("emil"), made_at=NOON, since=NOON,
            until=NOON + DAY,
        )  # fmt: skip
        assert why_not(request, "dora") is None
        assert why_not(request, "emil") == "Only Database team decides on this."

    def test_lends_no_more_than_the_person_has_now(self) -> None:
        request = make_request(make_scenario())
        substitute("dora", "bob")
        Membership.objects.filter(user=make_user("bob")).update(until=LATER)
        assert why_not(request, "dora") == "Only Database team decides on this."

    def test_lends_nothing_of_somebody_switched_off(self) -> None:
        request = make_request(make_scenario())
        substitute("dora", "bob")
        User.objects.filter(email="bob@example.com").update(is_active=False)
        assert why_not(request, "dora") == "Only Database team decides on this."
        User.objects.filter(email="dora@example.com").update(is_active=False)
        assert why_not(request, "dora") == "This account is switched off."


class TestCounting:
    @pytest.mark.parametrize(("first", "second"), [("bob", "dora"), ("dora", "bob")])
    def test_both_count_once_together(self, first: str, second: str) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(database, quorum=2)]))
        substitute("dora", "bob")
        transitions.approve(request, voice=voice(first), at=LATER)
        why = {
            "dora": "The answer of Bob, for whom you stand in, is given already.",
            "bob": "Dora has decided on this in your place.",
        }
        with pytest.raises(NotAllowed, match=why[second]):
            transitions.approve(request, voice=voice(second), at=LATER)
        transitions.approve(request, voice=voice("carl"), at=LATER)
        assert Grant.objects.exists()

    def test_one_person_for_two_counts_once(self) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(database, quorum=2)]))
        substitute("dora", "bob")
        substitute("dora", "carl")
        transitions.approve(request, voice=voice("dora"), at=LATER)
        with pytest.raises(NotAllowed, match="decided on this already"):
            transitions.approve(request, voice=voice("dora"), at=LATER)
        assert not Grant.objects.exists()

    def test_whoever_is_asked_anyway_answers_for_themselves_first(self) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(database, quorum=2)]))
        substitute("carl", "bob")
        transitions.approve(request, voice=voice("carl"), at=LATER)
        assert Decision.objects.get().instead_of is None
        with pytest.raises(NotAllowed, match="decided on this already"):
            transitions.approve(request, voice=voice("carl"), at=LATER)
        transitions.approve(request, voice=voice("bob"), at=LATER)
        assert Grant.objects.exists()

    def test_a_quorum_needs_as_many_as_before(self) -> None:
        """A substitute is one more who can answer, never one more whose answer counts."""
        alone = make_group("Alone", make_user("bob"))
        scenario = make_scenario(steps=[StepOf(alone, quorum=2)])
        substitute("dora", "bob")
        with pytest.raises(NotAllowed, match="Nobody besides you"):
            make_request(scenario)

    def test_the_database_counts_them_once_too(self) -> None:
        request, bob, dora = make_request(make_scenario()), make_user("bob"), make_user("dora")
        same = {
            "request": request, "kind": "approve", "step": 1, "decided_at": LATER,
            "group": make_group("Database team"),
        }  # fmt: skip
        Decision.objects.create(by=bob, **same)
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(by=dora, instead_of=bob, **same)
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(by=dora, instead_of=dora, **same)
