"""The beats, the labels, the sentences of the record, and mail that is not ours."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.mail import send_mail
from django.test import RequestFactory
from django.utils import timezone, translation

from alerts import events, slots, tasks
from alerts.models import Delivery, Mail
from alerts.routes import ROUTES
from audit import sequencer
from audit.events import title_of
from core import refs
from tests.alerts.make import make_cast, make_delivery
from tests.make import make_request, make_user

pytestmark = pytest.mark.django_db


def test_the_beats_tell_and_send() -> None:
    now = timezone.now()
    make_request(make_cast(), at=now)
    sequencer.run_once(at=now)
    tasks.relay()
    tasks.deliver()
    tasks.take_up_again()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert Mail.objects.of(make_user("bob")).exists()


def test_a_delivery_reads_as_words() -> None:
    row = make_delivery()
    assert refs.labels([row.ref])[row.ref].text == "Access ended, to Ada"
    assert str(row) == "Access ended, to Ada"


def test_the_record_says_what_became_of_a_message() -> None:
    dead = events.DeliveryDead(
        about="grant.expired", recipient="user:0", channel="mail", attempts=12, error="550 no"
    )
    assert dead.sentence().endswith("“Access ended” after 12 attempts: 550 no")
    retried = events.DeliveryRetried(about="grant.expired")
    assert retried.sentence() == "had a message about “Access ended” sent again"
    read = events.DeliveryAcknowledged(about="grant.expired", entry=7)
    assert read.sentence() == "has read the alert “Access ended” (entry 7)"
    with translation.override("de"):
        assert read.sentence() == "hat den Alarm „Zugriff beendet“ gelesen (Eintrag 7)"


def test_every_kind_that_somebody_is_told_of_has_a_title() -> None:
    assert not [kind for kind in ROUTES if title_of(kind) == kind]


def test_a_kind_that_is_known_no_more_is_called_by_its_name() -> None:
    assert title_of("door.painted") == "door.painted"


def test_the_mailbox_keeps_plain_mail_too() -> None:
    ada = make_user("ada")
    send_mail("Reset your password", "Here is how.", None, ["ada@example.com"])
    mail = Mail.objects.get()
    assert (str(mail), mail.html, mail.person) == ("Reset your password", "", ada)


def test_nobody_signed_in_sees_nothing() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert not slots.nav(request)
    assert not slots.waiting(request)
