"""An approver who answers within seconds has not read; one who never says no may as well not be."""

from judgement.patterns.approvers import approvers
from tests.judgement.patterns.make import ADA, AT, EVE, answers


def test_three_answers_within_seconds_are_told_with_their_share() -> None:
    (seen,) = approvers(answers(ADA, 3, seconds=6) + answers(ADA, 2), at=AT)

    assert seen.text == (
        "user:ada said yes within 10 seconds to 3 of the 5 requests that they decided on within 90"
        " days, and no to none."
    )
    assert not seen.grave


def test_a_no_among_them_is_told() -> None:
    (seen,) = approvers(answers(ADA, 3, seconds=6) + answers(ADA, 1, yes=False), at=AT)

    assert seen.text.endswith("within 90 days.")


def test_three_quick_ones_among_many_are_luck() -> None:
    assert approvers(answers(ADA, 3, seconds=6) + answers(ADA, 7), at=AT) == []


def test_a_quick_no_is_no_rubber_stamp() -> None:
    assert approvers(answers(ADA, 5, seconds=6, yes=False), at=AT) == []


def test_whoever_never_says_no_is_told_of_where_others_do() -> None:
    others = answers(EVE, 9) + answers(EVE, 1, yes=False)

    (seen,) = approvers(answers(ADA, 20) + others, at=AT)

    assert "said yes to all of the 20 requests" in seen.text
    assert seen.text.endswith("others say no to 10% of theirs.")


def test_where_nobody_says_no_nobody_stands_out() -> None:
    assert approvers(answers(ADA, 20) + answers(EVE, 20), at=AT) == []


def test_ten_within_seconds_are_grave() -> None:
    (seen,) = approvers(answers(ADA, 10, seconds=3), at=AT)

    assert seen.grave


def test_what_is_older_than_ninety_days_is_past() -> None:
    old = [each for each in answers(ADA, 99, seconds=3) if each.case > 90]

    assert approvers(old, at=AT) == []
