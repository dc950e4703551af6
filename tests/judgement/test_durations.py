import pytest

from judgement.durations import alike, done, spoken

DAY = 1440.0


class TestDurations:
    @pytest.mark.parametrize(
        ("text", "minutes"),
        [
            ("older than two weeks", 14 * DAY),
            ("the last 30 days", 30 * DAY),
            ("an hour ago", 60),
            ("half an hour later", 30),
            ("since > 12h", 720),
            ("over a year old", 525_600),
        ],
    )
    def test_reads_how_long_in_words(self, text: str, minutes: float) -> None:
        assert list(spoken(text)) == [minutes]

    def test_a_time_of_day_is_none(self) -> None:
        assert not list(spoken("at 22:10 on 3 December, priority 2"))

    @pytest.mark.parametrize(
        ("action", "minutes"),
        [
            ("DELETE FROM s WHERE seen_at < now() - interval '3 days'", 3 * DAY),
            ("find /tmp -mtime +14 -delete", 14 * DAY),
            ("find /tmp -mmin +90", 90),
        ],
    )
    def test_reads_by_which_time_an_action_picks(self, action: str, minutes: float) -> None:
        assert list(done(action)) == [minutes]

    def test_a_month_is_as_long_as_thirty_days_or_more(self) -> None:
        (month,) = spoken("a month")
        assert alike(month, 31 * DAY)
        assert not alike(30 * DAY, 3 * DAY)
