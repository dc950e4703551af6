"""Each event says in a sentence what happened, to stand after a name."""

import dataclasses
from typing import Any

import pytest

from audit.events import Event
from targets import events

ACTION: dict[str, Any] = {
    field.name: "" for field in dataclasses.fields(events.ActionPerformed)
} | {"target": "shop-db", "verb": "delete", "objects": ["orders"], "microseconds": 7}


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            events.DoorOpening(target="shop-db", starts_at="10:00", until="11:00", read_only=True),
            "asked for the door of shop-db to be opened, for looking only",
        ),
        (
            events.DoorOpened(target="shop-db", until="11:00", milliseconds=41),
            "opened the door of shop-db in 41 ms",
        ),
        (
            events.DoorOpenFailed(target="shop-db", error="nobody answers"),
            "could not open the door of shop-db: nobody answers",
        ),
        (
            events.DoorClosing(target="shop-db", why="its time was over"),
            "began to close the door of shop-db: its time was over",
        ),
        (
            events.DoorClosed(target="shop-db", verified_at="11:00", left_behind=["shop: table t"]),
            "closed the door of shop-db and saw a login refused; handed over shop: table t",
        ),
        (
            events.DoorCloseFailed(target="shop-db", error="nobody answers"),
            "cannot close the door of shop-db, and keeps trying: nobody answers",
        ),
        (
            events.DoorRepaired(target="shop-db", what=["end", "login"]),
            "repaired the door of shop-db: end, login",
        ),
        (
            events.DoorOrphanRemoved(target="shop-db", handle="bg_1"),
            "removed bg_1 from shop-db, which no access explains",
        ),
        (
            events.LogGap(target="shop-db", file="a.json", offset=9, why="removed", since="10:00"),
            "lost a part of the log of shop-db: a.json was removed before it was read whole",
        ),
        (
            events.LogGap(target="shop-db", file="a.json", offset=9, why="begun_anew", since=""),
            "may have lost a part of the log of shop-db: a.json was begun anew",
        ),
        (
            events.LogGap(target="shop-db", file="a.json", offset=9, why="unreadable", since=""),
            "could not read a line in the log of shop-db: a.json",
        ),
        (
            events.SourceSilent(name="shipper", since="10:00", usual_seconds=60),
            "heard nothing of the source shipper for longer than usual",
        ),
        (
            events.SourceHeard(name="shipper", since="10:00"),
            "heard of the source shipper again",
        ),
        (
            events.DoorProlonged(target="shop-db", until="12:00"),
            "moved the end of the door of shop-db",
        ),
        (
            events.CredentialsIssued(target="shop-db", renewed=True),
            "took new credentials for shop-db",
        ),
        (events.ActionPerformed(**ACTION | {"result": "00000"}), "did delete orders on shop-db"),
        (
            events.ActionPerformed(**ACTION | {"result": "42501"}),
            "did delete orders on shop-db (failed: refused)",
        ),
    ],
)
def test_sentence(event: Event, sentence: str) -> None:
    assert event.sentence() == sentence


def test_what_the_reconciler_found_is_said_in_the_language_of_the_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    german = {
        "its role was given power at the target: %(what)s": "ihre Rolle bekam Macht: %(what)s",
        "member of %(role)s": "Mitglied von %(role)s",
        "its role was missing": "ihre Rolle fehlte",
    }
    monkeypatch.setattr(events, "_", lambda text: german.get(text, text))
    why = f"{events.GIVEN_POWER}createrole, {events.MEMBER_OF}pg_read_all_data"

    closing = events.DoorClosing(target="shop-db", why=why).sentence()
    repaired = events.DoorRepaired(target="shop-db", what=["its role was missing"]).sentence()

    assert closing.endswith("ihre Rolle bekam Macht: createrole, Mitglied von pg_read_all_data")
    assert repaired.endswith("shop-db: ihre Rolle fehlte")


def test_what_people_wrote_is_kept_apart() -> None:
    personal = events.ActionPerformed(**ACTION).compartments()["p"]
    assert set(personal) >= {"statement", "parameters", "client_address"}
