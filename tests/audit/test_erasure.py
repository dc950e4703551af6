"""Payloads go only when an entry says so, and the record verifies without them."""

import json
from collections.abc import Callable

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from audit import erasure, log, reading, rights, tasks, transitions
from audit.erasure import About, Found, Order
from audit.events import Erased as ErasedEvent
from audit.models import Cursor, Entry, Erased, Payload
from audit.verify import verify
from core.errors import BadInput
from tests.audit.make import (
    NOON,
    ORDER,
    erase,
    happen,
    sequence,
    six_of_two_cases,
    sql,
)

pytestmark = pytest.mark.django_db
Seal = Callable[[], None]


def parts() -> set[tuple[int, str]]:
    return set(Payload.objects.exclude(entry__kind="audit.erased").values_list("entry_id", "part"))


class TestErase:
    def test_says_so_first_and_takes_nothing_yet(self) -> None:
        six_of_two_cases()
        before = parts()

        erase(1, 3)

        entry = Entry.objects.get(kind="audit.erased")
        assert parts() == before
        assert reading.parts_of(entry) == {
            "d": {
                "compartment": "p",
                "seqs": [1, 3],
                "range": None,
                "legal_basis": "gdpr-17-1-a",
                "requested_by": "user:ada",
                "approver": "user:bob",
                "reference": "letter 17",
            }
        }

    def test_waits_for_the_signature(self, seal: Seal) -> None:
        six_of_two_cases()
        seal()
        erase(1)

        assert erasure.finish() == 0
        assert not erasure.is_finished()
        seal()
        assert erasure.finish() == 1
        assert erasure.is_finished()

    def test_takes_exactly_what_it_said(self, seal: Seal) -> None:
        six_of_two_cases()
        before = parts()
        erase(1, 3)
        erase(4, part="d")
        seal()

        tasks.finish_erasures()

        assert before - parts() == {(1, "p"), (3, "p"), (4, "d")}
        assert set(Erased.objects.values_list("entry_id", "part", "by")) == {
            (1, "p", 6), (3, "p", 6), (4, "d", 7),
        }  # fmt: skip

    def test_a_second_run_does_nothing(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()

        assert erasure.finish() == 0
        Cursor.objects.update(seq=-1)
        assert erasure.finish() == 0

    def test_a_crash_in_between_is_made_good_by_the_next_run(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        erase(2)
        seal()
        with transaction.atomic():
            assert erasure.finish() == 2
            transaction.set_rollback(True)

        assert (1, "p") in parts()
        assert verify().why == ""
        assert erasure.finish() == 2
        assert verify().why == ""

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"basis": "because"}, "Choose the legal basis"),
            ({"reference": "x" * 61}, "60 characters"),
        ],
    )
    def test_wants_grounds_and_a_short_reference(self, changed: dict[str, str], words: str) -> None:
        six_of_two_cases()

        with pytest.raises(BadInput, match=words):
            transitions.erase(Found([1]), Order(**{**vars(ORDER), **changed}), at=NOON)

    def test_refuses_what_is_not_there_or_gone(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()

        for seq in (1, 99):
            with pytest.raises(BadInput, match=f"Entry {seq} has no such payload"):
                erase(seq)

    def test_refuses_what_the_verifier_needs(self) -> None:
        six_of_two_cases()
        erase(1)

        with pytest.raises(BadInput, match="Entry 6 says what the verifier has to know"):
            erase(6, part="d")

    def test_cuts_what_is_long_into_entries_that_can_be_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transitions, "_MOST", 2)
        six_of_two_cases()

        erase(0, 1, 2, 3, 4)

        said = [reading.parts_of(each)["d"]["seqs"] for each in Entry.objects.after(5)]
        assert said == [[0, 1], [2, 3], [4]]


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT audit_erase(0)",
            "SELECT audit_erase(99)",
            "SELECT audit_erase(6)",  # not signed
            "INSERT INTO audit_erased (entry_id, part, by_id) VALUES (2, 'p', 6)",
            "DELETE FROM audit_payload WHERE entry_id = 1 AND part = 'p'",
        ],
    )
    def test_refuses_what_no_signed_entry_covers(self, statement: str) -> None:
        six_of_two_cases()
        erase(1)
        sql("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(IntegrityError), transaction.atomic():
            sql(statement)

    def test_refuses_more_than_the_entry_says(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        seal()

        for entry, part in ((2, "p"), (1, "d"), (6, "d")):
            with pytest.raises(IntegrityError, match="no signed entry"), transaction.atomic():
                sql("INSERT INTO audit_erased VALUES (%s, %s, 6)", entry, part)

    def test_erases_no_erasure_whatever_an_entry_says(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        with transaction.atomic():
            event = ErasedEvent(
                compartment="d", seqs=[2], range=[4, 6], legal_basis="court",
                requested_by="", approver="", reference="",
            )  # fmt: skip
            log.record(event, actor="user:eve", subject="record:ledger", at=NOON)
        sequence()
        seal()
        before = parts()

        erasure.finish()

        assert before - parts() == {(1, "p"), (2, "d"), (4, "d"), (5, "d")}
        assert reading.parts_of(Entry.objects.get(seq=6))
        assert verify().why == ""

    def test_the_application_erases_through_the_function_alone(
        self, seal: Seal, as_role: Callable[[str], None]
    ) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        as_role(rights.APPLICATION)

        for statement in (
            "DELETE FROM audit_payload WHERE entry_id = 1",
            "INSERT INTO audit_erased (entry_id, part, by_id) VALUES (1, 'p', 6)",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                sql(statement)
        assert erasure.finish() == 1

    def test_the_sequencer_erases_nothing(self, seal: Seal, as_role: Callable[[str], None]) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        as_role(rights.SEQUENCER)

        with pytest.raises(ProgrammingError), transaction.atomic():
            sql("SELECT audit_erase(6)")


class TestFind:
    def test_what_they_did_what_is_about_them_and_their_cases(self) -> None:
        happen("thing:1", actor="user:ada")
        happen("user:ada", actor="user:bob")
        happen("thing:2", actor="user:bob", case="case:1")
        happen("thing:3", actor="user:bob")
        sequence()

        found = erasure.find(About(ref="user:ada", cases=["case:1"]))

        assert found == Found(personal=[0, 1, 2])

    def test_words_of_others_that_name_them(self) -> None:
        for words in ("Ada Abara asked.", "ADA.ABARA@example.com", "Ada Abarat", "xada abara", ""):
            happen(actor="user:bob", words=words)
        happen(actor="user:bob", what="Ada Abara")
        happen(actor="user:bob", what="user:ada")
        sequence()

        found = erasure.find(
            About(ref="user:ada", words=["Ada Abara", "ada.abara@example.com", ""])
        )

        assert found == Found(personal=[0, 1, 6], detail=[5])

    def test_not_what_is_gone_and_not_what_stays(self, seal: Seal) -> None:
        happen(actor="user:ada", words="Mine.")
        sequence()
        erase(0)
        seal()
        erasure.finish()

        assert not erasure.find(About(ref="user:ada"))
        assert json.loads(bytes(Payload.objects.get(entry=1).body))["requested_by"] == "user:ada"
