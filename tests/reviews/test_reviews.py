"""The life of a review: owed, taken, judged, confirmed, given back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import log
from breakglass import transitions as verbs
from breakglass.models import Grant
from core.errors import BadInput, NotAllowed, WrongState
from reviews import states, transitions
from reviews.models import Review
from reviews.obligation_transitions import waive
from reviews.reopening_transitions import reopen
from tests.make import NOON, make_group, make_request, make_scenario, make_user, voice
from tests.record import actors, kinds
from tests.reviews.make import (
    ENDED,
    LATER,
    judge,
    make_carla,
    make_finding,
    make_obligation,
    make_review,
    make_strict_review,
    make_use,
    misused,
    taken,
)

pytestmark = pytest.mark.django_db
Verb = Callable[[Review], object]
REASON = "I am away next week."
VERBS: dict[str, Verb] = {
    "start": lambda r: transitions.start(r, by=make_user("rita"), at=LATER),
    "close": judge,
    "hand_over": lambda r: transitions.hand_over(r, by=make_user("rita"), reason=REASON, at=LATER),
    "confirm": lambda r: transitions.confirm(r, by=make_user("rolf"), at=LATER),
    "dispute": lambda r: transitions.dispute(r, by=make_user("rolf"), reason=REASON, at=LATER),
    "reopen": lambda r: reopen(r, by=make_carla(), reason=REASON, at=LATER),
}


def concluded() -> Review:
    """Return a strict review whose first verdict is given."""
    return judge(taken(make_strict_review()), "misuse", "A private search.")


class TestOwe:
    def test_every_use_owes_a_review_within_the_hours_of_its_version(self) -> None:
        review = make_review(make_scenario(review_within_hours=24))

        assert review.state == Review.State.DUE
        assert review.due_at == ENDED + timedelta(hours=24)
        assert kinds()[-2:] == ["grant.relinquished", "review.owed"]

    def test_an_expired_and_a_revoked_use_owe_one_too(self) -> None:
        scenario = make_scenario(max_concurrent=2)
        verbs.revoke(make_use(scenario), by=make_user("bob"), reason="Odd queries.", at=ENDED)
        verbs.expire(make_use(scenario), at=NOON + timedelta(days=1))

        assert Review.objects.untaken().count() == 2

    def test_access_that_never_started_owes_none(self) -> None:
        later = NOON + timedelta(days=1)
        request = verbs.approve(make_request(starts_at=later), voice=voice("bob"), at=NOON)

        verbs.revoke(request.grant, by=make_user("bob"), reason="Not needed.", at=ENDED)

        assert not Review.objects.exists()

    def test_twice_is_harmless(self) -> None:
        review = make_review()

        assert transitions.owe(review.grant, at=LATER) == review
        assert kinds().count("review.owed") == 1

    def test_the_end_is_undone_when_no_review_can_be_owed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grant = make_use()
        monkeypatch.setattr("reviews.transitions.owe", _fail)

        with pytest.raises(RuntimeError):
            verbs.relinquish(grant, by=make_user("ada"), at=ENDED)

        grant.refresh_from_db()
        assert grant.status == Grant.Status.ACTIVE


class TestStart:
    def test_gives_the_review_to_one_person(self) -> None:
        review = taken(make_review())

        assert (review.state, review.reviewer) == (Review.State.IN_REVIEW, make_user("rita"))
        assert actors("review.started") == [make_user("rita").ref]

    def test_a_second_person_is_told_who_has_it(self) -> None:
        review = taken(make_review())

        with pytest.raises(WrongState, match="Rita has taken this review"):
            transitions.start(review, by=make_carla(), at=LATER)

    def test_a_stranger_is_refused_and_it_is_on_the_record(self) -> None:
        review = make_review()

        with pytest.raises(NotAllowed, match="Only a reviewer of Production outage"):
            transitions.start(review, by=make_user("mallory"), at=LATER)

        review.refresh_from_db()
        assert review.state == Review.State.DUE
        assert kinds()[-1] == "access.refused"


class TestClose:
    def test_a_verdict_closes_the_review(self) -> None:
        review = judge(taken(make_review()), "justified", " As declared. ")

        assert (review.state, review.verdict) == (Review.State.CLOSED, "justified")
        assert (review.closed_at, review.comment) == (LATER, "As declared.")
        assert kinds()[-1] == "review.closed"

    @pytest.mark.parametrize("verdict", ["misuse", "justified_with_findings"])
    def test_a_grave_verdict_needs_words(self, verdict: str) -> None:
        review = taken(make_review())
        make_finding(review)

        with pytest.raises(BadInput, match="Say what you found") as refusal:
            judge(review, verdict, "  ")

        assert refusal.value.field == "comment"

    @pytest.mark.parametrize("verdict", ["", "fine"])
    def test_an_unknown_verdict_is_none(self, verdict: str) -> None:
        with pytest.raises(BadInput, match="Choose a verdict"):
            judge(taken(make_review()), verdict)

    def test_drill_is_a_verdict_on_drills_only(self) -> None:
        drill = make_review(make_scenario("drill", drill=True))
        use = make_review(make_scenario(), by="eve")

        with pytest.raises(BadInput, match="This was a drill"):
            judge(taken(drill), "justified")
        drill.refresh_from_db()
        assert judge(drill, "drill").state == Review.State.CLOSED
        with pytest.raises(BadInput, match="This was no drill"):
            judge(taken(use), "drill")

    def test_nothing_is_justified_while_a_finding_is_open(self) -> None:
        review = taken(make_review())
        make_finding(review)

        with pytest.raises(BadInput, match="1 finding is open"):
            judge(review, "justified")
        assert judge(review, "justified_with_findings", "A dump.").state == Review.State.CLOSED

    def test_with_findings_there_has_to_be_one(self) -> None:
        review = taken(make_review())

        with pytest.raises(BadInput, match="This case has no finding"):
            judge(review, "justified_with_findings", "Something.")

        make_finding(review)
        assert judge(review, "justified_with_findings", "A dump.").state == Review.State.CLOSED

    def test_what_has_to_be_put_right_is_something_unless_it_was_waived(self) -> None:
        review = taken(make_review())
        task = make_obligation(review)
        waive(task, by=make_user("rita"), reason="It was a copy.", at=LATER)
        with pytest.raises(BadInput, match="nothing to put right"):
            judge(review, "justified_with_findings", "The key was read.")

        make_obligation(review)
        closed = judge(review, "justified_with_findings", "The key was read.")
        assert closed.state == Review.State.CLOSED

    def test_only_who_took_it_closes_it(self) -> None:
        review = taken(make_review())
        make_carla()

        with pytest.raises(NotAllowed, match="Rita has taken this review"):
            judge(review, by="carla")

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        review = taken(make_review())
        monkeypatch.setattr(log, "record", _fail)

        with pytest.raises(RuntimeError):
            judge(review)

        review.refresh_from_db()
        assert (review.state, review.verdict) == (Review.State.IN_REVIEW, "")


class TestTwoPeople:
    def test_a_strict_verdict_waits_for_a_second_person(self) -> None:
        review = concluded()

        assert review.waits_for_second
        assert kinds()[-1] == "review.concluded"

    def test_the_second_person_closes_it(self) -> None:
        review = transitions.confirm(concluded(), by=make_user("rolf"), at=LATER)

        assert (review.state, review.second_reviewer) == (Review.State.CLOSED, make_user("rolf"))
        assert kinds()[-2:] == ["review.confirmed", "review.closed"]

    def test_the_first_person_does_not(self) -> None:
        with pytest.raises(NotAllowed, match="you gave the verdict"):
            transitions.confirm(concluded(), by=make_user("rita"), at=LATER)

    def test_nobody_with_a_part_in_the_case_does(self) -> None:
        make_group("Reviewers", make_user("ada"))

        with pytest.raises(NotAllowed, match="Nobody reviews their own access"):
            transitions.confirm(concluded(), by=make_user("ada"), at=LATER)

    def test_who_disagrees_sends_it_back(self) -> None:
        review = transitions.dispute(
            concluded(), by=make_user("rolf"), reason="It was agreed with the team.", at=LATER
        )

        assert (review.state, review.verdict) == (Review.State.IN_REVIEW, "")
        assert review.reviewer == make_user("rita")
        assert judge(review, "inconclusive").waits_for_second

    def test_a_finding_since_the_verdict_stands_against_it(self) -> None:
        review = judge(taken(make_strict_review()))
        make_finding(review)

        with pytest.raises(WrongState, match="1 finding is open"):
            transitions.confirm(review, by=make_user("rolf"), at=LATER)

    def test_a_verdict_that_waits_is_not_given_again(self) -> None:
        with pytest.raises(WrongState, match="a second reviewer has to confirm"):
            judge(concluded(), "justified")

    def test_misuse_wants_two_wherever_it_is_found(self) -> None:
        review = judge(taken(make_review()), "misuse", "A private search.")

        assert review.waits_for_second
        assert kinds()[-1] == "review.concluded"
        assert misused(taken(make_review(by="eve"))).state == Review.State.CLOSED


class TestHandOver:
    @pytest.mark.parametrize("name", ["rita", "carla"])
    def test_the_reviewer_and_compliance_give_it_back(self, name: str) -> None:
        review = taken(make_review())
        make_carla()

        review = transitions.hand_over(review, by=make_user(name), reason=REASON, at=LATER)

        assert (review.state, review.reviewer) == (Review.State.DUE, None)
        assert kinds()[-1] == "review.returned"

    def test_nobody_else_does(self) -> None:
        with pytest.raises(NotAllowed, match="Only Rita or a compliance officer"):
            transitions.hand_over(taken(make_review()), by=make_user("bob"), reason="x", at=LATER)

    def test_a_reason_is_needed(self) -> None:
        with pytest.raises(BadInput, match="Say why"):
            transitions.hand_over(taken(make_review()), by=make_user("rita"), reason=" ", at=LATER)


def test_the_table_of_states_is_what_the_verbs_do() -> None:
    moves = {move.verb: move for move in states.REVIEW if move.sources}
    made: dict[str, Callable[[], Review]] = {
        "due": make_strict_review,
        "closed": lambda: transitions.confirm(concluded(), by=make_user("rolf"), at=LATER),
    }
    assert moves.keys() == VERBS.keys()
    for state, make in made.items():
        for verb in [name for name, move in moves.items() if state not in move.sources]:
            with transaction.atomic():
                with pytest.raises(WrongState):
                    VERBS[verb](make())
                transaction.set_rollback(True)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "paused"},
        {"state": "in_review"},
        {"state": "due", "verdict": "justified", "concluded_at": LATER},
        {"verdict": "justified"},
        {"closed_at": LATER},
        {"due_at": ENDED},
        {"state": "closed", "closed_at": LATER},
        {"verdict": "fine", "concluded_at": LATER},
    ],
)
def test_the_database_refuses(fields: dict[str, object]) -> None:
    review = make_review()

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"comment": ""},
        {"closed_at": None},
        {"closed_at": NOON},
        {"reviewer": None},
        {"second_reviewer": "rita"},
    ],
)
def test_the_database_refuses_of_a_closed_one(fields: dict[str, object]) -> None:
    review = misused(taken(make_review()))
    if "second_reviewer" in fields:
        fields = {"second_reviewer": make_user("rita")}

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**fields)


def test_the_database_refuses_a_second_review_of_one_use() -> None:
    review = make_review()

    with pytest.raises(IntegrityError, match="duplicate key"), transaction.atomic():
        Review.objects.create(
            grant=review.grant, request=review.request, asked_at=review.asked_at,
            scenario=review.scenario, holder=review.holder, owed_at=ENDED, due_at=LATER,
        )  # fmt: skip


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("The record cannot be written.")
