"""Words of people are kept encrypted, and their key goes with the last of them."""

import base64
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from audit import datakeys, erasure, evidence, reading, rights
from audit.datakeys import CannotOpen, DataKey
from audit.erasure import About
from audit.models import Entry, Key, Payload
from audit.verify import verify
from tests.audit.core.make import ask
from tests.audit.make import erase, happen, sequence, six_of_two_cases, sql, unprotected

pytestmark = pytest.mark.django_db


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(name.encode().ljust(32, b'.')).decode()}"


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.LEDGER_DATA_KEYS = [key("1")]


def owners() -> set[str]:
    return set(DataKey.objects.values_list("owner", flat=True))


class TestKeeping:
    def test_no_word_stands_in_the_tables_and_all_are_read(self) -> None:
        six_of_two_cases()

        bodies = [bytes(each.body) for each in Payload.objects.filter(part="p")]
        assert not any(b"Words" in body for body in bodies)
        assert [bytes(each.body) for each in Payload.objects.filter(part="d")] == [
            b'{"what":"it"}'
        ] * 6
        told = reading.told(Entry.objects.order_by("seq"))
        assert told[3].sentence == "made it happen: Words of 3."
        assert verify().why == ""

    @pytest.mark.parametrize(
        ("made", "owner"),
        [
            ({"subject": "user:ada", "actor": "user:bob", "case": "case:1"}, "case:1"),
            ({"subject": "user:ada", "actor": "user:bob"}, "user:ada"),
            ({"subject": "thing:1", "actor": "user:bob"}, "user:bob"),
            ({"subject": "thing:1", "actor": "system:x"}, "month:2026-11"),
        ],
    )
    def test_the_key_is_the_cases_the_persons_or_the_months(
        self, made: dict[str, Any], owner: str
    ) -> None:
        happen(**made, words="Words.")
        sequence()

        assert owners() == {owner}

    def test_a_second_batch_goes_on_with_the_same_key(self) -> None:
        six_of_two_cases()
        before = list(DataKey.objects.order_by("pk").values_list("owner", "wrapped"))

        six_of_two_cases()

        assert list(DataKey.objects.order_by("pk").values_list("owner", "wrapped")) == before

    def test_without_a_setting_words_are_kept_in_clear_and_read_beside_others(
        self, settings: Settings
    ) -> None:
        six_of_two_cases()
        settings.LEDGER_DATA_KEYS = []
        happen(words="In clear.")
        sequence()
        assert Payload.objects.get(entry=6, part="p").key is None
        settings.LEDGER_DATA_KEYS = [key("1")]

        assert reading.told(Entry.objects.filter(seq=6))[0].sentence.endswith("In clear.")
        assert verify().why == ""

    def test_the_record_goes_on_when_a_key_is_lost(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        six_of_two_cases()
        settings.LEDGER_DATA_KEYS = [key("2")]

        six_of_two_cases()

        assert Entry.objects.count() == 12
        assert "are kept in clear: LEDGER_DATA_KEYS lacks the key '1'" in caplog.text

    def test_a_setting_that_is_none_says_so(self, settings: Settings) -> None:
        settings.LEDGER_DATA_KEYS = ["1:short"]

        with pytest.raises(ImproperlyConfigured, match="the key '1' is not of the form"):
            datakeys.keys_of({"case:1"})

    def test_many_are_read_by_as_many_questions_as_one(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        six_of_two_cases()

        for some in ([1], [0, 1, 2, 3, 4, 5]):
            with django_assert_num_queries(2):
                reading.told(Entry.objects.filter(seq__in=some))

    def test_the_sequencer_and_the_application_do_with_their_rights(
        self, as_role: Callable[[str], None]
    ) -> None:
        happen(words="Words.")
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        as_role(rights.SEQUENCER)
        sequence()
        as_role(rights.APPLICATION)

        assert reading.told(Entry.objects.all())[0].sentence.endswith("Words.")
        for statement in ("DELETE FROM audit_data_key", "UPDATE audit_data_key SET wrapped = ''"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                sql(statement)


class TestLeaving:
    def test_files_hold_the_words_in_clear_and_verify(
        self, seal: Callable[[], None], tmp_path: Path
    ) -> None:
        six_of_two_cases()
        seal()

        (tmp_path / "case.zip").write_bytes(evidence.case_file("case:1") or b"")

        code, said = ask("bundle", tmp_path / "case.zip", "--vkey", Key.objects.get().vkey)
        assert (code, said.splitlines()[-1]) == (0, "Payloads: 6 opened, 0 erased.")


class TestErasing:
    def test_the_key_goes_with_the_last_word_under_it(self, seal: Callable[[], None]) -> None:
        six_of_two_cases()
        erase(1, 3)
        seal()
        erasure.finish()
        assert owners() == {"case:0", "case:1"}

        erase(5)
        seal()
        erasure.finish()

        assert owners() == {"case:0"}
        assert verify().why == ""

    def test_people_are_found_by_what_is_encrypted(self) -> None:
        six_of_two_cases()
        happen("thing:2", actor="user:bob", words="Ask Ada Abara.")
        sequence()

        found = erasure.find(About(ref="user:x", words=["Ada Abara"]))

        assert found.personal == [6]

    def test_a_key_under_which_there_are_words_cannot_go(self) -> None:
        six_of_two_cases()
        sql("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(IntegrityError), transaction.atomic():
            sql("DELETE FROM audit_data_key WHERE owner = 'case:1'")


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("UPDATE audit_payload SET body = sha256('x') WHERE entry_id = 3 AND part = 'p'",
             "altered, or belongs to another entry"),
            ("UPDATE audit_payload SET body = (SELECT body FROM audit_payload WHERE entry_id = 1"
             " AND part = 'p') WHERE entry_id = 3 AND part = 'p'",
             "altered, or belongs to another entry"),
            ("UPDATE audit_data_key SET wrapped = (SELECT wrapped FROM audit_data_key"
             " WHERE owner = 'case:0') WHERE owner = 'case:1'", "exchanged or altered"),
            ("UPDATE audit_data_key SET wrapped = ''", "exchanged or altered"),
        ],
    )  # fmt: skip
    def test_is_found(self, statement: str, why: str) -> None:
        six_of_two_cases()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with unprotected():
            sql(statement)

        assert why in verify().why

    def test_a_lost_key_is_said_by_name(self, settings: Settings) -> None:
        six_of_two_cases()
        settings.LEDGER_DATA_KEYS = [key("2")]

        assert "unreadable: LEDGER_DATA_KEYS lacks the key '1'" in verify().why
        with pytest.raises(CannotOpen):
            reading.told(Entry.objects.all())


class TestRotation:
    def test_wraps_every_key_anew(self, settings: Settings) -> None:
        six_of_two_cases()
        settings.LEDGER_DATA_KEYS = [key("2"), key("1")]
        out = StringIO()

        call_command("rotate_ledger_keys", stdout=out)

        assert out.getvalue() == "2 keys are wrapped by the newest key.\n"
        settings.LEDGER_DATA_KEYS = [key("2")]
        assert verify().why == ""

    def test_names_what_it_cannot_read(self, settings: Settings) -> None:
        six_of_two_cases()
        settings.LEDGER_DATA_KEYS = [key("2")]

        with pytest.raises(CommandError, match="case:0: LEDGER_DATA_KEYS lacks"):
            call_command("rotate_ledger_keys")

    def test_needs_a_key(self, settings: Settings) -> None:
        settings.LEDGER_DATA_KEYS = []

        with pytest.raises(CommandError, match="kept in clear"):
            call_command("rotate_ledger_keys")


def test_an_old_copy_cannot_be_read_once_the_wrapping_key_was_changed(
    seal: Callable[[], None], settings: Settings
) -> None:
    six_of_two_cases()
    old = list(DataKey.objects.values_list("owner", "wrapped"))
    words = {each.entry_id: bytes(each.body) for each in Payload.objects.filter(part="p")}
    erase(1, 3, 5)
    seal()
    erasure.finish()
    settings.LEDGER_DATA_KEYS = [key("2"), key("1")]
    call_command("rotate_ledger_keys", stdout=StringIO())
    settings.LEDGER_DATA_KEYS = [key("2")]  # and key 1 is destroyed
    now = {each.owner: bytes(each.wrapped) for each in DataKey.objects.all()}

    for owner, wrapped in old:
        with pytest.raises(CannotOpen):
            datakeys.unlock(owner, bytes(wrapped), 1, "p", words[1])
    assert b"Words of 0." in datakeys.unlock("case:0", now["case:0"], 0, "p", words[0])
    assert "case:1" not in now
