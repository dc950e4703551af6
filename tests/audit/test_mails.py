"""People outside get the head of the record by mail, daily and when its key changes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from pytest_django import Settings

from audit import evidence
from audit.anchors import mails
from audit.models import Key
from audit.outside import Anchor, Place
from tests.audit.core.make import NEXT_VKEY, ask, write
from tests.audit.make import NOON, happen, sequence, sql, unprotected

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def auditor_outside(settings: Settings) -> None:
    settings.LEDGER_MAILS = ["auditor@auditors.example.org"]


@pytest.fixture
def grow(seal: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        happen()
        sequence()
        seal()

    return run


def test_one_comes_a_day_as_long_as_the_record_grows(grow: Callable[[], None]) -> None:
    mails.bring_all(at=NOON)
    assert mail.outbox == []
    for hours in (0, 1, 23, 24, 30, 48, 72):
        if hours < 48:
            grow()
        mails.bring_all(at=NOON + timedelta(hours=hours))

    subjects = [each.subject for each in mail.outbox]
    assert subjects == [f"Head of the record: {count} entries" for count in (1, 4, 5)]
    assert mail.outbox[0].to == ["auditor@auditors.example.org"]
    assert Anchor.objects.filter(kind="mail").count() == 3
    assert Place.objects.get().size == 5


def test_one_comes_at_once_when_the_key_changes(grow: Callable[[], None]) -> None:
    grow()
    mails.bring_all(at=NOON)
    grow()
    mails.bring_all(at=NOON)
    assert len(mail.outbox) == 1
    Key.objects.create(vkey=NEXT_VKEY, from_size=2)
    mails.bring_all(at=NOON)
    assert len(mail.outbox) == 2


def test_32_what_was_mailed_is_a_pin_that_a_rewrite_does_not_fit(
    grow: Callable[[], None], tmp_path: Path
) -> None:
    grow()
    mails.bring_all(at=NOON)
    grow()
    folder = write(dict(evidence.record_files()), tmp_path / "log")
    (name, note, _), *_ = mail.outbox[0].attachments
    assert name == "head.note"
    assert str(note) in mail.outbox[0].body
    (tmp_path / "head.note").write_text(str(note))
    words = ["log", folder, "--vkey", Key.objects.get().vkey, "--pin", tmp_path / "head.note"]

    assert ask(*words)[0] == 0
    with unprotected():
        sql("UPDATE audit_entry SET leaf_hash = sha256('x') WHERE seq = 0")
    write(dict(evidence.record_files()), folder)
    assert ask(*words)[0] == 1


def test_a_mail_that_is_not_taken_is_tried_again_and_said(
    grow: Callable[[], None], settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    grow()
    mails.bring_all(at=NOON)
    assert "The mail was not taken" in Place.objects.get().why

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mails.bring_all(at=NOON)
    assert Place.objects.get().why == ""
