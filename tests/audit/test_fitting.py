"""Does this message fit the record? What is read out of a message, and what the record answers."""

import base64
import json
import quopri
from collections.abc import Callable
from time import process_time

import pytest
from django.test import Client

from audit import tiles
from audit.fitting import Head, answer, fit, heads_in
from audit.models import Entry, Pending, State
from audit.tree import frontier_at
from tests.audit.make import happen, sequence, sql, unprotected
from tests.audit.retention.make import CUT, fill_record, finish, order
from tests.make import make_user

pytestmark = pytest.mark.django_db
PAGE, API = "/ledger/fits/", "/api/v1/ledger/head"
ROOT = "0123456789abcdef" * 4
SHORT = ROOT[:16]
FOOTER = f"Entry 12 of the record. Its head: 345 entries, {SHORT}"
MAIL = "From: breakglass@example.com\nDate: Sat, 28 Nov 2026 17:00:00 +0000\n"


@pytest.mark.parametrize(
    "text",
    [
        FOOTER,
        FOOTER.upper(),
        f"> {FOOTER.replace(' ', chr(10) + '>  ')}",
        f"Eintrag 12 des Protokolls. Sein Kopf: 345 Einträge, {SHORT}",
        f"القيد 12 من السجل. رأسه: عدد القيود 345، {SHORT}",
        f"Entry 12 of the record. Its head: 345, {SHORT}",
        f"10:30 <b>Entry 12 of the record.</b>&nbsp;Its head: 345 entries, {SHORT}<br>Breakglass",
        f"x entry=12; size=345; root={SHORT}",
        json.dumps({"data": {"entry": 12, "record": {"size": 345, "root": SHORT}}}),
        f"{MAIL}Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(FOOTER.encode()).decode(),
        f"{MAIL}Content-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(f"{'ä' * 30} {FOOTER}".encode()).decode(),
    ],
)
def test_reads_a_head_in_whatever_form_a_message_has_it(text: str) -> None:
    assert heads_in(text) == [Head(size=345, root=SHORT, entry=12)]


def test_reads_a_header_that_was_folded_and_the_footer_beside_it() -> None:
    record = f"X-Breakglass-Record: entry=12; size=345;\n root={ROOT}\n"

    found = heads_in(f"{record}{MAIL}\n{FOOTER}\n")

    assert {(head.size, head.root) for head in found} == {(345, ROOT), (345, SHORT)}


@pytest.mark.parametrize(
    ("text", "size"), [("345 " + SHORT, 345), ("12,345 entries, " + SHORT, 12345)]
)
def test_bare_numbers_do(text: str, size: int) -> None:
    assert heads_in(text) == [Head(size=size, root=SHORT)]


@pytest.mark.parametrize(
    "text",
    [
        "Hello, is anybody there?",
        f"Its head: 345 entries, {SHORT[:15]}",
        f"Its head: 0 entries, {SHORT}",
        f"Its head: 345 entries, {ROOT}0",
        f"{MAIL}Received: from a (1000), {SHORT}\n\nNothing of ours.",
        "",
    ],
)
def test_other_words_hold_none(text: str) -> None:
    assert heads_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "1" * 400_000,
        "1," * 200_000,
        "1 a" * 130_000,
        f"{SHORT} " * 20_000,
        "<" * 400_000,
        MAIL
        + "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(9000)),
    ],
    ids=["digits", "commas", "words", "roots", "brackets", "parts"],
)
def test_odd_words_take_no_time(text: str) -> None:
    begun = process_time()

    assert len(heads_in(text)) <= 50
    assert process_time() - begun < 5


def test_of_pruned_entries_it_cannot_be_told_but_whole_tiles_can(seal: Callable[[], None]) -> None:
    fill_record()
    seal()
    then = frontier_at(CUT, tiles.read).root.hex()
    order()
    seal()
    finish()

    assert fit(Head(size=CUT, root=then)).fits is True
    found = fit(Head(size=CUT - 6, root=SHORT, entry=3))
    assert (found.fits, found.entry) == (None, None)
    assert "were pruned" in found.sentence
    assert found.about
    assert "was removed" in found.about


class TestAnswer:
    @pytest.fixture(autouse=True)
    def _record(self) -> None:
        for _ in range(5):
            happen()
        sequence()
        self.then = State.objects.get()
        happen()
        sequence()

    def head(self, **other: object) -> Head:
        values = {"size": self.then.size, "root": self.then.tree.root.hex(), "entry": 3}
        return Head(**{**values, **other})  # type: ignore[arg-type]

    def test_a_head_of_then_is_a_beginning_of_now(self) -> None:
        found = fit(self.head())

        assert (found.fits, found.ours) == (True, self.then.tree.root.hex())
        assert found.entry == Entry.objects.get(seq=3)
        assert "begins with the 5" in found.sentence
        assert "64 digits" in found.sentence

    def test_other_digits_do_not_fit_and_the_first_that_does_not_is_answered(self) -> None:
        root = self.then.tree.root.hex()
        other = root[:15] + ("0" if root[15] != "0" else "1")

        found = answer(f"Its head: 5 entries, {root}. Its head: 5 entries, {other}")

        assert found
        assert found.fits is False
        assert "another root" in found.sentence

    def test_an_entry_that_was_changed_shows(self) -> None:
        with unprotected():
            sql("UPDATE audit_entry SET leaf_hash = sha256('x') WHERE seq = 2")

        assert fit(self.head()).fits is False

    def test_more_than_there_is_was_taken_away(self) -> None:
        found = fit(self.head(size=99))

        assert found.fits is False
        assert "has seen 99 entries, and the record has 6" in found.sentence

    def test_an_entry_beyond_its_own_head_is_no_message_of_ours(self) -> None:
        found = fit(self.head(entry=5))

        assert found.fits is False
        assert "not among the first 5" in found.sentence

    def test_a_hole_in_the_tree_is_no_yes(self) -> None:
        with unprotected():
            sql("DELETE FROM audit_entry WHERE seq = 2")

        found = fit(self.head(entry=2))

        assert (found.fits, found.entry) == (False, None)
        assert found.about == "The record has no entry 2."

    def test_the_page_says_yes_no_and_that_there_is_no_head(self, signed_in: Client) -> None:
        Pending.objects.all().delete()
        root = self.then.tree.root.hex()[:16]

        for words, status, said in (
            (f"Entry 3 of the record. Its head: 5 entries, {root}", 200, "It fits"),
            (f"Its head: 5 entries, {SHORT}", 200, "It does not fit"),
            ("Good morning.", 422, "These words hold no head"),
            ("", 422, "Paste a message"),
        ):
            response = signed_in.post(PAGE, {"message": words})
            assert (response.status_code, said in response.content.decode()) == (status, True)
        assert "The message" in signed_in.get(PAGE).content.decode()

    def test_the_page_is_for_those_who_read_the_record(self, client: Client) -> None:
        client.force_login(make_user("ada"))

        assert client.post(PAGE, {"message": FOOTER}).status_code == 403

    def test_the_api_says_the_same(self, signed_in: Client) -> None:
        root = self.then.tree.root.hex()

        said = signed_in.get(f"{API}?size=5&root={root[:20].upper()}&entry=3").json()

        assert (said["fits"], said["ours"], said["entry"]) == (True, root, 3)
        assert said["kind"] == "test.happened"
        assert said["sentence"].startswith("Yes.")
        assert signed_in.get(f"{API}?size=5&root={SHORT}").json()["fits"] is False
        assert signed_in.get(f"{API}?size=5&root=abc").status_code == 400
        assert signed_in.get(f"{API}?root={root}").status_code == 400
