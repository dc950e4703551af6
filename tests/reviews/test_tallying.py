"""What is kept of figures stays what counting anew would give, whatever happens later to a case."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from audit import log
from breakglass import transitions as verbs
from breakglass.models import Grant, Request, Scenario
from core.errors import DomainError
from reviews import tallying
from reviews.cells import COUNTS
from reviews.models import Answers, Cell, Finding, Review, Span
from reviews.models.span import EVERY
from reviews.reopening_transitions import reopen
from reviews.transitions import confirm, resolve_finding
from targets import events
from targets.models import Door
from tests.make import (
    NOON,
    make_broken_glass,
    make_request,
    make_scenario,
    make_target,
    make_user,
    voice,
)
from tests.reviews.make import (
    judge,
    make_carla,
    make_finding,
    make_review,
    misused,
    sequence,
    taken,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def kept() -> dict[str, Any]:
    """Return every figure that is kept, by what it is about."""
    cells = Cell.objects.exclude(cases=0).select_related("span")
    answers = Answers.objects.select_related("span")
    columns = (*COUNTS, "scenario", "person", "target", "decision_seconds", "access_seconds",
               "slowest_decision", "slowest_access", "marks", "counts", "kinds")  # fmt: skip
    return {
        "cells": sorted(
            (str(each.span), *(str(getattr(each, name)) for name in columns)) for each in cells
        ),
        "answers": sorted(
            (str(each.span), each.scenario, each.approver, each.answers, each.quick, each.noes)
            for each in answers
        ),
        "turns": sorted((str(span), span.turns_at) for span in Span.objects.all() if span.turns_at),
    }  # fmt: skip


def follow(at: datetime) -> None:
    """Let the record be sequenced and followed."""
    sequence(at)
    tallying.run(at=at, limit=10_000)


def open_door(grant: Grant, *, at: datetime) -> None:
    """Say that a door is open, as the engine does."""
    with transaction.atomic():
        door = Door.objects.filter(grant=grant.pk).first()
        if door is None:
            return
        Door.objects.filter(pk=door.pk).update(opened_at=at, created_at=grant.starts_at)
        event = events.DoorOpened(target="shop-db", until="", milliseconds=40)
        log.record(event, actor=log.SYSTEM, subject=door.ref, case=door.case, at=at)


class House:
    """Something happens by chance, always the same for a seed, and late as often as in time."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - nothing to guess
        self.at = NOON
        carla = make_carla()
        carla.time_zone = "America/New_York"
        carla.save()
        targets = [make_target(), make_target("crm")]
        for slug in ("production-outage", "lost-admin", "drill"):
            make_scenario(slug, max_concurrent=99, drill=slug == "drill", targets=targets)
        self.verbs: list[Callable[[], object]] = [
            self.ask, self.ask, self.ask, self.answer, self.answer, self.ratify, self.relinquish,
            self.relinquish, self.open_door, self.take, self.judge, self.judge, self.find,
            self.resolve, self.reopen,
        ]  # fmt: skip

    def live(self, steps: int) -> None:
        """Let so much happen, with someone looking at the record now and then."""
        for _ in range(steps):
            self.at += timedelta(minutes=self.dice.choice([1, 40, 300, 2000, 5000]))
            try:
                self.dice.choice(self.verbs)()
            except DomainError:
                continue  # too late, or not theirs: that is recorded as well
            if self.dice.random() < 0.3:
                follow(self.at)

    def any(self, rows: Any) -> Any:
        """Return one row of these, or raise what ends the step."""
        if found := list(rows.order_by("pk")):
            return self.dice.choice(found)
        raise DomainError("There is none.")

    def ask(self) -> None:
        by, scenario = self.dice.choice(["ada", "eve"]), self.any(Scenario.objects)
        make = self.dice.choice([make_request, make_broken_glass])
        make(scenario, by=make_user(by), at=self.at)

    def answer(self) -> None:
        request = self.any(Request.objects.filter(state="pending"))
        verb = self.dice.choice([verbs.approve, verbs.approve, verbs.deny])
        verb(request, voice=voice("bob", "Because."), at=self.at + timedelta(seconds=3))

    def ratify(self) -> None:
        request = self.any(Request.objects.filter(ratification="pending"))
        if self.dice.random() < 0.4:
            verbs.overdue(request, at=request.ratify_by + timedelta(seconds=1))
        else:
            verbs.ratify(request, voice=voice("carl", ""), at=self.at)

    def relinquish(self) -> None:
        grant = self.any(Grant.objects.filter(status="active"))
        if grant.ends_at <= self.at:
            verbs.expire(grant, at=self.at)
        else:
            verbs.relinquish(grant, by=grant.holder, at=self.at)

    def open_door(self) -> None:
        grant = self.any(Grant.objects.filter(activated_at__isnull=False))
        open_door(grant, at=grant.starts_at + timedelta(seconds=self.dice.randrange(900)))

    def take(self) -> None:
        taken(self.any(Review.objects.filter(state="due")), at=self.at)

    def judge(self) -> None:
        review = self.any(Review.objects.exclude(state="closed"))
        review = taken(review, at=self.at) if review.state == "due" else review
        judge(review, self.dice.choice(["justified", "inconclusive"]), "Seen.", at=self.at)

    def reopen(self) -> None:
        review = self.any(Review.objects.filter(state="closed"))
        reopen(review, by=make_user("carla"), reason="A log came late.", at=self.at)

    def find(self) -> None:
        review = self.any(Review.objects.exclude(state="closed"))
        make_finding(taken(review, at=self.at) if review.state == "due" else review, at=self.at)

    def resolve(self) -> None:
        finding = self.any(Finding.objects.filter(state="open"))
        resolve_finding(finding, by=make_user("rita"), resolution=Finding.State.EXPLAINED,
                        comment="It was asked for.", at=self.at)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_equals_what_is_counted_anew(seed: int) -> None:
    house = House(seed)
    house.live(60)
    later = house.at + timedelta(days=30)
    follow(later)
    before = kept()

    for _ in tallying.rebuild(at=later):
        pass

    assert len(before["cells"]) > 50
    assert kept() == before


