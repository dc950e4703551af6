"""An emergency every other week is a role that nobody made; one never tried may not work."""

from judgement.patterns.scenarios import routine, unused
from tests.judgement.patterns.make import (
    ADA,
    AT,
    DRILL,
    EVE,
    LOST,
    OTHERS,
    OUTAGE,
    ago,
    emergency,
    rights,
    used,
)

TEAM = [*rights(ADA, EVE), *rights(ADA, group=OTHERS)]
WEEKS = (1, 8, 15, 22, 50, 64)


class TestRoutine:
    def test_six_weeks_by_several_people_without_a_finding_are_routine(self) -> None:
        uses = used(ADA, *WEEKS, found=False) + used(EVE, 2, found=False)

        (seen,) = routine(uses, TEAM, at=AT)

        assert seen.text == (
            "scenario:outage was used in 6 of the latest 13 weeks, 7 times by 2 people, and no"
            " review found anything."
        )
        assert (seen.facts["group"], seen.facts["target"]) == ("group:1", "target:shop")

    def test_one_person_alone_is_no_routine(self) -> None:
        assert routine(used(ADA, *WEEKS, found=False), TEAM, at=AT) == []

    def test_what_a_review_found_keeps_it_an_emergency(self) -> None:
        uses = used(ADA, *WEEKS, found=False) + used(EVE, 2, found=True)

        assert routine(uses, TEAM, at=AT) == []

    def test_what_is_mostly_not_reviewed_says_nothing(self) -> None:
        uses = used(ADA, *WEEKS) + used(EVE, 2, found=False)

        assert routine(uses, TEAM, at=AT) == []

    def test_many_uses_in_one_week_are_an_incident(self) -> None:
        uses = used(ADA, 1, 2, 3, 4, 5, 6, found=False) + used(EVE, 2, found=False)

        assert routine(uses, TEAM, at=AT) == []

    def test_exercises_may_be_regular(self) -> None:
        uses = used(ADA, *WEEKS, found=False, drill=True) + used(EVE, 2, found=False, drill=True)

        assert routine(uses, TEAM, at=AT) == []


class TestUnused:
    def test_a_scenario_that_nobody_ever_used_is_told_after_half_a_year(self) -> None:
        (seen,) = unused([emergency(days=200), emergency(OUTAGE, days=100)], at=AT)

        assert seen.text == (
            "scenario:lost has not been used, nor tried by an exercise, since it was published 200"
            " days ago."
        )

    def test_a_use_of_more_than_a_year_ago_says_nothing_of_today(self) -> None:
        long_ago = emergency(days=900, used_at=ago(400))

        (seen,) = unused([long_ago, emergency(OUTAGE, days=900, used_at=ago(300))], at=AT)

        assert seen.text.endswith("nor tried by an exercise, for 400 days.")

    def test_an_exercise_at_its_target_with_its_approvers_tries_it(self) -> None:
        drill = emergency(DRILL, drill=True, used_at=ago(30))

        assert unused([emergency(), drill], at=AT) == []

    def test_an_exercise_that_asks_others_does_not(self) -> None:
        drill = emergency(DRILL, drill=True, used_at=ago(30), asked=frozenset({OTHERS}))

        assert [seen.key for seen in unused([emergency(), drill], at=AT)] == [LOST]
