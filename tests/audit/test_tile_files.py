"""The record as tlog-tiles over HTTP: the bytes of the export, for those who may read it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from audit import evidence
from audit.models import Key
from tests.accounts.make import bearer, make_token
from tests.audit.go import Verify, without_x_mod
from tests.audit.make import happen, make_sealer, sequence, sql, unprotected
from tests.make import make_user
from tests.shared import made_once

Seal = Callable[[], None]
NOT_THERE = {
    "tile/0/002": "is none of the 600 signed entries",
    "tile/0/002.p/89": "is none of the 600 signed entries",
    "tile/1/000": "is none of the 600 signed entries",
    "tile/2/000.p/1": "is none of the 600 signed entries",
    "tile/0/003.p/1": "is none of the 600 signed entries",
    "tile/0/000.p/256": "has no width in its name",
    "tile/0/x000/000": "is none of the 600 signed entries",
    "tile/0/000.p/0": "There is nothing here",
    "tile/0/000.p/01": "There is nothing here",
    "tile/0/0": "There is nothing here",
    "tile/00/000": "There is nothing here",
    "tile/6/000": "There is nothing here",
    "tile/entries/../000": "There is nothing here",
    "tile/0/" + "x999/" * 6 + "999": "is none of the 600 signed entries",
}


def _signed(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    """A signed record of 600 entries, and 20 that are not signed yet; return what signs them."""
    seal = make_sealer(tmp_path_factory.mktemp("sealer"))
    for number in range(600):
        happen(f"thing:{number}")
    sequence()
    seal()
    for number in range(20):
        happen(f"thing:{number}")
    sequence()
    return seal


signed = made_once(_signed, scope="class")


@pytest.mark.django_db
@pytest.mark.usefixtures("signed")
class TestFiles:
    def test_are_those_of_the_export_byte_for_byte(self, signed_in: Client) -> None:
        files = {
            name: data
            for name, data in evidence.record_files()
            if name == "checkpoint" or name.startswith("tile/")
        }
        assert len(files) == 8

        for name, data in files.items():
            answer = signed_in.get(f"/ledger/{name}")
            assert (name, answer.status_code, answer.content) == (name, 200, data)

    def test_of_an_older_head_are_the_beginning_of_those_of_a_newer_one(
        self, signed_in: Client
    ) -> None:
        full = signed_in.get("/ledger/tile/0/000").content

        assert signed_in.get("/ledger/tile/0/000.p/3").content == full[:96]

    @pytest.mark.parametrize("name", NOT_THERE)
    def test_that_are_none_say_so(self, signed_in: Client, name: str) -> None:
        answer = signed_in.get(f"/ledger/{name}")

        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert NOT_THERE[name] in answer.json()["detail"]

    def test_that_were_removed_say_so(self, signed_in: Client) -> None:
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id < 2")
            sql("DELETE FROM audit_entry WHERE seq < 2")
            sql("DELETE FROM audit_tile WHERE level = 0 AND index = 0")

        for name in ("tile/0/000", "tile/entries/000", "tile/entries/000.p/9"):
            assert "was removed" in signed_in.get(f"/ledger/{name}").json()["detail"]

    def test_are_kept_by_whoever_has_them(self, signed_in: Client) -> None:
        tile = signed_in.get("/ledger/tile/0/000")
        assert "immutable" in tile["Cache-Control"]
        assert "private" in tile["Cache-Control"]
        assert tile["Content-Type"] == "application/octet-stream"

        again = signed_in.get("/ledger/tile/0/000", headers={"If-None-Match": tile["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_the_head_is_asked_for_each_time(self, signed_in: Client, signed: Seal) -> None:
        head = signed_in.get("/ledger/checkpoint")
        assert head["Cache-Control"] == "private, no-cache"
        signed()

        again = signed_in.get("/ledger/checkpoint", headers={"If-None-Match": head["ETag"]})

        assert again.status_code == 200
        assert again.content.split(b"\n")[1] == b"620"

    @pytest.mark.parametrize("name", ["checkpoint", "tile/0/000", "tile/entries/000"])
    def test_are_for_those_who_may_read_the_record(self, auditor: User, name: str) -> None:
        path = f"/ledger/{name}"

        assert Client().get(path).status_code == 401
        refused = bearer(make_user("eve")).get(path)
        assert refused.status_code == 403
        assert "Only auditors and compliance officers" in refused.json()["detail"]
        assert bearer(auditor, scope="read").get(path).status_code == 200

    def test_are_given_whatever_a_client_says_it_takes(self, signed_in: Client) -> None:
        for accept in ("application/octet-stream", "text/html", "*/*"):
            answer = signed_in.get("/ledger/tile/0/000", headers={"Accept": accept})
            assert answer.status_code == 200


@pytest.mark.django_db
def test_before_the_first_signature_the_head_says_so(signed_in: Client) -> None:
    answer = signed_in.get("/ledger/checkpoint")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "Nothing is signed yet. Is the sealer running?"


@pytest.mark.needs("go")
@without_x_mod
@pytest.mark.django_db(transaction=True)
def test_a_program_of_others_verifies_the_record_from_afar(
    live_server: object, seal: Seal, auditor: User, go: Verify
) -> None:
    for number in range(600):
        happen(f"thing:{number}")
    sequence()
    seal()
    _token, secret = make_token(auditor, scope="read")
    place, vkey = f"{live_server}/ledger", Key.objects.get().vkey

    assert go("log", place, vkey=vkey, token=secret) == (0, "good")
    with unprotected():
        sql("UPDATE audit_entry SET leaf = set_byte(leaf, 12, 88) WHERE seq = 300")
    assert go("log", place, vkey=vkey, token=secret) == (1, "entry 300 is not the signed one")
