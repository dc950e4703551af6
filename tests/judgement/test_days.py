import pytest

from judgement import days

NAMED = [
    ("bookings of 26 November", "2026-11-26"),
    ("bookings of Nov 26th", "2026-11-26 08:00"),
    ("bookings of 26.11.", "2026-11-26"),
    ("bookings of 2026-11-26", "2026-11-26"),
    ("bookings of 24 to 27 November", "2026-11-26"),
    ("bookings of 24-27 November", "2026-11-24"),
    ("bookings between the 24th and 27th November", "2026-11-25"),
    ("bookings of November 24\u201327", "2026-11-27"),
    ("bookings of 29 October until 2 November", "2026-11-01"),
    ("bookings of 2026-11-24 to 2026-11-27", "2026-11-25"),
    ("bookings of 3, 5 and 9 November", "2026-11-05"),
    ("it is 19 November now and has to be one week later", "2026-11-26"),
    ("shift it by a week, it is 3 December", "2026-11-26"),
    ("it says 14 November, it must be the 26th", "2026-11-26"),
    ("bookings of November", "2026-11-30"),
    ("bookings of November", "2026-12-01"),
    ("bookings of last Friday", "2026-11-27"),
    ("bookings of week 47", "2026-11-16"),
    ("bookings of CW47", "2026-11-16"),
    ("all dated 2 may, says she", "2026-05-02"),
    ("they failed 18:00-19:25", "2026-11-23 19:25"),
    ("it hangs since 6 am", "2026-11-23 06:00"),
]
OTHER = [
    ("bookings of 26 November", "2026-11-27"),
    ("bookings of November", "2026-11-12"),
    ("you may look at bookings", "2026-05-01"),
    ("bookings of 24 and 27 November", "2026-11-25"),
    ("bookings of 24 to 27 November", "2026-11-28"),
    ("booking 26", "26"),
    ("these 2 may fail", "2026-05-02"),
    ("they failed 18:00-19:25", "2026-11-23 19:30"),
    ("they failed on 22 November at 18:00", "2026-11-23 18:00"),
    ("bookings of 26 \u017fep and \u00b2.\u00b3.", "2026-09-26"),
]


@pytest.mark.parametrize(("text", "value"), NAMED)
def test_a_day_is_named_in_words_in_digits_or_by_the_calendar(text: str, value: str) -> None:
    assert days.spoken(text).names(value)


@pytest.mark.parametrize(("text", "value"), OTHER)
def test_another_day_is_not(text: str, value: str) -> None:
    assert not days.spoken(text).names(value)
