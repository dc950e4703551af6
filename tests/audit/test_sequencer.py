"""Pending events become dense entries of one tree; a wrong one never stops the others."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import TemporaryFile

import pytest
from django.db import IntegrityError, connection, transaction

from audit import leaf, log, sequencer, tree
from audit.models import Entry, Payload, Pending, State, Tile
from audit.tiles import read
from tests.audit.make import NOON, Happened, happen, sequence, sql

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("kind", flat=True))


class TestRunOnce:
    def test_enters_events_densely_in_the_order_they_were_recorded(self) -> None:
        for subject in ("thing:1", "thing:2", "thing:1"):
            happen(subject)

        assert sequencer.run_once(at=NOON) == 3

        assert [(e.seq, e.subject, e.version) for e in Entry.objects.order_by("seq")] == [
            (0, "thing:1", 1),
            (1, "thing:2", 1),
            (2, "thing:1", 2),
        ]
        assert not Pending.objects.exists()

    def test_says_that_there_is_nothing_to_do(self) -> None:
        assert sequencer.run_once(at=NOON) == 0

    def test_takes_no_more_than_its_limit(self) -> None:
        for _ in range(3):
            happen()

        assert [sequencer.run_once(at=NOON, limit=2) for _ in range(3)] == [2, 1, 0]

    def test_hashes_the_whole_envelope(self) -> None:
        happen(case="request:1", what="a", words="b")
        happen()

        first, _second = sequence()

        assert first.envelope == {
            "actor": "user:ada",
            "at": leaf.microseconds(NOON),
            "case": "request:1",
            "ev": "test.happened",
            "id": first.event_id.hex,
            "obj": "thing:1",
            "occ": leaf.microseconds(NOON),
            "ov": 1,
            "pc": first.envelope["pc"],
            "seq": 0,
            "v": 1,
        }
        assert bytes(first.leaf_hash) == leaf.leaf_hash(bytes(first.leaf))

    def test_grows_one_tree_whatever_the_batches(self) -> None:
        for number in range(600):
            happen(f"thing:{number}")
        for limit in (1, 254, 2, 300, 43):
            assert sequencer.run_once(at=NOON, limit=limit) == limit

        hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.order_by("seq")]
        grown, tiles = tree.grow(tree.Frontier(), hashes, lambda *_: b"")
        assert State.objects.get().tree == grown
        stored = {(tile.level, tile.index): bytes(tile.data) for tile in Tile.objects.all()}
        assert stored == {(tile.level, tile.index): tile.data for tile in tiles}
        assert tree.frontier_at(600, read) == grown

    def test_keeps_words_apart_from_what_is_hashed(self) -> None:
        happen(what="a", words="My name is Ada.")

        (entry,) = sequence()

        assert b"Ada." not in bytes(entry.leaf)
        payload = Payload.objects.get(entry=entry, part="p")
        assert json.loads(bytes(payload.body)) == {"words": "My name is Ada."}
        committed = leaf.commitment(bytes(payload.salt), bytes(payload.body)).hex()
        assert entry.envelope["pc"]["p"] == committed

    def test_leaves_the_head_at_the_last_entry(self) -> None:
        happen()
        happen()

        hashes = [bytes(entry.leaf_hash) for entry in sequence()]

        state = State.objects.get()
        assert (state.size, state.last_at) == (2, NOON)
        assert state.tree == tree.Frontier().append(hashes)

    def test_an_undone_event_leaves_no_gap(self) -> None:
        happen()
        with transaction.atomic():
            happen()
            transaction.set_rollback(True)
        happen()

        assert [(e.seq, e.version) for e in sequence()] == [(0, 1), (1, 2)]

    def test_writes_with_a_number_of_statements_that_does_not_grow(self) -> None:
        asked = []
        for count in (1, 50):
            for number in range(count):
                happen(f"thing:{number % 5}", words="Words.")
            with traced() as statements:
                assert sequencer.run_once(at=NOON) == count
            asked.append(len(statements))

        assert asked == [10, 10]


@contextmanager
def traced() -> Iterator[list[str]]:
    """Note each statement that the server is sent, as libpq sees it."""
    sent: list[str] = []
    with TemporaryFile() as file:
        connection.connection.pgconn.trace(file.fileno())
        yield sent
        connection.connection.pgconn.untrace()
        file.seek(0)
        sent += re.findall(r"\tF\t\d+\t(?:Query|Parse)\t(.*)", file.read().decode())


class TestTime:
    def test_never_goes_back(self) -> None:
        happen()
        sequence(NOON)
        happen()

        entries = sequence(NOON - timedelta(milliseconds=900))

        assert [entry.at for entry in entries] == [NOON, NOON]
        assert kinds() == ["test.happened"] * 2

    def test_a_clock_that_goes_back_is_an_event_told_once(self) -> None:
        happen()
        sequence(NOON)
        for minutes in (5, 4, 3):
            happen()
            sequence(NOON - timedelta(minutes=minutes))

        assert kinds().count("audit.clock_regressed") == 1
        assert {entry.at for entry in Entry.objects.all()} == {NOON}

    def test_a_second_regression_is_told_again(self) -> None:
        for minutes in (0, -5, 1, -5):
            happen()
            sequence(NOON + timedelta(minutes=minutes))

        assert kinds().count("audit.clock_regressed") == 2


ALTERATIONS = {
    "another actor": "UPDATE audit_pending SET envelope = replace("
    "convert_from(envelope, 'UTF8'), 'user:ada', 'user:eve')::bytea WHERE id = %s",
    "another payload": "UPDATE audit_pending SET payload = '{}' WHERE id = %s",
    "another id": "UPDATE audit_pending SET event_id = gen_random_uuid() WHERE id = %s",
    "no JSON": "UPDATE audit_pending SET envelope = 'nonsense' WHERE id = %s",
    "no tag": "UPDATE audit_pending SET mac = '' WHERE id = %s",
}


class TestAlteredEvents:
    @pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=list(ALTERATIONS))
    def test_are_set_aside_and_named_and_block_nobody(self, alteration: str) -> None:
        happen("thing:1")
        row = Pending.objects.get()
        happen("thing:2")
        sql(alteration, row.pk)
        row.refresh_from_db()

        entries = sequence()

        assert [e.subject for e in entries] == ["thing:2", f"event:{row.event_id.hex}"]
        assert kinds()[-1] == "audit.pending_altered"
        assert Pending.objects.get().set_aside_at == NOON

    def test_a_row_that_was_entered_before_is_not_entered_again(self) -> None:
        happen()
        row = Pending.objects.values().get()
        sequence()
        Pending.objects.create(**row)

        sequence()

        assert kinds() == ["test.happened", "audit.pending_altered"]

    def test_content_that_contradicts_its_tag_is_set_aside(self) -> None:
        happen()
        row = Pending.objects.get()
        whole = bytes(row.envelope)
        for envelope in (
            b"[]",
            b'{"v":1}',
            whole.replace(b'"v":1', b'"v":2'),
            whole.replace(b"thing:1", b"thing:\\u0000"),
            whole.replace(b'"pc":{', b'"pc":{"x":"",'),
        ):
            tag = log.mac(envelope, bytes(row.payload))
            sql("UPDATE audit_pending SET envelope = %s, mac = %s", envelope, tag)
            assert sequencer.run_once(at=NOON) == 0
            assert Pending.objects.get(pk=row.pk).set_aside_at
            sql("DELETE FROM audit_pending WHERE id <> %s", row.pk)
            sql("UPDATE audit_pending SET set_aside_at = NULL")

    def test_a_key_that_is_being_rotated_out_still_counts(self, settings: object) -> None:
        happen()
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
        settings.SECRET_KEY = "another"  # type: ignore[attr-defined]

        assert [entry.kind for entry in sequence()] == ["test.happened"]


class TestMissingEvents:
    def test_the_next_one_waits_for_two_seconds_and_the_gap_is_recorded(self) -> None:
        happen()
        happen(what="the second")
        sql("DELETE FROM audit_pending WHERE id = (SELECT min(id) FROM audit_pending)")

        waits = [NOON, NOON + timedelta(seconds=1.9), NOON + timedelta(seconds=2)]
        assert [sequencer.run_once(at=at) for at in waits] == [0, 0, 1]

        sequence(NOON + timedelta(seconds=2))
        assert [(e.kind, e.version) for e in Entry.objects.order_by("seq")] == [
            ("test.happened", 2),
            ("audit.gap", 3),
        ]

    def test_other_objects_do_not_wait(self) -> None:
        happen("thing:1")
        happen("thing:1")
        happen("thing:2")
        sql("DELETE FROM audit_pending WHERE id = (SELECT min(id) FROM audit_pending)")

        assert [entry.subject for entry in sequence()] == ["thing:2"]


class TestRecord:
    def test_refuses_a_reference_that_the_index_cannot_hold(self) -> None:
        with pytest.raises(ValueError, match="longer than 80"):
            happen("thing:" + "1" * 80)

    @pytest.mark.parametrize("what", [1.5, {"ключ": 1}, 2**53, "\ud800", {1, 2}])
    def test_refuses_what_has_no_canonical_form(self, what: object) -> None:
        with pytest.raises((TypeError, ValueError)):
            happen(what=what)  # type: ignore[arg-type]

        assert not Pending.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestOnTheRealConnection:
    def test_record_refuses_to_work_outside_a_transaction(self) -> None:
        with pytest.raises(RuntimeError, match="inside the transaction"):
            log.record(Happened(), actor="a:1", subject="b:1", at=NOON)

    def test_gives_way_while_another_one_works(self) -> None:
        happen()
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [sequencer._LOCK])  # noqa: SLF001
            assert sequencer.run_once(at=NOON) == 0
            cursor.execute("SELECT pg_advisory_unlock_all()")
        other.close()

        assert sequencer.run_once(at=NOON) == 1

    def test_a_batch_that_cannot_be_written_changes_nothing(self) -> None:
        happen()
        sql("ALTER TABLE audit_payload ADD CONSTRAINT never CHECK (false)")
        with pytest.raises(IntegrityError):
            sequencer.run_once(at=NOON)
        sql("ALTER TABLE audit_payload DROP CONSTRAINT never")

        assert (Entry.objects.count(), State.objects.get().size) == (0, 0)
        assert sequencer.run_once(at=NOON) == 1
