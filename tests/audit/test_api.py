"""The record in the API."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from audit import leaf
from audit.core.merkle import verify_consistency
from audit.models import Entry, Key
from tests.audit.core.make import ask, write
from tests.audit.make import happen, sequence
from tests.make import make_user

pytestmark = pytest.mark.django_db
ENTRIES = "/api/v1/ledger/entries"


def items(client: Client, query: str = "") -> list[dict[str, Any]]:
    response = client.get(f"{ENTRIES}{query}")
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["items"]
    return found


def test_gives_everything_that_one_needs_to_verify(signed_in: Client) -> None:
    happen(case="request:1", what="rain", words="It was wet.")
    sequence()

    (entry,) = items(signed_in, "?kind=test.happened")

    assert (entry["actor"], entry["subject"], entry["case"]) == ("user:ada", "thing:1", "request:1")
    assert (entry["details"], entry["personal"]) == ({"what": "rain"}, {"words": "It was wet."})
    assert entry["occurred_at"] == "2026-11-02T12:00:00Z"
    raw = base64.b64decode(entry["leaf"])
    assert leaf.leaf_hash(raw).hex() == entry["leaf_hash"]


def test_goes_on_behind_an_entry_until_the_end(signed_in: Client) -> None:
    for _ in range(3):
        happen()
    sequence()

    first = signed_in.get(f"{ENTRIES}?kind=test.happened&limit=2").json()
    rest = signed_in.get(first["next"]).json()

    assert [entry["version"] for entry in first["items"] + rest["items"]] == [1, 2, 3]
    assert rest["next"] is None


def test_narrows_to_a_subject(signed_in: Client) -> None:
    happen("thing:1")
    happen("thing:2")
    sequence()

    assert [entry["subject"] for entry in items(signed_in, "?subject=thing:2")] == ["thing:2"]


@pytest.mark.parametrize(
    "query", ["colour=red", "limit=0", "limit=9999", "after=x", "after=-2", f"after={2**63}"]
)
def test_refuses_what_it_does_not_know(signed_in: Client, query: str) -> None:
    response = signed_in.get(f"{ENTRIES}?{query}")

    assert response.status_code == 400
    assert response.json()["title"] == "Bad Request"


def test_others_get_a_sentence(client: Client) -> None:
    client.force_login(make_user("eve"))

    response = client.get(ENTRIES)

    assert response.status_code == 403
    assert response.json()["detail"].startswith("Only auditors and compliance officers")


def test_strangers_are_asked_who_they_are(client: Client) -> None:
    assert client.get(ENTRIES).status_code == 401


class TestOneEntry:
    def test_is_what_the_list_gives(self, signed_in: Client) -> None:
        happen()
        sequence()
        (entry,) = items(signed_in, "?kind=test.happened")

        assert signed_in.get(f"{ENTRIES}/{entry['seq']}").json() == entry

    @pytest.mark.parametrize("path", ["/999", "/999/proof", f"/{2**70}", f"/{2**70}/proof"])
    def test_that_is_none_is_404(self, signed_in: Client, path: str) -> None:
        answer = signed_in.get(f"{ENTRIES}{path}")

        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

    @pytest.mark.parametrize("path", ["/0", "/0/proof"])
    def test_is_for_those_who_may_read(self, client: Client, path: str) -> None:
        client.force_login(make_user("eve"))

        assert client.get(f"{ENTRIES}{path}").status_code == 403

    def test_has_a_receipt_that_proves_it(
        self, signed_in: Client, seal: Callable[[], None], tmp_path: Path
    ) -> None:
        happen()
        sequence()
        assert signed_in.get(f"{ENTRIES}/0/proof").status_code == 404
        seal()

        receipt = signed_in.get(f"{ENTRIES}/0/proof")

        assert receipt["Content-Type"] == "text/plain"
        write({"r": receipt.content, "leaf": bytes(Entry.objects.get(seq=0).leaf)}, tmp_path)
        vkey = Key.objects.get().vkey
        assert ask("proof", tmp_path / "r", "--leaf", tmp_path / "leaf", "--vkey", vkey)[0] == 0


class TestConsistency:
    @pytest.fixture(autouse=True)
    def signed(self, seal: Callable[[], None]) -> None:
        """Seven signed entries, and one that is not."""
        for _ in range(7):
            happen()
        sequence()
        seal()
        happen()
        sequence()

    def test_is_proved_as_rfc_9162_verifies_it(self, signed_in: Client) -> None:
        answer = signed_in.get("/api/v1/ledger/consistency?from=3").json()

        hashes = [base64.b64decode(each) for each in answer["hashes"]]
        old, new = bytes.fromhex(answer["from_root"]), bytes.fromhex(answer["to_root"])
        assert (answer["from_size"], answer["to_size"], len(hashes)) == (3, 7, 4)
        verify_consistency(3, old, 7, new, hashes)

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("from=3&to=8", "to: 8 entries are more than 7. Give 7 or less."),
            ("from=5&to=4", "from: 5 entries are more than 4. Give 4 or less."),
            ("to=4", "from: This field is required."),
            ("from=0", "from: Ensure this value is greater than or equal to 1."),
            ("from=x", "from: A valid integer is required."),
            ("from=3&size=4", "size: Unknown here. Known are: from, to."),
        ],
    )
    def test_refuses_what_it_cannot_prove(self, signed_in: Client, query: str, says: str) -> None:
        answer = signed_in.get(f"/api/v1/ledger/consistency?{query}")

        assert (answer.status_code, answer.json()["detail"]) == (400, says)
