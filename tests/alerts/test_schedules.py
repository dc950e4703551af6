"""Who is on call: rotations, stand-ins, and calendars of other programs."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from alerts import calendars, feeds
from alerts import schedule_transitions as schedules
from alerts.models import Cover, Schedule
from alerts.rota import Rota, Shift, Weekly
from core.errors import BadInput
from tests.alerts.endpoint import Endpoint, endpoint, self_signed
from tests.make import NOON, make_user

BERLIN = ZoneInfo("Europe/Berlin")
ADA, BOB, EVE = (User(email=f"{name}@example.com", name=name.title()) for name in
                 ("ada", "bob", "eve"))  # fmt: skip
DAY = timedelta(days=1)


def weekly(*people: User, begins: date = date(2026, 3, 16), at: time = time(9)) -> Weekly:
    return Weekly(people=people or (ADA, BOB), begins=begins, on=0, at=at, zone=BERLIN)


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc,arg-type]


class TestRotation:
    def test_goes_through_its_people_week_by_week(self) -> None:
        rota = Rota(weekly=weekly(ADA, BOB, EVE))
        mondays = [berlin(2026, 3, 16, 9) + week * 7 * DAY for week in range(2)]
        assert [rota.on_call(at) for at in mondays] == [[ADA], [BOB]]
        assert rota.on_call(mondays[1] - timedelta(seconds=1)) == [ADA]
        assert rota.on_call(mondays[0] + 21 * DAY + timedelta(hours=1)) == [ADA]

    def test_nobody_is_on_call_before_it_begins(self) -> None:
        assert Rota(weekly=weekly()).on_call(berlin(2026, 3, 16, 8, 59)) == []

    def test_a_first_week_that_begins_on_another_day_is_shorter(self) -> None:
        rota = Rota(weekly=weekly(begins=date(2026, 3, 19)))
        assert rota.on_call(berlin(2026, 3, 19, 8)) == []
        assert rota.on_call(berlin(2026, 3, 19, 9)) == [ADA]
        assert rota.on_call(berlin(2026, 3, 23, 9)) == [BOB]

    @pytest.mark.parametrize(("month", "day", "hours"), [(3, 23, 167), (10, 19, 169)])
    def test_hands_over_by_the_wall_clock_when_clocks_change(
        self, month: int, day: int, hours: int
    ) -> None:
        rota = Rota(weekly=weekly(begins=date(2026, month, day)))
        start = berlin(2026, month, day, 9)
        end = start + timedelta(hours=hours)
        assert end.astimezone(BERLIN).time() == time(9)
        assert rota.on_call(end - timedelta(seconds=1)) == [ADA]
        assert rota.on_call(end) == [BOB]

    def test_a_handover_that_the_clocks_leap_over_happens_once(self) -> None:
        rota = Rota(weekly=Weekly(people=(ADA, BOB), begins=date(2026, 3, 22), on=6,
                                  at=time(2, 30), zone=BERLIN))  # fmt: skip
        leap = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert [rota.on_call(leap - timedelta(seconds=1)), rota.on_call(leap)] == [[ADA], [BOB]]
        spans = rota.spans(leap - DAY, leap + DAY)
        assert [(span.starts, span.people) for span in spans] == [
            (leap - DAY, (ADA,)), (leap, (BOB,)),
        ]  # fmt: skip

    def test_agrees_with_its_spans_at_every_hour_of_a_year(self) -> None:
        rota = Rota(weekly=weekly(ADA, BOB, EVE))
        start = datetime(2026, 3, 1, tzinfo=UTC)
        spans = rota.spans(start, start + 365 * DAY)
        assert spans[0].nobody
        assert all(a.ends == b.starts for a, b in pairwise(spans))
        for hour in range(0, 365 * 24, 7):
            at = start + timedelta(hours=hour)
            [span] = [span for span in spans if span.starts <= at < span.ends]
            assert rota.on_call(at) == [*span.people]

    def test_whoever_is_switched_off_is_not_told(self) -> None:
        off = User(email="off@example.com", name="Off", is_active=False)
        rota = Rota(weekly=weekly(off))
        at = berlin(2026, 3, 17, 9)
        assert rota.on_call(at) == []
        assert rota.spans(at, at + DAY)[0].nobody


class TestStandingIn:
    def test_the_last_one_made_counts_from_its_start_to_its_end(self) -> None:
        at = berlin(2026, 3, 18, 12)
        first = Shift(starts=at, ends=at + 2 * DAY, person=EVE)
        second = Shift(starts=at + DAY, ends=at + 3 * DAY, person=BOB)
        rota = Rota(weekly=weekly(), covers=[first, second])
        assert [rota.on_call(at + hours * timedelta(hours=1))[0].name
                for hours in (-1, 0, 23, 24, 71, 72)] == [
            "Ada", "Eve", "Eve", "Bob", "Bob", "Ada",
        ]  # fmt: skip
        spans = rota.spans(at - DAY, at + 4 * DAY)
        assert [span.stands_in for span in spans] == [False, True, True, False]

    def test_somebody_switched_off_stands_in_for_nobody(self) -> None:
        at = berlin(2026, 3, 18, 12)
        off = User(email="off@example.com", is_active=False)
        covers = [Shift(starts=at, ends=at + DAY, person=off)]
        assert Rota(weekly=weekly(), covers=covers).on_call(at) == [ADA]

    @pytest.mark.django_db
    def test_it_is_refused_backwards_and_for_half_a_year(self) -> None:
        schedule = Schedule.objects.create(
            name="First", kind="rotation", begins_on=date(2026, 3, 2)
        )
        by = make_user("max")
        for days in (-1, 180):
            with pytest.raises(BadInput):
                schedules.stand_in(schedule, by, starts=NOON, ends=NOON + days * DAY, by=by,
                                   reason="Holidays.")  # fmt: skip
        assert not Cover.objects.exists()


PAGERDUTY = """BEGIN:VCALENDAR
PRODID:-//PagerDuty//NONSGML On-Call//EN
VERSION:2.0
METHOD:PUBLISH
X-WR-CALNAME:On Call Schedule for Platform
BEGIN:VEVENT
UID:Q1ABC
DTSTART:20261102T080000Z
DTEND:20261109T080000Z
ATTENDEE:bob@example.com
URL;VALUE=URI:https://example.pagerduty.com/schedules#P1
SUMMARY:On Call - Somebody Else - Platform
END:VEVENT
BEGIN:VEVENT
UID:Q2ABC
DTSTART:20261109T080000Z
DTEND:20261116T080000Z
ATTENDEE:nobody@elsewhere.example
SUMMARY:On Call - Max Power - Platform
END:VEVENT
END:VCALENDAR
"""
OPSGENIE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Opsgenie/OnCall
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:o1
DTSTART;TZID=Europe/Berlin:20261102T090000
DTEND;TZID=Europe/Berlin:20261103T090000
SUMMARY:Ada@example.com On-call
END:VEVENT
END:VCALENDAR
"""
GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
UID:g1@google.com
DTSTART;VALUE=DATE:20261005
DTEND;VALUE=DATE:20261012
RRULE:FREQ=WEEKLY;INTERVAL=2
EXDATE;VALUE=DATE:20261102
SUMMARY:Eve
STATUS:CONFIRMED
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:g2@google.com
DTSTART;VALUE=DATE:20261102
DTEND;VALUE=DATE:20261103
ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=DECLINED;CN=Bob:mailto:bob@example.com
ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;CN=Ada:mailto:ada@example.com
ATTENDEE;CUTYPE=RESOURCE;CN=War room:mailto:room@example.com
SUMMARY:Firefighter
END:VEVENT
BEGIN:VEVENT
UID:g3@google.com
DTSTART;VALUE=DATE:20261103
DTEND;VALUE=DATE:20261104
SUMMARY:Bob
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def read(text: str) -> list[Shift]:
    found = calendars.read(text, zone=BERLIN, start=NOON - 7 * DAY, end=NOON + 21 * DAY)
    return calendars.shifts(found, [ADA, BOB, EVE])


