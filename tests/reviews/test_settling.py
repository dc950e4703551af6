"""A case is judged as a whole when its access is over, and its review stands where that says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from breakglass import transitions as verbs
from breakglass.models import Grant
from judgement.facts import VERSION
from reviews import judging, settling, standing, tallying
from reviews.models import Gravity, JudgedAction, JudgedCase, Review, Span
from tests.make import NOON, make_scenario
from tests.reviews.make import ENDED, LATER, STUCK, act, judge, make_use, over, sequence, taken

pytestmark = pytest.mark.django_db
MAKES_SUPERUSER = "CREATE ROLE eve SUPERUSER LOGIN"
HONEST = "SELECT * FROM orders WHERE id = 7"
GERMAN = "Die Bestellungen hängen seit heute Nacht fest, ich werde die Tabelle ansehen."


def facts(review: Review) -> list[str]:
    return standing.of([review], at=LATER)[review.case_ref].facts


class TestGravity:
    def test_is_that_of_what_was_done(self) -> None:
        assert over(MAKES_SUPERUSER).gravity == Gravity.GRAVE
        assert over(HONEST).gravity == Gravity.EXPLAINED

    def test_says_how_much_is_not_explained(self) -> None:
        assert facts(over(HONEST, MAKES_SUPERUSER)) == ["1 of 2 actions unexplained"]
        assert facts(over(HONEST)) == ["1 action explained"]

    def test_says_what_the_gravest_action_does(self) -> None:
        review = over(HONEST, MAKES_SUPERUSER)

        worst = standing.of([review], at=LATER)[review.case_ref].worst
        assert worst == "Changes rights on `eve`"

    def test_counts_nothing_against_what_the_scenario_itself_names(self) -> None:
        make_scenario(expected_verbs=["select"], expected_objects=["orders"], max_concurrent=9)
        review = over("SELECT id FROM orders LIMIT 1", justification="Exercise: can we get in?")

        assert (review.gravity, JudgedCase.objects.get().score) == (Gravity.EXPLAINED, 0)

    @pytest.mark.parametrize(
        ("statements", "said", "text"),
        [
            ([HONEST], GERMAN, "1 of 1 action cannot be judged"),
            ([], STUCK, "No action is on the record"),
        ],
    )
    def test_of_what_cannot_be_judged_is_never_that_of_the_harmless(
        self, statements: list[str], said: str, text: str
    ) -> None:
        review = over(*statements, justification=said)

        assert review.gravity == Gravity.UNJUDGED
        assert facts(review) == [text]

    def test_before_it_is_judged_is_not_that_of_the_harmless(self) -> None:
        grant = make_use()
        verbs.relinquish(grant, by=grant.holder, at=ENDED)
        review = Review.objects.get()

        assert review.gravity == Gravity.UNJUDGED
        assert facts(review) == ["Not judged yet"]

    @pytest.mark.parametrize(
        ("made", "gravity"),
        [
            ({"odd": 2, "grave": 1, "severity": 3}, "GRAVE"),
            ({"odd": 1, "severity": 3}, "UNEXPLAINED"),
            ({"odd": 1, "flagged": True}, "UNEXPLAINED"),
            ({"odd": 1, "severity": 2}, "SLIGHT"),
            ({"odd": 1, "unjudged": 1}, "UNJUDGED"),
            ({"announced": 2, "grave": 1}, "GRAVE"),
            ({"announced": 2}, "SLIGHT"),
            ({"announced": 2, "flagged": True}, "DOUBTFUL"),
            ({"flagged": True}, "DOUBTFUL"),
            ({"flagged": True, "worded": False}, "UNJUDGED"),
            ({}, "EXPLAINED"),
            ({"judged_at": None}, "UNJUDGED"),
        ],
    )
    def test_follows_from_counts_and_score(self, made: dict[str, Any], gravity: str) -> None:
        usual = {"actions": 5, "telling": 5, "judged_at": NOON}
        assert JudgedCase(**(usual | made)).gravity.name == gravity


class TestLate:
    def test_what_comes_after_the_end_has_its_say(self) -> None:
        review = over(HONEST)
        act(review.grant, statement=MAKES_SUPERUSER)

        sequence()

        review.refresh_from_db()
        assert review.gravity == Gravity.GRAVE
        assert JudgedCase.objects.get().odd == 1

    def test_what_turns_a_case_grave_has_its_figures_counted_anew(self) -> None:
        review = over(HONEST)
        for _ in Span.Grain:
            tallying.run(at=LATER)
        act(review.grant, statement=HONEST)
        sequence()
        assert not Span.objects.filter(stale=True).exists()

        act(review.grant, statement=MAKES_SUPERUSER)
        sequence()

        assert Span.objects.filter(stale=True).count() == len(Span.Grain)

    def test_what_comes_after_the_verdict_changes_nothing(self) -> None:
        review = judge(taken(over(HONEST)))
        act(review.grant, statement=MAKES_SUPERUSER)

        sequence()

        assert Review.objects.get().gravity == Gravity.EXPLAINED
        assert not JudgedCase.objects.get().stale

    def test_a_verdict_that_came_before_any_judging_leaves_the_case_to_be_judged_once(self) -> None:
        grant = make_use(justification=STUCK)
        act(grant, statement=MAKES_SUPERUSER)
        verbs.relinquish(grant, by=grant.holder, at=ENDED)
        review = judge(taken(Review.objects.get()))
        assert standing.of([review], at=LATER)[review.case_ref].label == ""

        sequence()
        act(grant, statement=MAKES_SUPERUSER)
        sequence()

        review.refresh_from_db()
        assert review.gravity == Gravity.GRAVE
        assert facts(review) == ["1 of 1 action unexplained"]

    def test_what_a_newer_reader_makes_of_it_counts(self) -> None:
        review = over(MAKES_SUPERUSER)
        JudgedAction.objects.update(version=VERSION - 1)
        Review.objects.update(gravity=Gravity.EXPLAINED)

        judging.renew()
        settling.run(at=LATER)

        review.refresh_from_db()
        assert review.gravity == Gravity.GRAVE


def test_a_case_that_cannot_be_judged_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise RuntimeError("What nobody thought of.")

    monkeypatch.setattr(settling, "judge", stumble)
    review = over(MAKES_SUPERUSER)

    assert review.gravity == Gravity.UNJUDGED
    assert settling.run(at=LATER) == 0


def test_a_grant_that_goes_on_is_not_judged_as_a_whole() -> None:
    grant: Grant = make_use()
    act(grant, statement=HONEST, at=NOON + timedelta(minutes=1))
    sequence()
    assert not JudgedCase.objects.exists()


def test_the_database_keeps_no_unknown_gravity() -> None:
    review = over(HONEST)
    with pytest.raises(IntegrityError):
        Review.objects.filter(pk=review.pk).update(gravity=6)


class TestInterrupted:
    def test_a_case_that_was_not_scored_to_the_end_is_scored_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        review = over(HONEST)
        settling.owe(review.case_ref)
        with monkeypatch.context() as patch:
            patch.setattr(settling, "_scored", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                settling.run(at=LATER)

        assert settling.run(at=LATER) == 1
        assert settling.run(at=LATER) == 0

    def test_what_comes_while_a_case_is_scored_has_it_scored_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        review, scored = over(HONEST), settling._scored  # noqa: SLF001
        settling.owe(review.case_ref)

        def score(*of: Any) -> dict[str, Any]:
            settling.owe(review.case_ref)
            return scored(*of)

        with monkeypatch.context() as patch:
            patch.setattr(settling, "_scored", score)
            settling.run(at=LATER)

        assert settling.run(at=LATER) == 1
        assert settling.run(at=LATER) == 0


def _interrupt(*_of: Any) -> dict[str, Any]:
    raise KeyboardInterrupt
