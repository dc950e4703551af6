"""Whose turn a review is: somebody independent, by rotation and load, and never who is away."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import log
from breakglass import transitions as verbs
from breakglass.models import GroupPermit, Permit, Scenario
from core.errors import BadInput, NotAllowed, WrongState
from reviews import assignment_transitions, following, tasks, transitions
from reviews.models import Review
from tests.make import make_group, make_scenario, make_user, voice
from tests.record import facts, kinds
from tests.reviews.make import (
    ENDED,
    LATER,
    judge,
    make_carla,
    make_review,
    make_use,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db


def assign(review: Review) -> Review:
    return assignment_transitions.assign(review, at=LATER)


def reassign(review: Review, *, by: str = "rita", to: str = "rolf",
             reason: str = "I know Ada too well.") -> Review:  # fmt: skip
    return assignment_transitions.reassign(
        review, person=make_user(to), reason=reason, by=make_user(by), at=LATER
    )


def two_reviewers() -> Scenario:
    """Return a scenario in which Rita and Rolf review, and several accesses may be open."""
    scenario = make_scenario(max_concurrent=9)
    make_group("Reviewers", make_user("rolf"))
    return scenario


class TestTurn:
    def test_goes_round(self) -> None:
        scenario = two_reviewers()

        chosen = [assign(make_review(scenario)).assignee for _ in range(4)]

        assert [str(each) for each in chosen] == ["Rita", "Rolf", "Rita", "Rolf"]
        assert facts("review.assigned")[0]["person"] == make_user("rita").ref

    def test_is_theirs_who_have_fewest_in_hand(self) -> None:
        scenario = two_reviewers()
        for _ in range(2):
            taken(make_review(scenario), by="rita")
        judge(taken(make_review(scenario), by="rolf"), by="rolf")

        assert [str(assign(make_review(scenario)).assignee) for _ in range(2)] == ["Rolf", "Rolf"]

    def test_is_nobodys_who_had_a_part_in_the_case(self) -> None:
        grant = make_use(two_reviewers())
        make_group("Reviewers", make_user("bob"), make_user("carl"))
        verbs.ratify(grant.request, voice=voice("bob"), at=ENDED)
        verbs.revoke(grant, by=make_user("carl"), reason="Odd queries.", at=ENDED)

        assert str(assign(Review.objects.get()).assignee) == "Rita"

    def test_is_nobodys_who_is_away(self) -> None:
        review = make_review(two_reviewers())
        rita = make_user("rita")
        make_group("Database team", rita)  # only who decides names a substitute
        verbs.name_substitute(
            rita, substitute=make_user("bob"), since=LATER, until=LATER + timedelta(days=9),
            by=rita, at=LATER,
        )  # fmt: skip

        assert str(assign(review).assignee) == "Rolf"

    def test_is_a_compliance_officers_where_the_scenario_has_nobody(self) -> None:
        review = make_review()
        GroupPermit.objects.of(Permit.REVIEW).delete()
        make_carla()

        assert str(assign(review).assignee) == "Carla"

    def test_follows_from_the_end_of_an_access(self) -> None:
        review = make_review()
        sequence()

        following.run(at=LATER)

        review.refresh_from_db()
        assert (str(review.assignee), review.assigned_at) == ("Rita", LATER)

    def test_is_the_next_ones_when_a_review_is_given_back(self) -> None:
        review = taken(assign(make_review(two_reviewers())))
        transitions.hand_over(review, by=make_user("rita"), reason="I am away.", at=LATER)
        sequence()

        following.run(at=LATER)

        review.refresh_from_db()
        assert (review.state, str(review.assignee)) == ("due", "Rolf")

    def test_stays_however_often_one_asks(self) -> None:
        review = make_review(two_reviewers())

        assert {str(assign(review).assignee) for _ in range(3)} == {"Rita"}
        assert kinds().count("review.assigned") == 1

    def test_passes_on_when_somebody_turns_out_to_have_had_a_part(self) -> None:
        scenario = two_reviewers()
        review = assign(make_review(scenario))
        make_group("Database team", make_user("rita"))
        verbs.ratify(review.grant.request, voice=voice("rita"), at=ENDED)

        assert str(assign(review).assignee) == "Rolf"

    def test_is_over_with_the_review(self) -> None:
        review = judge(taken(make_review()))

        assert assign(review).assignee is None
        assert "review.assigned" not in kinds()

    def test_the_sweep_finds_what_was_missed(self) -> None:
        review = make_review()

        tasks.tidy()

        review.refresh_from_db()
        assert str(review.assignee) == "Rita"

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = make_review()
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            assign(review)

        review.refresh_from_db()
        assert review.assignee is None


class TestNobody:
    def test_is_said_once_and_tried_again(self) -> None:
        review = make_review()
        GroupPermit.objects.of(Permit.REVIEW).delete()

        assert assign(review).nobody_since == LATER
        assign(review)
        assert kinds().count("review.unassignable") == 1

        make_carla()
        review = assign(review)
        assert (str(review.assignee), review.nobody_since) == ("Carla", None)

    def test_whoever_may_can_still_take_it(self) -> None:
        review = make_review()
        GroupPermit.objects.of(Permit.REVIEW).delete()
        review = assign(review)
        make_carla()

        assert taken(review, by="carla").nobody_since is None


class TestTake:
    def test_anybody_who_may_review_takes_what_is_anothers_turn(self) -> None:
        review = assign(make_review(two_reviewers()))

        assert taken(review, by="rolf").reviewer == make_user("rolf")

    def test_it_waits_on_home_for_whose_turn_it_is_alone(self) -> None:
        review = assign(make_review(two_reviewers()))
        waits = Review.objects.waiting_for
        assert list(waits(make_user("rita"), LATER)) == [review]
        assert not waits(make_user("rolf"), LATER)

        judge(taken(review), "misuse", "A private search.")
        assert list(waits(make_user("rolf"), LATER)) == [review]


class TestReassign:
    @pytest.mark.parametrize("name", ["rita", "carla"])
    def test_whose_turn_it_is_and_compliance_give_it_to_somebody_else(self, name: str) -> None:
        make_carla()
        review = reassign(assign(make_review(two_reviewers())), by=name)

        assert review.assignee == make_user("rolf")
        assert facts("review.assigned")[-1]["reason"] == "I know Ada too well."

    @pytest.mark.parametrize("name", ["rolf", "bob", "ada", "mallory"])
    def test_nobody_else_does(self, name: str) -> None:
        review = assign(make_review(two_reviewers()))

        with pytest.raises(NotAllowed, match="Only Rita or a compliance officer"):
            reassign(review, by=name)
        assert kinds()[-1] == "access.refused"

    @pytest.mark.parametrize("to", ["ada", "bob", "mallory"])
    def test_never_to_somebody_who_may_not_review_the_case(self, to: str) -> None:
        review = assign(make_review(two_reviewers()))

        with pytest.raises(BadInput, match="cannot review this case") as refusal:
            reassign(review, to=to)
        assert refusal.value.field == "person"

    def test_a_reason_and_another_person_are_needed(self) -> None:
        review = assign(make_review(two_reviewers()))

        with pytest.raises(BadInput, match="Say why"):
            reassign(review, reason=" ")
        with pytest.raises(BadInput, match="their turn already"):
            reassign(review, to="rita")

    def test_not_once_it_is_taken_or_closed(self) -> None:
        review = taken(assign(make_review(two_reviewers())))
        with pytest.raises(WrongState, match="Rita has taken this review"):
            reassign(review)

        judge(review)
        with pytest.raises(WrongState, match="already closed"):
            reassign(review)

    def test_where_it_is_nobodys_only_compliance_says_whose(self) -> None:
        review = make_review(two_reviewers())
        make_carla()

        with pytest.raises(NotAllowed, match="You may take it yourself"):
            reassign(review, by="rita")
        assert reassign(review, by="carla").assignee == make_user("rolf")

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = assign(make_review(two_reviewers()))
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            reassign(review)

        review.refresh_from_db()
        assert review.assignee == make_user("rita")


@pytest.mark.parametrize(
    "fields", [{"assigned_at": LATER}, {"assignee": "rita"}, {"nobody_since": LATER, "state": "x"}]
)
def test_the_database_refuses(fields: dict[str, object]) -> None:
    review = make_review()
    if "assignee" in fields:
        fields = {"assignee": make_user("rita")}

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**fields)


def test_the_database_refuses_nobody_for_what_is_somebodys_turn() -> None:
    review = assign(make_review())

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(nobody_since=LATER)


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")
