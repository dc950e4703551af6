"""The nightly self-test: every channel is really probed, and whoever cannot be reached is found."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import Settings

from accounts.models import Part
from accounts.parts import give_part
from alerts import self_test, slots
from alerts.models import MAIL, Channel, Contact, SelfTest
from alerts.obstacles import obstacles
from breakglass.models import Scenario
from config.local import free_port
from tests.alerts.endpoint import Endpoint, endpoint
from tests.alerts.make import asked_by, catch_up, mail_of, make_cast, send, told
from tests.alerts.post_office import post_office
from tests.alerts.slack_server import make_slack, slack
from tests.alerts.test_channels import make_personal, make_webhook
from tests.make import make_group, make_user
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 3, 3, 31, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def end() -> Iterator[Endpoint]:
    """Run an endpoint."""
    with endpoint() as running:
        yield running


@pytest.fixture
def smtp(settings: Settings) -> int:
    """Send by SMTP; return the port, where nobody listens yet."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    port = free_port()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
    return port


def run(at: datetime = NIGHT) -> list[str]:
    """Have a night tested; return what it has found."""
    self_test.go_on(lambda: at)
    return said(at)


def said(at: datetime = NIGHT) -> list[str]:
    return [f"{each.what}: {each.sentence}" for each in obstacles(at)]


def probed(channel: Channel, at: datetime = NIGHT) -> Channel:
    """Return a channel as it is after it was probed."""
    self_test.probe(channel, at=at)
    channel.refresh_from_db()
    return channel


def mail() -> Channel:
    return Channel.objects.get(pk=MAIL)


class TestProbes:
    def test_of_mail_connects_and_sends_nothing(self, smtp: int) -> None:
        with post_office(smtp) as office:
            channel = probed(mail())
        assert (channel.failures, channel.last_ok_at, office.mails) == (0, NIGHT, [])

    def test_of_mail_notices_that_nobody_is_there(self, smtp: int) -> None:
        channel = probed(mail())
        assert (channel.failures, channel.last_ok_at) == (1, None)
        assert "refused" in channel.last_error

    def test_of_mail_that_is_kept_here_works(self) -> None:
        assert probed(mail()).last_ok_at == NIGHT

    def test_of_a_webhook_posts_a_signed_test(self, end: Endpoint) -> None:
        end.answers = [(200, {}), (500, {}), (429, {"Retry-After": "40"})]
        channel = make_webhook(end)
        assert probed(channel).last_ok_at == NIGHT
        assert end.said()[0]["type"] == "breakglass.test"
        assert "webhook-signature" in end.headers[0]
        assert probed(channel).last_error == "It answered 500."
        channel = probed(channel)
        assert (channel.failures, channel.rests_until) == (1, NIGHT + timedelta(seconds=40))

    def test_of_slack_asks_whose_token_it_is(self) -> None:
        with slack() as workspace:
            channel = make_slack()
            assert probed(channel).last_ok_at == NIGHT
            workspace.errors["auth.test"] = ["token_revoked"]
            assert "revoked" in probed(channel).last_error
            assert set(workspace.calls()) == {"auth.test"}

    def test_of_apprise_reads_its_address_and_proves_nothing(self, end: Endpoint) -> None:
        channel = probed(make_personal(end))
        assert (channel.failures, channel.last_ok_at, end.bodies) == (0, None, [])
        channel.seal({"url": "nonsense://{address}"}, at=NIGHT)
        channel.save()
        assert "does not know this address" in probed(channel).last_error

    def test_of_a_secret_that_cannot_be_read_fails_that_channel_alone(self, end: Endpoint) -> None:
        channel = make_webhook(end)
        Channel.objects.filter(pk=channel.pk).update(secret=b"\x01altered")
        channel.refresh_from_db()
        assert probed(channel).failures == 1


