"""Channels beside mail: what arrives at real endpoints, and what happens when they fail."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook, WebhookVerificationError

from alerts import deliver, transitions
from alerts.channels.through_apprise import why_not_address
from alerts.models import MAIL, Channel, Contact, Delivery, Mail
from alerts.no_answer import why_no_answer
from alerts.reach import channels_of
from alerts.taming import tame
from alerts.trial import trial
from tests.alerts.endpoint import Endpoint, endpoint
from tests.alerts.make import SOON, catch_up, make_cast, make_delivery, send
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db
NEW, OLD = (f"whsec_{base64.b64encode(bytes([each]) * 24).decode()}" for each in (1, 2))


@pytest.fixture
def end() -> Iterator[Endpoint]:
    """Run an endpoint."""
    with endpoint() as running:
        yield running


def make_channel(kind: str, secret: dict[str, Any], **fields: Any) -> Channel:
    """Return a channel in use."""
    channel = Channel(kind=kind, name=fields.pop("name", kind), **fields)
    channel.seal(secret, at=NOON)
    channel.save()
    return channel


def make_webhook(end: Endpoint, **fields: Any) -> Channel:
    """Return a webhook to `end` whose secret is being changed."""
    return make_channel("webhook", {"url": f"{end.url}/hook", "secrets": [NEW, OLD]}, **fields)


def make_personal(end: Endpoint, **fields: Any) -> Channel:
    """Return a channel of Apprise on which each person has an address."""
    url = f"json://{end.url.removeprefix('http://')}/to/{{address}}"
    return make_channel("apprise", {"url": url}, personal=True, **fields)


def place(channel: Channel, **fields: Any) -> Delivery:
    """Return a message to a place about something that was really recorded."""
    make_broken_glass(make_cast(), by=make_user("ada"))
    catch_up()
    row = Delivery.objects.filter(kind="breakglass.activated").first()
    assert row
    Delivery.objects.all().delete()
    values = {"subject": row.subject, "case": row.case, "kind": row.kind, **fields}
    return make_place(channel, entry_seq=row.entry_seq, **values)


def make_place(channel: Channel, **fields: Any) -> Delivery:
    """Return a message to the place that a channel is."""
    values = {"created_at": NOON, "next_attempt_at": NOON, "audience": "routed", **fields}
    return Delivery.objects.create(channel=channel, **values)


class TestWebhook:
    def test_is_signed_so_that_the_old_secret_and_the_new_one_verify(self, end: Endpoint) -> None:
        row = place(make_webhook(end), urgent=True)
        assert send() == 1
        [headers], [body] = end.headers, end.bodies
        headers["webhook-timestamp"] = str(int(SOON.timestamp()))
        for secret in (NEW, OLD):
            with pytest.raises(
                WebhookVerificationError, match="old"
            ):  # of 2026, and all else right
                Webhook(secret).verify(body, headers)
        signed = Webhook(NEW).sign(headers["webhook-id"], SOON, body.decode())
        assert signed in headers["webhook-signature"].split()
        assert headers["webhook-id"] == f"msg_{row.pk.hex}"

    def test_says_what_happened_and_where_it_stands_in_the_record(self, end: Endpoint) -> None:
        row = place(make_webhook(end))
        send()
        [said] = end.said()
        assert said["type"] == "breakglass.activated"
        assert said["data"]["entry"] == row.entry_seq
        assert said["data"]["targets"] == ["shop-db"]
        assert said["data"]["break_glass"] is True
        assert len(said["data"]["record"]["root"]) == 64
        assert "Reason" in said["data"]["said"]

    def test_tells_no_words_of_people_where_that_is_not_wanted(self, end: Endpoint) -> None:
        place(make_webhook(end, quotes=False))
        send()
        assert end.said()[0]["data"]["said"] == {}

    def test_follows_nobody_elsewhere(self, end: Endpoint) -> None:
        end.answers = [(302, {"Location": end.url})]
        row = place(make_webhook(end))
        send()
        row.refresh_from_db()
        assert (row.state, len(end.bodies)) == ("retrying", 1)

    def test_waits_as_long_as_the_service_asks_which_counts_as_no_failure(
        self, end: Endpoint
    ) -> None:
        end.answers = [(429, {"Retry-After": "40"})]
        channel = make_webhook(end)
        row = place(channel)
        send()
        row.refresh_from_db()
        channel.refresh_from_db()
        assert (row.attempts, row.state, channel.failures) == (0, "queued", 0)
        assert row.next_attempt_at == channel.rests_until == SOON + timedelta(seconds=40)
        assert send(SOON + timedelta(seconds=39)) == 0
        assert send(SOON + timedelta(seconds=40)) == 1

    def test_gone_is_final(self, end: Endpoint) -> None:
        end.answers = [(410, {})]
        row = place(make_webhook(end))
        send()
        row.refresh_from_db()
        assert row.state == "dead"

    def test_no_error_repeats_the_address(self) -> None:
        channel = make_channel(
            "webhook", {"url": "http://127.0.0.1:9/secret-path", "secrets": [NEW]}
        )
        row = place(channel)
        send()
        row.refresh_from_db()
        assert row.last_error
        assert "secret-path" not in row.last_error

    def test_a_secret_that_cannot_be_read_fails_the_channel_and_nothing_else(
        self, end: Endpoint
    ) -> None:
        channel = make_webhook(end)
        row = place(channel)
        Channel.objects.filter(pk=channel.pk).update(secret=b"\x01altered")
        make_delivery(entry_seq=row.entry_seq, kind=row.kind, subject=row.subject, case=row.case)
        assert send() == 1
        channel.refresh_from_db()
        assert (channel.failures, Mail.objects.count()) == (1, 1)


class TestServices:
    def test_reach_each_person_at_their_own_address(self, end: Endpoint) -> None:
        channel, scenario = make_personal(end), make_cast()
        Contact.objects.create(
            person=make_user("bob"), channel=channel, address="b/1", added_at=NOON
        )
        make_request(scenario)
        catch_up()
        send()
        assert end.paths == ["/to/b%2F1"]
        [said] = end.said()
        assert "Ada asks for shop-db" in said["title"]
        assert "Decide: http" in said["message"]
        assert {str(row.reader) for row in Delivery.objects.filter(state="sent")} == {"Bob", "Carl"}

    def test_somebody_who_has_left_the_channel_is_told_by_mail_already(self, end: Endpoint) -> None:
        row = make_delivery(channel=make_personal(end), urgent=True)
        send()
        row.refresh_from_db()
        assert row.state == "dead"
        assert Delivery.objects.get(instead_of=row).channel_id == MAIL

    @pytest.mark.parametrize(
        ("url", "personal", "why"),
        [
            ("tgram://123456789:abcdefghijklmnopqrstuvwxyz/{address}", True, None),
            ("tgram://123456789:abcdefghijklmnopqrstuvwxyz/123", True, "Put {address}"),
            ("json://localhost/{address}", False, "one place"),
            ("pigeon://coop", False, "does not know"),
        ],
    )
    def test_says_what_is_wrong_with_an_address(
        self, url: str, *, personal: bool, why: str | None
    ) -> None:
        said = why_not_address(url, personal=personal)
        assert (said is None) if why is None else why in str(said)

    def test_nobodys_words_act_in_a_chat(self) -> None:
        said = tame("@channel <!here> `rm` https://evil.example.com *bold* #general")
        for alive in ("@channel", "<!here", "`rm", "https://", "evil.example", "*bold", "#general"):
            assert alive not in said
        assert said.replace("\u2060", "").startswith("@channel <!here> `rm`")


class TestReach:
    def test_ordinary_mail_can_be_left_for_another_channel(self, end: Endpoint) -> None:
        bob, channel = make_user("bob"), make_personal(end)
        assert channels_of([bob], urgent=False) == {bob: [MAIL]}
        Contact.objects.create(person=bob, channel_id=MAIL, takes="urgent", added_at=NOON)
        assert channels_of([bob], urgent=False) == {bob: [MAIL]}  # or nothing would reach him
        Contact.objects.create(person=bob, channel=channel, address="b", added_at=NOON)
        assert channels_of([bob], urgent=False) == {bob: [channel.pk]}
        assert channels_of([bob], urgent=True) == {bob: [MAIL, channel.pk]}

    def test_is_acknowledged_once_whatever_it_came_by(self, end: Endpoint) -> None:
        channel = make_personal(end)
        scenario = make_cast()
        Contact.objects.create(person=make_user("rob"), channel=channel, address="r", added_at=NOON)
        make_broken_glass(scenario)
        catch_up()
        mine = Delivery.objects.filter(recipient=make_user("rob"))
        assert sorted(mine.values_list("channel__name", "receipt")) == [
            ("Mail", True),
            ("apprise", False),
        ]
        send()
        receipt = mine.get(receipt=True)
        assert receipt.get_absolute_url() in end.said()[0]["message"]


class TestFailingChannels:
    def test_rests_after_some_failures_and_others_stand_in(self, end: Endpoint) -> None:
        channel = make_personal(end)
        end.answers = [(500, {})] * 10
        for number in range(2):
            make_delivery(make_user("ada"), channel=channel, urgent=True, entry_seq=number)
        self.real(channel)
        now = SOON
        for _ in range(transitions.PATIENCE):
            send(now)
            now += timedelta(minutes=1)
        channel.refresh_from_db()
        assert channel.rests_until
        assert channel.rests_until > now - timedelta(minutes=1)
        by_mail = Delivery.objects.filter(channel=MAIL).exclude(instead_of=None)
        assert by_mail.count() == 2
        assert kinds()[-1] == "channel.fails"

    def real(self, channel: Channel) -> None:
        """Let the messages be about something that can be told."""
        make_request(make_cast())
        catch_up()
        real = Delivery.objects.filter(kind="request.submitted").first()
        assert real
        rows = Delivery.objects.filter(channel=channel).order_by("entry_seq")
        for row, seq in zip(rows, (real.entry_seq, real.entry_seq - 1), strict=True):
            row.entry_seq, row.kind, row.subject = seq, real.kind, real.subject
            row.save()
        Delivery.objects.exclude(channel=channel).delete()
        Contact.objects.create(person=make_user("ada"), channel=channel, address="a", added_at=NOON)

    def test_works_again_and_says_so(self, end: Endpoint) -> None:
        channel = make_webhook(
            end, failures=transitions.PATIENCE, rests_until=SOON, last_error="It was away."
        )
        place(channel)
        assert send() == 1
        channel.refresh_from_db()
        assert (channel.failures, channel.rests_until, channel.last_error) == (0, None, "")
        assert kinds()[-1] == "channel.works"

    def test_is_left_alone_while_it_rests(self, end: Endpoint) -> None:
        place(make_webhook(end, rests_until=SOON + timedelta(seconds=1)))
        assert send() == 0
        assert not end.bodies


class TestOrder:
    def test_none_before_an_earlier_one_of_its_case(self) -> None:
        make_delivery(entry_seq=1, case="request:1")
        make_delivery(entry_seq=2, case="request:1", urgent=True)
        make_delivery(entry_seq=3, case="request:2", urgent=True)
        assert [self.claimed(), self.claimed(), self.claimed()] == [[3], [1], []]

    def test_another_reader_is_not_held_up(self) -> None:
        make_delivery(make_user("bob"), entry_seq=1, case="request:1")
        make_delivery(make_user("ada"), entry_seq=2, case="request:1", urgent=True)
        assert self.claimed() == [2]

    def claimed(self) -> list[int]:
        rows = transitions.claim(Channel.objects.get(pk=MAIL), at=SOON)
        return [row.entry_seq for row in rows]


class TestFlood:
    def test_comes_as_one_readable_mail_and_nothing_is_lost(self) -> None:
        scenario = make_cast()
        for number in range(transitions.JOINED):
            person = make_user(f"p{number}")
            make_group("Platform engineers", person)
            make_request(scenario, by=person)
        catch_up()
        assert send() == 2 * transitions.JOINED
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
        mail = Mail.objects.of(make_user("bob")).get()
        assert mail.subject == f"Breakglass: {transitions.JOINED} messages"
        for number in range(transitions.JOINED):
            assert f"P{number} asks for shop-db" in mail.text
            assert f"P{number} asks for shop-db" in mail.html
        assert mail.text.count("/d/") == transitions.JOINED

    def test_programs_get_each_event(self, end: Endpoint) -> None:
        channel = make_webhook(end)
        row = place(channel)
        for seq in range(row.entry_seq):
            make_place(channel, entry_seq=seq, kind=row.kind, subject=row.subject, case=row.case)
        assert deliver.run(lambda: SOON) == len(end.bodies)
        assert len({headers["webhook-id"] for headers in end.headers}) == len(end.bodies)


class TestNoAnswer:
    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("http://127.0.0.1:1/hook?token=secret", "127.0.0.1:1 refused the connection."),
            ("http://nobody.invalid/hook?token=secret", "No host is called nobody.invalid."),
        ],
    )
    def test_is_told_in_words_with_the_host_alone(self, url: str, why: str) -> None:
        channel = make_channel("webhook", {"url": url, "secrets": [NEW]})
        said = trial(channel, by=make_user("max"), at=SOON)
        assert said
        assert said.startswith(why)
        assert "secret" not in said
        assert "hook" not in said

    def test_names_what_is_wrong_with_a_certificate_or_takes_too_long(self, end: Endpoint) -> None:
        end.slow = 0.3
        for url, timeout, why in (
            (end.url, 0.1, "did not answer in time"),
            (end.url.replace("http:", "https:"), 5, "no certificate that is trusted"),
        ):
            with pytest.raises(requests.RequestException) as caught:
                requests.get(url, timeout=timeout)
            assert why in why_no_answer(caught.value, url)