def told(shifts: list[Shift]) -> list[tuple[str, str, str]]:
    return [
        (each.person.name if each.person else each.named,
         f"{each.starts:%d %H:%M}", f"{each.ends:%d %H:%M}")
        for each in shifts
    ]  # fmt: skip


class TestCalendars:
    def test_pagerduty_names_who_attends(self) -> None:
        assert told(read(PAGERDUTY)) == [
            ("Bob", "02 08:00", "09 08:00"),
            ("On Call - Max Power - Platform", "09 08:00", "16 08:00"),
        ]

    def test_opsgenie_names_them_in_the_title(self) -> None:
        assert told(read(OPSGENIE)) == [("Ada", "02 08:00", "03 08:00")]

    def test_google_repeats_days_and_leaves_out_who_declined(self) -> None:
        assert told(read(GOOGLE)) == [
            ("Ada", "01 23:00", "02 23:00"), ("Eve", "15 23:00", "22 23:00"),
        ]  # fmt: skip

    def test_a_name_counts_as_a_whole_and_only_where_one_person_bears_it(self) -> None:
        text = OPSGENIE.replace("Ada@example.com On-call", "Bobby, eve")
        assert told(read(text))[0][0] == "Eve"
        found = calendars.read(text, zone=BERLIN, start=NOON - DAY, end=NOON + DAY)
        twins = [EVE, User(email="eve2@example.com", name="Eve")]
        assert calendars.shifts(found, twins)[0].named == "Bobby, eve"

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("<html>", "no iCalendar file"),
            ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no event"),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "broken"),
            (OPSGENIE.replace("20261102T090000", "yesterday"), "cannot be read"),
            (GOOGLE.replace("FREQ=WEEKLY", "FREQ=SECONDLY"), "within hours"),
            (GOOGLE.replace("INTERVAL=2", "BYMINUTE=1,2,3,4,5,6,7,8,9"), "within hours"),
            (f"{GOOGLE}{PAGERDUTY}", "broken: Found multiple components"),
        ],
    )
    def test_what_cannot_be_read_is_refused_in_a_sentence(self, text: str, why: str) -> None:
        with pytest.raises(BadInput, match=why):
            read(text)

    def test_more_shifts_than_anybody_has_are_refused(self) -> None:
        event = OPSGENIE[OPSGENIE.index("BEGIN:VEVENT") : OPSGENIE.index("END:VCALENDAR")]
        many = "".join(event.replace("UID:o1", f"UID:o{number}") for number in range(2001))
        with pytest.raises(BadInput, match="more than 2000"):
            read(OPSGENIE.replace(event, many))


