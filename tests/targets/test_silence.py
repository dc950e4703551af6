"""A source that is silent for longer than usual is noticed once, and so is its return."""

from datetime import datetime, timedelta

import pytest

from targets import ingest, silence, tasks
from targets.models import Source
from tests import record
from tests.make import NOON
from tests.targets.test_ingest import make_source

pytestmark = pytest.mark.django_db


def after(**length: float) -> datetime:
    return NOON + timedelta(**length)


def heard(*minutes: float) -> Source:
    """Return a source that was heard of at these minutes after noon."""
    source = Source.objects.first() or make_source()
    for each in minutes:
        silence.heard(source, at=after(minutes=each))
    source.refresh_from_db()
    return source


def noticed(minutes: float) -> int:
    return silence.notice(at=after(minutes=minutes))


def test_a_pause_that_is_longer_than_usual_is_noticed_once() -> None:
    source = heard(0, 10, 20)
    assert [noticed(minute) for minute in (30, 35, 35.1, 90)] == [0, 0, 1, 0]
    (told,) = record.facts("source.silent")
    since = after(minutes=20).isoformat()
    assert told == {"name": "shipper", "since": since, "usual_seconds": 600}
    assert [each["obj"] for each in record.envelopes("source.silent")] == [source.ref]


def test_its_return_is_on_the_record() -> None:
    heard(0, 10)
    noticed(60)
    assert heard(61).silent_since is None
    (told,) = record.facts("source.heard")
    assert told == {"name": "shipper", "since": after(minutes=10).isoformat()}
    heard(62)
    assert len(record.facts("source.heard")) == 1


def test_whoever_sends_often_may_still_be_silent_for_some_minutes() -> None:
    heard(0, 0.1, 0.2)
    assert (noticed(5.2), noticed(5.3)) == (0, 1)


def test_nights_are_remembered_as_usual() -> None:
    night = 8 * 60
    source = heard(0, night, *(night + minute for minute in range(1, 300)))
    assert source.usual_pause is not None
    assert 7 * 3600 < source.usual_pause < 8 * 3600


def test_an_outage_teaches_little() -> None:
    heard(0, 10)
    noticed(600)
    assert heard(601).usual_pause == 1200


def test_nothing_is_said_of_a_source_that_was_never_heard_twice_or_is_switched_off() -> None:
    heard(0)
    assert noticed(600) == 0
    heard(10)
    Source.objects.update(enabled=False)
    assert noticed(600) == 0


def test_what_is_taken_in_counts_as_heard_and_the_sweep_asks_the_clock() -> None:
    source = make_source()
    for minutes in (0, 1):
        ingest.take_in(source, [], at=after(minutes=minutes))
    tasks.notice_silence()
    source.refresh_from_db()
    assert (source.usual_pause, source.silent_since) == (60, after(minutes=1))
