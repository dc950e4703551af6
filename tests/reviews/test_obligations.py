"""Obligations: written down by reviewers or by the record, done with evidence, or waived."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from audit import log
from audit.models import Entry
from core.errors import BadInput, NotAllowed, WrongState
from core.refs import make as make_ref
from reviews import following, obligation_transitions, obligations, states
from reviews.models import JudgedAction, Obligation, Review
from targets.events import DoorClosed
from tests.make import NOON, make_group, make_user
from tests.record import facts, kinds
from tests.reviews.make import (
    LATER,
    act,
    make_carla,
    make_finding,
    make_obligation,
    make_review,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db
NEXT = LATER + timedelta(days=3)


def fulfil(task: Obligation, *, by: str = "ada", evidence: str = "Rotated to v8.") -> Obligation:
    return obligation_transitions.fulfil(task, evidence=evidence, by=make_user(by), at=LATER)


def waive(task: Obligation, *, by: str = "rita", reason: str = "It was a copy.") -> Obligation:
    return obligation_transitions.waive(task, reason=reason, by=make_user(by), at=LATER)


def hand_on(task: Obligation, *, by: str = "rita", owner: str = "eve",
            reason: str = "Ada is ill.") -> Obligation:  # fmt: skip
    return obligation_transitions.hand_on(
        task, owner=make_user(owner), due_at=NEXT, reason=reason, by=make_user(by), at=LATER
    )


def leave_behind(review: Review, *things: str) -> None:
    """Record that a door of the case was closed, and what it left."""
    event = DoorClosed(target="shop-db", verified_at="", left_behind=list(things))
    with transaction.atomic():
        door = make_ref("door", uuid4())
        log.record(event, actor=log.SYSTEM, subject=door, case=review.case_ref, at=LATER)
    sequence()


class TestOblige:
    def test_a_reviewer_says_what_has_to_be_done_by_whom_and_until_when(self) -> None:
        task = make_obligation(text=" The key of the shop. ")

        assert (task.text, task.owner, task.state) == ("The key of the shop.", make_user("ada"),
                                                       Obligation.State.OPEN)  # fmt: skip
        assert kinds()[-1] == "obligation.opened"
        assert facts("obligation.opened")[0]["person"] == make_user("ada").ref

    @pytest.mark.parametrize("name", ["ada", "bob", "mallory"])
    def test_nobody_who_may_not_review_does(self, name: str) -> None:
        with pytest.raises(NotAllowed):
            make_obligation(by=name)

        assert not Obligation.objects.exists()
        assert kinds()[-1] == "access.refused"

    def test_whoever_judges_the_case_does_not_do_it_themselves(self) -> None:
        with pytest.raises(BadInput, match="Rita judges this case") as refusal:
            make_obligation(taken(make_review()), owner="rita")

        assert refusal.value.field == "owner"

    def test_an_account_that_is_off_does_nothing(self) -> None:
        eve = make_user("eve")
        eve.is_active = False
        eve.save()

        with pytest.raises(BadInput, match="switched off"):
            make_obligation(owner="eve")

    def test_words_and_a_day_to_come_are_needed(self) -> None:
        review = make_review()

        with pytest.raises(BadInput, match="Say what has to be done"):
            make_obligation(review, text=" ")
        with pytest.raises(BadInput, match="Choose a day that is not over"):
            make_obligation(review, due_at=LATER)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = make_review()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            make_obligation(review)

        assert not Obligation.objects.exists()


class TestFulfil:
    @pytest.mark.parametrize("name", ["ada", "rita", "carla"])
    def test_its_owner_and_reviewers_of_the_case_say_that_it_is_done(self, name: str) -> None:
        make_carla()
        task = fulfil(make_obligation(), by=name, evidence=" Rotated to v8. ")

        assert (task.state, task.done_by) == (Obligation.State.DONE, make_user(name))
        assert task.evidence == "Rotated to v8."
        assert kinds()[-1] == "obligation.done"

    @pytest.mark.parametrize("name", ["bob", "eve", "mallory"])
    def test_nobody_else_does(self, name: str) -> None:
        with pytest.raises(NotAllowed, match="Only Ada or a reviewer"):
            fulfil(make_obligation(), by=name)

    def test_evidence_is_needed(self) -> None:
        with pytest.raises(BadInput, match="what shows it"):
            fulfil(make_obligation(), evidence="  ")

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        task = make_obligation()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            fulfil(task)

        task.refresh_from_db()
        assert task.state == Obligation.State.OPEN


class TestWaive:
    def test_a_reviewer_says_that_it_can_be_left_undone(self) -> None:
        task = waive(make_obligation())

        assert (task.state, task.evidence) == (Obligation.State.WAIVED, "It was a copy.")
        assert kinds()[-1] == "obligation.waived"

    def test_its_owner_does_not_whatever_they_may(self) -> None:
        make_group("Reviewers", make_user("eve"))

        with pytest.raises(NotAllowed, match="somebody else says"):
            waive(make_obligation(owner="eve"), by="eve")

    @pytest.mark.parametrize("name", ["ada", "bob", "mallory"])
    def test_nobody_who_may_not_review_does(self, name: str) -> None:
        with pytest.raises(NotAllowed):
            waive(make_obligation(owner="eve"), by=name)

    def test_a_reason_is_needed(self) -> None:
        with pytest.raises(BadInput, match="left undone"):
            waive(make_obligation(), reason="")


class TestHandOn:
    def test_somebody_else_does_it_until_another_day(self) -> None:
        task = hand_on(make_obligation())

        assert (task.owner, task.due_at) == (make_user("eve"), NEXT)
        assert kinds()[-1] == "obligation.handed_on"

    @pytest.mark.parametrize("name", ["ada", "eve", "mallory"])
    def test_only_a_reviewer_says_so(self, name: str) -> None:
        with pytest.raises(NotAllowed):
            hand_on(make_obligation(), by=name)

    def test_never_to_who_judges_the_case(self) -> None:
        review = taken(make_review())

        with pytest.raises(BadInput, match="Rita judges this case"):
            hand_on(make_obligation(review), owner="rita")

    def test_a_reason_is_needed(self) -> None:
        with pytest.raises(BadInput, match="Say why"):
            hand_on(make_obligation(), reason=" ")


@pytest.mark.parametrize("verb", [fulfil, waive, hand_on])
@pytest.mark.parametrize("end", [fulfil, waive])
def test_what_is_over_stays_as_it_is(verb: object, end: object) -> None:
    task = end(make_obligation())  # type: ignore[operator]

    with pytest.raises(WrongState, match="already"):
        verb(task)  # type: ignore[operator]


class TestRecord:
    def test_what_a_door_left_behind_is_cleared_up_by_who_had_the_access(self) -> None:
        review = make_review()
        leave_behind(review, "table public.copy", "schema scratch")

        following.run(at=LATER)

        task = Obligation.objects.get()
        assert (task.kind, task.owner) == (Obligation.Kind.CLEAR_UP, make_user("ada"))
        assert "table public.copy, schema scratch" in task.text
        assert task.due_at == LATER + obligations.WITHIN

    def test_a_clean_door_owes_nothing(self) -> None:
        leave_behind(make_review())

        assert following.run(at=LATER)
        assert not Obligation.objects.exists()

    def test_reading_it_twice_owes_it_once(self) -> None:
        leave_behind(make_review(), "table public.copy")

        for entry in [*Entry.objects.filter(kind="door.closed")] * 2:
            following.look(entry, at=LATER)

        assert Obligation.objects.count() == 1

    def test_where_nobody_is_there_it_has_no_owner_and_a_reviewer_names_one(self) -> None:
        review = make_review()
        ada = make_user("ada")
        ada.is_active = False
        ada.save()
        leave_behind(review, "table public.copy")
        following.run(at=LATER)

        task = Obligation.objects.get()
        assert task.owner is None
        with pytest.raises(NotAllowed, match="Only a reviewer of this case"):
            fulfil(task, by="bob")
        assert hand_on(task, owner="eve").owner == make_user("eve")

    def test_a_secret_that_was_read_is_replaced(self) -> None:
        review = make_review()
        act(review.grant, "select", "api_keys")
        act(review.grant, "select", "orders")
        sequence()
        secret, other = Entry.objects.filter(kind="action.performed").order_by("seq")
        for entry, verbs in ((secret, ["read", "secret"]), (other, ["read"])):
            JudgedAction.objects.update_or_create(
                entry_seq=entry.seq,
                defaults={"standing": "outside", "facts": {"verbs": verbs}, "version": 1},
            )
            make_finding(review, action=entry.seq)
        sequence()

        following.run(at=LATER)

        task = Obligation.objects.get()
        assert (task.kind, task.entry_seq) == (Obligation.Kind.ROTATE_SECRET, secret.seq)

    def test_any_other_finding_owes_nothing(self) -> None:
        finding = make_finding()

        assert obligations.owed_by(finding, at=LATER) is None


class TestVisible:
    @pytest.mark.parametrize(
        ("name", "sees"),
        [("eve", True), ("ada", True), ("rita", True), ("carla", True), ("bob", False),
         ("mallory", False)],
    )  # fmt: skip
    def test_to_its_owner_the_requester_and_who_reviews(self, name: str, sees: bool) -> None:  # noqa: FBT001
        make_carla()
        make_obligation(owner="eve")

        assert Obligation.objects.visible_to(make_user(name), LATER).exists() is sees

    def test_overdue_is_what_the_clock_says(self) -> None:
        task = make_obligation()

        assert not Obligation.objects.overdue(task.due_at - timedelta(seconds=1))
        assert task.is_overdue(task.due_at)
        assert list(Obligation.objects.overdue(task.due_at)) == [task]
        assert not fulfil(task).is_overdue(task.due_at)


def test_the_table_of_states_is_what_the_verbs_do() -> None:
    assert {move.verb for move in states.OBLIGATION} == {
        "oblige", "owe", "hand_on", "fulfil", "waive",
    }  # fmt: skip
    assert all(hasattr(obligation_transitions, move.verb) for move in states.OBLIGATION)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "odd"},
        {"state": "gone"},
        {"state": "done"},
        {"evidence": "x"},
        {"done_at": LATER},
        {"opened_by": None},
        {"owner": None},
        {"due_at": NOON},
    ],
)
def test_the_database_refuses(fields: dict[str, object]) -> None:
    task = make_obligation()

    with pytest.raises(IntegrityError), transaction.atomic():
        Obligation.objects.filter(pk=task.pk).update(**fields)


def test_the_database_refuses_a_waiver_by_its_owner_and_an_end_before_the_beginning() -> None:
    task = waive(make_obligation())

    for fields in ({"done_by": make_user("ada")}, {"done_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Obligation.objects.filter(pk=task.pk).update(**fields)


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")
