"""Trap 11: nobody updates, deletes or truncates the record, by the ORM or by SQL."""

from collections.abc import Callable

import pytest
from django.core import checks
from django.db import Error, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F

from audit import cursor, rights, sequencer, tasks
from audit.checks import protection
from audit.models import Entry, Payload, Pending, State, Tile, Verification
from tests.audit.make import NOON, happen, sequence, sql, unprotected
from tests.ledger import lifted

pytestmark = pytest.mark.django_db

ENTRY = """INSERT INTO audit_entry (seq, event_id, leaf, leaf_hash, kind, actor, subject,
    "case", version, at, occurred_at) VALUES ({}, gen_random_uuid(), '', '', 'x', 'x', 'x', '',
    1, now(), now())"""
WORDS = "INSERT INTO audit_payload (entry_id, part, salt, body)"
ATTACKS: dict[str, Callable[[], object] | str] = {
    "update by the ORM": lambda: Entry.objects.update(actor="user:eve"),
    "save by the ORM": lambda: Entry.objects.get(seq=0).save(),
    "delete by the ORM": lambda: Entry.objects.filter(seq=1).delete(),
    "bulk upsert by the ORM": lambda: Entry.objects.bulk_create(
        [Entry.objects.get(seq=0)],
        update_conflicts=True,
        unique_fields=["seq"],
        update_fields=["actor"],
    ),
    "update of words by the ORM": lambda: Payload.objects.update(body=b"{}"),
    "delete of words by the ORM": lambda: Payload.objects.all().delete(),
    "words for an entry that is there": f"{WORDS} VALUES (1, 'x', '', '')",
    "words for an entry that is not there": f"{WORDS} VALUES (2, 'd', '', '')",
    "UPDATE": "UPDATE audit_entry SET actor = 'user:eve'",
    "DELETE": "DELETE FROM audit_entry",
    "TRUNCATE": "TRUNCATE audit_entry CASCADE",
    "TRUNCATE of words": "TRUNCATE audit_payload",
    "ON CONFLICT DO UPDATE": f"{ENTRY.format(0)} ON CONFLICT (seq) DO UPDATE SET actor = 'eve'",
    "MERGE": "MERGE INTO audit_entry e USING (SELECT 0 AS seq) s ON e.seq = s.seq"
    " WHEN MATCHED THEN UPDATE SET actor = 'user:eve'",
    "an entry that is not the next": ENTRY.format(7),
    "an entry in front": ENTRY.format(-1),
    "a head that goes back": "UPDATE audit_state SET size = 1",
    "a head without entries": "UPDATE audit_state SET size = 3",
    "a head of another time": "UPDATE audit_state SET size = size, last_at = 'epoch'",
    "no head": "DELETE FROM audit_state",
    "TRUNCATE of the head": "TRUNCATE audit_state",
    "a tile removed": "DELETE FROM audit_tile",
    "a tile emptied": "TRUNCATE audit_tile",
    "a tile changed": "UPDATE audit_tile SET data = sha256('x')",
    "a tile moved": "UPDATE audit_tile SET index = 1, data = data || data",
    "a second head": "INSERT INTO audit_state"
    " SELECT 2, size, last_at, false, frontier FROM audit_state",
}


@pytest.fixture
def _two() -> None:
    happen(words="one")
    happen()
    sequence()
    Tile.objects.create(level=0, index=0, data=bytes(64))
    sql("SET CONSTRAINTS ALL IMMEDIATE")


def refused(attack: Callable[[], object] | str, error: type[Error]) -> None:
    with pytest.raises(error), transaction.atomic():
        sql(attack) if isinstance(attack, str) else attack()
    assert [entry.actor for entry in Entry.objects.all()] == ["user:ada"] * 2


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
class TestAttacks:
    def test_are_refused_to_the_owner(self, attack: Callable[[], object] | str) -> None:
        refused(attack, IntegrityError)

    def test_are_refused_to_the_application(
        self, attack: Callable[[], object] | str, as_role: Callable[[str], None]
    ) -> None:
        as_role(rights.APPLICATION)

        refused(attack, ProgrammingError)

    def test_are_refused_to_a_superuser_who_pretends_to_be_a_replica(
        self, attack: Callable[[], object] | str
    ) -> None:
        sql("SET LOCAL session_replication_role = replica")

        refused(attack, IntegrityError)


