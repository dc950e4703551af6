"""Sweeps write down what the clock has decided; running them twice is harmless."""

from datetime import timedelta

import pytest
from django.utils import timezone

from breakglass import tasks, transitions
from breakglass.models import Grant, Request
from tests.make import (
    REASON,
    StepOf,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db


class TestGrants:
    def test_the_end_is_written_down_once(self) -> None:
        grant = make_broken_glass(make_scenario(), at=timezone.now() - timedelta(minutes=31)).grant

        tasks.tidy_grants()
        tasks.tidy_grants()

        grant.refresh_from_db()
        assert grant.status == Grant.Status.EXPIRED
        assert kinds().count("grant.expired") == 1

    def test_a_scheduled_start_comes(self) -> None:
        asked = timezone.now() - timedelta(minutes=10)
        request = make_request(make_scenario(), at=asked, starts_at=asked + timedelta(minutes=9))
        transitions.approve(request, voice=voice("bob"), at=asked + timedelta(minutes=1))

        tasks.tidy_grants()

        assert Grant.objects.get().status == Grant.Status.ACTIVE

    def test_one_that_fails_does_not_keep_the_others_waiting(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        scenario, then = make_scenario(), timezone.now() - timedelta(minutes=31)
        bad = make_broken_glass(scenario, at=then).grant
        good = make_broken_glass(scenario, by=make_user("eve"), at=then).grant
        expire = transitions.expire

        def sometimes(grant: Grant, *, at: object) -> Grant:
            if grant == bad:
                raise RuntimeError("The disk has a hole.")
            return expire(grant, at=at)  # type: ignore[arg-type]

        monkeypatch.setattr(transitions, "expire", sometimes)

        tasks.tidy_grants()

        good.refresh_from_db()
        assert good.status == Grant.Status.EXPIRED
        assert "the next sweep tries again" in caplog.text


class TestRequests:
    def test_silence_lapses(self) -> None:
        request = make_request(
            make_scenario(answer_within=30), at=timezone.now() - timedelta(minutes=31)
        )

        tasks.tidy_requests()

        request.refresh_from_db()
        assert request.state == Request.State.LAPSED

    def test_more_time_of_an_ended_access_lapses_with_it(self) -> None:
        now = timezone.now()
        grant = make_broken_glass(make_scenario(), at=now).grant
        more = transitions.ask_for_more_time(
            grant, by=grant.holder, minutes=5, justification=REASON, at=now
        )
        tasks.tidy_requests()
        more.refresh_from_db()
        assert more.state == Request.State.PENDING
        transitions.relinquish(grant, by=grant.holder, at=now)

        tasks.tidy_requests()

        more.refresh_from_db()
        assert more.state == Request.State.LAPSED

    def test_silence_after_breaking_the_glass_is_overdue(self) -> None:
        request = make_broken_glass(
            make_scenario(ratify_within=10), at=timezone.now() - timedelta(minutes=11)
        )

        tasks.tidy_requests()

        request.refresh_from_db()
        assert request.ratification == Request.Ratification.OVERDUE
        assert request.grant.status == Grant.Status.REVOKED

    def test_silence_asks_the_next_step_once(self) -> None:
        one = make_group("One", make_user("bob"))
        leads = make_group("Leads", make_user("olga"))
        scenario = make_scenario(
            steps=[StepOf(one, escalate_after=10), StepOf(leads, stands_in=True)]
        )
        make_request(scenario, at=timezone.now() - timedelta(minutes=11))

        tasks.tidy_requests()
        tasks.tidy_requests()

        assert kinds().count("request.escalated") == 1

    def test_what_is_in_time_stays_as_it_is(self) -> None:
        request = make_request(make_scenario(), at=timezone.now())

        tasks.tidy_requests()

        request.refresh_from_db()
        assert request.state == Request.State.PENDING
