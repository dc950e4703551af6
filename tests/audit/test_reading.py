"""Entries read as people read them."""

import dataclasses
from collections.abc import Iterator

import pytest

from audit import events, reading
from audit.models import Entry
from core import refs
from tests.audit.make import Happened, happen, sequence, sql, unprotected

pytestmark = pytest.mark.django_db


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grown(events.Event, kind="test.grown"):
    """An event that knows more than it did once."""

    more: str


@pytest.fixture
def _names() -> Iterator[None]:
    known = dict(refs._resolvers)  # noqa: SLF001
    refs.provide("user", lambda keys: {key: refs.Label(key.title()) for key in keys}, named=True)
    yield
    refs._resolvers.update(known)  # noqa: SLF001
    refs._named.discard("user")  # noqa: SLF001


def test_the_event_comes_back_as_it_was_recorded() -> None:
    happen(what="rain", words="It was wet.")

    (entry,) = sequence()

    assert reading.event_of(entry) == Happened(what="rain", words="It was wet.")


@pytest.mark.usefixtures("_names")
def test_tells_who_did_what_to_what() -> None:
    happen(case="request:1", what="rain", words="It was wet.")

    (told,) = reading.told(sequence())

    assert (told.actor.text, told.sentence) == ("Ada", "made rain happen: It was wet.")
    assert (told.subject.text, told.case) == ("thing:1", "request:1")
    assert told.details == {"what": "rain", "words": "It was wet."}


def test_an_unknown_kind_falls_back_to_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    happen()
    entries = sequence()
    monkeypatch.delitem(events._kinds, "test.happened")  # noqa: SLF001

    (told,) = reading.told(entries)

    assert (told.sentence, reading.event_of(entries[0])) == ("test.happened", None)


def test_erased_words_leave_the_rest_of_the_sentence() -> None:
    happen(what="rain", words="It was wet.")
    sequence()
    with unprotected():
        sql("DELETE FROM audit_payload WHERE part = 'p'")

    (told,) = reading.told(Entry.objects.all())

    assert told.sentence == "made rain happen: (erased)"
    assert told.details == {"what": "rain"}


def test_an_entry_without_any_payload_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(what="rain")
    sequence()
    with unprotected():
        sql("DELETE FROM audit_payload")
    monkeypatch.delitem(events._kinds, "test.happened")  # noqa: SLF001

    (told,) = reading.told(Entry.objects.all())

    assert told.sentence == "test.happened (erased)"


def test_an_event_that_has_grown_a_fact_falls_back_to_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happen()
    entries = sequence()
    monkeypatch.setitem(events._kinds, "test.happened", Grown)  # noqa: SLF001

    assert reading.event_of(entries[0]) is None
    assert reading.told(entries)[0].sentence == "test.happened"


def test_facts_that_the_event_has_lost_meanwhile_are_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happen(what="rain")
    (entry,) = sequence()

    class Younger(events.Event, kind="test.younger"):
        """The same event, some versions later."""

    monkeypatch.setitem(events._kinds, "test.happened", Younger)  # noqa: SLF001
    assert reading.event_of(entry) == Younger()


@pytest.mark.usefixtures("_names")
def test_the_number_of_queries_does_not_grow(django_assert_num_queries: object) -> None:
    for number in range(9):
        happen(f"thing:{number}", actor=f"user:{number}")
    sequence()

    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(reading.told(Entry.objects.all())) == 9


def test_a_case_is_its_entries_in_order() -> None:
    for case in ("request:1", "request:2", "request:1"):
        happen(case=case)
    sequence()

    assert [entry.seq for entry in Entry.objects.of_case("request:1")] == [0, 2]
