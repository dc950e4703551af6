"""The lamps of the record: what is wrong shows, and who can repair it is told how."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from audit import cursor, sequencer, slots
from audit.models import Entry, Pending, Sealing, Verification
from core.slots import Health
from tests.audit.make import happen, sequence, sql
from tests.ledger import lifted

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(auditor: User) -> HttpRequest:
    """A request by an auditor."""
    request = RequestFactory().get("/")
    request.user = auditor
    Pending.objects.all().delete()
    return request


def one(provider: Callable[[HttpRequest], list[Health]], request: HttpRequest) -> tuple[str, str]:
    (lamp,) = provider(request)
    return lamp.tone, lamp.detail


def test_leads_only_readers_to_the_ledger(request_: HttpRequest) -> None:
    assert [item.label for item in slots.ledger(request_)] == ["Ledger"]
    request_.user = AnonymousUser()
    assert slots.ledger(request_) == []


@pytest.mark.parametrize(
    ("fields", "tone", "says"),
    [
        ({}, "ok", "0 entries, verified at"),
        ({"why": "Entry 3 is missing."}, "danger", "Entry 3 is missing."),
        ({"at": timezone.now() - timedelta(minutes=6)}, "wait", "is the worker running?"),
    ],
)
def test_verification(
    request_: HttpRequest, fields: dict[str, object], tone: str, says: str
) -> None:
    Verification.objects.create(**{"at": timezone.now(), **fields})

    assert one(slots.verification, request_)[0] == tone
    assert says in one(slots.verification, request_)[1]


def test_no_verification_yet_is_said(request_: HttpRequest) -> None:
    assert one(slots.verification, request_)[0] == "wait"


def test_the_sequencer_is_late_after_five_seconds(request_: HttpRequest) -> None:
    happen()
    assert one(slots.sequencer, request_) == ("ok", "1 on the way")

    sql("UPDATE audit_pending SET created_at = created_at - interval '6 s'")
    assert one(slots.sequencer, request_) == (
        "danger",
        "1 not entered yet; is the sequencer running?",
    )


def test_the_sealer_is_late_when_what_was_entered_stays_unsigned(
    request_: HttpRequest, seal: Callable[[], None]
) -> None:
    happen()
    sequencer.run_once(at=timezone.now() - slots.LATE * 2)
    assert one(slots.sealer, request_)[0] == "danger"

    seal()  # by hand: no sealer has said that it lives
    assert one(slots.sealer, request_)[0] == "wait"

    Sealing.objects.create(at=timezone.now())
    assert one(slots.sealer, request_) == ("ok", f"{Entry.objects.count()} entries signed")

    happen()
    sequencer.run_once(at=timezone.now() - slots.LATE * 2)
    assert one(slots.sealer, request_)[0] == "danger"


def test_an_altered_event_shows(request_: HttpRequest) -> None:
    happen()
    sql("UPDATE audit_pending SET mac = ''")
    sequence()

    tone, detail = one(slots.sequencer, request_)
    assert (tone, detail.split()[0]) == ("danger", "1")


def test_entries_that_a_reader_passed_over_show(request_: HttpRequest) -> None:
    def fail(_: Entry) -> None:
        raise ValueError

    happen()
    sequence()
    assert one(slots.readers, request_)[0] == "ok"
    cursor.follow("test.reader", fail)
    assert one(slots.readers, request_)[0] == "danger"


def test_protection_that_is_off_shows(request_: HttpRequest) -> None:
    assert one(slots.protection, request_)[0] == "wait"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audit.rights.protection", lambda: ([], False))
        assert one(slots.protection, request_) == ("ok", "Append-only")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in lifted():
        sql(statement)
    assert one(slots.protection, request_)[0] == "danger"
