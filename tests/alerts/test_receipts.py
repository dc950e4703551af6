"""Whom a decision binds holds its receipt: it comes with the mail, once it is signed."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from audit.models import Entry, Key, Sealing
from breakglass import transitions
from tests.alerts.make import SOON, catch_up, make_cast, send
from tests.audit.core.make import ask, write
from tests.audit.make import make_sealer
from tests.make import NOON, make_request, voice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def post(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def denied() -> None:
    transitions.deny(make_request(make_cast()), voice=voice("bob", "Not so."), at=NOON)
    catch_up()


def attached() -> dict[str, list[Any]]:
    """Return what came with each mail that tells of the denial, by its recipient."""
    told = [each for each in mail.outbox if "Denied" in each.subject]
    return {each.to[0].partition(" ")[0]: list(each.attachments) for each in told}


def test_a_denial_reaches_the_requester_with_a_proof(tmp_path: Path) -> None:
    denied()
    make_sealer(tmp_path)()
    entry = Entry.objects.get(kind="decision.denied")

    send(SOON)

    ((name, text, kind),) = attached()["Ada"]
    assert (name, kind) == (f"entry-{entry.seq}.tlog-proof", "text/plain")
    write({"r": str(text).encode(), "leaf": bytes(entry.leaf)}, tmp_path)
    vkey = Key.objects.get().vkey
    assert ask("proof", tmp_path / "r", "--leaf", tmp_path / "leaf", "--vkey", vkey)[0] == 0


def test_while_nobody_signs_the_mail_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    denied()
    monkeypatch.setattr("alerts.letters.sleep", lambda _: pytest.fail("It waited."))

    send(SOON)

    assert attached()["Ada"] == []


def test_it_waits_for_a_signature_no_longer_than_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    denied()
    Sealing.objects.create(at=SOON, why="")
    waited: list[float] = []
    monkeypatch.setattr("alerts.letters.sleep", waited.append)
    monkeypatch.setattr("alerts.letters._PATIENCE", 0.05)

    send(SOON)

    assert waited
    assert attached()["Ada"] == []