@contextmanager
def feed(tmp_path: Path, text: str = PAGERDUTY) -> Iterator[tuple[Endpoint, str]]:
    """Run a server that speaks https, and yield it with the file of its certificate."""
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with endpoint(tls=context) as end:
        end.writes = lambda _path, _body: text.encode()
        yield end, str(certificate)


class TestFetching:
    def test_a_calendar_is_fetched_over_https(self, tmp_path: Path) -> None:
        with feed(tmp_path) as (end, trust):
            assert feeds.fetch(f"{end.url}/private-abc.ics", trust=trust) == PAGERDUTY
            with pytest.raises(feeds.Unread, match="shows no certificate that is trusted here"):
                feeds.fetch(end.url)

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ((302, {"Location": "https://127.0.0.1/"}), "leads to another address"),
            ((404, {}), "answered 404"),
        ],
    )
    def test_it_follows_nobody_elsewhere(
        self, tmp_path: Path, answer: tuple[int, dict[str, str]], why: str
    ) -> None:
        with feed(tmp_path) as (end, trust):
            end.answers = [answer]
            with pytest.raises(feeds.Unread, match=why) as refused:
                feeds.fetch(f"{end.url}/secret", trust=trust)
        assert "secret" not in str(refused.value)

    def test_a_megabyte_is_enough(self, tmp_path: Path) -> None:
        large = feed(tmp_path, "x" * (feeds.LARGEST + 1))
        with large as (end, trust), pytest.raises(feeds.Unread, match="larger than a megabyte"):
            feeds.fetch(end.url, trust=trust)

    @pytest.mark.parametrize("url", ["http://example.com/a.ics", "file:///etc/passwd", "https://"])
    def test_other_addresses_are_refused(self, url: str) -> None:
        with pytest.raises(feeds.Unread, match="begins with https"):
            feeds.fetch(url)


@pytest.mark.django_db
class TestReadingAgain:
    def test_keeps_what_is_good_and_says_what_fails(self, tmp_path: Path) -> None:
        bob = make_user("bob")
        schedule = Schedule(name="Platform", kind="calendar", time_zone="Europe/Berlin")
        with feed(tmp_path) as (end, trust):
            schedule.seal(f"{end.url}/private-abc.ics", at=NOON)
            schedule.save()
            schedules.read_again(schedule, at=NOON, trust=trust)
            assert schedule.on_call(NOON) == [bob]
            end.writes = lambda _path, _body: b"<html>Sign in</html>"
            schedules.read_again(schedule, at=NOON + DAY, trust=trust)
        schedule.refresh_from_db()
        assert schedule.on_call(NOON + DAY) == [bob]
        assert (schedule.read_at, schedule.tried_at) == (NOON, NOON + DAY)
        assert "no iCalendar file" in schedule.last_error
        assert [*Schedule.objects.failing()] == [schedule]
        assert "private" not in schedule.last_error

    def test_people_who_came_since_are_found_even_while_it_fails(self) -> None:
        schedule = Schedule.objects.create(name="Platform", kind="calendar", calendar=PAGERDUTY)
        schedule.seal("https://127.0.0.1:1/", at=NOON)
        schedule.save()
        schedules.read_again(schedule, at=NOON)
        assert schedule.on_call(NOON) == []
        bob = make_user("bob")
        schedules.read_again(schedule, at=NOON)
        assert schedule.on_call(NOON) == [bob]
