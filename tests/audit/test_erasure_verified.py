"""The record verifies without what was erased, and pages say why words are missing."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import ParamSpec

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from audit import erasure, evidence, log, reading
from audit.events import ConfigChanged
from audit.models import Entry, Key
from audit.verify import _compare_head, _verify_chunk, verify
from tests.audit.core.make import ask
from tests.audit.make import NOON, erase, happen, sequence, six_of_two_cases, sql, unprotected

pytestmark = pytest.mark.django_db
Seal = Callable[[], None]
P = ParamSpec("P")


def bundle_of(folder: Path, case: str) -> tuple[int, str]:
    (folder / "case.zip").write_bytes(evidence.case_file(case) or b"")
    return ask("bundle", folder / "case.zip", "--vkey", Key.objects.get().vkey)


def whole_log(folder: Path) -> tuple[int, str]:
    for name, data in evidence.record_files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return ask("log", folder, "--vkey", Key.objects.get().vkey)


class TestMeanwhile:
    """What happens while the verification is at work is no tampering."""

    @pytest.mark.parametrize("grown", [6, 256])
    def test_the_record_grows(self, monkeypatch: pytest.MonkeyPatch, grown: int) -> None:
        for number in range(grown):
            happen(f"thing:{number}")
        sequence()

        monkeypatch.setattr("audit.verify._compare_head", before(_compare_head, six_of_two_cases))

        assert verify().why == ""
        assert Entry.objects.count() == grown + 6

    def test_something_is_erased(self, monkeypatch: pytest.MonkeyPatch, seal: Seal) -> None:
        six_of_two_cases()

        def go() -> None:
            erase(1)
            seal()
            erasure.finish()

        monkeypatch.setattr("audit.verify._verify_chunk", before(_verify_chunk, go))

        assert verify().why == ""
        assert not Entry.objects.get(seq=1).payloads.filter(part="p").exists()


def before(step: Callable[P, None], happens: Callable[[], None]) -> Callable[P, None]:
    """Return the step, before which something happens."""

    def both(*args: P.args, **kwargs: P.kwargs) -> None:
        happens()
        step(*args, **kwargs)

    return both


class TestVerify:
    def test_the_record_is_whole_without_what_was_erased(self, seal: Seal, tmp_path: Path) -> None:
        six_of_two_cases()
        erase(0, 1, 5)
        erase(1, part="d")
        seal()
        erasure.finish()

        assert verify().why == ""
        code, said = bundle_of(tmp_path, "case:1")
        assert (code, said.splitlines()[-1]) == (0, "Payloads: 5 opened, 3 erased.")
        code, said = whole_log(tmp_path / "log")
        assert code == 0, said

    def test_one_that_is_missing_beside_it_is_named(self, seal: Seal, tmp_path: Path) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id = 3 AND part = 'p'")

        assert "Entry 3: its payload 'p' is missing, and no erasure" in verify().why
        for code, said in (bundle_of(tmp_path, "case:1"), whole_log(tmp_path / "log")):
            assert (code, "Entry 3: its payload 'p' is missing, but not erased" in said) == (
                1,
                True,
            )

    def test_without_the_entry_nothing_may_be_missing(self, seal: Seal, tmp_path: Path) -> None:
        six_of_two_cases()
        seal()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id = 1 AND part = 'p'")

        assert "Entry 1: its payload 'p' is missing, and no erasure" in verify().why
        for code, said in (bundle_of(tmp_path, "case:1"), whole_log(tmp_path / "log")):
            assert (code, "Entry 1: its payload 'p' is missing, but not erased" in said) == (
                1,
                True,
            )

    @pytest.mark.parametrize(
        "body",
        [
            b'{"compartment":"p","seqs":[1,3]}',
            b'{"compartment":"p","seqs":[],"range":[0,5]}',
            b'{"compartment":"d","seqs":[1]}',
        ],
    )
    def test_an_erasure_that_was_extended_is_found(self, seal: Seal, body: bytes) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id = 3 AND part = 'p'")
            sql("UPDATE audit_payload SET body = %s WHERE entry_id = 6", body)

        assert verify().why

    @pytest.mark.parametrize("body", [b"{", b"[]", b'{"seqs":[1]}', b"[" * 100_000])
    def test_an_erasure_that_cannot_be_read_covers_nothing(self, seal: Seal, body: bytes) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()
        with unprotected():
            sql("UPDATE audit_payload SET body = %s WHERE entry_id = 6", body)

        assert "Entry 1: its payload 'p' is missing" in verify().why

    def test_a_tampered_column_of_an_erased_entry_is_found(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()
        with unprotected():
            sql("UPDATE audit_entry SET actor = 'user:eve' WHERE seq = 1")

        assert "Entry 1: its column actor" in verify().why

    def test_what_is_erased_later_is_no_concern_of_who_goes_on_from_there(self, seal: Seal) -> None:
        six_of_two_cases()
        good = verify().tree
        erase(1)
        seal()
        erasure.finish()

        assert verify(after=good).why == ""


class TestPages:
    def test_say_when_and_under_what_in_place_of_the_words(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()

        with translation.override("en-gb"):
            told = reading.told(Entry.objects.order_by("seq"))

        assert told[1].sentence == (
            "made it happen: (erased on 2 Nov 2026 under GDPR Article 17(1)(a))"
        )
        assert told[1].gone
        assert told[1].gone.by == 6
        assert told[0].gone is None
        assert told[6].sentence == "erased words of 1 entry under GDPR Article 17(1)(a)"

    def test_a_change_of_configuration_still_says_what_it_can(self, seal: Seal) -> None:
        event = ConfigChanged(
            action="changed", model="user", name="Ada", changes={"name": ["A", "Ada"]},
            reason="Married.", address="",
        )  # fmt: skip
        with transaction.atomic():
            log.record(event, actor="user:bob", subject="user:ada", at=NOON)
        sequence()
        erase(0)
        seal()
        erasure.finish()

        (told,) = reading.told(Entry.objects.filter(seq=0))

        gone = "(erased on 2 Nov 2026 under GDPR Article 17(1)(a))"
        assert told.sentence == f"changed the user {gone} (…)"

    def test_the_page_of_the_entry_leads_to_the_one_that_says_so(
        self, seal: Seal, signed_in: Client
    ) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()

        page = signed_in.get("/ledger/1/").content.decode()

        assert "Words were erased." in page
        assert f'href="/ledger/{Entry.objects.get(kind="audit.erased").seq}/"' in page
        assert "Words were erased." not in signed_in.get("/ledger/2/").content.decode()

    def test_ask_no_more_however_many_are_erased(
        self, seal: Seal, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        six_of_two_cases()
        erase(1)
        erase(2)
        erase(3, 4, 5)
        seal()
        erasure.finish()

        for some in ([1], [1, 2, 3, 4, 5]):
            with django_assert_num_queries(4):
                reading.told(Entry.objects.filter(seq__in=some))

    def test_the_erased_bytes_are_in_no_file_that_leaves(self, seal: Seal) -> None:
        six_of_two_cases()
        erase(1)
        seal()
        erasure.finish()

        with zipfile.ZipFile(BytesIO(evidence.case_file("case:1") or b"")) as bundle:
            assert not any(b"Words of 1." in bundle.read(name) for name in bundle.namelist())
        assert not any(b"Words of 1." in data for _, data in evidence.record_files())