class TestApplication:
    def test_records_and_reads_and_no_more(self, as_role: Callable[[str], None]) -> None:
        as_role(rights.APPLICATION)
        happen()

        assert (Pending.objects.count(), Entry.objects.count()) == (1, 0)
        for statement in (
            "DELETE FROM audit_pending",
            "UPDATE audit_pending SET mac = ''",
            ENTRY.format(0),
            "SET session_replication_role = replica",
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
            "DROP TABLE audit_entry",
            "DELETE FROM django_migrations",
            "DELETE FROM audit_cursor",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                sql(statement)

    def test_follows_verifies_and_shows_the_record(self, as_role: Callable[[str], None]) -> None:
        def fail(_: Entry) -> None:
            raise ValueError

        happen()
        sequence()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        as_role(rights.APPLICATION)

        assert cursor.follow("test.reader", fail) == 1
        assert cursor.retry("test.reader", lambda _: None) == 1
        tasks.verify_new()
        assert Verification.objects.get().why == ""

    def test_works_with_every_other_table(self, as_role: Callable[[str], None]) -> None:
        as_role(rights.APPLICATION)

        sql("INSERT INTO auth_group (name) VALUES ('a')")
        sql("UPDATE auth_group SET name = 'b'")
        sql("DELETE FROM auth_group")


class TestSequencer:
    def test_enters_events_under_its_own_role(self, as_role: Callable[[str], None]) -> None:
        happen()
        happen("thing:2")
        happen("thing:2")
        sql("DELETE FROM audit_pending WHERE id = (SELECT max(id) - 1 FROM audit_pending)")
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        as_role(rights.SEQUENCER)

        assert len(sequence()) == 1
        assert Pending.objects.get().parked_at == NOON

    def test_changes_no_entry_and_reads_nothing_else(self, as_role: Callable[[str], None]) -> None:
        as_role(rights.SEQUENCER)

        for statement in (
            "UPDATE audit_entry SET actor = ''",
            "DELETE FROM audit_payload",
            "SELECT * FROM auth_group",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                sql(statement)


class TestRights:
    def test_may_be_granted_again(self, roles: None) -> None:
        rights.grant()

    def test_name_every_table_of_the_record(self) -> None:
        tables = connection.introspection.table_names()

        assert {name for name in tables if name.startswith("audit_")} == rights.RIGHTS[
            rights.APPLICATION
        ].keys()

    def test_the_owner_is_told_what_they_could_do(self) -> None:
        assert rights.protection() == ([], True)
        assert [found.id for found in protection(databases=["default"])] == ["audit.W001"]

    def test_the_application_does_not_own_the_record(self, as_role: Callable[[str], None]) -> None:
        as_role(rights.APPLICATION)

        assert protection(databases=["default"]) == []

    def test_a_check_without_a_database_says_nothing(self) -> None:
        assert protection(databases=None) == []

    def test_a_trigger_that_is_off_is_an_error(self) -> None:
        for statement in lifted():
            sql(statement)

        errors = [
            found for found in protection(databases=["default"]) if found.level >= checks.ERROR
        ]

        assert [error.id for error in errors] == ["audit.E001"]
        assert rights.protection() == (list(rights.PROTECTIONS), True)


def test_the_head_moves_on_only_with_its_entries() -> None:
    happen()
    sequence()

    with pytest.raises(IntegrityError, match="only moves on"), transaction.atomic():
        State.objects.update(size=F("size") + 1)
    assert State.objects.get().size == 1


def test_the_tests_own_way_around_puts_the_protection_back() -> None:
    with unprotected():
        assert rights.protection()[0]

    assert rights.protection()[0] == []


def test_entries_continue_after_a_refused_attack() -> None:
    happen()
    sequence()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.all()._raw_delete("default")  # noqa: SLF001
    happen()

    assert sequencer.run_once(at=NOON) == 1
    assert State.objects.get().tree.size == 2
