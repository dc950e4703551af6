"""The figures of the dashboard equal what one counts by hand."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from breakglass import transitions as verbs
from breakglass.models import Request, Scenario
from reviews import figures, periods
from reviews.counting import Tally
from reviews.figures import Figures
from reviews.models import Finding, Review
from targets.models import Door
from tests.make import (
    NOON,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.reviews.make import judge, make_finding, make_review, taken

pytestmark = pytest.mark.django_db
TODAY = NOON + timedelta(days=40)  # a Saturday
BERLIN = ZoneInfo("Europe/Berlin")


def of(key: str = "13-weeks", scenario: Scenario | None = None, at: datetime = TODAY) -> Figures:
    """Return the figures of a period that ends at `at`."""
    return figures.of(periods.of(key, at=at), scenario)


def approved(
    minutes: int, *, at: datetime, by: str = "ada", scenario: Scenario | None = None
) -> Request:
    """Let Bob approve a request after some minutes, and its requester give the access back."""
    answered = at + timedelta(minutes=minutes)
    request = make_request(scenario, by=make_user(by), at=at)
    request = verbs.approve(request, voice=voice("bob"), at=answered)
    verbs.relinquish(request.grant, by=make_user(by), at=answered + timedelta(minutes=5))
    return request


def denied(minutes: int, *, at: datetime) -> Request:
    return verbs.deny(
        make_request(at=at), voice=voice("bob", "No."), at=at + timedelta(minutes=minutes)
    )


def let_in(request: Request, seconds: int) -> None:
    """Say that a door was open so many seconds after the request."""
    at = request.submitted_at + timedelta(seconds=seconds)
    Door.objects.filter(grant=request.grant.pk).update(
        opened_at=at, created_at=request.submitted_at
    )


class Chance:
    """Two dozen cases of every kind, spread over the weeks by chance, always the same."""

    def __init__(self) -> None:
        self.dice = random.Random(7)  # noqa: S311 - nothing to guess
        make_scenario(max_concurrent=99)
        make_scenario("lost-admin", max_concurrent=99)
        make_scenario("drill", max_concurrent=99, drill=True)
        make_group("Support", make_user("eve"))
        for number in range(26):
            self.one(number)

    def one(self, number: int) -> None:
        """Let something happen to one request."""
        scenario = Scenario.objects.order_by("slug")[number % 3]
        at = TODAY - timedelta(days=self.dice.randrange(120), minutes=self.dice.randrange(1440))
        by, minutes = self.dice.choice(["ada", "eve"]), self.dice.randrange(1, 50)
        if number % 4 == 3:
            request = make_request(scenario, by=make_user(by), at=at)
            if number % 8 == 3:
                verbs.deny(request, voice=voice("bob", "No."), at=at + timedelta(minutes=minutes))
            else:
                verbs.withdraw(request, by=make_user(by), at=at + timedelta(minutes=minutes))
            return
        if number % 2:
            request = approved(minutes, at=at, by=by, scenario=scenario)
        else:
            request = make_broken_glass(scenario, by=make_user(by), at=at)
            if number % 8:
                verbs.ratify(request, voice=voice("carl"), at=at + timedelta(minutes=minutes))
            verbs.relinquish(request.grant, by=make_user(by), at=at + timedelta(minutes=55))
            if not number % 8:
                verbs.overdue(request, at=at + timedelta(hours=2))
        if number % 5:
            let_in(request, self.dice.randrange(1, 900))
        self.review(request, number)

    def review(self, request: Request, number: int) -> None:
        """Let a use be reviewed in time, late, or not at all."""
        if number % 3 == 0:
            return
        after = request.submitted_at + timedelta(hours=20 if number % 3 == 1 else 100)
        judge(taken(Review.objects.get(grant=request.grant), at=after), at=after)


def naive(rows: list[Request], at: datetime = TODAY) -> dict[str, Any]:
    """Count with nothing but Python what a `Tally` says of these cases."""
    used = [row for row in rows if hasattr(row, "grant") and row.grant.activated_at]
    reviews = list(Review.objects.filter(grant__request__in=rows))
    decisions = [row.decided_at - row.submitted_at for row in rows
                 if row.urgency == "normal" and row.state in ("approved", "denied")
                 and row.decided_at]  # fmt: skip
    doors = [[each for each in Door.objects.filter(grant=row.grant.pk) if each.opened_at]
             for row in used]  # fmt: skip
    access = [min(each.opened_at for each in opened if each.opened_at) - row.submitted_at
              for row, opened in zip(used, doors, strict=True) if opened]  # fmt: skip
    return {
        "cases": len(rows),
        "uses": len(used),
        "glass": sum(row.grant.break_glass for row in used),
        "ratified": sum(row.ratification in ("ratified", "refused") for row in rows),
        "silent": sum(row.ratification == "overdue" for row in rows),
        "unratified": sum(row.ratification == "pending" for row in rows),
        "punctual": sum(bool(r.closed_at and r.closed_at <= r.due_at) for r in reviews),
        "late": sum(bool(r.closed_at and r.closed_at > r.due_at) for r in reviews),
        "overdue": sum(not r.closed_at and r.due_at <= at for r in reviews),
        "waiting": sum(not r.closed_at and r.due_at > at for r in reviews),
        "decided": len(decisions),
        "decision": (percentile(decisions, 0.5), percentile(decisions, 0.9)),
        "opened": len(access),
        "access": (percentile(access, 0.5), percentile(access, 0.9)),
    }


def percentile(values: list[timedelta], share: float) -> float | None:
    """Interpolate as `percentile_cont` does, to the millisecond."""
    if not values:
        return None
    ordered = sorted(value.total_seconds() for value in values)
    place = share * (len(ordered) - 1)
    low = ordered[int(place)]
    high = ordered[min(int(place) + 1, len(ordered) - 1)]
    return round(low + (high - low) * (place - int(place)), 3)


def told(tally: Tally) -> dict[str, Any]:
    """Return a tally as `naive` returns it."""
    found = {name: getattr(tally, name) for name in naive([])}
    for name in ("decision", "access"):
        found[name] = tuple(
            None if each is None else round(each.total_seconds(), 3)
            for each in (found[name].median, found[name].most)
        )
    return found


@pytest.fixture
def cases() -> list[Request]:
    """Return the cases that count in thirteen weeks, as Python sees them."""
    Chance()
    since = datetime(2026, 9, 14, tzinfo=BERLIN)
    return [
        row
        for row in Request.objects.cases().select_related("scenario", "requester")
        if row.submitted_at >= since and not row.scenario.drill
    ]


class TestAgainstANaiveRecount:
    def both(self, cases: list[Request], rows: Any, key: Callable[[Request], object]) -> None:
        """Compare rows, keyed by `key`, with the cases that have this key."""
        groups: dict[object, list[Request]] = {}
        for case in cases:
            groups.setdefault(key(case), []).append(case)
        found = {name: told(tally) for name, tally in rows if tally.cases}
        wanted = {name: naive(members) for name, members in groups.items()}
        assert len(wanted) > 1
        assert found == wanted

    def test_every_way_to_look_at_them(self, cases: list[Request]) -> None:
        with timezone.override(BERLIN):
            found = of()

        assert told(found.total) == naive(cases)
        self.both(
            cases,
            [(row.name, row.tally) for row in found.scenarios],
            lambda case: case.scenario.name,
        )
        self.both(
            cases,
            [(row.name, row.tally) for row in found.steps],
            lambda case: week_of(case.submitted_at),
        )
        self.both(
            cases, [(row.name, row.tally) for row in found.people], lambda case: case.requester.name
        )
        members = set(Group.objects.get(name="Platform engineers").user_set.all())
        assert [(row.name, told(row.tally)) for row in found.teams] == [
            ("Platform engineers", naive([case for case in cases if case.requester in members]))
        ]
        assert {
            (day.name, field.hour): field.uses
            for day in found.days
            for field in day.fields
            if field.uses
        } == hours_of(cases)

    def test_the_period_before(self, cases: list[Request]) -> None:
        with timezone.override(BERLIN):
            found = of()

        first, span = found.period.since, found.period.until - found.period.since
        earlier = [
            row
            for row in Request.objects.cases().select_related("scenario")
            if first - span <= row.submitted_at < first and not row.scenario.drill
        ]
        counted = naive(earlier)
        assert counted["uses"] > 0
        assert (found.before.uses, found.before.glass) == (counted["uses"], counted["glass"])
        assert found.more == found.total.uses - counted["uses"] == -found.fewer


def hours_of(cases: list[Request]) -> dict[tuple[str, int], int]:
    """Count uses by weekday and by the even hour before."""
    wanted: dict[tuple[str, int], int] = {}
    for case in cases:
        local = case.submitted_at.astimezone(BERLIN)
        if naive([case])["uses"]:
            key = (f"{local:%A}", local.hour // 2 * 2)
            wanted[key] = wanted.get(key, 0) + 1
    return wanted


def week_of(at: datetime) -> str:
    """Name a week as the table does."""
    day = at.astimezone(BERLIN).date()
    monday = day - timedelta(days=day.weekday())
    return f"Week {monday.isocalendar().week}, from {monday.day} {monday:%b %Y}"


class TestPeriods:
    @pytest.mark.parametrize(
        ("key", "first", "steps", "last"),
        [
            ("30-days", "2026-11-13", 30, "12 Dec"),
            ("13-weeks", "2026-09-14", 13, "50"),
            ("1-year", "2026-01-01", 12, "Dec"),
            ("this-month", "2026-12-01", 12, "12 Dec"),
            ("last-month", "2026-11-01", 30, "30 Nov"),
        ],
    )
    def test_hold_whole_steps(self, key: str, first: str, steps: int, last: str) -> None:
        period = periods.of(key, at=TODAY)

        assert period.first.isoformat() == first
        assert len(list(period.steps())) == steps
        assert list(period.steps())[-1].name == last

    def test_last_month_leads_to_the_cases_of_its_days_alone(self) -> None:
        period = periods.of("last-month", at=TODAY)

        assert period.until == datetime(2026, 12, 1, tzinfo=UTC)
        assert figures.filters(period, None) == {
            "since": "2026-11-01",
            "until": "2026-11-30",
            "drill": "no",
        }

    def test_begin_at_the_readers_midnight(self) -> None:
        late = datetime(2026, 12, 12, 23, 30, tzinfo=UTC)

        with timezone.override(BERLIN):
            period = periods.of("30-days", at=late)
            assert period.first.isoformat() == "2026-11-14"
            assert period.since == datetime(2026, 11, 13, 23, 0, tzinfo=UTC)


class TestFigures:
    def test_drills_count_only_where_they_are_asked_for(self) -> None:
        drill = make_scenario("drill", drill=True)
        make_review(drill, at=TODAY - timedelta(days=2))

        assert of().total.uses == 0
        assert of(scenario=drill).total.uses == 1
        assert of(scenario=drill).query == "since=2026-09-14&scenario=drill"

    def test_shares(self) -> None:
        make_scenario(max_concurrent=9)
        approved(4, at=TODAY - timedelta(days=1))
        for days in (2, 3):
            make_review(at=TODAY - timedelta(days=days))
        verbs.overdue(Request.objects.get(grant__review=Review.objects.first()), at=TODAY)
        total = of().total

        assert (total.share, total.approved, total.unused) == (67, 1, 0)
        assert total.ratified_share == 0
        assert Tally().share is Tally().punctual_share is None

    def test_the_slowest_are_named(self) -> None:
        make_scenario()
        at = TODAY - timedelta(days=2)
        slow, quick = denied(30, at=at), approved(2, at=at + timedelta(hours=2))
        let_in(quick, 125)

        found = of()
        assert found.slowest == {
            "decision": (slow.case, timedelta(minutes=30)),
            "access": (quick.case, timedelta(seconds=125)),
        }

    def test_access_that_starts_later_is_timed_from_its_start(self) -> None:
        request = approved(2, at=TODAY - timedelta(days=2))
        Request.objects.update(starts_at=request.submitted_at + timedelta(seconds=100))
        let_in(request, 125)

        assert of().total.access.median == timedelta(seconds=25)

    def test_findings_of_the_period_and_those_open_now(self) -> None:
        review = make_review(make_scenario(max_concurrent=9), at=TODAY - timedelta(days=200))
        make_finding(review, at=TODAY - timedelta(days=190))
        make_finding(review, at=TODAY - timedelta(days=1))
        Finding.objects.create(kind="other", severity="low", subject="x:1", text="Loose.",
                               opened_at=TODAY - timedelta(days=1), entry_seq=1)  # fmt: skip

        assert (of().opened, of().open) == (2, 3)
        assert [(row.name, row.findings) for row in of().scenarios] == [("Production outage", 2)]
        assert of(scenario=make_scenario("other")).open == 0

    def test_the_field_that_stands_out(self) -> None:
        make_scenario(max_concurrent=9)
        thursday = datetime(2026, 12, 10, 2, 30, tzinfo=UTC)
        for minutes in range(3):
            make_review(at=thursday + timedelta(minutes=minutes))
        peak = of().peak

        assert peak
        assert (peak.day, peak.field.hour, peak.until, peak.field.uses) == ("Thursday", 2, 4, 3)
        for minutes in range(3):
            make_review(at=thursday + timedelta(hours=5, minutes=minutes))
        assert of().peak is None

    def test_nothing_yet(self) -> None:
        found = of()

        assert (found.total, found.before, found.peak) == (Tally(), Tally(), None)
        assert (found.scenarios, found.teams, found.people, found.slowest) == ([], [], [], {})

    @pytest.mark.parametrize("table", figures.TABLES)
    def test_every_table_is_a_file(self, table: str) -> None:
        make_review(make_scenario(), at=TODAY - timedelta(days=2))

        header, rows = figures.sheet(of(), table)

        assert {len(row) for row in rows} == {len(header)}
        assert sum(row[header.index("Uses")] for row in rows) == 1  # type: ignore[misc]

    def test_the_number_of_queries_does_not_grow(self) -> None:
        make_review(make_scenario(), at=TODAY - timedelta(days=2))
        with CaptureQueriesContext(connection) as few:
            of()
        for slug in ("one", "two", "three"):
            make_finding(make_review(make_scenario(slug), at=TODAY - timedelta(days=1)))

        with CaptureQueriesContext(connection) as more:
            of()

        assert len(more) == len(few)
