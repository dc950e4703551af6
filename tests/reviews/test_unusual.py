"""Each use is compared with those before it when it is over, and what stands out is a finding."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import User
from audit import sequencer
from audit.models import Cursor, SetAside
from breakglass import transitions as verbs
from breakglass.models import Grant
from core import refs
from judgement.unusual.detector import Detector
from judgement.unusual.memory import Memory
from judgement.unusual.session import Session
from reviews import judging, unusual
from reviews.models import Finding, UnusualMemory
from tests.make import NOON, make_group, make_request, make_scenario, make_target, make_user, voice
from tests.record import facts, kinds
from tests.reviews.make import LATER, act, make_use, sequence

pytestmark = pytest.mark.django_db
NIGHT = NOON + timedelta(hours=15)  # three o'clock


def remember(*people: User, sessions: int = 300, team: str = "", scenario: str = "") -> None:
    """Remember a quarter of a year in which these people worked by day at the office's database."""
    detector = Detector()
    for number in range(sessions):
        day = NOON - timedelta(days=1 + (sessions - number) // 3)
        person = people[number % len(people)]
        detector.judge(
            Session(
                id=str(number), at=day + timedelta(minutes=number % 190),
                person=person.ref, target=make_target("office-db").ref, actions=5 + number % 4,
                writes=number % 2, minutes=20.0 + number % 9, team=team, scenario=scenario,
            )
        )  # fmt: skip
    UnusualMemory.objects.create(memory=detector.memory.as_data())


def over(grant: Grant, *, after: timedelta = timedelta(minutes=20)) -> None:
    """End an access, and judge what is new."""
    at = (grant.activated_at or NOON) + after
    verbs.relinquish(grant, by=grant.holder, at=at)
    look(at)


def look(at: datetime) -> None:
    sequence(at + timedelta(minutes=1))
    unusual.run(at=at + timedelta(minutes=1))


def remembered() -> Memory:
    return Memory.of_data(UnusualMemory.objects.get().memory)


class TestLearning:
    def test_a_use_is_remembered_when_it_is_over(self) -> None:
        grant = make_use(reference="INC-7")
        for verb in ("select", "update"):
            act(grant, verb)
        verbs.ratify(grant.request, voice=voice("bob"), at=NOON + timedelta(minutes=4))
        over(grant)

        memory = remembered()

        ada = memory.people[grant.holder.ref]
        assert (memory.seen, ada.sessions) == (1, 1)
        assert list(ada.targets) == [each.ref for each in grant.targets.all()]
        assert ada.approvers == [make_user("bob").ref]
        assert memory.approvers[make_user("bob").ref].latencies == [240]
        assert {name: len(each) for name, each in ada.values.items()} == {
            "actions": 1, "writes": 1, "minutes": 1,
        }  # fmt: skip
        assert "INC-7" not in str(UnusualMemory.objects.get().memory)
        assert len(memory.tickets) == 1

    def test_what_was_denied_is_remembered_as_refused(self) -> None:
        asked = make_request()
        verbs.deny(asked, voice=voice("bob", "There is no outage."), at=NOON)
        look(NOON)

        assert [each.refused for each in remembered().people[asked.requester.ref].recent] == [True]

    def test_reading_an_entry_again_learns_it_once(self) -> None:
        over(make_use())
        Cursor.objects.filter(name=unusual.NAME).update(seq=-1)
        look(NOON)

        assert remembered().seen == 1

    def test_a_use_is_compared_once_its_actions_are_judged(self) -> None:
        grant = make_use()
        verbs.relinquish(grant, by=grant.holder, at=NOON + timedelta(minutes=20))
        while sequencer.run_once(at=NOON):
            pass
        before = unusual.run(at=NOON)
        judging.run(at=NOON)

        assert (before, unusual.run(at=NOON) > 0, remembered().seen) == (0, True, 1)

    def test_what_cannot_be_compared_is_set_aside_and_learnt_later_and_delays_no_judging(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(unusual, "_counted", None)
            over(make_use())
        judged = SetAside.objects.filter(cursor=judging.NAME)
        over(make_use(at=NOON + timedelta(days=1)))
        before = remembered().seen

        assert not judged.exists()
        assert (before, unusual.take_up_again(at=LATER), remembered().seen) == (1, 1, 2)

    def test_an_exercise_is_nobodys_habit(self) -> None:
        over(make_use(make_scenario(drill=True)))

        assert not UnusualMemory.objects.exists()

    def test_what_cannot_be_read_any_more_begins_anew(self) -> None:
        UnusualMemory.objects.create(memory={"people": {}})
        over(make_use())

        assert remembered().seen == 1


class TestTelling:
    def test_a_night_at_a_target_of_nobody_is_a_finding_with_its_reasons(self) -> None:
        remember(make_user("ada"), make_user("eve"))
        grant = make_use(at=NIGHT)
        over(grant, after=timedelta(minutes=40))

        finding = Finding.objects.get(kind="unusual")

        assert (finding.case, finding.subject) == (grant.request, grant.ref)
        assert "03:00 is outside the hours in which Ada works." in finding.text
        assert "One session in 301 is this extreme." in finding.text
        assert "user:" not in finding.text

    def test_what_lies_far_beyond_all_others_alarms(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("reviews.unusual._ALARMING", 1.0)
        remember(make_user("ada"))
        grant = make_use(at=NIGHT)
        over(grant)

        assert Finding.objects.get(kind="unusual").severity == "high"
        assert facts("alarm.raised")[0]["person"] == grant.holder.ref

    def test_what_is_usual_is_none(self, settings: Settings) -> None:
        settings.ALERTS_A_DAY = 0
        scenario = make_scenario(targets=[make_target("office-db")])
        team = f"group:{make_group('Platform engineers').pk}"
        named = refs.make("scenario", scenario.pk)
        remember(make_user("ada"), make_user("eve"), scenario=named, team=team)
        over(make_use(scenario))

        assert not Finding.objects.filter(kind="unusual").exists()

    def test_nobody_is_told_before_there_is_enough_to_compare_with(self) -> None:
        remember(make_user("ada"), sessions=100)
        over(make_use(at=NIGHT))

        assert not Finding.objects.filter(kind="unusual").exists()
        assert "alarm.raised" not in kinds()
