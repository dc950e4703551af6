"""Who uses the same again and again, and more than their peers, is told of with the numbers."""

from judgement.patterns.people import repeated
from tests.judgement.patterns.make import ADA, AT, EVE, LEA, LOST, rights, used

TEAMS = rights(ADA, EVE, LEA)
OFTEN = (1, 5, 9, 14, 18, 20)


def test_five_times_in_a_month_are_told_beside_what_peers_do() -> None:
    (seen,) = repeated([*used(ADA, *OFTEN), *used(EVE, 3)], TEAMS, at=AT)

    assert seen.text == (
        "user:ada used scenario:outage 6 times within 30 days. Peers in the same teams did 0.5"
        " times on average."
    )
    assert (seen.key, seen.cases) == ("user:ada scenario:outage", (6, 5, 4, 3, 2, 1))


def test_what_the_whole_team_does_is_no_pattern_of_one() -> None:
    uses = [use for person in (ADA, EVE, LEA) for use in used(person, *OFTEN)]

    assert repeated(uses, TEAMS, at=AT) == []


def test_whoever_is_alone_in_a_team_is_compared_with_nobody() -> None:
    (seen,) = repeated(used(ADA, *OFTEN), rights(ADA), at=AT)

    assert seen.text.endswith("within 30 days. Nobody else is in their team.")


def test_people_of_other_teams_are_no_peers() -> None:
    teams = rights(ADA) + rights(EVE, group="group:2")
    uses = [use for person in (ADA, EVE) for use in used(person, *OFTEN)]

    assert [seen.facts["person"] for seen in repeated(uses, teams, at=AT)] == [ADA, EVE]


def test_ten_times_in_a_quarter_are_told_where_no_month_has_five() -> None:
    (seen,) = repeated(used(ADA, *range(1, 90, 9)), TEAMS, at=AT)

    assert (seen.number, seen.facts["days"]) == (10, 90)


def test_four_times_in_a_month_are_not_told() -> None:
    assert repeated(used(ADA, 1, 5, 9, 14), TEAMS, at=AT) == []


def test_exercises_do_not_count() -> None:
    assert repeated(used(ADA, *OFTEN, drill=True), TEAMS, at=AT) == []


def test_one_target_in_several_scenarios_is_told_as_such() -> None:
    uses = used(ADA, 1, 5, 9) + used(ADA, 14, 18, 20, scenario=LOST)

    (seen,) = repeated(uses, TEAMS, at=AT)

    assert seen.text.startswith("user:ada was at work on target:shop 6 times within 30 days")


def test_a_target_is_not_told_again_where_its_scenario_is() -> None:
    uses = used(ADA, *OFTEN) + used(ADA, 2, 3, scenario=LOST)

    assert len(repeated(uses, TEAMS, at=AT)) == 1


def test_twice_the_limit_and_far_from_peers_is_grave() -> None:
    month = [float(day) for day in range(1, 13)]

    found = [repeated(used(ADA, *month[:number]), TEAMS, at=AT)[0].grave for number in (6, 12)]

    assert found == [False, True]
