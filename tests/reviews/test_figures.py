"""The figures of the dashboard equal what one counts by hand."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from breakglass import transitions as verbs
from breakglass.models import Request, Scenario
from reviews import figures, files, periods, tallying
from reviews.counting import Narrow, Tally
from reviews.figures import Figures
from reviews.models import Finding, Gravity, Review, Span
from reviews.transitions import resolve_finding
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
from tests.reviews.make import judge, make_carla, make_finding, make_review, taken
from tests.shared import made_once

pytestmark = pytest.mark.django_db
TODAY = NOON + timedelta(days=40)  # a Saturday
BERLIN = ZoneInfo("Europe/Berlin")


def of(key: str = "13-weeks", at: datetime = TODAY, **narrow: Any) -> Figures:
    """Return the figures of a period that ends at `at`, counted anew."""
    Span.objects.all().delete()
    return figures.of(periods.of(key, at=at), Narrow(**narrow))


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
        """Let a use be reviewed in time, late, or not at all, whatever was done in it."""
        Review.objects.filter(grant=request.grant).update(gravity=number % len(Gravity))
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
        "waived": sum(hasattr(row, "waiver") for row in rows),
        "startling": sum(r.gravity >= Gravity.UNEXPLAINED for r in reviews),
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


class About(float):
    """A length in seconds that was counted in bins: as good as they are wide."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and abs(self - other) <= 0.5 + max(self, other) / 12

    __hash__ = float.__hash__


def told(tally: Tally) -> dict[str, Any]:
    """Return a tally as `naive` returns it."""
    found = {name: getattr(tally, name) for name in naive([])}
    for name in ("decision", "access"):
        found[name] = tuple(
            None if each is None else About(each.total_seconds())
            for each in (found[name].median, found[name].most)
        )
    return found


def _cases() -> list[Request]:
    """Return the cases that count in thirteen weeks, as Python sees them."""
    Chance()
    since = datetime(2026, 9, 14, tzinfo=BERLIN)
    rows = Request.objects.cases().select_related("scenario", "requester")
    return [row for row in rows if row.submitted_at >= since and not row.scenario.drill]


cases = made_once(_cases, scope="class")


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
        assert min(found.total.waived, found.total.startling) > 0
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
        theirs = naive([case for case in cases if case.requester in members])
        del theirs["decision"], theirs["access"]  # of teams there are averages only
        assert [(row.name, told(row.tally) | theirs) for row in found.teams] == [
            ("Platform engineers", told(found.teams[0].tally))
        ]
        assert {
            (day.name, field.hour): field.uses
            for day in found.days
            for field in day.fields
            if field.uses
        } == hours_of(cases)

    def test_a_team_while_people_come_and_go_and_cases_change(self, cases: list[Request]) -> None:
        team, eve = Group.objects.get(name="Platform engineers"), make_user("eve")
        period = periods.of("13-weeks", at=TODAY)
        User.objects.filter(pk=make_carla().pk).update(time_zone=BERLIN.key)
        tallying.run(at=TODAY, limit=999)

        for step in (team.user_set.remove, team.user_set.add, self.late):
            step(eve)
            members = set(team.user_set.all())
            theirs = [case for case in cases if case.requester in members]
            with timezone.override(BERLIN):
                found = figures.of(period, Narrow(team=team))
            assert told(found.total) == naive(theirs)
            self.both(
                theirs,
                [(row.name, row.tally) for row in found.steps],
                lambda case: week_of(case.submitted_at),
            )
            assert [row.tally.uses for row in found.targets] == [naive(theirs)["uses"]]

    def late(self, person: User) -> None:
        """Say that the person's reviews were closed too late, and let the sweep count again."""
        rows = Review.objects.filter(grant__holder=person, state="closed")
        assert rows.update(closed_at=F("due_at") + timedelta(days=9)) > 0
        Span.objects.update(stale=True)
        tallying.run(at=TODAY + tallying.REST, limit=999)

    def test_the_period_before(self, cases: list[Request]) -> None:
        with timezone.override(BERLIN):
            found = of()

        first, until = datetime(2026, 6, 15, tzinfo=BERLIN), datetime(2026, 9, 13, tzinfo=BERLIN)
        earlier = [
            row
            for row in Request.objects.cases().select_related("scenario")
            if first <= row.submitted_at < until and not row.scenario.drill
        ]
        counted = naive(earlier)
        assert counted["uses"] > 0
        assert told(found.before.total) == counted


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

    def test_findings_of_the_cases_of_the_period(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        make_finding(make_review(scenario, at=TODAY - timedelta(days=200)))
        review = make_review(scenario, at=TODAY - timedelta(days=9))
        make_finding(review, at=TODAY - timedelta(days=1))
        resolved = make_finding(review, at=TODAY - timedelta(days=1))
        resolve_finding(resolved, by=make_user("rita"), resolution=Finding.State.EXPLAINED,
                        comment="A dump for the vendor.", at=TODAY)  # fmt: skip

        found = of()
        assert (found.total.found, found.total.unresolved) == (2, 1)
        assert [(kind.name, kind.count) for kind in found.kinds] == [("More than was declared", 2)]
        assert of(scenario=make_scenario("other")).kinds == []

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

        assert (found.total, found.before.total, found.peak) == (Tally(), Tally(), None)
        assert (found.scenarios, found.teams, found.people, found.slowest) == ([], [], [], {})
        assert (found.targets, found.kinds, found.approvers, found.drills) == ([], [], [], [])

    @pytest.mark.parametrize("table", files.TABLES)
    def test_every_table_is_a_file(self, table: str) -> None:
        at = TODAY - timedelta(days=2)
        approved(1, at=at - timedelta(minutes=90), scenario=make_scenario("drill", drill=True))
        request = approved(1, at=at, scenario=make_scenario())
        make_finding(Review.objects.get(grant=request.grant), at=TODAY)

        header, rows = files.sheet(of(), table)

        assert {len(row) for row in rows} == {len(header)}
        if "Uses" in header:
            assert sum(row[header.index("Uses")] for row in rows) == 1  # type: ignore[misc]

    def test_all_tables_are_one_file(self) -> None:
        approved(1, at=TODAY - timedelta(days=2))

        header, rows = files.whole(of())
        assert header[1:] == ["2026-09-14", "2026-12-12"]
        assert {str(row[0]) for row in rows if row} == set(files.TABLES)
        assert ["figures", "Uses", 1, "0", "0"] in rows

    def test_the_number_of_queries_does_not_grow(self) -> None:
        counts = []
        for days, slug in ((2, "one"), (12, "two"), (22, "three")):
            request = approved(1, at=TODAY - timedelta(days=days), scenario=make_scenario(slug))
            make_finding(Review.objects.get(grant=request.grant), at=TODAY)
            of()
            with CaptureQueriesContext(connection) as queries:
                figures.of(periods.of("13-weeks", at=TODAY), Narrow())
            counts.append(len(queries))

        assert counts[0] == counts[1] == counts[2] < 30
