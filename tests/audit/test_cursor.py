"""Readers follow the record: exactly once, in order, and a poisoned entry stops nobody."""

import json
import threading
import uuid
from typing import cast

import pytest
import redis
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from audit import cursor, log, reading
from audit.events import Gap
from audit.models import Cursor, Entry, SetAside
from tests.audit.make import NOON, Happened, happen, sequence

pytestmark = pytest.mark.django_db
NAME = "test.reader"


class Reader:
    """Remembers what it was given; cannot stomach what is called poison, while it is ill."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.ill = True

    def __call__(self, entry: Entry) -> None:
        log.record(Happened(what="handled"), actor="user:a", subject="reader:1", at=NOON)
        event = reading.event_of(entry)
        if isinstance(event, Happened) and event.what == "poison" and self.ill:
            raise ValueError("I cannot read this.")
        self.seen.append(entry.seq)


@pytest.fixture
def reader() -> Reader:
    return Reader()


class TestFollow:
    def test_gives_each_entry_once_and_in_order(self, reader: Reader) -> None:
        for _ in range(3):
            happen()
        sequence()

        assert cursor.follow(NAME, reader) == 3
        assert cursor.follow(NAME, reader) == 0
        assert reader.seen == [0, 1, 2]
        assert Cursor.objects.get(name=NAME).seq == 2

    def test_stops_at_its_limit_and_goes_on_there(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cursor, "BATCH", 2)
        for _ in range(5):
            happen()
        sequence()

        assert [cursor.follow(NAME, reader, limit=3) for _ in range(3)] == [3, 2, 0]
        assert reader.seen == [0, 1, 2, 3, 4]

    def test_goes_no_further_than_the_reader_before_it(self, reader: Reader) -> None:
        for _ in range(3):
            happen()
        sequence()
        first = cursor.follow(NAME, reader, behind="test.other")
        cursor.follow("test.other", lambda _: None, limit=2)

        assert (first, cursor.follow(NAME, reader, behind="test.other")) == (0, 2)
        assert reader.seen == [0, 1]

    def test_a_reader_may_begin_with_what_comes_next(self, reader: Reader) -> None:
        happen()
        sequence()
        cursor.begin_here(NAME)
        happen()
        sequence()

        cursor.follow(NAME, reader)

        assert reader.seen == [1]

    def test_readers_do_not_share_a_place(self, reader: Reader) -> None:
        happen()
        sequence()
        cursor.follow("test.other", reader)

        assert cursor.follow(NAME, reader) == 1

    def test_sets_a_poisoned_entry_aside_undoes_it_and_goes_on(
        self, reader: Reader, caplog: pytest.LogCaptureFixture
    ) -> None:
        for what in ("a", "poison", "b"):
            happen(what=what)
        sequence()

        assert cursor.follow(NAME, reader) == 3

        assert reader.seen == [0, 2]
        aside = SetAside.objects.open().get()
        assert (aside.entry_id, aside.error) == (1, "ValueError: I cannot read this.")
        assert "Entry 1 could not be handled" in caplog.text
        assert Entry.objects.filter(subject="reader:1").count() == 0
        assert len([e for e in sequence() if e.subject == "reader:1"]) == 2

    def test_a_lost_database_is_nobodys_fault(self) -> None:
        def lose(_: Entry) -> None:
            raise OperationalError("gone")

        happen()
        sequence()
        with pytest.raises(OperationalError):
            cursor.follow(NAME, lose)

        assert not SetAside.objects.exists()
        assert not Cursor.objects.filter(name=NAME, seq=0).exists()

    def test_an_error_of_the_database_spoils_one_entry_only(self, reader: Reader) -> None:
        def clumsy(entry: Entry) -> None:
            if entry.seq == 0:
                connection.cursor().execute("SELECT 1/0")
            reader(entry)

        happen()
        happen()
        sequence()

        assert cursor.follow(NAME, clumsy) == 2
        assert reader.seen == [1]

    def test_reads_the_words_of_a_batch_at_once(self, reader: Reader) -> None:
        for _ in range(20):
            happen()
        sequence()

        with CaptureQueriesContext(connection) as queries:
            cursor.follow(NAME, reader)

        assert len([q for q in queries if 'FROM "audit_payload"' in q["sql"]]) == 1


class TestRetry:
    def test_handles_what_was_set_aside(self, reader: Reader) -> None:
        happen(what="poison")
        sequence()
        cursor.follow(NAME, reader)
        reader.ill = False

        assert cursor.retry(NAME, reader) == 1

        assert reader.seen == [0]
        assert not SetAside.objects.open().exists()
        assert cursor.retry(NAME, reader) == 0

    def test_leaves_what_another_one_has_just_handled(self, reader: Reader) -> None:
        happen(what="poison")
        happen(what="poison")
        sequence()
        cursor.follow(NAME, reader)

        def twice(entry: Entry) -> None:
            SetAside.objects.exclude(entry=entry).update(resolved_at=Now())

        assert cursor.retry(NAME, twice) == 1

    def test_counts_what_still_fails(self, reader: Reader) -> None:
        happen(what="poison")
        sequence()
        cursor.follow(NAME, reader)

        assert cursor.retry(NAME, reader) == 0

        aside = SetAside.objects.get()
        assert (aside.attempts, aside.resolved_at) == (2, None)


@pytest.mark.django_db(transaction=True)
def test_a_second_follower_of_the_same_name_gives_way(reader: Reader) -> None:
    happen()
    sequence()
    second: list[int] = []

    def slow(entry: Entry) -> None:
        thread = threading.Thread(target=follow_beside)
        thread.start()
        thread.join(10)
        reader(entry)

    def follow_beside() -> None:
        try:
            second.append(cursor.follow(NAME, reader))
        except DatabaseError:  # pragma: no cover
            second.append(-1)
        finally:
            connection.close()

    assert cursor.follow(NAME, slow) == 1
    assert second == [0]
    assert reader.seen == [0]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_what_is_critical_is_rung_as_it_is_entered(
    monkeypatch: pytest.MonkeyPatch, redis_url: str
) -> None:
    task = f"tests.{uuid.uuid4().hex}"
    monkeypatch.setattr(cursor, "_readers", [])
    cursor.provide(task)
    queue = redis.Redis.from_url(redis_url)

    happen()
    sequence()
    assert rung(queue, task) == 0
    with transaction.atomic():
        log.record(Gap(expected=1, found=2, event="0" * 32), actor="user:a", subject="t:1", at=NOON)
    sequence()
    assert rung(queue, task) == 1


def rung(queue: redis.Redis, task: str) -> int:
    """Return how often a task waits in the queue of the workers."""
    calls = cast("list[bytes]", queue.lrange("celery", 0, -1))
    return sum(json.loads(call)["headers"]["task"] == task for call in calls)
