"""Findings that the record brings up: each once, however often it is read."""

from datetime import timedelta

import pytest
from django.db import transaction

from audit import log
from audit.events import PendingAltered
from audit.models import Cursor
from breakglass import transitions as verbs
from reviews import detect, tasks
from reviews.models import Finding
from targets.events import DoorCloseFailed
from tests.make import NOON, make_user, voice
from tests.record import kinds
from tests.reviews.make import ENDED, LATER, make_use, refuse, sequence

pytestmark = pytest.mark.django_db


def look() -> list[Finding]:
    """Sequence what has happened, look at it, and return the findings."""
    sequence()
    detect.run(at=LATER)
    return list(Finding.objects.order_by("entry_seq"))


def look_again() -> list[Finding]:
    """Read everything from the beginning, as after a restored backup of the cursor."""
    Cursor.objects.filter(name=detect.NAME).update(seq=-1)
    return look()


class TestRatification:
    def test_a_refusal_is_a_finding_in_the_case(self) -> None:
        grant = make_use()
        verbs.refuse(grant.request, voice=voice("bob", "There was no outage."), at=ENDED)

        finding = look()[0]

        assert finding.kind == Finding.Kind.RATIFICATION_REFUSED
        assert (finding.case, finding.severity) == (grant.request, "high")
        assert finding.text.endswith("There was no outage.")

    def test_silence_is_one(self) -> None:
        grant = make_use()
        verbs.overdue(grant.request, at=NOON + timedelta(hours=2))

        assert [finding.kind for finding in look()] == ["ratification_overdue"]

    def test_consent_is_none(self) -> None:
        verbs.ratify(make_use().request, voice=voice("bob"), at=ENDED)

        assert look() == []


class TestDoors:
    def test_one_that_does_not_close_is_a_finding(self) -> None:
        grant = make_use()
        with transaction.atomic():
            log.record(
                DoorCloseFailed(target="shop-db", error="no answer"),
                actor=log.SYSTEM, subject="door:1", case=grant.case_ref, at=ENDED,
            )  # fmt: skip

        finding = look()[0]

        assert (finding.kind, finding.case) == ("door_close_failed", grant.request)
        assert finding.text.endswith("shop-db")


class TestRecord:
    def test_tampering_is_a_finding_without_a_case(self) -> None:
        with transaction.atomic():
            event = PendingAltered(event="x", why="The words were changed.")
            log.record(event, actor="system:sequencer", subject="thing:1", at=NOON)

        finding = look()[0]

        assert (finding.kind, finding.case, finding.subject) == ("record_altered", None, "thing:1")


class TestRefusals:
    def test_five_within_ten_minutes_are_one_finding_about_the_person(self) -> None:
        eve = make_user("eve")
        for minute in range(9):
            refuse(eve, at=NOON + timedelta(minutes=minute))

        findings = look()

        assert [(each.kind, each.subject) for each in findings] == [("refused_repeatedly", eve.ref)]

    @pytest.mark.parametrize(("times", "apart"), [(4, 1), (8, 3)])
    def test_fewer_or_slower_are_none(self, times: int, apart: int) -> None:
        for number in range(times):
            refuse(make_user("eve"), at=NOON + timedelta(minutes=apart * number))

        assert look() == []

    def test_those_of_several_people_are_none(self) -> None:
        for number in range(8):
            refuse(make_user(["eve", "ada"][number % 2]), at=NOON)

        assert look() == []

    def test_a_later_burst_is_another_finding(self) -> None:
        for hours in (0, 1):
            for _ in range(5):
                refuse(make_user("eve"), at=NOON + timedelta(hours=hours))

        assert len(look()) == 2


class TestOnce:
    def test_reading_everything_again_finds_nothing_new(self) -> None:
        verbs.refuse(make_use().request, voice=voice("bob", "No outage."), at=ENDED)
        for minute in range(15):
            refuse(make_user("eve"), at=NOON + timedelta(minutes=minute))
        first = look()

        assert look_again() == first
        assert len(first) == 3
        assert kinds().count("finding.opened") == 0  # all of them are in the record already

    def test_a_resolved_burst_is_not_opened_again(self) -> None:
        for minute in range(9):
            refuse(make_user("eve"), at=NOON + timedelta(minutes=minute))
        look()
        Finding.objects.update(
            state="accepted", resolved_at=LATER, resolved_by=make_user("bob"), resolution="Known."
        )

        assert len(look_again()) == 1

    def test_an_entry_that_fails_is_taken_up_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        verbs.overdue(make_use().request, at=NOON + timedelta(hours=2))
        with monkeypatch.context() as patch:
            patch.setattr("reviews.transitions.open_finding", _fail)
            assert look() == []

        tasks.take_up_again()

        assert [finding.kind for finding in look()] == ["ratification_overdue"]

    def test_the_task_runs_by_itself(self) -> None:
        verbs.overdue(make_use().request, at=NOON + timedelta(hours=2))
        sequence()

        tasks.detect()
        tasks.detect()

        assert Finding.objects.count() == 1


def _fail(*_: object, **__: object) -> None:
    raise ValueError("Not today.")
