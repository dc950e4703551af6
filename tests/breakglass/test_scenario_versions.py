"""Versions: made by publishing, pinned by requests, never altered."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from breakglass import drafts, transitions, wording
from breakglass.models import ApprovalStep, GroupPermit, Permit, ScenarioVersion
from breakglass.pictures import same
from breakglass.rules import Rules
from core.errors import BadInput, NotAllowed, WrongState
from tests.make import (
    NOON,
    StepOf,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db


class TestPublish:
    def test_makes_a_version_and_records_the_difference(self) -> None:
        scenario, mei = make_scenario(), make_user("mei")
        scenario.max_minutes = 90
        scenario.save()

        version = transitions.publish(scenario, by=mei, reason=" Longer nights. ", at=NOON)

        assert (version.number, version.made_by, version.reason) == (2, mei, "Longer nights.")
        assert facts("scenario.versioned")[-1]["changes"] == {"max_minutes": [60, 90]}
        assert actors("scenario.versioned")[-1] == mei.ref

    def test_makes_none_when_nothing_differs(self) -> None:
        scenario = make_scenario()

        version = transitions.publish(scenario, by=None, reason="Once more.", at=NOON)

        assert version.number == 1
        assert kinds() == ["scenario.versioned"]

    def test_notices_a_changed_step_target_and_alert_group(self) -> None:
        scenario = make_scenario()
        ApprovalStep.objects.update(quorum=2)
        scenario.alert_groups.add(make_group("On-call responders"))

        transitions.publish(scenario, by=None, reason="More eyes.", at=NOON)

        assert set(facts("scenario.versioned")[-1]["changes"]) == {"alert_groups", "steps"}

    def test_wants_a_reason(self) -> None:
        with pytest.raises(BadInput, match="Say why you change it"):
            transitions.publish(make_scenario(), by=None, reason=" ", at=NOON)

    def test_gives_the_groups_of_steps_the_permit_to_decide(self) -> None:
        scenario = make_scenario()
        security = make_group("Security", make_user("tomas"))
        ApprovalStep.objects.create(scenario=scenario, position=2, group=security)

        transitions.publish(scenario, by=None, reason="A second step.", at=NOON)

        permits = GroupPermit.objects.of(Permit.APPROVE).filter(content_object=scenario)
        assert [permit.group.name for permit in permits.order_by("group__name")] == [
            "Database team",
            "Security",
        ]

    def test_does_not_give_back_a_permit_that_has_ended(self) -> None:
        scenario = make_scenario()
        GroupPermit.objects.of(Permit.APPROVE).update(until=NOON)

        with pytest.raises(BadInput, match="may no longer decide here"):
            transitions.publish(scenario, by=None, reason="Try.", at=NOON)

    def test_gives_the_permit_back_that_somebody_removed(self) -> None:
        scenario = make_scenario()
        GroupPermit.objects.of(Permit.APPROVE).delete()

        transitions.publish(scenario, by=None, reason="Mend.", at=NOON)

        assert GroupPermit.objects.of(Permit.APPROVE).count() == 1

    def test_what_it_changes_is_told_as_configuration(self) -> None:
        scenario, mei = make_scenario(), make_user("mei")
        GroupPermit.objects.of(Permit.APPROVE).delete()

        transitions.publish(scenario, by=mei, reason="Mend.", at=NOON)

        change = facts("config.changed")[-1]
        assert (change["model"], change["action"]) == ("group permit", "added")
        assert change["reason"] == "Mend."
        assert actors("config.changed")[-1] == mei.ref


class TestOlderVersions:
    """A version from before a rule existed says nothing of it; what held then goes on."""

    def test_are_read_compared_and_published_as_they_held(self) -> None:
        scenario = make_scenario()
        now = drafts.body_of(scenario)
        older = {key: value for key, value in now.items() if key != "chat_decides"}
        version = ScenarioVersion(scenario=scenario, number=2, body=older, made_at=NOON, reason="-")
        version.save()
        assert version.rules.chat_decides
        assert transitions.publish(scenario, by=None, reason="Again.", at=NOON) == version
        assert drafts.difference(older, now) == {}
        assert wording.changes(older, now) == []
        assert same({"body": older}, {"body": now})
        said = {each.field: each.lines for _title, told in wording.sections(
            older, wording.Names.of(older)
        ) for each in told}  # fmt: skip
        assert said["chat_decides"] == ["yes"]

    def test_lack_nothing_that_was_there_then(self) -> None:
        body = drafts.body_of(make_scenario())
        del body["break_glass"]
        with pytest.raises(KeyError):
            Rules.from_body(body)


class TestImmutability:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE breakglass_scenarioversion SET reason = 'better'",
            "UPDATE breakglass_scenarioversion SET body = '{}'",
            "DELETE FROM breakglass_scenarioversion",
        ],
    )
    def test_sql_cannot_alter_a_version(self, statement: str) -> None:
        make_scenario()

        with (
            pytest.raises(IntegrityError, match="a scenario version never changes"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_neither_can_the_orm(self) -> None:
        make_scenario()

        with pytest.raises(IntegrityError), transaction.atomic():
            ScenarioVersion.objects.update(number=7)

    def test_nor_a_session_that_calls_itself_a_replica(self) -> None:
        make_scenario()

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute("DELETE FROM breakglass_scenarioversion")


class TestArchive:
    def test_nobody_can_use_it_any_more(self) -> None:
        scenario, mei = make_scenario(), make_user("mei")

        transitions.archive(scenario, by=mei, reason="Replaced.", at=NOON)
        scenario.refresh_from_db()

        for ask in (make_request, make_broken_glass):
            with pytest.raises(NotAllowed, match="is not in use"):
                ask(scenario)
        assert "scenario.archived" in kinds()

    def test_it_cannot_be_changed_meanwhile(self) -> None:
        scenario = make_scenario()
        transitions.archive(scenario, by=None, reason="Replaced.", at=NOON)

        with pytest.raises(WrongState, match="Bring it back before you change it"):
            transitions.publish(scenario, by=None, reason="Longer.", at=NOON)

    def test_what_is_pending_runs_on(self) -> None:
        scenario = make_scenario()
        request = make_request(scenario)
        transitions.archive(scenario, by=None, reason="Replaced.", at=NOON)

        approved = transitions.approve(request, voice=voice("bob"), at=NOON)

        assert approved.state == "approved"

    def test_it_can_be_brought_back(self) -> None:
        scenario = make_scenario()
        transitions.archive(scenario, by=None, reason="Replaced.", at=NOON)

        transitions.bring_back(scenario, by=None, reason="Not yet.", at=NOON)
        scenario.refresh_from_db()

        assert make_request(scenario).state == "pending"
        assert kinds()[:3] == [
            "scenario.versioned", "scenario.archived", "scenario.brought_back",
        ]  # fmt: skip

    def test_each_happens_once_and_with_a_reason(self) -> None:
        scenario = make_scenario()
        with pytest.raises(WrongState, match="is in use"):
            transitions.bring_back(scenario, by=None, reason="Why not.", at=NOON)
        with pytest.raises(BadInput, match="Say why"):
            transitions.archive(scenario, by=None, reason="", at=NOON)
        transitions.archive(scenario, by=None, reason="Replaced.", at=NOON)

        with pytest.raises(WrongState, match="archived already"):
            transitions.archive(scenario, by=None, reason="Again.", at=NOON)


class TestUntil:
    """An eligibility may end by itself."""

    def test_a_requester_may_ask_until_then_and_no_longer(self) -> None:
        scenario = make_scenario()
        until = NOON + timedelta(hours=1)
        GroupPermit.objects.of(Permit.REQUEST).update(until=until)

        with pytest.raises(NotAllowed, match="Nobody may use"):
            make_request(scenario, at=until)
        assert make_request(scenario, at=until - timedelta(seconds=1)).state == "pending"

    def test_an_approver_may_decide_until_then_and_no_longer(self) -> None:
        request = make_request(make_scenario())
        until = NOON + timedelta(minutes=5)
        GroupPermit.objects.of(Permit.APPROVE).update(until=until)

        with pytest.raises(NotAllowed, match="decides on this"):
            transitions.approve(request, voice=voice("bob"), at=until)
        before = until - timedelta(seconds=1)
        assert transitions.approve(request, voice=voice("bob"), at=before).state == "approved"


class TestWording:
    def test_every_rule_has_its_words(self) -> None:
        assert set(wording.LABELS) == set(Rules.__dataclass_fields__)

    def test_says_names_where_a_version_has_ids(self) -> None:
        scenario = make_scenario()
        scenario.alert_groups.add(make_group("On-call responders"))
        scenario.expected_verbs = ["select", "update"]
        body = drafts.body_of(scenario)

        said = dict(wording.sections(body, wording.Names.of(body)))
        lines = {each.field: each.lines for fields in said.values() for each in fields}

        assert lines["targets"] == ["shop-db"]
        assert lines["alert_groups"] == ["On-call responders"]
        assert lines["working_days"] == ["Monday, Tuesday, Wednesday, Thursday, Friday"]
        assert lines["max_minutes"] == ["1 h"]
        assert lines["expected_verbs"] == ["select, update"]
        assert lines["not_for"] == []

    def test_says_each_step_in_a_sentence(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = make_scenario(
            steps=[StepOf(one, escalate_after=10), StepOf(two, quorum=2, stands_in=True)]
        )
        body = drafts.body_of(scenario)

        assert [wording.step(rule) for rule in body["steps"]] == [
            "1. 1 of One; without an answer in 10 min the next step is asked too",
            "2. 2 of Two, answering for the step before",
        ]
