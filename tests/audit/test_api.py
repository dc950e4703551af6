"""The record in the API."""

import base64
from typing import Any

import pytest
from django.test import Client

from audit import leaf
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
