"""The pages of the signed heads, and comparing one that somebody kept with the record."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from audit import key_file, notes
from audit.models import Checkpoint, Pending
from tests.audit.core.make import KEY
from tests.audit.core.make import ORIGIN as OTHER
from tests.audit.make import ORIGIN, happen, sequence, sql, unprotected
from tests.make import make_user

pytestmark = pytest.mark.django_db
HEADS, COMPARE = "/ledger/checkpoints/", "/ledger/checkpoints/compare"
Seal = Callable[[], None]


@pytest.fixture
def reader(signed_in: Client) -> Client:
    """Elif's browser; that she signed in is not entered."""
    Pending.objects.all().delete()
    return signed_in


def grow(seal: Seal, *counts: int) -> None:
    """Enter so many events, and sign; again and again."""
    for count in counts:
        for _ in range(count):
            happen()
        sequence()
        seal()


def kept(size: int) -> str:
    return Checkpoint.objects.get(size=size).note


class TestPages:
    def test_an_empty_record_says_what_would_be_here(self, reader: Client) -> None:
        assert "Nothing is signed yet." in reader.get(HEADS).content.decode()

    def test_show_heads_the_newest_first_page_by_page(
        self, reader: Client, seal: Seal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.views.checkpoints.PAGE", 2)
        grow(seal, 1, 1, 1)

        first = reader.get(HEADS)
        rest = reader.get(first.context["older"])

        assert [line.head.size for line in first.context["lines"]] == [3, 2]
        assert [line.head.size for line in rest.context["lines"]] == [1]
        assert (rest.context["older"], rest.context["newest"]) == ("", HEADS)

    def test_one_shows_its_note_and_that_it_fits(self, reader: Client, seal: Seal) -> None:
        grow(seal, 3, 2)

        text = reader.get(f"{HEADS}3/").content.decode()

        assert "Signature and tree fit" in text
        assert ORIGIN in text
        assert reader.get(f"{HEADS}3/note").content.decode() == kept(3)
        assert reader.get(f"{HEADS}4/").status_code == 404

    def test_one_that_does_not_fit_says_why(self, reader: Client, seal: Seal) -> None:
        grow(seal, 3)
        with unprotected():
            sql("UPDATE audit_checkpoint SET note = replace(note, 'example.com', 'example.org')")

        text = reader.get(f"{HEADS}3/").content.decode()

        assert "Signature does not fit" in text
        assert "no good signature" in text

    def test_one_that_cannot_be_read_is_listed_all_the_same(
        self, reader: Client, seal: Seal
    ) -> None:
        grow(seal, 3)
        with unprotected():
            sql("UPDATE audit_checkpoint SET note = 'x'")

        assert f'href="{HEADS}3/"' in reader.get(HEADS).content.decode()

    @pytest.mark.parametrize("path", [HEADS, f"{HEADS}3/", f"{HEADS}3/note"])
    def test_are_for_those_who_may_read_the_record(self, client: Client, path: str) -> None:
        client.force_login(make_user("eve"))

        assert client.get(path).status_code == 403
        assert client.post(COMPARE, {"note": "x"}).status_code == 403


class TestCompare:
    @pytest.mark.parametrize("size", [2, 5, 9])
    def test_a_head_that_was_kept_is_how_the_record_begins(
        self, reader: Client, seal: Seal, size: int
    ) -> None:
        grow(seal, 2, 3, 4)

        answer = reader.post(COMPARE, {"note": kept(size).replace("\n", "\r\n")})

        assert answer.status_code == 200
        found = answer.context["compared"]
        assert (found.old, found.new, found.hashes > 0) == (size, 9, size < 9)
        assert "Nothing was changed." in answer.content.decode()

    def test_a_record_that_was_written_anew_does_not_go_on_it(
        self, reader: Client, seal: Seal, tmp_path: Path
    ) -> None:
        grow(seal, 2, 3)
        text = notes.checkpoint_text(ORIGIN, 2, bytes(32))
        key = key_file.read((tmp_path / "key").read_text()).private
        forged = notes.note(text, [notes.sign(text, name=ORIGIN, key=key)])

        assert "does not go on the signed one of 2" in self._refusal(reader, forged)

    def test_a_record_that_was_rolled_back_is_shorter(self, reader: Client, seal: Seal) -> None:
        grow(seal, 2, 3)
        note = kept(5)
        with unprotected():
            sql("DELETE FROM audit_checkpoint WHERE size = 5")

        assert "It has 5 entries, of which 2 are left" in self._refusal(reader, note)

    def test_a_head_of_another_record_is_none_of_ours(self, reader: Client, seal: Seal) -> None:
        grow(seal, 2)
        text = notes.checkpoint_text(OTHER, 2, bytes(32))
        note = notes.note(text, [notes.sign(text, name=OTHER, key=KEY)])

        assert "No key of this record signed it." in self._refusal(reader, note)

    def test_a_false_signature_is_said(self, reader: Client, seal: Seal) -> None:
        grow(seal, 2)

        assert "does not fit the text" in self._refusal(reader, kept(2).replace("\n2\n", "\n1\n"))

    @pytest.mark.parametrize("note", ["", "x", "a\nb\nc", "—" * 30_000])
    def test_what_is_no_head_is_refused(self, reader: Client, seal: Seal, note: str) -> None:
        grow(seal, 2)

        assert self._refusal(reader, note)

    def test_before_the_first_head_there_is_nothing_to_compare(self, reader: Client) -> None:
        assert "Nothing is signed yet." in self._refusal(reader, "x")

    def _refusal(self, client: Client, note: str) -> str:
        answer = client.post(COMPARE, {"note": note})
        assert answer.status_code == 422
        return str(answer.context["form"].errors["note"][0])
