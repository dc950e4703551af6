"""Changes of configuration are recorded with who, why and the difference, or are not made."""

import json
from typing import Any

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from audit import config, log
from audit.leaf import unpacked
from audit.models import Pending
from audit.reading import told
from tests.audit.make import happen, sequence, sql

pytestmark = pytest.mark.django_db
BY = "user:3f2a"


def changes() -> list[dict[str, Any]]:
    """Return envelope and facts of every pending change of configuration."""
    found = []
    for row in Pending.objects.order_by("pk"):
        facts: dict[str, Any] = json.loads(bytes(row.envelope))
        for _, body in unpacked(bytes(row.payload)).values():
            facts |= json.loads(body)
        found.append(facts)
    return [facts for facts in found if facts["ev"] == "config.changed"]


def make_person(**fields: Any) -> Any:
    return get_user_model().objects.create_user("ada@example.com", "hunter2hunter2", **fields)


class TestMirror:
    def test_says_who_why_and_the_difference(self) -> None:
        group = Group.objects.create(name="dba")

        with config.changing(actor=BY, reason="They asked for it."):
            group.name = "database"
            group.save()

        change = changes()[-1]
        assert (change["actor"], change["reason"]) == (BY, "They asked for it.")
        assert (change["action"], change["model"], change["name"]) == (
            "changed",
            "group",
            "database",
        )
        assert change["changes"] == {"name": ["dba", "database"]}
        assert change["obj"] == f"group:{group.pk}"

    def test_additions_and_removals_are_changes(self) -> None:
        group = Group.objects.create(name="dba")
        group.delete()

        assert [change["action"] for change in changes()] == ["added", "removed"]

    def test_editing_the_history_itself_is_no_change(self) -> None:
        Group.objects.create(name="dba")
        LogEntry.objects.get().save()

        assert len(changes()) == 1

    def test_nothing_changed_is_no_event(self) -> None:
        group = Group.objects.create(name="dba")
        group.save()

        assert len(changes()) == 1

    def test_names_the_object_by_its_own_reference(self) -> None:
        person = make_person(name="Ada")

        assert changes()[-1]["obj"] == person.ref

    def test_membership_is_a_change_of_the_person_from_either_side(self) -> None:
        person, group = make_person(name="Ada"), Group.objects.create(name="dba")
        person.groups.add(group)
        group.user_set.remove(person)

        joined, left = changes()[-2:]
        assert (joined["obj"], joined["changes"]) == (person.ref, {"groups": ["", "dba"]})
        assert (left["obj"], left["changes"]) == (f"group:{group.pk}", {"groups": ["Ada", ""]})

    def test_without_a_cause_the_actor_is_the_person_of_the_request(self) -> None:
        person = make_person(name="Ada")
        with set_actor(person, remote_addr="192.0.2.7"):
            Group.objects.create(name="dba")

        assert (changes()[-1]["actor"], changes()[-1]["address"]) == (person.ref, "192.0.2.7")

    def test_without_anybody_it_is_the_system(self) -> None:
        Group.objects.create(name="dba")

        assert (changes()[-1]["actor"], changes()[-1]["reason"]) == (log.SYSTEM, "")

    def test_the_cause_ends_with_its_block(self) -> None:
        with config.changing(actor=BY, reason="a"):
            with config.changing(actor="user:b", reason="b"):
                Group.objects.create(name="b")
            Group.objects.create(name="a")
        Group.objects.create(name="c")

        assert [change["actor"] for change in changes()] == ["user:b", BY, log.SYSTEM]

    def test_reads_as_a_sentence(self) -> None:
        group = Group.objects.create(name="dba")
        with config.changing(actor=BY, reason="Typing error."):
            group.name = "database"
            group.save()

        *_, last = told(sequence())
        assert last.sentence == "changed the group database (name): Typing error."


class TestSecrets:
    def test_are_in_neither_log(self) -> None:
        entry = LogEntry(
            changes={
                "admin_secret": ["old", "new"],
                "API_Token": ["old", "new"],
                "passwords": {"type": "m2m", "operation": "add", "objects": ["new"]},
                "name": ["old", "new"],
            }
        )

        config.hide_secrets(entry)

        hidden = [config.HIDDEN, config.HIDDEN]
        assert entry.changes == {
            "admin_secret": hidden,
            "API_Token": hidden,
            "passwords": {"type": "m2m", "operation": "add", "objects": [config.HIDDEN]},
            "name": ["old", "new"],
        }

    def test_a_password_is_never_recorded(self) -> None:
        person = make_person(name="Ada")
        person.set_password("correct horse battery")
        person.save()

        sql("SET CONSTRAINTS ALL IMMEDIATE")
        assert person.password not in json.dumps(changes())
        assert not LogEntry.objects.filter(changes__icontains=person.password).exists()


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """Outside any transaction of the caller's."""

    def test_a_change_that_cannot_be_recorded_is_not_made(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        group = Group.objects.create(name="dba")
        renamed = Group.objects.get()
        renamed.name = "changed"

        def fail(*_: object, **__: object) -> None:
            raise OSError("no record")

        monkeypatch.setattr(log, "record", fail)
        for change in (
            lambda: Group.objects.create(name="other"),
            renamed.save,
            group.delete,
            lambda: group.permissions.add(Permission.objects.all()[0]),
        ):
            with pytest.raises(OSError, match="no record"):
                change()

        assert list(Group.objects.values_list("name", flat=True)) == ["dba"]
        assert not Group.objects.get().permissions.exists()
        assert LogEntry.objects.count() == 1

    def test_a_change_that_is_undone_leaves_no_event(self) -> None:
        with transaction.atomic():
            Group.objects.create(name="dba")
            transaction.set_rollback(True)

        assert changes() == []

    def test_a_save_leaves_no_transaction_behind(self) -> None:
        Group.objects.create(name="dba")

        assert not connection.in_atomic_block
        happen()
