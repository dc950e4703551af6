"""What a reader of the dashboard should look at first."""

from datetime import timedelta

import pytest

from breakglass import transitions as verbs
from breakglass.models import Request, Scenario
from reviews import figures, periods, standouts
from reviews.counting import Narrow
from reviews.models import Review, Span
from reviews.standouts import Standout
from reviews.transitions import confirm
from targets.models import Door
from tests.make import NOON, make_broken_glass, make_request, make_scenario, make_user, voice
from tests.reviews.make import judge, make_carla, make_finding, make_review, taken

pytestmark = pytest.mark.django_db
TODAY = NOON + timedelta(days=40)


def first(scenario: Scenario | None = None) -> list[Standout]:
    """Return what stands out in thirteen weeks."""
    Span.objects.all().delete()
    found = figures.of(periods.of("13-weeks", at=TODAY), Narrow(scenario=scenario))
    return standouts.of(found, at=TODAY)


def titles(scenario: Scenario | None = None) -> list[str]:
    """Return only the titles."""
    return [each.title for each in first(scenario)]


def quickly(count: int, *, seconds: int = 5, scenario: Scenario | None = None) -> None:
    """Let Bob say yes so many times, each after some seconds, a month apart."""
    for number in range(count):
        at = TODAY - timedelta(days=20 * number + 1)
        request = make_request(scenario, at=at)
        verbs.approve(request, voice=voice("bob"), at=at + timedelta(seconds=seconds))
        verbs.relinquish(request.grant, by=make_user("ada"), at=at + timedelta(minutes=9))


def test_nothing_does_in_a_quiet_house() -> None:
    make_scenario()

    assert titles() == []


def test_silence_after_broken_glass() -> None:
    request = make_broken_glass(make_scenario(), at=TODAY - timedelta(hours=5))
    verbs.overdue(request, at=TODAY - timedelta(hours=2))

    (found,) = first()
    assert found.title == "1 ratification was overdue"
    assert found.url == "/cases/?since=2026-09-14&drill=no&silent=yes"


def test_overdue_reviews_and_how_old_they_are() -> None:
    make_review(make_scenario(), at=TODAY - timedelta(days=6, minutes=20))
    other = make_scenario("other")

    (found,) = first()
    assert (found.title, found.detail) == ("1 review is overdue", "The oldest was due 3 days ago.")
    assert titles(Scenario.objects.get(slug="production-outage")) == ["1 review is overdue"]
    assert titles(other) == []


def test_findings_of_high_severity_and_cases_beyond_their_plan() -> None:
    review = make_review(make_scenario(), at=TODAY - timedelta(days=1))
    finding = make_finding(review, at=TODAY)
    assert titles() == ["1 finding by reviewers: more was done than was declared"]
    assert first()[0].url == "/findings/?tab=all&since=2026-09-14&drill=no&kind=outside_plan"

    finding.severity = "high"
    finding.save()
    assert titles()[0] == "1 finding of high severity is open"
    assert "severity=high" in first(review.grant.scenario)[0].url
    assert titles(make_scenario("other")) == []


def test_misuse() -> None:
    review = make_review(make_scenario(), at=TODAY - timedelta(days=2))
    later = TODAY - timedelta(days=1)
    judge(taken(review, at=later), "misuse", "Not what it was for.", at=later)
    if Review.objects.get().state != "closed":  # it takes a second reviewer
        confirm(Review.objects.get(), by=make_carla(), at=TODAY)

    assert titles() == ["1 review found misuse"]


class TestQuickApprovers:
    def test_say_yes_without_reading(self) -> None:
        quickly(3)

        (found,) = [each for each in first() if each.icon == "decide"]
        assert found.title == "Bob says yes in under 10 seconds"
        assert found.detail == "3 of 3 answers. None was a no."
        assert f"approver={make_user('bob').pk}&quick=yes" in found.url

    def test_are_told_with_their_noes(self) -> None:
        quickly(3)
        at = TODAY - timedelta(days=70)
        verbs.deny(make_request(at=at), voice=voice("bob", "No."), at=at + timedelta(seconds=2))

        (found,) = [each for each in first() if each.icon == "decide"]
        assert found.detail == "3 of 4 answers. 1 was a no."

    def test_twice_is_luck_and_eleven_seconds_are_enough(self) -> None:
        quickly(2)
        assert not [each for each in first() if each.icon == "decide"]
        quickly(3, seconds=11)
        assert not [each for each in first() if each.icon == "decide"]

    def test_of_drills_are_not_meant(self) -> None:
        drill = make_scenario("drill", drill=True)
        quickly(3, scenario=drill)

        assert not [each for each in first() if each.icon == "decide"]
        assert [each for each in first(drill) if each.icon == "decide"]


def test_three_accesses_within_a_week() -> None:
    scenario = make_scenario(max_concurrent=9)
    for days in (30, 10, 8):
        make_broken_glass(scenario, at=TODAY - timedelta(days=days))
    assert not [each for each in first() if each.icon == "user"]
    make_broken_glass(scenario, at=TODAY - timedelta(days=4))

    (found,) = [each for each in first() if each.icon == "user"]
    assert found.title == "Ada had access three times within a week"
    assert found.detail == "4 times in this period."
    assert f"person={make_user('ada').pk}&used=yes" in found.url


class TestDrill:
    def drilled(self) -> Standout:
        """Return what is said of the last drill."""
        return standouts.drilled(standouts.last_drill(), at=TODAY)

    def use(self, days: int) -> Request:
        """Use the drill scenario so many days ago."""
        drill = Scenario.objects.filter(slug="drill").first() or make_scenario("drill", drill=True)
        return make_review(drill, at=TODAY - timedelta(days=days)).grant.request

    def test_is_missed(self) -> None:
        make_review(make_scenario())

        assert (self.drilled().title, self.drilled().tone) == ("No drill yet", "wait")

    def test_tells_when_it_was_and_how_long_it_took(self) -> None:
        self.use(60)
        request = self.use(20)
        opened = request.submitted_at + timedelta(seconds=34)
        Door.objects.filter(grant=request.grant.pk).update(opened_at=opened)

        told = self.drilled()
        assert (told.title, told.tone) == ("Last drill 20 days ago", "ok")
        assert told.detail == "The door was open after 34 s."
        assert told.url == request.get_absolute_url()

    def test_gets_old_and_may_have_failed(self) -> None:
        self.use(100)

        assert self.drilled().tone == "wait"
        assert self.drilled().detail == "No door was opened."
