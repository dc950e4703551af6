"""The pages of the ledger: who may look, what they show, and that looking is recorded."""

import csv
import hashlib
import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Part, User
from audit.models import Entry, Pending, State, Verification
from audit.views import entry as pages
from tests.audit.make import NOON, happen, sequence, sql, unprotected
from tests.make import make_group, make_user

pytestmark = pytest.mark.django_db
LEDGER = "/ledger/"


def shown(client: Client, query: str = "") -> list[int]:
    """Return the entries that the list shows."""
    response = client.get(f"{LEDGER}{query}")
    assert response.status_code == 200, response.content
    return [entry.seq for entry in response.context["page"].entries]


def recorded(kind: str) -> list[str]:
    """Return who is pending to have done what is called `kind`."""
    envelopes = [json.loads(bytes(row.envelope)) for row in Pending.objects.order_by("pk")]
    return [envelope["actor"] for envelope in envelopes if envelope["ev"] == kind]


class TestWhoMayRead:
    @pytest.mark.parametrize("part", [Part.AUDITOR, Part.COMPLIANCE])
    def test_auditors_and_compliance_officers_may(self, client: Client, part: Part) -> None:
        person = make_user("carl")
        make_group("readers", person, part=part)
        client.force_login(person)

        assert client.get(LEDGER).status_code == 200
        assert 'href="/ledger/" aria-current="page"' in client.get(LEDGER).content.decode()

    @pytest.mark.parametrize("address", [LEDGER, "/ledger/0/", "/ledger/0/entry.json"])
    def test_others_get_a_sentence_and_stand_in_the_record(
        self, client: Client, address: str
    ) -> None:
        happen()
        sequence()
        person = make_user("eve", is_superuser=True)
        make_group("responders", person, part=Part.RESPONDER)
        client.force_login(person)

        response = client.get(address)

        assert response.status_code == 403
        assert "Only auditors and compliance officers" in response.content.decode()
        assert recorded("access.refused") == [person.ref]

    @pytest.mark.parametrize("address", [LEDGER, "/ledger/0/", "/ledger/0/entry.json"])
    def test_strangers_sign_in_first(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 302


class TestReadingIsRecorded:
    def test_once_a_minute_however_much_is_read(self, signed_in: Client, auditor: User) -> None:
        for address in (LEDGER, f"{LEDGER}?kind=test.happened", "/ledger/0/"):
            signed_in.get(address)

        assert recorded("audit.read") == [auditor.ref]

    def test_again_after_a_minute(self, signed_in: Client, auditor: User) -> None:
        signed_in.get(LEDGER)
        sql("UPDATE audit_reading SET at = at - interval '61 s'")
        signed_in.get(LEDGER)

        assert recorded("audit.read") == [auditor.ref] * 2


class TestFile:
    """What a search found, to take away."""

    SHEET = f"{LEDGER}entries.csv"

    def test_holds_what_fits_and_that_it_was_taken_is_recorded_each_time(
        self, signed_in: Client, auditor: User
    ) -> None:
        for _ in range(2):
            answer = signed_in.get(self.SHEET, {"subject": "thing:1"})
        found = signed_in.get(LEDGER, {"subject": "thing:1"}).context["page"].entries

        lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
        assert lines[0][0] == "Entry"
        assert [(line[0], line[-1]) for line in lines[1:]] == [
            (str(entry.seq), entry.leaf_hash.hex()) for entry in found
        ]
        assert recorded("audit.read") == [auditor.ref] * 2

    def test_is_refused_where_it_would_be_too_long(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(2):
            happen()
        sequence()
        monkeypatch.setattr("audit.views.sheet.MOST", 1)
        answer = signed_in.get(self.SHEET)
        assert answer.status_code == 400
        assert "A file holds at most 1 entries." in answer.content.decode()

    def test_is_for_whoever_may_read_the_record(self, client: Client) -> None:
        client.force_login(make_user("ada"))
        assert client.get(self.SHEET).status_code == 403


class TestList:
    def test_an_empty_record_says_what_would_be_here(self, signed_in: Client) -> None:
        assert "The record is empty" in signed_in.get(LEDGER).content.decode()

    def test_shows_the_newest_first_and_says_what_happened(self, signed_in: Client) -> None:
        happen(what="rain", words="It was <wet>.")
        happen(what="sun")
        sequence()

        text = signed_in.get(LEDGER).content.decode()

        assert shown(signed_in)[-2:] == sorted(shown(signed_in)[-2:], reverse=True)
        assert "made rain happen: It was &lt;wet&gt;." in text

    def test_narrows_to_what_is_asked_for(self, signed_in: Client) -> None:
        start = len(sequence())
        happen("thing:1", actor="user:ada", case="request:1", at=NOON)
        happen("thing:2", actor="user:bob", case="request:2", at=NOON + timedelta(hours=2))
        sequence(NOON + timedelta(days=999))

        first, second = [start], [start + 1]
        assert shown(signed_in, "?subject=thing:1") == first
        assert shown(signed_in, "?actor=user:bob") == second
        assert shown(signed_in, "?case=request:2") == second
        assert shown(signed_in, "?kind=test.happened") == second + first
        assert shown(signed_in, "?since=2026-11-02T13:00&until=2026-11-02T15:00") == second
        assert shown(signed_in, "?until=2026-11-02T13:00&kind=test.happened") == first
        assert shown(signed_in, "?kind=test.happened&actor=user:eve") == []

    def test_names_the_filters_and_lets_one_take_them_away(self, signed_in: Client) -> None:
        response = signed_in.get(f"{LEDGER}?kind=a.b&actor=user:x")

        chips = [(chip.name, chip.value, chip.without) for chip in response.context["chips"]]
        assert ("Event", "a.b", "/ledger/?actor=user%3Ax") in chips
        assert "No entry fits." in response.content.decode()

    def test_the_form_writes_a_person_by_the_name_that_means_them_alone(
        self, signed_in: Client
    ) -> None:
        bob = make_user("bob")
        text = signed_in.get(f"{LEDGER}?actor={bob.ref}&subject=thing:1").content.decode()
        assert f'name="actor" value="{bob.name}"' in text
        assert 'name="subject" value="thing:1"' in text

        User.objects.create_user("other@example.com", name=bob.name)
        text = signed_in.get(f"{LEDGER}?actor={bob.ref}").content.decode()
        assert f'name="actor" value="{bob.ref}"' in text

    def test_an_unknown_filter_is_refused_rather_than_ignored(self, signed_in: Client) -> None:
        response = signed_in.get(f"{LEDGER}?colour=red")

        assert response.status_code == 400
        assert "Unknown filter: colour. Known are: q, kind," in response.content.decode()

    @pytest.mark.parametrize("query", ["since=yesterday", "before=-1", "after=x", "kind=%00"])
    def test_a_malformed_filter_shows_nothing(self, signed_in: Client, query: str) -> None:
        happen()
        sequence()

        response = signed_in.get(f"{LEDGER}?{query}")

        assert response.status_code == 422
        assert response.context["lines"] == []

    def test_turns_pages_back_and_forth(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.views.ledger.PAGE", 2)
        start = len(sequence())
        for _ in range(5):
            happen("thing:1")
        sequence(NOON + timedelta(days=999))
        turn = "?subject=thing:1"

        page = signed_in.get(f"{LEDGER}{turn}").context["page"]
        assert ([e.seq - start for e in page.entries], page.newer) == ([4, 3], None)
        page = signed_in.get(f"{LEDGER}{turn}&before={page.older}").context["page"]
        assert [e.seq - start for e in page.entries] == [2, 1]
        last = signed_in.get(f"{LEDGER}{turn}&before={page.older}").context["page"]
        assert ([e.seq - start for e in last.entries], last.older) == ([0], None)
        assert shown(signed_in, f"{turn}&after={page.newer}") == [start + 4, start + 3]

    def test_up_to_a_time_entries_stand_as_they_happened_and_pages_turn_so(
        self, signed_in: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.views.ledger.PAGE", 2)
        start = len(sequence())
        for minutes in (1, 4, 3, 3, 2, 9):  # told late, and two at once
            happen("thing:1", at=NOON + timedelta(minutes=minutes))
        sequence(NOON + timedelta(days=999))
        turn = f"?subject=thing:1&until={NOON + timedelta(minutes=5):%Y-%m-%dT%H:%M}"

        pages = [signed_in.get(f"{LEDGER}{turn}").context["page"]]
        while (older := pages[-1].older) is not None:
            pages.append(signed_in.get(f"{LEDGER}{turn}&before={older}").context["page"])

        assert [[e.seq - start for e in page.entries] for page in pages] == [[1, 3], [2, 4], [0]]
        assert shown(signed_in, f"{turn}&after={pages[-1].newer}") == [start + 2, start + 4]

    @pytest.mark.parametrize("subject", ["group:9999999999", "group:x", "request:1", ":", "x:%F0"])
    def test_odd_references_show_nothing(self, signed_in: Client, subject: str) -> None:
        assert shown(signed_in, f"?subject={subject}") == []

    @pytest.mark.parametrize("place", [10**18, 10**30])
    def test_places_beyond_the_end_are_no_error(self, signed_in: Client, place: int) -> None:
        assert shown(signed_in, f"?after={place}") == []

    def test_asks_the_database_no_more_when_there_is_more(
        self, signed_in: Client, django_assert_max_num_queries: object
    ) -> None:
        for number in range(40):
            happen(f"thing:{number}", actor=f"user:{number:032x}", case=f"request:{number:032x}")
        sequence(NOON + timedelta(days=999))
        signed_in.get(LEDGER)

        with django_assert_max_num_queries(35):  # type: ignore[operator]
            signed_in.get(LEDGER)

    def test_says_whether_the_record_is_whole(self, signed_in: Client) -> None:
        assert "Not verified yet" in signed_in.get(LEDGER).content.decode()
        last = Verification.objects.create(at=timezone.now())
        assert "none missing, none changed" in signed_in.get(LEDGER).content.decode()
        last.why = "Entry 3 is missing."
        last.save()
        assert "Entry 3 is missing." in signed_in.get(LEDGER).content.decode()


class TestEntry:
    def test_shows_words_envelope_hashes_and_neighbours(self, signed_in: Client) -> None:
        for number in range(3):
            happen(what=f"thing {number}", case="request:1")
        entries = [e for e in sequence(NOON + timedelta(days=999)) if e.kind == "test.happened"]

        text = signed_in.get(reverse("ledger-entry", args=[entries[1].seq])).content.decode()

        assert "made thing 1 happen" in text
        assert "Hash and proof fit" in text
        assert bytes(entries[1].leaf_hash).hex() in text
        for entry in entries:
            assert f"{entry.seq}" in text

    def test_shows_what_was_and_what_is(self, signed_in: Client) -> None:
        group = make_group("dba")
        group.name = "database"
        group.save()
        (*_, entry) = sequence()

        text = signed_in.get(reverse("ledger-entry", args=[entry.seq])).content.decode()
        assert "dba → database" in text
        assert "group database" in text

    def test_shows_lists_and_pairs_in_words(self) -> None:
        facts = {"targets": ["a", "b"], "ends_at": None, "rules": {"minutes": ["", "30"], "by": 1}}

        assert pages._words(facts) == [  # noqa: SLF001
            ("targets", "a, b"),
            ("rules: minutes", "nothing → 30"),
            ("rules: by", "1"),
        ]

    def test_shows_facts_within_facts_by_the_names_that_lead_to_them(self) -> None:
        facts = {"manifest": {"version": {"number": 1}, "parts": {"access": {"entries": 7}}}}

        assert pages._words(facts) == [  # noqa: SLF001
            ("manifest: version: number", "1"),
            ("manifest: parts: access: entries", "7"),
        ]

    def test_gives_the_bytes_that_are_hashed(self, signed_in: Client) -> None:
        happen()
        (*_, entry) = sequence()

        answer = signed_in.get(reverse("ledger-leaf", args=[entry.seq]))

        assert hashlib.sha256(b"\0" + answer.content).digest() == bytes(entry.leaf_hash)
        assert signed_in.get(reverse("ledger-leaf", args=[99_999])).status_code == 404

    @pytest.mark.needs("sha256sum")
    @pytest.mark.needs("xxd")
    def test_tells_how_to_check_it_with_a_shell(self, signed_in: Client, tmp_path: Path) -> None:
        happen()
        (*_, entry) = sequence()
        answer = signed_in.get(reverse("ledger-entry", args=[entry.seq]))
        (tmp_path / f"entry-{entry.seq}.json").write_bytes(bytes(entry.leaf))

        printed = [
            subprocess.run(
                ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True
            ).stdout.split()[0]
            for line in answer.context["checks"][:2]
        ]

        assert printed == [bytes(entry.leaf_hash).hex(), State.objects.get().tree.root.hex()]

    def test_says_when_the_hash_does_not_fit(self, signed_in: Client) -> None:
        happen()
        (*_, entry) = sequence()
        with unprotected():
            sql("UPDATE audit_entry SET leaf_hash = sha256('x')")

        response = signed_in.get(reverse("ledger-entry", args=[entry.seq]))
        assert "Hash or proof does not fit" in response.content.decode()

    @pytest.mark.parametrize("seq", [99_999, 10**30])
    def test_an_entry_that_is_not_there_is_404(self, signed_in: Client, seq: int) -> None:
        assert signed_in.get(f"/ledger/{seq}/").status_code == 404

    def test_words_that_were_erased_are_missed_politely(self, signed_in: Client) -> None:
        happen(words="gone")
        (*_, entry) = sequence()
        with unprotected():
            sql("DELETE FROM audit_payload")

        text = signed_in.get(reverse("ledger-entry", args=[entry.seq])).content.decode()
        assert "or they were erased" in text
        assert Entry.objects.filter(pk=entry.pk).exists()


def test_the_page_that_verifies_is_handed_out_as_a_file(signed_in: Client) -> None:
    answer = signed_in.get("/ledger/verify.html")

    assert answer["Content-Disposition"] == 'attachment; filename="verify.html"'
    assert b"sha256-" in answer.content
