"""Who tries again and again while people sleep is told once, with the attempt that completes it."""

from datetime import datetime, time, timedelta

import pytest
from django.db import transaction

from accounts.events import SignInFailed
from accounts.models import User
from audit import log
from audit.models import Cursor
from reviews import judging
from reviews.models import Finding
from tests.make import NOON, make_request, make_scenario, make_user
from tests.record import facts
from tests.reviews.make import refuse, sequence

pytestmark = pytest.mark.django_db
NIGHT = NOON + timedelta(hours=14)  # two o'clock


def look(at: datetime = NIGHT + timedelta(minutes=30)) -> list[Finding]:
    """Sequence what has happened, judge it, and return the findings."""
    sequence(at)
    return list(Finding.objects.order_by("entry_seq"))


def fail_to_sign_in(person: User, *, at: datetime) -> None:
    with transaction.atomic():
        event = SignInFailed(known=True, address="192.0.2.1")
        log.record(event, actor=log.SYSTEM, subject=person.ref, at=at)


def try_often(person: User, times: int = 5, *, at: datetime = NIGHT) -> None:
    for minute in range(times):
        refuse(person, at=at + timedelta(minutes=minute))


class TestAttempts:
    def test_five_at_night_are_one_finding_and_an_alarm(self) -> None:
        ada = make_user("ada")
        try_often(ada, 7)

        (finding,) = look()

        assert (finding.kind, finding.severity, finding.subject) == ("unusual", "medium", ada.ref)
        assert finding.text.startswith("Ada tried 5 times within an hour outside working hours, 5")
        assert facts("alarm.raised")[0]["person"] == ada.ref

    def test_reading_them_again_finds_nothing_new(self) -> None:
        try_often(make_user("ada"))
        look()
        Cursor.objects.filter(name=judging.NAME).update(seq=-1)

        assert len(look()) == 1

    def test_four_are_none(self) -> None:
        try_often(make_user("ada"), 4)

        assert look() == []

    def test_by_day_they_are_none(self) -> None:
        try_often(make_user("ada"), at=NOON)

        assert look(NOON + timedelta(hours=1)) == []

    def test_night_is_where_the_person_is(self) -> None:
        try_often(make_user("ada", time_zone="Asia/Tokyo"))

        assert look() == []

    def test_those_of_several_people_are_not_added_up(self) -> None:
        for name in ("ada", "eve"):
            try_often(make_user(name), 3)

        assert look() == []

    def test_what_was_asked_for_and_failed_to_sign_in_counts_as_well(self) -> None:
        ada = make_user("ada")
        make_request(at=NIGHT)
        refuse(ada, at=NIGHT)
        for minute in range(3):
            fail_to_sign_in(ada, at=NIGHT + timedelta(minutes=minute))

        (finding,) = look()

        assert "5 times within an hour outside working hours, 4 of them refused" in finding.text

    def test_the_hours_of_the_scenario_decide(self) -> None:
        scenario = make_scenario(
            working_days=[0, 1, 2, 3, 4, 5, 6], working_from=time(0), working_until=time(23, 59)
        )
        make_request(scenario, at=NIGHT)
        try_often(make_user("ada"), 4)

        assert look() == []
