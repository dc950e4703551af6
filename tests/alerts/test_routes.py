"""Who is told of what: real entries, made by the verbs themselves."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from alerts.models import Delivery
from alerts.routes import ROUTES
from audit import log
from audit.events import Gap, known
from breakglass import transitions
from breakglass.models import Grant, Request
from reviews import following, reminders
from reviews import transitions as reviews
from reviews.models import Review
from reviews.reopening_transitions import reopen
from targets import transitions as doors
from tests.alerts.make import catch_up, make_cast, told
from tests.make import (
    NOON,
    StepOf,
    make_broken_glass,
    make_group,
    make_request,
    make_user,
    voice,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def test_every_route_is_of_a_known_event_and_has_its_words() -> None:
    folder = settings.BASE_DIR / "templates" / "email"
    assert set(ROUTES) <= set(known())
    assert set(ROUTES) == {path.stem for path in folder.glob("*.*.txt")}


class TestAsking:
    def test_asks_the_first_step_and_nobody_else(self) -> None:
        make_request(make_cast())
        catch_up()
        assert told("request.submitted") == {"bob": "asked", "carl": "asked"}

    def test_tells_the_next_step_when_it_is_asked(self) -> None:
        first = make_group("First", make_user("bob"))
        second = make_group("Second", make_user("carl"), make_user("dora"))
        steps = [StepOf(first, escalate_after=10), StepOf(second, stands_in=True)]
        request = make_request(make_cast(steps=steps))
        transitions.escalate(request, at=NOON + timedelta(minutes=11))
        catch_up()
        assert told("request.submitted") == {"bob": "asked"}
        assert told("request.escalated") == {"carl": "asked", "dora": "asked"}

    def test_never_asks_whoever_filed_it_for_somebody_else_who_is_told(self) -> None:
        scenario = make_cast()
        make_group("Platform engineers", make_user("bob"))
        ask = transitions.Ask(
            targets=list(scenario.targets.all()),
            justification="Checkout is down for everybody since 11:40.",
            minutes=30,
        )
        transitions.submit(scenario, by=make_user("bob"), person=make_user("ada"), ask=ask, at=NOON)
        catch_up()
        assert told("request.submitted") == {"carl": "asked"}
        assert told("request.filed") == {"ada": "requester"}

    def test_leaves_out_who_is_switched_off(self) -> None:
        scenario = make_cast()
        User.objects.filter(email="carl@example.com").update(is_active=False)
        make_request(scenario)
        catch_up()
        assert told("request.submitted") == {"bob": "asked"}

    def test_asks_again_when_an_offer_was_left(self) -> None:
        request = make_request(make_cast())
        offer = transitions.Offer(minutes=5, targets=list(request.targets.all()))
        transitions.counter(request, voice=voice("bob"), offer=offer, at=LATER)
        transitions.decline_counter(request, by=make_user("ada"), at=LATER)
        catch_up()
        assert told("decision.countered") == {"ada": "requester"}
        assert told("counter.declined") == {"bob": "asked", "carl": "asked"}


class TestAnswers:
    def test_an_approval_tells_the_requester_once_and_the_other_approver(self) -> None:
        transitions.approve(make_request(make_cast()), voice=voice("bob"), at=LATER)
        catch_up()
        assert told("decision.approved") == {}
        assert told("request.approved") == {"carl": "approver"}
        assert told("grant.activated") == {"ada": "requester", "tess": "alerted"}

    def test_an_approval_that_is_not_the_last_tells_the_requester(self) -> None:
        group = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_cast(steps=[StepOf(group, quorum=2)]))
        transitions.approve(request, voice=voice("bob"), at=LATER)
        catch_up()
        assert told("decision.approved") == {"ada": "requester"}
        assert told("request.approved") == {}

    def test_a_denial_tells_the_requester_and_the_other_approver(self) -> None:
        transitions.deny(make_request(make_cast()), voice=voice("bob", "Not now."), at=LATER)
        catch_up()
        assert told("decision.denied") == {"ada": "requester", "carl": "approver"}

    def test_a_withdrawal_tells_whoever_was_asked(self) -> None:
        transitions.withdraw(make_request(make_cast()), by=make_user("ada"), at=LATER)
        catch_up()
        assert told("request.withdrawn") == {"bob": "approver", "carl": "approver"}

    def test_a_lapse_tells_everybody(self) -> None:
        request = make_request(make_cast())
        transitions.lapse(request, at=request.lapse_at)
        catch_up()
        assert told("request.lapsed") == {"ada": "requester", "bob": "approver", "carl": "approver"}


class TestBrokenGlass:
    EVERYBODY = {
        "bob": "asked", "carl": "asked", "rob": "responder", "rosa": "responder",
        "cora": "compliance", "tess": "alerted",
    }  # fmt: skip

    def test_alerts_everybody_but_who_did_it(self) -> None:
        make_broken_glass(make_cast())
        catch_up()
        assert told("request.submitted") == {}
        assert told("breakglass.activated") == self.EVERYBODY

    def test_asks_those_for_a_receipt_who_have_nothing_to_answer(self) -> None:
        make_broken_glass(make_cast())
        catch_up()
        asked = {row.audience: row.receipt for row in Delivery.objects.all()}
        assert asked == {"asked": False, "responder": True, "compliance": True, "alerted": True}

    def test_tells_a_person_in_two_audiences_once(self) -> None:
        scenario = make_cast()
        make_group("Responders", make_user("bob"))
        make_broken_glass(scenario)
        catch_up()
        assert Delivery.objects.filter(recipient=make_user("bob")).count() == 1
        assert told("breakglass.activated")["bob"] == "asked"

    def test_tells_of_ratification_once_it_is_complete(self) -> None:
        transitions.ratify(make_broken_glass(make_cast()), voice=voice("bob"), at=LATER)
        catch_up()
        assert told("decision.ratified") == {}
        assert told("ratification.confirmed") == {
            "ada": "requester", "carl": "approver", "tess": "alerted", "cora": "compliance",
        }  # fmt: skip

    def test_tells_of_a_refusal_and_of_what_it_ended(self) -> None:
        request = make_broken_glass(make_cast())
        transitions.refuse(request, voice=voice("bob", "No emergency."), at=LATER)
        catch_up()
        assert told("ratification.refused") == {
            "ada": "requester", "carl": "approver", "tess": "alerted", "cora": "compliance",
        }  # fmt: skip
        assert told("grant.revoked") == {"ada": "requester", "tess": "alerted"}

    def test_tells_of_silence(self) -> None:
        request = make_broken_glass(make_cast())
        assert request.ratify_by
        transitions.overdue(request, at=request.ratify_by)
        catch_up()
        assert set(told("ratification.overdue")) == {"ada", "bob", "carl", "tess", "cora"}

    def test_tells_the_alerted_of_the_end_but_not_who_ended_it(self) -> None:
        make_broken_glass(make_cast())
        transitions.relinquish(Grant.objects.get(), by=make_user("ada"), at=LATER)
        catch_up()
        assert told("grant.relinquished") == {"tess": "alerted"}


class TestAccess:
    def test_tells_the_requester_of_a_start_that_comes_later(self) -> None:
        request = make_request(make_cast(), starts_at=NOON + timedelta(hours=3))
        transitions.approve(request, voice=voice("bob"), at=LATER)
        catch_up()
        assert told("grant.scheduled") == {"ada": "requester"}

    def test_tells_only_the_requester_of_an_end_after_approval(self) -> None:
        transitions.approve(make_request(make_cast()), voice=voice("bob"), at=LATER)
        grant = Grant.objects.get()
        transitions.expire(grant, at=grant.ends_at)
        catch_up(grant.ends_at)
        assert told("grant.expired") == {"ada": "requester"}

    def test_tells_of_more_time(self) -> None:
        transitions.approve(make_request(make_cast()), voice=voice("bob"), at=LATER)
        more = transitions.ask_for_more_time(
            Grant.objects.get(), by=make_user("ada"), minutes=10,
            justification="The index is still being rebuilt, ten minutes are missing.", at=LATER,
        )  # fmt: skip
        catch_up()
        transitions.approve(Request.objects.get(pk=more.pk), voice=voice("carl"), at=LATER)
        catch_up()
        assert told("grant.extended") == {"ada": "requester"}
        assert Delivery.objects.filter(subject=more.ref, audience="asked").count() == 2

    def test_owes_a_review_to_who_had_no_part_in_it(self) -> None:
        transitions.approve(make_request(make_cast()), voice=voice("bob"), at=LATER)
        grant = Grant.objects.get()
        transitions.expire(grant, at=grant.ends_at)
        catch_up(grant.ends_at)
        following.run(at=grant.ends_at)
        catch_up(grant.ends_at)
        assert told("review.assigned") == {"rita": "assigned"}
        review = reviews.start(Review.objects.get(), by=make_user("rita"), at=grant.ends_at)
        reviews.close(
            review, by=make_user("rita"), verdict="justified", comment="", at=grant.ends_at
        )
        catch_up(grant.ends_at)
        assert told("review.closed") == {"ada": "requester"}

        closed = Review.objects.get()
        reopen(closed, by=make_user("cora"), reason="A log came late.", at=grant.ends_at)
        catch_up(grant.ends_at)
        assert told("review.reopened") == {"ada": "requester", "rita": "judge"}

    def test_a_verdict_of_misuse_asks_for_a_second_reviewer(self) -> None:
        transitions.relinquish(make_broken_glass(make_cast()).grant, by=make_user("ada"), at=LATER)
        make_group("Reviewers", make_user("rolf"))
        review = reviews.start(Review.objects.get(), by=make_user("rita"), at=LATER)
        reviews.close(review, by=make_user("rita"), verdict="misuse", comment="Odd.", at=LATER)
        catch_up()
        assert told("review.concluded") == {"rolf": "reviewer"}

        reminders.remind(review, at=review.due_at)
        catch_up(review.due_at)
        assert told("review.overdue") == {"rolf": "assigned", "cora": "compliance"}


class TestFreeze:
    def test_tells_responders_and_holders(self) -> None:
        make_broken_glass(make_cast())
        transitions.freeze(by=make_user("rob"), reason="Odd queries.", at=LATER)
        catch_up()
        assert told("freeze.imposed") == {"rosa": "responder"}
        assert told("grant.revoked") == {"ada": "requester", "tess": "alerted"}

    def test_tells_the_frozen_person_and_who_may_lift_it(self) -> None:
        make_cast()
        rob, rosa = make_user("rob"), make_user("rosa")
        freeze = transitions.freeze(
            by=rob, person=make_user("eve"), reason="Odd queries.", at=LATER
        )
        transitions.lift(freeze, by=rosa, reason="All is well again.", at=LATER)
        transitions.keep(freeze, by=rosa, at=LATER)
        transitions.lift(freeze, by=rob, reason="All is well again.", at=LATER)
        transitions.lift(freeze, by=rosa, reason="All is well again.", at=LATER)
        catch_up()
        assert told("freeze.imposed") == {"eve": "frozen", "rosa": "responder"}
        assert told("freeze.lift_proposed") == {"rob": "responder", "rosa": "responder"}
        assert told("freeze.kept") == {"rob": "responder"}
        assert told("freeze.lifted") == {"eve": "frozen", "rob": "responder"}


class TestDoors:
    def test_a_door_that_does_not_open_is_told_to_its_holder_too(self) -> None:
        make_broken_glass(make_cast())
        door = Grant.objects.get().doors().get()
        doors.open_failed(door, error="no route to host", at=LATER)
        catch_up()
        assert told("door.open_failed") == {
            "ada": "requester", "rob": "responder", "rosa": "responder",
        }  # fmt: skip


class TestTheHouse:
    def test_a_hole_in_the_record_is_told_to_those_who_must_act(self) -> None:
        make_cast()
        event = Gap(expected=2, found=3, event="0" * 32)
        with transaction.atomic():
            log.record(event, actor=log.SYSTEM, subject="grant:0", at=NOON)
        catch_up()
        assert told("audit.gap") == {
            "cora": "compliance", "otto": "auditor", "max": "administrator",
        }  # fmt: skip

    def test_an_exercise_is_marked(self) -> None:
        make_broken_glass(make_cast(drill=True))
        catch_up()
        assert all(Delivery.objects.values_list("drill", flat=True))


class TestQuestions:
    def test_the_question_goes_to_the_requester_and_the_answer_to_who_asked(self) -> None:
        request = make_request(make_cast())
        ada, bob = make_user("ada"), make_user("bob")
        question = transitions.ask(request, by=bob, text="Why not the copy?", at=LATER)
        catch_up()
        assert told("question.asked") == {"ada": "requester"}
        transitions.answer(question, by=ada, text="It is an hour old.", at=LATER)
        catch_up()
        assert told("question.answered") == {"bob": "asker"}
