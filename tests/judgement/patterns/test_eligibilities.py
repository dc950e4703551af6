"""What nobody has needed within a year, or within half a year since it was given, is told of."""

from judgement.patterns.eligibilities import unused
from tests.judgement.patterns.make import ADA, AT, EVE, LEA, OTHERS, OUTAGE, ago, rights


def test_those_who_never_asked_are_counted_by_group_and_scenario() -> None:
    (seen,) = unused(rights(ADA, EVE, LEA), {(LEA, OUTAGE): ago(10)}, at=AT)

    assert seen.text == (
        "2 of 3 eligibilities of group:1 for scenario:outage were not used within a year, or since"
        " they were given. The scenario itself is in use."
    )
    assert seen.people == (ADA, EVE)


def test_a_use_of_more_than_a_year_ago_does_not_count() -> None:
    (seen,) = unused(rights(ADA), {(ADA, OUTAGE): ago(380)}, at=AT)

    assert seen.text.endswith("Nobody uses the scenario at all.")


def test_half_a_year_is_given_to_everybody() -> None:
    assert unused(rights(ADA, days=180), {}, at=AT) == []
    assert len(unused(rights(ADA, days=184), {}, at=AT)) == 1


def test_a_use_before_it_was_given_is_that_of_another_right() -> None:
    (seen,) = unused(rights(ADA, group=OTHERS, days=200), {(ADA, OUTAGE): ago(250)}, at=AT)

    assert (seen.number, seen.facts["group"]) == (1, OTHERS)


def test_a_scenario_that_only_others_use_is_in_use() -> None:
    (seen,) = unused(rights(ADA), {(EVE, OUTAGE): ago(3)}, at=AT)

    assert seen.text.endswith("The scenario itself is in use.")
