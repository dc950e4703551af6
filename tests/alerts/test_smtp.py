"""Mail to a real SMTP server: one that works, fails at first, refuses, hangs, or is down."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from alerts import transitions
from alerts.models import Delivery
from breakglass.models import Scenario
from config.local import free_port
from tests.alerts.make import SOON, catch_up, make_cast, send
from tests.alerts.post_office import PostOffice, post_office
from tests.make import make_broken_glass, make_group, make_request, make_user

pytestmark = pytest.mark.django_db
EVERYBODY = {f"{name}@example.com" for name in ("bob", "carl", "rob", "rosa", "cora", "tess")}


@pytest.fixture(autouse=True)
def smtp(settings: Settings) -> Settings:
    """Send by SMTP, to a port where nobody listens yet."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 2
    make_broken_glass(make_cast())
    catch_up()
    return settings


def next_attempt() -> datetime:
    """Return when everything that waits is due."""
    times = Delivery.objects.exclude(next_attempt_at=None).values_list("next_attempt_at", flat=True)
    return max(at for at in times if at)


def test_everybody_gets_both_parts(smtp: Settings) -> None:
    with post_office(smtp.EMAIL_PORT) as office:
        assert send() == 6
    assert set(office.addresses()) == EVERYBODY
    for mail in office.mails:
        assert [each.get_content_type() for each in mail.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Date"] == "Mon, 02 Nov 2026 12:00:02 +0000"


def test_what_comes_as_one_names_all_its_entries(smtp: Settings) -> None:
    for number in range(transitions.JOINED):
        make_group("Platform engineers", person := make_user(f"p{number}"))
        make_request(Scenario.objects.get(), by=person)
    catch_up()
    rows = Delivery.objects.filter(recipient=make_user("bob")).order_by("entry_seq")
    entries = " ".join(str(row.entry_seq) for row in rows)
    with post_office(smtp.EMAIL_PORT) as office:
        send()
    [mail] = [mail for mail in office.mails if "bob@" in str(mail["To"])]
    assert mail["X-Breakglass-Entries"] == entries
    assert {row.state for row in rows.all()} == {"sent"}


def test_a_server_that_fails_at_first_gets_it_again(smtp: Settings) -> None:
    with post_office(smtp.EMAIL_PORT, refusals=["451 Try later", "421 Busy"]) as office:
        send()
        assert Delivery.objects.filter(state="retrying").count() == 2
        send(next_attempt())
    assert sorted(office.addresses()) == sorted(EVERYBODY)
    assert not Delivery.objects.exclude(state="sent").exists()


def test_a_refused_recipient_is_given_up_alone(smtp: Settings) -> None:
    with post_office(smtp.EMAIL_PORT, refused={"tess@example.com"}) as office:
        send()
    assert set(office.addresses()) == EVERYBODY - {"tess@example.com"}
    row = Delivery.objects.exclude(state="sent").get()
    assert (row.state, row.recipient) == ("dead", make_user("tess"))
    assert "No such user here" in row.last_error


def test_nothing_is_lost_while_the_server_is_down(smtp: Settings) -> None:
    assert send() == 0
    row = Delivery.objects.get(state="retrying")
    assert "ConnectionRefusedError" in row.last_error
    with post_office(smtp.EMAIL_PORT) as office:
        send(next_attempt() + timedelta(seconds=1))
    assert sorted(office.addresses()) == sorted(EVERYBODY)


def test_a_server_that_hangs_costs_one_time_out(smtp: Settings) -> None:
    smtp.EMAIL_TIMEOUT = 0.2
    with post_office(smtp.EMAIL_PORT, pause=0.5) as office:
        send(SOON)
    assert Delivery.objects.filter(state="retrying").count() == 1
    assert Delivery.objects.filter(state="queued").count() == 5
    assert isinstance(office, PostOffice)
