"""Tables as files that a spreadsheet opens without harm."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest

from core import sheets

KABUL = timezone(timedelta(hours=4, minutes=30))


def read(answer: bytes) -> list[list[str]]:
    """Return what a spreadsheet reads."""
    return list(csv.reader(io.StringIO(answer.decode("utf-8-sig"))))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_is_never_a_formula(text: str) -> None:
    assert str(sheets.cell(text)).startswith("'")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-3, -3),
        (timedelta(minutes=2, milliseconds=5), 120.005),
        (
            datetime(2026, 11, 2, 14, tzinfo=timezone(timedelta(hours=2))),
            "2026-11-02T12:00:00+00:00",
        ),
        ("Elif Şahin", "Elif Şahin"),
    ],
)
def test_values_are_plain(value: object, cell: object) -> None:
    assert sheets.cell(value) == cell


def test_a_file_says_its_name_and_keeps_commas_and_lines() -> None:
    answer = sheets.answer("cases", ["Who", "Why"], [["Şahin, Elif", "first\nsecond"], ["x", UTC]])

    assert answer["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert read(answer.content) == [["Who", "Why"], ["Şahin, Elif", "first\nsecond"], ["x", "UTC"]]
