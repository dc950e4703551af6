"""Other systems send in what was done: once each, matched, and no bad line holds up a good one."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Part
from accounts.parts import give_part
from targets import ingest
from targets.ingest import Taken
from targets.models import Door, Received, Source
from tests import record
from tests.make import NOON, make_group, make_target, make_user
from tests.targets.make import open_door

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
SECRET = "bgs_x"
_THEN = "2026-11-02T12:01:00Z"


def make_source(name: str = "shipper", secret: str = SECRET, **fields: Any) -> Source:
    values = {"language": "shell", "digest": Source.digest_of(secret), "created_at": NOON}
    return Source.objects.create(name=name, **(values | fields))


def action(**said: Any) -> dict[str, Any]:
    usual = {"id": "1", "actor": "root", "target": "shop-db", "command": "uptime"}
    return {key: value for key, value in (usual | {"occurred_at": _THEN} | said).items() if value}


def send(*actions: dict[str, Any] | bytes, source: Source | None = None) -> Taken:
    lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in actions]
    return ingest.take_in(source or make_source(), lines, at=LATER)


def why(*actions: dict[str, Any] | bytes) -> str:
    taken = send(*actions)
    assert not taken.accepted
    return taken.refused[0].why


def done() -> list[tuple[str, str]]:
    """Return who did what of everything that was taken in."""
    return [
        (actor, facts["statement"])
        for actor, facts in zip(
            record.actors("action.performed"), record.facts("action.performed"), strict=True
        )
    ]


class TestMatching:
    def test_by_the_name_that_a_door_was_given(self) -> None:
        door = open_door()
        send(action(actor=door.handle))
        assert done() == [(door.holder, "uptime")]

    def test_by_the_mail_address_of_whoever_held_a_door_then(self) -> None:
        ada = make_user("ada")
        open_door(holder=ada.ref)
        send(action(actor="ADA@example.com"))
        assert done() == [(ada.ref, "uptime")]
        assert record.facts("action.performed")[0]["identity"] == "ADA@example.com"

    def test_not_by_a_door_that_was_closed_by_then(self) -> None:
        ada = make_user("ada")
        closed = {"closing_at": NOON, "closed_at": NOON, "verified_at": NOON, "state": "closed"}
        door = open_door(holder=ada.ref)
        Door.objects.filter(pk=door.pk).update(**closed)
        send(action(actor="ada@example.com"))
        assert self.cases() == [""]

    def test_not_by_a_door_to_another_target(self) -> None:
        ada = make_user("ada")
        open_door(make_target("other-db"), holder=ada.ref)
        make_target()
        send(action(actor="ada@example.com"))
        assert self.cases() == [""]

    def test_of_two_doors_by_the_one_that_was_opened_last(self) -> None:
        ada, target = make_user("ada"), make_target()
        open_door(target, holder=ada.ref, case="request:old")
        last = {"opened_at": NOON + timedelta(seconds=30), "case": "request:new"}
        open_door(target, holder=ada.ref, **last)
        send(action(actor="ada@example.com"))
        assert self.cases() == ["request:new"]

    def test_without_an_access_the_source_vouches_for_what_it_saw(self) -> None:
        source, target = make_source(), make_target()
        send(action(), source=source)
        assert record.actors("action.performed") == [source.ref]
        assert self.subjects() == [target.ref]

    def test_of_a_target_that_we_do_not_know(self) -> None:
        source = make_source()
        send(action(target="web-1"), source=source)
        assert self.subjects() == [source.ref]
        assert record.facts("action.performed")[0]["target"] == "web-1"

    def cases(self) -> list[str]:
        return [each["case"] for each in record.envelopes("action.performed")]

    def subjects(self) -> list[str]:
        return [each["obj"] for each in record.envelopes("action.performed")]


class TestOnce:
    def test_the_same_event_makes_one_entry(self) -> None:
        source = make_source()
        assert send(action(), action(), source=source) == Taken(accepted=1, repeated=1, refused=[])
        assert send(action(), source=source) == Taken(accepted=0, repeated=1, refused=[])
        assert len(done()) == 1

    def test_two_sources_may_name_their_events_alike(self) -> None:
        send(action(), source=make_source())
        assert send(action(), source=make_source("other", "bgs_y")).accepted == 1

    def test_the_order_of_the_lines_is_kept(self) -> None:
        send(*(action(id=str(number), command=f"echo {number}") for number in range(120)))
        assert [said for _, said in done()] == [f"echo {number}" for number in range(120)]

    def test_events_of_long_ago_are_forgotten(self) -> None:
        send(action())
        assert ingest.forget_received(at=LATER + ingest.KEPT) == 0
        assert ingest.forget_received(at=LATER + ingest.KEPT + timedelta(seconds=1)) == 1
        assert not Received.objects.exists()


class TestLines:
    @pytest.mark.parametrize(
        ("line", "says"),
        [
            (b"{", "no JSON"),
            (b"[]", "one JSON object"),
            (b"\xff", "not UTF-8"),
            (b"[" * 100_000, "no JSON"),
            (b'{"id": NaN}', "no JSON"),
            (action(id=""), "Give id"),
            (action(actor=""), "Give actor"),
            (action(target=""), "Give target"),
            (action(command=""), "statement, command or event"),
            (action(statement="SELECT 1"), "either"),
            (action(occurred_at="yesterday"), "with its offset"),
            (action(occurred_at="2026-11-02T12:00:00"), "with its offset"),
            (action(occurred_at="2027-01-01T00:00:00Z"), "look at the clock"),
            (action(language="cobol"), "language is one of"),
            (action(id="x" * 201), "200 characters"),
            (action(id=7), "id is a string"),
            (action(verb="two words"), "one word"),
            (action(colour="red"), "Unknown: colour"),
            (action(command="", event="x"), "event is an object"),
        ],
    )
    def test_that_cannot_be_read_are_refused_with_a_sentence(
        self, line: dict[str, Any] | bytes, says: str
    ) -> None:
        assert says in why(line)

    def test_that_are_bad_hold_up_no_good_one(self) -> None:
        taken = send(b"{", action(), b"", action(id="2"))
        assert (taken.accepted, [each.line for each in taken.refused]) == (2, [1])

    def test_that_are_bad_are_counted(self) -> None:
        source = make_source()
        send(b"{", action(), source=source)
        source.refresh_from_db()
        assert (source.accepted, source.refused) == (1, 1)
        assert "no JSON" in source.last_refusal
        assert source.last_heard_at == LATER

    def test_of_five_megabytes_are_kept_from_their_beginning_on(self) -> None:
        send(action(command="echo " + "x" * 5_000_000))
        kept = record.facts("action.performed")[0]
        assert (kept["truncated"], len(kept["statement"])) == (True, 64 << 10)

    def test_with_bytes_that_no_database_keeps_are_kept_as_far_as_they_can_be(self) -> None:
        send(action(command="printf '\0\ud800'"))
        assert done()[0][1] == "printf '␀?'"

    def test_with_an_event_are_kept_as_json(self) -> None:
        send(action(command="", event={"eventName": "GetObject"}, language="cloudtrail"))
        assert json.loads(done()[0][1]) == {"eventName": "GetObject"}

    def test_are_named_by_what_they_do(self) -> None:
        send(action(command="sudo systemctl restart nginx"))
        kept = record.facts("action.performed")[0]
        assert "systemctl" in kept["verb"]
        assert "nginx" in kept["objects"]

    def test_keep_no_password(self) -> None:
        send(action(command="", statement="ALTER ROLE x PASSWORD 'hush'", language="sql"))
        assert "hush" not in done()[0][1]


class TestAddress:
    def post(self, body: str, token: str = SECRET) -> Any:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client.post("/api/v1/ingest", body, content_type="application/x-ndjson", secure=True)

    def test_takes_lines_of_a_source(self) -> None:
        make_source()
        answer = self.post(json.dumps(action()) + "\nnonsense\n")
        assert answer.status_code == 200
        assert (answer.json()["accepted"], answer.json()["refused"][0]["line"]) == (1, 2)

    def test_says_422_when_nothing_could_be_read(self) -> None:
        make_source()
        assert self.post("nonsense").status_code == 422

    def test_is_closed_to_everybody_else(self) -> None:
        make_source(enabled=False)
        assert self.post("{}", "bgs_y").status_code == 401
        assert "switched off" in self.post("{}").json()["detail"]
        assert APIClient().post("/api/v1/ingest", secure=True).status_code == 401

    def test_takes_no_more_than_it_says(self) -> None:
        make_source()
        assert self.post("\n".join(["{}"] * 1001)).status_code == 413
        assert self.post("x" * (9 << 20)).status_code == 413


class TestAdministration:
    @pytest.fixture
    def ann(self, client: Client, settings: Settings) -> Client:
        settings.SECURE_SSL_REDIRECT = False
        group = make_group("Administrators", make_user("ann", is_staff=True))
        give_part(group, Part.ADMINISTRATOR)
        client.force_login(make_user("ann"))
        return client

    def test_makes_a_source_and_shows_its_token_once(self, ann: Client) -> None:
        form = {
            "name": "web-1",
            "language": "shell",
            "enabled": "on",
            "reason": "It has a shipper.",
        }
        assert ann.post("/admin/targets/source/add/", form).status_code == 302
        source = Source.objects.get()
        answer = ann.post(f"/admin/targets/source/{source.pk}/token/")
        secret = answer.context["secret"]
        assert secret in answer.content.decode()
        assert Source.objects.of_secret(secret).get() == source
        assert secret not in ann.get(f"/admin/targets/source/{source.pk}/change/").content.decode()
        assert "source.token_given" in record.kinds()

    def test_ends_a_token_with_the_next_one(self, ann: Client) -> None:
        source = make_source()
        ann.post(f"/admin/targets/source/{source.pk}/token/")
        assert not Source.objects.of_secret(SECRET).exists()

    def test_is_for_administrators(self, client: Client, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = False
        client.force_login(make_user("ada"))
        source = make_source()
        assert client.post(f"/admin/targets/source/{source.pk}/token/").status_code == 302
        assert Source.objects.of_secret(SECRET).exists()


class TestPrivileged:
    def test_identities_are_named_by_patterns(self) -> None:
        source = make_source(privileged="root\nemergency-*\n")
        assert source.is_privileged("ROOT")
        assert source.is_privileged("emergency-7")
        assert not source.is_privileged("deploy")
