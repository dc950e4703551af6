"""Each action is judged as it comes: once, by what is known bad, and by whose access it was."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from audit import log
from audit.events import Erased, Pruned
from audit.models import Cursor, Entry
from breakglass import transitions as verbs
from breakglass.models import Grant
from judgement.facts import VERSION
from reviews import judging, known_bad, tasks, transitions
from reviews.models import Finding, JudgedAction
from reviews.transitions import Observation
from targets.events import ActionPerformed, DoorOrphanRemoved
from targets.models import Source
from tests.make import NOON, make_scenario, make_target, make_user
from tests.record import facts, kinds
from tests.reviews.make import LATER, act, make_use, sequence

pytestmark = pytest.mark.django_db
MAKES_SUPERUSER = "CREATE ROLE eve SUPERUSER LOGIN"


def look() -> list[Finding]:
    """Sequence what has happened, judge it, and return the findings."""
    sequence()
    judging.run(at=LATER)
    return list(Finding.objects.order_by("entry_seq"))


def outside(actor: str = "", subject: str = "", **said: Any) -> None:
    """Record what a source saw, of which no access is known."""
    usual: dict[str, Any] = {
        "target": "web-1", "statement": "uptime", "parameters": "", "verb": "unknown",
        "objects": [], "result": "", "message": "", "database": "", "session": "",
        "application": "", "client_address": "", "microseconds": None, "truncated": False,
        "language": "shell", "source": "shipper", "identity": "root",
    }  # fmt: skip
    event = ActionPerformed(**(usual | said))
    with transaction.atomic():
        log.record(event, actor=actor or "source:1", subject=subject or "source:1", at=NOON)


class TestKnownBad:
    def test_is_a_finding_of_the_case_and_an_alarm(self) -> None:
        grant = make_use()
        act(grant, "create", statement=MAKES_SUPERUSER)

        finding = look()[0]

        assert (finding.kind, finding.severity) == ("hard_rule", "high")
        assert finding.case == grant.request
        assert finding.text.endswith("the request says no such thing.")
        row = JudgedAction.objects.get()
        assert (row.standing, row.severity) == ("outside", 4)
        assert any("Sigma rule" in each["text"] for each in row.findings)
        assert facts("alarm.raised")[0]["person"] == grant.holder.ref

    def test_is_found_once_however_often_it_is_read(self) -> None:
        act(make_use(), "create", statement=MAKES_SUPERUSER)
        look()
        Cursor.objects.filter(name=judging.NAME).update(seq=-1)
        assert len(look()) == 1
        assert Entry.objects.filter(kind="alarm.raised").count() == 1

    def test_erased_words_take_with_them_what_they_were_read_as(self) -> None:
        act(make_use(), "select", "orders")
        look()
        seq = JudgedAction.objects.get().entry_seq
        with transaction.atomic():
            gone = Erased(
                compartment="p", seqs=[seq], range=None, legal_basis="gdpr_17_1_a",
                requested_by="", approver="", reference="",
            )  # fmt: skip
            log.record(gone, actor=log.SYSTEM, subject="record:ledger", at=NOON)
        look()
        assert (JudgedAction.objects.get().facts, JudgedAction.objects.get().findings) == (None, [])

    def test_what_was_read_by_an_older_reader_is_judged_again_and_nobody_told(self) -> None:
        act(make_use(), "create", statement=MAKES_SUPERUSER)
        look()
        sequence()
        JudgedAction.objects.update(version=0, standing="explained", findings=[])
        JudgedAction.objects.create(entry_seq=10**9, standing="explained", version=0)
        before = Entry.objects.filter(kind="alarm.raised").count()

        assert judging.renew() == 2

        sequence()
        row = JudgedAction.objects.get()
        assert (row.standing, row.version) == ("outside", VERSION)
        assert Entry.objects.filter(kind="alarm.raised").count() == before
        assert judging.renew() == 0

    def test_what_is_pruned_is_forgotten(self) -> None:
        act(make_use(), "select", "orders")
        look()
        with transaction.atomic():
            gone = Pruned(below=10**6, before="2026-11-01", at=0, carried="", keys=[])
            log.record(gone, actor=log.SYSTEM, subject="record:ledger", at=NOON)
        look()
        assert not JudgedAction.objects.exists()

    def test_another_language_is_never_passed_over(self) -> None:
        said = "Die Bestellungen hängen seit heute Nacht fest, ich werde die Tabelle ansehen."
        act(make_use(justification=said), "select", "orders")
        look()
        assert JudgedAction.objects.get().standing == "unjudged"

    @pytest.mark.parametrize(
        ("statement", "standing"),
        [
            ("CREATE TABLE orders_before AS SELECT * FROM orders", "announced"),
            ("DROP TABLE orders_before", "announced"),
            ("DROP TABLE orders", "outside"),
            ("SELECT id FROM orders", "explained"),
        ],
    )
    def test_what_was_announced_is_not_called_unexplained(
        self, statement: str, standing: str
    ) -> None:
        scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
        said = "Orders are wrong: I copy orders to orders_before, look at them, drop orders_before."
        act(make_use(scenario, justification=said), statement=statement)
        look()
        assert JudgedAction.objects.get().standing == standing

    def test_leaves_what_is_usual_alone(self) -> None:
        act(make_use(), statement="SELECT * FROM orders WHERE id = 7")
        assert look() == []

    def test_may_be_a_command_of_a_shell(self, settings: Settings, tmp_path: Path) -> None:
        rule = (
            "title: Shadow read\nid: 0d2b6f0e-6a35-4f0a-9f0d-52e6b1a2c9d4\nauthor: Us\n"
            "logsource: {product: linux, category: process_creation}\nlevel: high\n"
            "detection: {selection: {CommandLine|contains: /etc/shadow}, condition: selection}\n"
        )
        (tmp_path / "shadow.yml").write_text(rule)
        settings.SIGMA_RULES = [str(tmp_path)]
        known_bad.rules.cache_clear()
        try:
            outside(statement="cd /tmp; sudo cat /etc/shadow")
            assert [each.kind for each in look()] == ["known_bad"]
        finally:
            known_bad.rules.cache_clear()

    def test_may_be_an_event_of_our_own(self) -> None:
        with transaction.atomic():
            gone = DoorOrphanRemoved(target="shop-db", handle="bg_0")
            log.record(gone, actor=log.SYSTEM, subject=make_target().ref, at=NOON)
        assert [each.kind for each in look()] == ["known_bad"]


class TestGhosts:
    def test_a_privileged_identity_without_an_access_alarms(self) -> None:
        Source.objects.create(name="shipper", digest=b"1", created_at=NOON, privileged="root")
        outside()

        finding = look()[0]

        assert (finding.kind, finding.severity) == ("ghost_use", "high")
        assert finding.text == "root was at work on web-1 without an access."
        assert "alarm.raised" in kinds()

    def test_a_person_at_a_target_of_ours_is_a_finding(self) -> None:
        ada, target = make_user("ada"), make_target()
        outside(ada.ref, target.ref, identity="ada@example.com", target=target.name)

        finding = look()[0]

        assert (finding.severity, finding.subject) == ("medium", ada.ref)
        assert "alarm.raised" not in kinds()

    def test_the_name_of_a_door_that_is_none_of_ours_alarms(self) -> None:
        outside(identity="bg_0123456789abcdef")
        assert look()[0].severity == "high"

    def test_anybody_else_is_none(self) -> None:
        outside(identity="deploy")
        assert look() == []

    def test_what_is_done_under_an_access_is_none(self) -> None:
        act(make_use())
        assert look() == []

    def test_all_that_somebody_does_within_an_hour_is_one(self) -> None:
        ada, target = make_user("ada"), make_target()
        for _ in range(3):
            outside(ada.ref, target.ref, identity="ada@example.com")
        assert len(look()) == 1


class TestAlarms:
    def alarm(self, grant: Grant, *, stops: bool = True, at: Any = LATER) -> Finding:
        seen = Observation(
            kind=Finding.Kind.HARD_RULE, severity=Finding.Severity.HIGH, text="A trail was cut.",
            subject=grant.ref, case=grant.request, entry_seq=7,
        )  # fmt: skip
        return transitions.raise_alarm(seen, person=grant.holder.ref, stops=stops, at=at)

    def test_end_the_access_where_the_scenario_says_so(self) -> None:
        grant = make_use(make_scenario(stop_on_breach=True))
        self.alarm(grant, at=NOON + timedelta(minutes=1))
        grant.refresh_from_db()
        assert (grant.status, grant.end_reason) == ("revoked", "A trail was cut.")
        assert facts("alarm.raised")[0]["ended"]

    def test_leave_it_where_the_scenario_does_not(self) -> None:
        grant = make_use()
        self.alarm(grant, at=NOON + timedelta(minutes=1))
        grant.refresh_from_db()
        assert grant.status == "active"
        assert not facts("alarm.raised")[0]["ended"]

    def test_leave_it_for_what_is_no_hard_rule(self) -> None:
        grant = make_use(make_scenario(stop_on_breach=True))
        self.alarm(grant, stops=False, at=NOON + timedelta(minutes=1))
        grant.refresh_from_db()
        assert grant.status == "active"

    def test_are_raised_although_the_access_is_over_already(self) -> None:
        grant = make_use(make_scenario(stop_on_breach=True))
        verbs.relinquish(grant, by=grant.holder, at=NOON + timedelta(minutes=1))
        self.alarm(grant)
        assert not facts("alarm.raised")[0]["ended"]

    def test_are_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        grant = make_use()
        monkeypatch.setattr(log, "record", broken)
        with pytest.raises(RuntimeError):
            self.alarm(grant)
        assert not Finding.objects.exists()


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("The record is full.")


def test_the_database_keeps_no_unknown_standing() -> None:
    with pytest.raises(IntegrityError):
        JudgedAction.objects.create(entry_seq=1, standing="fine", version=1)


def test_the_task_judges_what_is_new() -> None:
    act(make_use(), "create", statement=MAKES_SUPERUSER)
    sequence()
    tasks.judge()
    assert Finding.objects.exists()