def whole(first: str = "2026-11-02", grain: str = "day") -> Cell:
    """Return what happened on a day altogether."""
    return Cell.objects.get(
        span__first=first, span__grain=grain, span__zone="UTC", person=EVERY, target=EVERY
    )


class TestLateNews:
    """Everything that comes later corrects the day on which the case was asked for."""

    def test_of_a_review_that_is_closed_after_weeks(self) -> None:
        review = make_review(make_scenario())
        follow(NOON + timedelta(hours=1))
        assert (whole().waiting, whole().late) == (1, 0)

        judge(taken(review, at=NOON + timedelta(days=40)), at=NOON + timedelta(days=40))
        follow(NOON + timedelta(days=40))
        assert (whole().waiting, whole().overdue, whole().late) == (0, 0, 1)
        assert whole("2026-11-01", "month").late == 1

    def test_of_a_review_that_is_reopened_which_is_counted_once(self) -> None:
        make_carla()
        review = misused(taken(make_review(make_scenario())))
        follow(LATER)
        assert (whole().misuse, whole().punctual, whole().waiting) == (1, 1, 0)

        reopen(review, by=make_user("carla"), reason="A log came late.", at=NOON + timedelta(9))
        follow(NOON + timedelta(days=9))
        assert (whole().misuse, whole().punctual, whole().waiting) == (0, 0, 1)

        review = judge(taken(review, at=NOON + timedelta(20)), at=NOON + timedelta(20))
        confirm(review, by=make_user("carla"), at=NOON + timedelta(20))
        follow(NOON + timedelta(days=20))
        counted = whole()
        assert (counted.uses, counted.misuse, counted.punctual, counted.late) == (1, 0, 0, 1)

    def test_of_a_deadline_that_passes_while_nothing_happens(self) -> None:
        make_review(make_scenario())
        follow(NOON + timedelta(hours=1))
        span = Span.objects.get(first="2026-11-02", grain="day")
        due = Review.objects.get().due_at
        assert span.turns_at == due

        tallying.run(at=due - timedelta(seconds=1))
        assert (whole().waiting, whole().overdue) == (1, 0)
        tallying.run(at=due)
        assert (whole().waiting, whole().overdue) == (0, 1)

    def test_of_a_third_use_that_an_earlier_case_makes(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        late = make_request(scenario, at=NOON)
        for hours in (24, 26):
            make_broken_glass(scenario, at=NOON + timedelta(hours=hours))
        follow(NOON + timedelta(hours=27))
        assert whole("2026-11-03").third == 0

        verbs.approve(late, voice=voice("bob"), at=NOON + timedelta(hours=3))
        follow(NOON + timedelta(hours=28))
        assert whole("2026-11-03").third == 1

    def test_of_a_case_that_ends_after_it_was_counted_is_not_lost_by_a_crash(self) -> None:
        review = make_review(make_scenario())
        follow(NOON + timedelta(hours=1))
        judge(taken(review))
        sequence(NOON + timedelta(hours=2))

        tallying.follow(at=NOON + timedelta(hours=2))  # and then it dies
        assert Span.objects.filter(stale=True).count() == 3
        tallying.run(at=NOON + timedelta(hours=2))
        assert whole().punctual == 1


class TestTheSweep:
    def test_writes_nothing_when_nothing_has_changed(self) -> None:
        make_review(make_scenario())
        follow(NOON + timedelta(hours=1))
        before = {cell.pk for cell in Cell.objects.all()}

        Span.objects.update(stale=True)
        assert tallying.run(at=NOON + timedelta(hours=2)) == 3
        assert {cell.pk for cell in Cell.objects.all()} == before
        assert tallying.run(at=NOON + timedelta(hours=2)) == 0

    def test_counts_weeks_and_months_only_now_and_then(self) -> None:
        review = make_review(make_scenario())
        follow(NOON + timedelta(hours=1))
        taken(review)
        sequence(LATER)

        tallying.run(at=NOON + timedelta(hours=1, minutes=1))
        assert set(Span.objects.filter(stale=True).values_list("grain", flat=True)) == {
            "week",
            "month",
        }
        tallying.run(at=NOON + timedelta(hours=1, minutes=11))
        assert not Span.objects.filter(stale=True).exists()

    def test_keeps_the_zones_of_those_who_look(self) -> None:
        make_review(make_scenario())
        make_carla()
        make_user("carla").__class__.objects.filter(email="carla@example.com").update(
            time_zone="Asia/Kolkata"
        )
        follow(NOON + timedelta(days=1))

        assert set(Span.objects.values_list("zone", flat=True)) == {"UTC", "Asia/Kolkata"}

    def test_forgets_what_is_older_than_anybody_may_ask_for(self) -> None:
        make_review(make_scenario())
        follow(NOON)
        follow(NOON + timedelta(days=900))

        assert Span.objects.earliest("first").first > NOON.date() + timedelta(days=50)

    def test_the_command_counts_everything_anew(self) -> None:
        make_review(make_scenario())
        follow(NOON)
        Cell.objects.update(uses=99)

        call_command("count_figures")
        assert whole().uses == 1
