"""Events have one name each, and a sentence that reads after the actor's name."""

import dataclasses
from datetime import UTC, datetime

import pytest
from django.db.models import Model

from audit import events, models

SENTENCES = {
    events.AccessRefused(verb="end_early", why="Not yours."): "was refused (end early): Not yours.",
    events.PendingAltered(event="1", why="its tag does not fit"): (
        "set aside an event that was altered before it was entered: its tag does not fit"
    ),
    events.Gap(expected=2, found=3, event="1"): (
        "missed event 2 of this object: the next one was 3"
    ),
    events.ClockRegressed(milliseconds=1500): "saw the clock go back by 1.5 s",
}


@pytest.mark.parametrize(("event", "sentence"), SENTENCES.items())
def test_says_what_happened(event: events.Event, sentence: str) -> None:
    assert event.sentence() == sentence


def test_a_look_at_the_record_names_its_filters() -> None:
    look = events.RecordRead(page="list", filters={"kind": "a.b"})

    assert look.sentence() == "read the record (the list: event a.b)"
    assert dataclasses.replace(look, filters={}).sentence() == "read the record (the list)"


def test_two_events_may_not_share_a_name() -> None:
    with pytest.raises(TypeError, match=r"Two events are called 'audit\.gap'"):

        class _Other(events.Event, kind="audit.gap"):
            """Another event of the same name."""


def test_an_event_without_words_of_its_own_says_its_name() -> None:
    class Plain(events.Event, kind="test.plain"):
        """An event that needs no more words."""

    assert Plain().sentence() == "test.plain"
    assert Plain().compartments() == {}
    assert events.known()["test.plain"] is Plain


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (models.Pending(), "pending"),
        (models.Subject(ref="thing:1"), "thing:1"),
        (models.Entry(seq=3, kind="a.b"), "entry 3 a.b"),
        (models.Payload(entry_id=3, part="p"), "payload 3.p"),
        (models.State(size=3), "3 entries"),
        (models.Cursor(name="a", seq=3), "a at 3"),
        (models.SetAside(cursor_id="a", entry_id=3), "a could not handle entry 3"),
        (models.Verification(seq=3), "whole up to entry 3"),
        (models.Reading(reader="user:1", at=datetime(2026, 11, 2, tzinfo=UTC)), "user:1 read at"),
    ],
)
def test_rows_have_names(row: Model, words: str) -> None:
    assert str(row).startswith(words)
