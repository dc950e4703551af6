"""Two who approve for each other far more often than is explained are told of, once a month."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from breakglass import transitions as verbs
from breakglass.models import Request, Scenario
from judgement.unusual.detector import Detector
from judgement.unusual.session import Session
from reviews import pairs, tasks
from reviews.models import Finding, UnusualMemory
from tests.make import NOON, make_group, make_request, make_scenario, make_user, voice
from tests.record import facts
from tests.reviews.make import LATER, sequence

pytestmark = pytest.mark.django_db
CROWD = [f"user:{number:032x}" for number in range(1, 9)]


def remember(ada: User, eve: User) -> None:
    """Remember a team whose people are approved by each other in turn, and these by each other."""
    detector = Detector()
    for number in range(160):
        one, other = CROWD[number % 8], CROWD[(number * 3 + number // 8 + 1) % 8]
        if number % 8 == 0:
            one, other = (ada.ref, eve.ref) if number % 16 else (eve.ref, ada.ref)
        detector.judge(
            Session(
                id=str(number), at=NOON - timedelta(hours=200 - number), person=one, team="group:1",
                target="target:1", approver=other if other != one else CROWD[number % 7],
            )
        )  # fmt: skip
    UnusualMemory.objects.create(memory=detector.memory.as_data())


def approve(ada: User, eve: User, *, at: datetime = NOON) -> Request:
    """Let Eve say yes to a request of Ada's."""
    scenario = Scenario.objects.first() or make_scenario()
    make_group("Database team", eve)
    asked = make_request(scenario, by=ada, at=at)
    verbs.approve(asked, voice=voice("eve"), at=at + timedelta(minutes=1))
    sequence(at + timedelta(minutes=2))
    return asked


class TestPairs:
    def test_two_who_approve_for_each_other_are_a_finding_at_their_latest_case(self) -> None:
        ada, eve = make_user("ada"), make_user("eve")
        remember(ada, eve)
        asked = approve(ada, eve)

        (finding,) = pairs.run(at=LATER)

        assert (finding.kind, finding.severity, finding.case) == ("unusual", "medium", asked)
        assert "approved 10 of" in finding.text
        assert {"Ada", "Eve"} <= set(finding.text.replace("'s", "").split())
        assert facts("finding.opened")[0]["about"] == asked.ref

    def test_they_are_told_of_once_a_month(self) -> None:
        ada, eve = make_user("ada"), make_user("eve")
        remember(ada, eve)
        for days in (0, 1, 20, 40):
            at = NOON + timedelta(days=days)
            approve(ada, eve, at=at)
            pairs.run(at=at + timedelta(hours=1))

        assert [each.opened_at.month for each in Finding.objects.order_by("opened_at")] == [11, 12]

    def test_without_a_new_yes_they_are_not_told_of_again(self) -> None:
        ada, eve = make_user("ada"), make_user("eve")
        remember(ada, eve)
        approve(ada, eve)
        for days in (0, 40):
            pairs.run(at=LATER + timedelta(days=days))

        assert Finding.objects.count() == 1

    def test_where_nothing_is_remembered_there_are_none(self) -> None:
        tasks.look_at_pairs()

        assert not Finding.objects.exists()
