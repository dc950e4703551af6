"""Figures that follow from those that are named."""

import pytest

from judgement import derived


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the hall has 120 seats, double that", "240"),
        ("the hall has 120 seats, half of them", "60"),
        ("prices rise by 4 %", "1.04"),
        ("12.50 plus 4 percent", "13"),
        ("16% were taken, it must be 19", "0.19"),
        ("the alarm at 4.80 m goes up by 30 cm", "5.1"),
        ("divide what they sent by 1000", "0.001"),
        ("the account has 3,000 and gets 500 more", "3500"),
        ("1.249,00 instead of 124,90", "124.90"),
    ],
)
def test_a_figure_follows_by_what_is_said(text: str, value: str) -> None:
    assert derived.follows(value, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("double the order point", "5"),
        ("prices rise by 4 %", "1.40"),
        ("the hall has 120 seats", "240"),
        ("1.249,00 instead of 124,90", "249"),
        ("the hall has 120 seats, double that", "x"),
    ],
)
def test_another_does_not(text: str, value: str) -> None:
    assert not derived.follows(value, text)


@pytest.mark.parametrize(
    ("text", "says"), [("double it", True), ("4 % more", True), ("put 4 on it", False)]
)
def test_a_factor_is_said_by_a_word_or_as_a_share(*, text: str, says: bool) -> None:
    assert derived.says_factor(text) is says


@pytest.mark.parametrize("text", ["48.211,07,3", "1.2.3.4,5", "0,0,0", "9" * 12])
def test_no_mark_between_digits_breaks_it(text: str) -> None:
    derived.follows("1", f"{text} less")
