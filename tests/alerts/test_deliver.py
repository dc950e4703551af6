"""Handing over: once when all goes well, again when it does not, and never silently not at all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from psycopg.conninfo import make_conninfo

from accounts.models import User
from alerts import deliver, relay, transitions
from alerts.mailbox import MailboxBackend
from alerts.models import MAIL, Channel, Delivery, Mail
from audit import sequencer
from audit.events import Event
from audit.models import Cursor, Entry, SetAside
from audit.reading import event_of
from breakglass.models import Request
from core.errors import NotAllowed, WrongState
from tests.alerts.make import SOON, catch_up, mail_of, make_cast, make_delivery, send, told
from tests.make import NOON, make_broken_glass, make_request, make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db


class Broken:
    """Make the channel fail with `error`, for the first `times` mails."""

    def __init__(self, patch: pytest.MonkeyPatch, error: Exception, times: int = 10**6) -> None:
        self.left, self.error, self.works = times, error, MailboxBackend.send_messages
        patch.setattr(MailboxBackend, "send_messages", lambda *args: self.send(*args))  # noqa: PLW0108

    def send(self, backend: MailboxBackend, mails: list[Any]) -> int:
        if self.left > 0:
            self.left -= 1
            raise self.error
        return self.works(backend, mails)


def claimed(at: datetime) -> list[Delivery]:
    """Return the mails that a sender would take up."""
    return transitions.claim(Channel.objects.get(pk=MAIL), at=at)


def asked() -> Delivery:
    """Return the queued message that asks Bob; the one to Carl goes first and is gone."""
    make_request(make_cast())
    catch_up()
    Delivery.objects.filter(recipient=make_user("carl")).delete()
    return Delivery.objects.get()


class TestSending:
    def test_each_message_once(self) -> None:
        make_broken_glass(make_cast())
        catch_up()
        assert send() == Delivery.objects.count() == Mail.objects.count()
        assert send() == 0
        assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}

    def test_what_is_urgent_first(self) -> None:
        make_delivery(entry_seq=1), make_delivery(entry_seq=2, urgent=True)
        assert [row.entry_seq for row in claimed(SOON)] == [2]

    def test_nothing_before_its_time(self) -> None:
        make_delivery(next_attempt_at=SOON + timedelta(seconds=1))
        assert not claimed(SOON)

    def test_nothing_while_another_process_sends(self) -> None:
        row = asked()
        with psycopg.connect(connection_string()) as other:
            lock = [deliver._LOCK, MAIL.int & 0x7FFFFFFF]  # noqa: SLF001
            other.execute("SELECT pg_advisory_lock(%s, %s)", lock)
            assert send() == 0
        row.refresh_from_db()
        assert row.state == "queued"

    def test_stops_after_a_while_and_goes_on_next_time(self) -> None:
        make_broken_glass(make_cast())
        catch_up()
        times = iter([SOON] * 5 + [SOON + deliver.LONGEST])
        assert deliver.run(lambda: next(times)) == 1


class TestTrouble:
    def test_is_tried_again_within_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = asked()
        Broken(monkeypatch, SMTPServerDisconnected("gone"), times=1)
        assert send() == 0
        row.refresh_from_db()
        assert row.state == "retrying"
        assert row.last_error == "SMTPServerDisconnected: gone"
        assert row.next_attempt_at
        assert timedelta(seconds=1) < row.next_attempt_at - SOON < timedelta(seconds=3)
        assert send(row.next_attempt_at) == 1

    def test_one_poisoned_message_does_not_stop_the_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_request(make_cast())
        catch_up()
        Broken(monkeypatch, ValueError("poison"), times=1)
        assert send() == 1
        assert sorted(Delivery.objects.values_list("state", flat=True)) == ["retrying", "sent"]

    def test_a_dead_server_is_asked_once_and_not_for_each_message(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_broken_glass(make_cast())
        catch_up()
        broken = Broken(monkeypatch, ConnectionRefusedError("down"))
        send()
        assert broken.left == 10**6 - 1

    def test_is_given_up_in_the_end_and_said_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row, now = asked(), SOON
        Broken(monkeypatch, SMTPDataError(451, b"later"))
        for _ in range(transitions.MOST_ATTEMPTS):
            send(now)
            row.refresh_from_db()
            now = row.next_attempt_at or now
        assert (row.state, row.attempts) == ("dead", transitions.MOST_ATTEMPTS)
        assert now - SOON > timedelta(hours=1)
        assert kinds()[-1] == "delivery.dead"
        assert Request.objects.get().state == "pending"  # an outage stops nobody's access

    @pytest.mark.parametrize(
        "error",
        [
            SMTPRecipientsRefused({"bob@example.com": (550, b"no such user")}),
            SMTPDataError(554, b"rejected"),
        ],
    )
    def test_a_final_no_is_not_asked_twice(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        row = asked()
        Broken(monkeypatch, error)
        send()
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("dead", 1)

    def test_words_that_were_erased_cannot_be_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = asked()
        monkeypatch.setattr("alerts.stories.event_of", lambda _: None)
        send()
        row.refresh_from_db()
        assert row.state == "dead"
        assert "cannot be read" in row.last_error

    def test_the_administrators_hear_of_it_but_not_of_every_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_broken_glass(make_cast())
        catch_up()
        Broken(monkeypatch, SMTPDataError(554, b"rejected"))
        send()
        catch_up()
        assert told("delivery.dead") == {"max": "administrator"}
        send()  # the message to Max is refused as well, and that is the end of it
        catch_up()
        assert Delivery.objects.filter(kind="delivery.dead").count() == 1


class TestCrash:
    def test_a_claim_that_ran_out_is_taken_up_again(self) -> None:
        row = asked()
        assert claimed(SOON)
        assert not claimed(SOON + timedelta(seconds=30))
        assert send(SOON + transitions.LEASE) == 1
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("sent", 2)

    def test_what_takes_its_process_down_each_time_is_given_up(self) -> None:
        row = asked()
        Delivery.objects.update(attempts=transitions.MOST_ATTEMPTS)
        send()
        row.refresh_from_db()
        assert row.state == "dead"
        assert row.last_error == "Every attempt broke off before its end."

    def test_a_late_failure_does_not_undo_what_another_process_did(self) -> None:
        asked()
        [slow] = claimed(SOON)
        send(SOON + transitions.LEASE)
        transitions.failed(slow, error="too late", final=True, at=SOON + transitions.LEASE)
        assert Delivery.objects.get().state == "sent"

    def test_a_clock_that_is_behind_does_not_make_it_be_sent_again(self) -> None:
        row = make_delivery(created_at=SOON, next_attempt_at=NOON)
        transitions.sent(row, at=NOON)
        row.refresh_from_db()
        assert (row.state, row.sent_at) == ("sent", SOON)


class TestRetry:
    def dead(self) -> Delivery:
        return make_delivery(state="dead", next_attempt_at=None, attempts=12)

    def test_starts_from_the_first_attempt(self) -> None:
        make_cast()
        row = transitions.retry(self.dead(), by=make_user("rob"), at=SOON)
        assert (row.state, row.attempts, row.next_attempt_at) == ("retrying", 0, SOON)
        assert kinds()[-1] == "delivery.retried"

    def test_is_for_those_who_look_after_it(self) -> None:
        with pytest.raises(NotAllowed, match="Only a responder"):
            transitions.retry(self.dead(), by=make_user("eve"), at=SOON)
        assert Delivery.objects.get().state == "dead"
        assert kinds() == ["access.refused"]

    def test_is_for_what_was_given_up(self) -> None:
        make_cast()
        with pytest.raises(WrongState, match="not given up"):
            transitions.retry(make_delivery(), by=make_user("rob"), at=SOON)


class TestAcknowledge:
    def test_is_on_the_record(self) -> None:
        row = transitions.acknowledge(make_delivery(), by=make_user("ada"), at=SOON)
        assert (row.acknowledged_at, row.acknowledged_by) == (SOON, make_user("ada"))
        assert kinds() == ["delivery.acknowledged"]

    def test_is_for_the_recipient_alone(self) -> None:
        with pytest.raises(NotAllowed, match="Only Ada"):
            transitions.acknowledge(make_delivery(), by=make_user("eve"), at=SOON)
        assert Delivery.objects.get().acknowledged_at is None

    def test_happens_once(self) -> None:
        row = transitions.acknowledge(make_delivery(), by=make_user("ada"), at=SOON)
        with pytest.raises(WrongState, match="already"):
            transitions.acknowledge(row, by=make_user("ada"), at=SOON)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = make_delivery()
        monkeypatch.setattr("audit.log.record", _fail)
        with pytest.raises(RuntimeError):
            transitions.acknowledge(row, by=make_user("ada"), at=SOON)
        row.refresh_from_db()
        assert row.acknowledged_at is None


class TestRelay:
    def test_tells_each_entry_once(self) -> None:
        make_request(make_cast())
        catch_up()
        before = Delivery.objects.count()
        Cursor.objects.filter(name=relay.CURSOR).update(seq=-1)
        catch_up()
        assert Delivery.objects.count() == before

    def test_a_poisoned_entry_is_set_aside_and_told_later(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scenario = make_cast()
        make_request(scenario)
        make_broken_glass(scenario, by=make_user("eve"))
        with monkeypatch.context() as patch:
            patch.setattr("alerts.stories.event_of", _fails_for("request.submitted"))
            catch_up()
        assert told("breakglass.activated")
        assert not told("request.submitted")
        assert SetAside.objects.open().count() == 1
        assert relay.take_up_again(at=SOON) == 1
        assert told("request.submitted") == {"bob": "asked", "carl": "asked"}

    def test_leaves_a_loaded_history_untold(self) -> None:
        scenario = make_cast()
        make_request(scenario)
        sequencer.run_once(at=SOON)
        relay.begin_here()
        make_broken_glass(scenario, by=make_user("eve"))
        catch_up()
        assert not told("request.submitted")
        assert told("breakglass.activated")


class TestMailbox:
    def test_keeps_both_parts_for_the_right_person(self) -> None:
        make_request(make_cast())
        catch_up()
        send()
        mail = mail_of("bob")
        assert mail.address == "bob@example.com"
        assert mail.sent_at == SOON
        assert "Decide:" in mail.text
        assert mail.html.startswith("<!doctype html>")

    def test_keeps_mail_to_nobody_we_know(self) -> None:
        asked()
        User.objects.filter(email="bob@example.com").update(email="robert@example.com")
        send()
        assert Mail.objects.get().address == "robert@example.com"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "lost", "next_attempt_at": None},
        {"state": "sent", "next_attempt_at": None},
        {"sent_at": NOON},
        {"next_attempt_at": None},
        {"state": "dead"},
        {"acknowledged_at": NOON},
        {"state": "sent", "sent_at": NOON - timedelta(seconds=1), "next_attempt_at": None},
    ],
)
def test_the_database_refuses(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        make_delivery(**fields)


def test_the_database_refuses_a_second_message_of_one_event() -> None:
    make_delivery(entry_seq=1)
    with pytest.raises(IntegrityError):
        make_delivery(entry_seq=1)


def _fail(*_: Any, **__: Any) -> None:
    raise RuntimeError("broken")


def _fails_for(kind: str) -> Callable[[Entry], Event | None]:
    def read(entry: Entry) -> Event | None:
        if entry.kind == kind and entry.actor == make_user("ada").ref:
            raise RuntimeError("broken")
        return event_of(entry)

    return read


def connection_string() -> str:
    """Return the address of the database of this test, for a second connection."""
    own = connection.settings_dict
    parts = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    return make_conninfo(
        password=own["PASSWORD"], **{key: own[name] for key, name in parts.items()}
    )
