"""Each night the tables are looked through once, and what they show over weeks is kept as rows."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Membership
from breakglass import transitions as verbs
from breakglass.models import Decision
from reviews import figures, periods, tasks
from reviews.counting import Narrow
from reviews.models import Finding, HeldSince, NightReport, Pattern
from reviews.nights import held, pages, report
from tests.make import NOON, StepOf, make_group, make_request, make_scenario, make_user, voice
from tests.record import facts, kinds
from tests.reviews.make import act, judge, make_review, sequence, taken
from tests.reviews.nights.make import NIGHT, emergency, use_daily
from tests.shared import made_once

pytestmark = pytest.mark.django_db


def week() -> None:
    """Ada uses the emergency on six days, one after the other, and Eve never."""
    use_daily()
    sequence(NIGHT - timedelta(hours=1))


six_days = made_once(week, "class")


def seen(kind: str) -> Pattern:
    return Pattern.objects.get(kind=kind)


@pytest.mark.usefixtures("six_days")
class TestNight:
    def test_keeps_a_row_of_what_it_saw_with_sentence_and_cases(self) -> None:
        report.run(at=NIGHT)

        pattern = seen("person")
        assert pages.english(pattern) == (
            "Ada used Production outage 6 times within 30 days. Peers in the same teams did 0"
            " times on average."
        )
        assert (pattern.person, pattern.scenario) == (make_user("ada"), emergency())
        assert (len(pattern.cases), pattern.first_seen_at, pattern.finding) == (6, NIGHT, None)

    def test_looks_once_a_night_and_not_before_two(self) -> None:
        for hours in (-2, -1, 0, 3):
            report.run(at=NIGHT + timedelta(hours=hours))

        assert [each.made_at - NIGHT for each in NightReport.objects.all()] == [timedelta(hours=-1)]

    def test_what_is_seen_again_is_the_same_row(self) -> None:
        report.run(at=NIGHT)
        report.run(at=NIGHT + timedelta(days=1))

        pattern = seen("person")
        assert (pattern.first_seen_at, pattern.seen_at - NIGHT) == (NIGHT, timedelta(days=1))

    def test_what_is_seen_no_more_is_gone_and_begins_anew_when_it_comes_back(self) -> None:
        report.run(at=NIGHT)
        report.run(at=NIGHT + timedelta(days=200))
        gone = seen("person").gone_at
        Pattern.objects.update(gone_at=NIGHT)
        NightReport.objects.all().delete()
        report.run(at=NIGHT + timedelta(days=1))

        assert gone == NIGHT + timedelta(days=200)
        assert seen("person").first_seen_at == NIGHT + timedelta(days=1)
        assert Pattern.objects.standing().filter(kind="person").exists()

    def test_what_is_not_grave_opens_no_finding(self) -> None:
        report.run(at=NIGHT)

        assert "finding.opened" not in kinds()


def test_what_is_grave_is_a_finding_once_within_the_budget_of_a_day(settings: Settings) -> None:
    use_daily(12)
    at = NIGHT + timedelta(days=7)
    sequence(at - timedelta(hours=1))
    settings.ALERTS_A_DAY = 0
    report.run(at=at)
    silent = Finding.objects.exists()
    settings.ALERTS_A_DAY = 2
    for days in (1, 2):
        report.run(at=at + timedelta(days=days))

    finding = Finding.objects.get()
    assert not silent
    assert (finding.kind, finding.severity, finding.subject) == (
        "unusual", "medium", make_user("ada").ref,
    )  # fmt: skip
    assert finding.text.startswith("Ada used Production outage 12 times within 30 days.")
    assert seen("person").finding == finding
    assert len(facts("finding.opened")) == 1


def test_an_emergency_every_other_week_is_routine_with_the_role_that_would_do() -> None:
    scenario = emergency()
    for number in range(7):
        at = NOON + timedelta(days=11 * number)
        by = ("ada", "eve")[number % 2]
        review = make_review(scenario, at=at, by=by)
        act(review.grant, "select", at=at + timedelta(minutes=5))
        judge(taken(review, at=at + timedelta(hours=1)), at=at + timedelta(hours=2))
    sequence(NOON + timedelta(days=70))
    report.run(at=NOON + timedelta(days=70, hours=1))

    pattern = seen("scenario")
    assert (pattern.scenario, str(pattern.group), str(pattern.target), pattern.number) == (
        scenario, "Platform engineers", "shop-db", 7,
    )  # fmt: skip
    assert pattern.facts["verbs"] == "select"
    assert "for Platform engineers, on shop-db, permitting select." in pages.advice(pattern)


def test_an_approver_who_answers_within_seconds_is_seen() -> None:
    scenario = emergency()
    for number in range(3):
        at = NOON + timedelta(days=number)
        asked = make_request(scenario, at=at)
        verbs.approve(asked, voice=voice("bob"), at=at + timedelta(seconds=5))
        verbs.relinquish(
            asked.grant, by=make_user("ada"), at=at + timedelta(minutes=9)
        )  # fmt: skip
    report.run(at=NIGHT)

    assert pages.english(seen("approver")).startswith(
        "Bob said yes within 10 seconds to 3 of the 3"
    )


def test_who_decides_second_is_timed_from_when_the_first_was_done_in_report_and_figures() -> None:
    one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
    scenario = make_scenario(steps=[StepOf(one), StepOf(two)])
    for number in range(3):
        at = NOON + timedelta(days=number)
        asked = make_request(scenario, at=at)
        done = at + timedelta(minutes=14)
        asked = verbs.approve(asked, voice=voice("bob"), at=done)
        asked = verbs.approve(asked, voice=voice("carl"), at=done + timedelta(seconds=5))
        verbs.relinquish(asked.grant, by=make_user("ada"), at=done + timedelta(minutes=9))
    report.run(at=NIGHT)
    told = figures.of(periods.of("30-days", at=NIGHT), Narrow()).approvers

    assert pages.english(seen("approver")).startswith(
        "Carl said yes within 10 seconds to 3 of the 3"
    )
    assert [(each.name, each.quick, each.mean.total_seconds()) for each in told] == [
        ("Carl", 3, 5), ("Bob", 0, 14 * 60),
    ]  # fmt: skip
    answers: Any = Decision.objects.timed().filter(by=make_user("carl"))
    assert {(each.decided_at - each.asked_at).total_seconds() for each in answers} == {5}


class TestHeld:
    def test_what_nobody_needed_for_half_a_year_is_seen_by_group(self) -> None:
        emergency()
        held.rights(at=NOON)
        report.run(at=NOON + timedelta(days=190))

        pattern = seen("eligibility")
        assert (str(pattern.group), pattern.number) == ("Platform engineers", 2)
        assert set(pattern.people) == {make_user("ada").pk, make_user("eve").pk}
        assert seen("unused").facts["number"] == 190

    def test_what_was_seen_first_today_is_not_yet_missed(self) -> None:
        emergency()
        report.run(at=NOON + timedelta(days=190))

        assert not Pattern.objects.filter(kind="eligibility").exists()

    def test_what_was_taken_away_is_forgotten_and_given_anew(self) -> None:
        emergency()
        held.rights(at=NOON)
        Membership.objects.filter(user=make_user("eve")).delete()
        held.rights(at=NOON + timedelta(days=100))
        without = HeldSince.objects.filter(subject__startswith=make_user("eve").ref).count()
        make_group("Platform engineers", make_user("eve"))
        report.run(at=NOON + timedelta(days=190))

        assert without == 0
        assert seen("eligibility").people == [make_user("ada").pk]

    def test_the_record_knows_since_when_somebody_is_there(self) -> None:
        scenario = emergency()
        sequence(NOON)
        eve = make_user("eve")
        eve.name = "Eve Adler"
        eve.save()
        sequence(NOON + timedelta(days=100))
        later = NOON + timedelta(days=400)

        since = {each.person: each.since for each in held.rights(at=later)}

        assert since[eve.ref] > since[make_user("ada").ref]
        assert scenario.ref in {each.scenario for each in held.rights(at=later)}


def test_a_house_without_a_case_has_nothing_to_see() -> None:
    tasks.look_at_night()

    assert not Pattern.objects.exists()