class TestFindings:
    def test_nothing_is_wrong_where_everybody_can_be_reached(self) -> None:
        make_cast()
        make_group("Shop managers", make_user("tom"))
        assert run() == []
        assert facts("alerts.self_tested") == [{"channels": 1, "things": [], "wrong": []}]
        catch_up(NIGHT)
        assert told("alerts.self_tested") == {}

    def test_a_channel_is_found_once_it_has_not_worked_for_a_day(self, end: Endpoint) -> None:
        channel = make_webhook(end, name="Lab")
        run()
        end.answers = [(500, {})] * 2
        probed(channel, NIGHT + DAY / 2)
        assert said(NIGHT + DAY / 2) == []
        assert run(NIGHT + DAY) == ["Lab: It has not worked for a day: It answered 500."]
        assert run(NIGHT + 2 * DAY) == []

    def test_a_service_of_apprise_that_was_never_used_is_found(self, end: Endpoint) -> None:
        make_personal(end, name="Pager")
        assert run() == ["Pager: Nothing was ever sent by it. Test it, before an emergency does."]

    def test_an_approver_whom_no_channel_that_works_reaches_is_found(self, end: Endpoint) -> None:
        make_cast()
        make_group("Shop managers", make_user("tom"))
        pager = make_personal(end, name="Pager", last_ok_at=NIGHT)
        Channel.objects.filter(pk=MAIL).update(failures=3, last_error="No.", last_ok_at=NIGHT - DAY)
        bob = make_user("bob")
        Contact.objects.create(person=bob, channel=pager, address="1", added_at=NIGHT)
        found = said()
        assert "Mail: It has not worked for a day: No." in found
        assert any(each.startswith("Carl: Is asked to decide") for each in found)
        assert not any(each.startswith("Bob") for each in found)

    def test_mail_reaches_nobody_without_an_address(self) -> None:
        make_cast()
        carl = make_user("carl")
        carl.email = ""
        carl.save(update_fields=["email"])
        assert any(each.startswith("Carl: Is asked to decide") for each in said())

    def test_audiences_of_nobody_and_of_one_are_found_where_a_scenario_is_in_use(self) -> None:
        scenario = make_cast()
        assert said() == [f"{scenario}: Only Tess is in the groups that it alerts."]
        for name in ("tess", "carl", "rob", "rosa"):
            person = make_user(name)
            person.is_active = False
            person.save(update_fields=["is_active"])
        assert [(each.tone, str(each.sentence)) for each in obstacles(NIGHT)] == [
            ("danger", "Nobody is in the groups that it alerts."),
            ("danger", "Nobody responds: an emergency is told to nobody who could stop it."),
            ("wait", "Only Bob can be asked to decide."),
        ]
        Scenario.objects.update(archived_at=NIGHT)
        assert said() == []


class TestNights:
    def test_each_is_tested_once_whoever_asks(self, end: Endpoint) -> None:
        make_webhook(end)
        for at in (NIGHT, NIGHT + timedelta(minutes=5), NIGHT + timedelta(hours=23)):
            run(at)
        assert (len(end.bodies), kinds().count("alerts.self_tested")) == (1, 1)
        run(NIGHT + DAY)
        assert (len(end.bodies), kinds().count("alerts.self_tested")) == (2, 2)

    def test_one_that_broke_off_is_taken_up_by_another_worker(self) -> None:
        SelfTest.objects.create(night=NIGHT.date(), begun_at=NIGHT)
        run(NIGHT + timedelta(minutes=9))
        assert kinds() == []
        run(NIGHT + timedelta(minutes=11))
        assert kinds() == ["alerts.self_tested"]

    def test_what_is_wrong_is_told_to_administrators_and_names_nobody_for_ever(self) -> None:
        make_cast()
        run()
        [event] = facts("alerts.self_tested")
        assert event["things"] == [Scenario.objects.get().ref]
        catch_up(NIGHT)
        send(NIGHT)
        assert told("alerts.self_tested") == {"max": "administrator"}
        mail = mail_of("max", "1 thing stands in the way of alerts")
        assert "Only Tess is in the groups that it alerts." in mail.text

    @pytest.mark.parametrize(
        "fields", [{"tone": "red"}, {"begun_at": NIGHT, "ended_at": NIGHT - DAY}]
    )
    def test_the_database_refuses(self, fields: dict[str, object]) -> None:
        values = {"night": NIGHT.date(), "begun_at": NIGHT, **fields}
        with pytest.raises(IntegrityError), transaction.atomic():
            SelfTest.objects.create(**values)


class TestShown:
    def lamp(self, name: str = "ada") -> tuple[str, str, str]:
        [lamp] = slots.self_tested(asked_by(name))
        return lamp.tone, lamp.detail, lamp.url

    def test_by_a_lamp_that_goes_out_when_it_is_put_right(self, settings: Settings) -> None:
        make_cast()
        assert self.lamp()[:2] == ("wait", "Not tested yet; it happens by itself each night.")
        now = datetime.now(UTC)
        run(now)
        words = "1 thing stands in the way; the administration says which"
        assert self.lamp() == ("wait", words, "")
        make_group("Shop managers", make_user("tom"))
        run(now + timedelta(minutes=5))
        assert self.lamp()[0] == "ok"
        SelfTest.objects.update(begun_at=now - 2 * DAY, ended_at=now - 2 * DAY)
        assert "is the worker running?" in self.lamp()[1]

    def test_in_the_administration_with_the_way_there(self, client: Client) -> None:
        give_part(make_group("Administrators", make_user("max", is_staff=True)), Part.ADMINISTRATOR)
        scenario = make_cast()
        client.force_login(make_user("max"))
        page = client.get("/admin/").content.decode()
        assert "Only Tess is in the groups that it alerts." in page
        assert f"/admin/breakglass/scenario/{scenario.pk}/change/" in page
