"""Reminders: once before a deadline, once at it, and of findings with an owner."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import log
from core.errors import BadInput, NotAllowed, WrongState
from reviews import assignment_transitions, reminders, transitions
from reviews.models import Finding, Obligation, Review
from reviews.reminders import Due
from tests.make import NOON, make_scenario, make_user
from tests.record import facts, kinds
from tests.reviews.make import (
    LATER,
    judge,
    make_carla,
    make_finding,
    make_obligation,
    make_review,
    taken,
)

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def owned(finding: Finding | None = None, *, by: str = "rita", owner: str = "eve",
          due_at: datetime = LATER + 3 * DAY) -> Finding:  # fmt: skip
    return assignment_transitions.assign_finding(
        finding or make_finding(), owner=make_user(owner), due_at=due_at, by=make_user(by),
        at=LATER,
    )  # fmt: skip


def remind(at: datetime) -> list[str]:
    """Send what is due at a moment; return the kinds of what was said."""
    before = len(kinds())
    for row in reminders.due(at):
        reminders.remind(row, at=at)
    return kinds()[before:]


class TestRemind:
    @pytest.mark.parametrize("make", [make_review, make_obligation, owned])
    def test_once_before_the_deadline_and_once_at_it(self, make: object) -> None:
        row: Due = make()  # type: ignore[operator]
        noun, due = type(row).__name__.lower(), row.due_at
        assert due is not None
        others = make_review if noun == "review" else None

        said = {at: [kind for kind in remind(at) if kind.startswith(noun)] for at in (
            due - 2 * DAY, due - timedelta(hours=17), due - MINUTE, due, due + DAY
        )}  # fmt: skip

        assert list(said.values()) == [[], [f"{noun}.nearly_due"], [], [f"{noun}.overdue"], []]
        assert others is None or facts("review.overdue")[0]["person"] == ""

    def test_a_short_deadline_is_reminded_of_in_its_last_quarter(self) -> None:
        review = make_review(make_scenario(review_within_hours=4))

        assert remind(review.due_at - timedelta(minutes=61)) == []
        assert remind(review.due_at - timedelta(minutes=59)) == ["review.nearly_due"]

    def test_names_who_has_it_in_hand(self) -> None:
        review = taken(make_review())

        remind(review.due_at)

        assert facts("review.overdue")[0]["person"] == make_user("rita").ref

    def test_names_nobody_for_a_verdict_to_be_confirmed(self) -> None:
        review = judge(taken(make_review()), "misuse", "Private.")

        remind(review.due_at)

        assert facts("review.overdue")[0]["person"] == ""

    def test_says_nothing_of_what_is_over(self) -> None:
        review = judge(taken(make_review()))

        assert remind(review.due_at + DAY) == []
        assert reminders.remind(review, at=review.due_at + DAY).reminded == 0

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = make_review()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            reminders.remind(review, at=review.due_at)

        review.refresh_from_db()
        assert review.reminded == 0

    def test_a_new_deadline_is_reminded_of_anew(self) -> None:
        finding = owned()
        assert finding.due_at is not None
        reminders.remind(finding, at=finding.due_at)

        assert owned(finding, owner="ada").reminded == 0


class TestOwnerOfFinding:
    def test_answers_for_it_until_a_day(self) -> None:
        finding = owned()

        assert (finding.owner, finding.due_at) == (make_user("eve"), LATER + 3 * DAY)
        assert facts("finding.assigned")[0]["person"] == make_user("eve").ref
        assert Finding.objects.visible_to(make_user("eve"), LATER).exists()

    def test_may_be_named_when_it_is_opened(self) -> None:
        finding = transitions.find(
            make_review(), by=make_user("rita"), kind=Finding.Kind.OTHER,
            severity=Finding.Severity.LOW, text="A dump.", at=LATER,
            answers=(make_user("eve"), LATER + DAY),
        )  # fmt: skip

        assert finding.owner == make_user("eve")
        assert kinds()[-2:] == ["finding.opened", "finding.assigned"]

    @pytest.mark.parametrize("name", ["ada", "bob", "eve", "mallory"])
    def test_is_named_by_those_who_may_resolve_it(self, name: str) -> None:
        with pytest.raises(NotAllowed):
            owned(by=name)

    def test_is_there_and_has_time(self) -> None:
        finding, eve = make_finding(), make_user("eve")
        with pytest.raises(BadInput, match="a day that is not over"):
            owned(finding, due_at=LATER)

        eve.is_active = False
        eve.save()
        with pytest.raises(BadInput, match="switched off"):
            owned(finding)

    def test_not_of_one_that_is_resolved(self) -> None:
        make_carla()
        finding = transitions.resolve_finding(
            make_finding(), by=make_user("carla"), resolution=Finding.State.EXPLAINED,
            comment="A backup.", at=LATER,
        )  # fmt: skip

        with pytest.raises(WrongState, match="resolved already"):
            owned(finding)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        finding = make_finding()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            owned(finding)

        finding.refresh_from_db()
        assert finding.owner is None


@pytest.mark.parametrize("fields", [{"due_at": LATER + DAY}, {"due_at": NOON}])
def test_the_database_refuses(fields: dict[str, object]) -> None:
    finding = make_finding()

    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(**fields)


def test_every_kind_of_what_is_due_is_reminded_of() -> None:
    assert set(reminders._EVENTS) == {Review, Finding, Obligation}  # noqa: SLF001


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")
