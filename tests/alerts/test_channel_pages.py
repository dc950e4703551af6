"""Setting channels up, and saying where and when one is told."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from standardwebhooks import Webhook

from accounts.models import Part, User
from accounts.parts import give_part
from alerts.models import MAIL, Channel, Contact, Delivery, Mail, Quiet
from breakglass import transitions
from breakglass.models import Request
from tests.alerts.endpoint import endpoint
from tests.alerts.make import SOON, catch_up, make_cast, send
from tests.alerts.slack_server import SECRET, slack
from tests.make import NOON, make_group, make_request, make_user
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db
_HOOK = "/admin/alerts/channel/add/?kind=webhook"


@pytest.fixture
def max_(client: Client) -> Client:
    """Sign an administrator in."""
    give_part(make_group("Administrators", make_user("max", is_staff=True)), Part.ADMINISTRATOR)
    client.force_login(make_user("max"))
    return client


def hook(client: Client, url: str, **fields: str) -> Channel:
    """Add a webhook as somebody does who leaves what is proposed."""
    form = client.get(_HOOK).context["adminform"].form
    values = {"name": "Lab", "url": url, "enabled": "on", "quotes": "on", "reason": "For the lab."}
    values["signing_secret"] = form.initial["signing_secret"]
    answer = client.post(_HOOK, values | fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Channel.objects.get(name=values["name"])


class TestSettingUp:
    def test_asks_for_the_kind_first(self, max_: Client) -> None:
        page = max_.get("/admin/alerts/channel/add/").content.decode()
        assert "?kind=webhook" in page
        assert "?kind=apprise" in page

    def test_is_sealed_recorded_without_its_secret_and_tried(self, max_: Client) -> None:
        with endpoint() as end:
            channel = hook(max_, f"{end.url}/in")
            page = max_.post(f"/admin/alerts/channel/{channel.pk}/test/").content.decode()
            [said] = end.said()
        assert "It was accepted there" in page
        assert said["type"] == "breakglass.test"
        assert b"/in" not in bytes(channel.secret)
        for address in ("/admin/alerts/channel/", channel.get_absolute_url()):
            shown = max_.get(address).content.decode()
            assert "127.0.0.1" in shown
            assert end.url not in shown
        assert kinds()[-1] == "channel.tested"
        assert actors("config.changed")[-1] == make_user("max").ref
        assert end.url not in str(facts("config.changed"))

    def test_a_new_secret_signs_beside_the_old_one_until_the_program_knows(
        self, max_: Client
    ) -> None:
        with endpoint() as end:
            channel = hook(max_, end.url)
            old = channel.unsealed()["secrets"]
            page = f"/admin/alerts/channel/{channel.pk}/change/"
            new = Webhook(b"n" * 32)
            values = {"name": "Lab", "enabled": "on", "quotes": "on", "reason": "It leaked."}
            secret = "whsec_" + "bm5u" * 10 + "bm4="
            assert max_.post(page, values | {"signing_secret": secret}).status_code == 302
            channel.refresh_from_db()
            assert channel.unsealed() == {"url": end.url, "secrets": [secret, *old]}
            assert max_.post(page, values | {"forget_old": "on"}).status_code == 302
            channel.refresh_from_db()
            assert channel.unsealed()["secrets"] == [secret]
            assert new.sign("m", NOON, "{}") == Webhook(secret).sign("m", NOON, "{}")

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"url": "ftp://hooks.example.com"}, "no address of the web"),
            ({"url": "http://hooks.example.com/in"}, "Use https://"),
            ({"url": ""}, "This field is required"),
            ({"url": "https://hooks.example.com", "signing_secret": "short"}, "24 to 64"),
        ],
    )
    def test_says_what_is_wrong_before_it_is_saved(
        self, max_: Client, fields: dict[str, str], why: str
    ) -> None:
        values = {"name": "Lab", "reason": "For the lab.", "signing_secret": "whsec_" + "YWFh" * 8}
        page = max_.post(_HOOK, values | fields)
        assert page.status_code == 200
        assert why in page.content.decode()
        assert not Channel.objects.exclude(pk=MAIL).exists()

    def test_says_what_the_service_said_when_a_test_fails(self, max_: Client) -> None:
        with endpoint() as end:
            end.answers = [(500, {})]
            channel = hook(max_, end.url)
            page = max_.post(f"/admin/alerts/channel/{channel.pk}/test/").content.decode()
        assert "It answered 500." in page

    def test_says_that_a_secret_cannot_be_read(self, max_: Client) -> None:
        with endpoint() as end:
            channel = hook(max_, end.url)
        Channel.objects.filter(pk=channel.pk).update(secret=bytes(channel.secret)[:-1] + b"?")
        page = max_.post(f"/admin/alerts/channel/{channel.pk}/test/")
        assert page.status_code == 200
        assert "enter it again" in page.content.decode()

    def test_a_stand_in_reaches_the_same_readers(self, max_: Client) -> None:
        values = {
            "name": "Pager", "personal": "on", "url": "json://localhost/{address}",
            "enabled": "on", "reason": "For nights.",
        }  # fmt: skip
        page = "/admin/alerts/channel/add/?kind=apprise"
        assert max_.post(page, values | {"falls_back_to": str(MAIL)}).status_code == 302
        values |= {"name": "Room", "personal": "", "url": "json://localhost"}
        page_again = max_.post(page, values | {"falls_back_to": str(MAIL)})
        assert "Mail reaches people; this is one place." in page_again.content.decode()


class TestReach:
    def save(self, client: Client, **fields: Any) -> Any:
        """Post the form as it was shown, but for `fields`."""
        page = client.get("/profile/reach/").context
        values = {}
        for part in [*page["parts"], page["quiet"]]:
            for bound in part:
                value = bound.value()
                values[bound.html_name] = "" if value is None else value
        return client.post("/profile/reach/", values | fields)

    def test_where_one_is_comes_into_use_and_is_recorded_without_the_address(
        self, client: Client
    ) -> None:
        client.force_login(make_user("bob"))
        pager = self.pager()
        answer = self.save(
            client, **{f"{pager.pk.hex}-address": "4711", f"{pager.pk.hex}-takes": "urgent"}
        )
        assert answer.status_code == 302
        contact = Contact.objects.get()
        assert (contact.person, contact.address, contact.takes) == (
            make_user("bob"), "4711", "urgent",
        )  # fmt: skip
        assert actors("config.changed")[-1] == make_user("bob").ref
        assert "4711" not in str(facts("config.changed"))
        assert "4711" in client.get("/profile/").content.decode()
        self.save(client, **{f"{pager.pk.hex}-takes": "off"})
        assert not Contact.objects.exists()

    def test_says_that_an_address_is_missing(self, client: Client) -> None:
        client.force_login(make_user("bob"))
        answer = self.save(client, **{f"{self.pager().pk.hex}-takes": "all"})
        assert answer.status_code == 422
        assert "Enter where you are there" in answer.content.decode()

    def test_quiet_hours_need_an_end(self, client: Client) -> None:
        client.force_login(make_user("bob"))
        assert "both a beginning and an end" in self.save(client, starts="22:00").content.decode()
        both = self.save(client, starts="22:00", ends="07:00", daily_at="08:00")
        assert "Choose quiet hours or once a day" in both.content.decode()

    def pager(self) -> Channel:
        channel = Channel(name="Pager", kind="apprise", personal=True)
        channel.seal({"url": "json://localhost/{address}"}, at=NOON)
        channel.save()
        return channel


class TestQuietHours:
    @pytest.mark.parametrize(
        ("at", "told"),
        [("21:59", "21:59"), ("22:00", "07:00"), ("03:00", "07:00"), ("07:00", "07:00")],
    )
    def test_are_ones_own_and_may_span_midnight(self, at: str, told: str) -> None:
        zone = ZoneInfo("Europe/Berlin")
        quiet = Quiet(
            person=User(time_zone="Europe/Berlin"), starts=time(22), ends=time(7), daily_at=None
        )
        moment = datetime.combine(NOON.date(), time.fromisoformat(at), tzinfo=zone)
        until = quiet.until(moment)
        assert until.astimezone(zone).time() == time.fromisoformat(told)
        assert timedelta() <= until - moment < timedelta(hours=10)

    def test_hold_back_what_is_not_urgent_and_it_comes_as_one(self) -> None:
        scenario = make_cast()
        make_request(scenario)
        catch_up()
        send()
        Mail.objects.all().delete()
        Quiet.objects.create(person=make_user("bob"), daily_at=time(18))
        for name in ("mia", "nils"):
            make_group("Platform engineers", make_user(name))
            make_request(scenario, by=make_user(name))
        catch_up()
        held = Delivery.objects.filter(together=True)
        assert not held.exists()  # what asks for an answer is urgent

        for asked in Request.objects.all():
            transitions.withdraw(asked, by=asked.requester, at=SOON)
        catch_up()
        send()
        assert held.filter(recipient=make_user("bob")).count() == 3
        assert "withdrew" not in Mail.objects.of(make_user("bob")).first().text  # type: ignore[union-attr]
        send(NOON + timedelta(hours=7))
        [mail, *_] = Mail.objects.of(make_user("bob"))
        assert mail.subject == "Breakglass: 3 messages"


class TestSlack:
    page = "/admin/alerts/channel/add/?kind=slack"

    def values(self, **fields: str) -> dict[str, str]:
        values = {
            "name": "Ops", "place": "C0000OPS", "bot_token": "xoxb-1-2-three", "enabled": "on",
            "signing_secret": SECRET, "reason": "For the ops room.",
        }  # fmt: skip
        return values | fields

    def test_asks_slack_whose_token_it_is(self, max_: Client) -> None:
        with slack() as workspace:
            app = "xapp-1-A012345-test"
            assert max_.post(self.page, self.values(app_token=app)).status_code == 302
            workspace.errors["auth.test"] = ["invalid_auth"]
            page = max_.post(self.page, self.values(name="Other")).content.decode()
        kept = Channel.objects.get(name="Ops").unsealed()
        assert (kept["team_id"], kept["app_token"]) == ("T1", app)
        assert "Slack does not know the bot token." in page
        assert "xoxb-1-2-three" not in page

    def test_wants_the_id_of_the_room(self, max_: Client) -> None:
        with slack():
            page = max_.post(self.page, self.values(place="#ops")).content.decode()
        assert "Give the id of the room" in page

    def test_finds_people_by_their_addresses(self, max_: Client) -> None:
        for name in ("bob", "eve"):
            make_user(name)
        with slack():
            max_.post(self.page, self.values(place="", personal="on"))
            channel = Channel.objects.get(name="Ops")
            page = max_.post(f"/admin/alerts/channel/{channel.pk}/people/", follow=True)
        assert Contact.objects.get().person == make_user("bob")
        assert "1 person found." in page.content.decode()
        assert "Slack does not know the addresses of Eve and Max." in page.content.decode()
