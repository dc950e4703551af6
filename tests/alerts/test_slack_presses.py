"""Buttons in Slack: who may press them, and which calls are taken at all."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from alerts.models import Channel, Delivery, SlackCall, SlackCard, SlackRefusal
from alerts.slack import calls, presses
from alerts.slack.heard import Press
from alerts.slack.presses import Answer
from breakglass import transitions
from breakglass.models import Request
from breakglass.transitions import Voice
from tests.alerts.make import SOON, catch_up, make_cast, make_delivery, send
from tests.alerts.slack_server import MEMBERS, Slack, buttons, make_slack, press, signed
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db
PATH = "/slack/actions/"


@pytest.fixture
def asked(workspace: Slack) -> Request:
    """Return a request of Ada's that Bob and Carl were asked about in Slack."""
    make_slack("bob", "carl", "rob", "ada")
    request = make_request(make_cast(), by=make_user("ada"))
    catch_up()
    send()
    assert workspace.calls("chat.postMessage")
    return request


def pressed(request: Request, name: str, verb: str = "approve", *, at: datetime = SOON) -> Answer:
    """Let somebody press a button of a request, on Bob's card."""
    card = SlackCard.objects.get(recipient=make_user("bob"))
    button = {"action_id": verb, "value": request.pk.hex}
    found = Press.read(press(button, MEMBERS[name], room=card.room, ts=card.ts))
    assert found
    return presses.handle(found, calls.listening(), at=at)


def redrawn(answer: Answer) -> list[Any]:
    """Return the blocks of the card that a press leaves behind."""
    drawn = answer.drawn()
    assert drawn
    return drawn.blocks


def refusals() -> list[str]:
    """Return why calls were refused, as the record has it."""
    return [each["why"] for each in facts("slack.refused")]


class TestApprove:
    def test_approves_as_the_page_does_and_redraws_the_card(
        self, workspace: Slack, asked: Request
    ) -> None:
        answer = pressed(asked, "bob")
        asked.refresh_from_db()
        assert (asked.state, answer.said) == ("approved", "Approved.")
        decision = asked.decisions.get()
        assert decision.by == make_user("bob")
        assert kinds().index("slack.pressed") < kinds().index("decision.approved")
        assert facts("slack.pressed") == [{"button": "approve", "member": "U0000BOB"}]
        assert actors("slack.pressed") == [make_user("bob").ref]
        assert "Approve" not in buttons(redrawn(answer))
        presses.answer(answer)
        card = SlackCard.objects.get(recipient=make_user("bob"))
        assert workspace.calls("chat.update")[-1]["ts"] == card.ts
        [said] = workspace.calls("chat.postEphemeral")
        assert (said["user"], said["text"]) == ("U0000BOB", "Approved.")

    def test_of_the_requester_is_refused_and_recorded(self, asked: Request) -> None:
        answer = pressed(asked, "ada")
        asked.refresh_from_db()
        assert (asked.state, answer.said) == ("pending", "Nobody decides on their own request.")
        assert actors("access.refused") == [make_user("ada").ref]

    def test_of_somebody_no_longer_allowed_is_refused_and_recorded(self, asked: Request) -> None:
        make_group("Database team").user_set.remove(make_user("bob"))
        assert pressed(asked, "bob").said == "Only Database team decides on this."
        type(make_user("carl")).objects.filter(email="carl@example.com").update(is_active=False)
        assert pressed(asked, "carl").said == "This account is switched off."
        asked.refresh_from_db()
        assert asked.state == "pending"
        assert len(actors("access.refused")) == 2

    def test_of_a_decided_or_lapsed_request_changes_nothing(self, asked: Request) -> None:
        late = pressed(asked, "bob", at=asked.lapse_at)
        assert "lapsed" in late.said or "over" in late.said
        transitions.deny(asked, voice=Voice(by=make_user("carl"), comment="No."), at=NOON)
        answer = pressed(asked, "bob")
        asked.refresh_from_db()
        assert asked.state == "denied"
        assert list(buttons(redrawn(answer))) == ["Open the case"]

    def test_on_a_card_that_nobody_kept_redraws_it_as_well(self, asked: Request) -> None:
        SlackCard.objects.all().delete()  # as where we crash between posting it and keeping it
        button = {"action_id": "approve", "value": asked.pk.hex}
        for room in ("D0000BOB", "C0000OPS"):
            found = Press.read(press(button, MEMBERS["bob"], room=room, ts="1.5"))
            assert found
            answer = presses.handle(found, calls.listening(), at=SOON)
            if room == "D0000BOB":
                assert list(buttons(redrawn(answer))) == ["Open the case"]
            else:
                assert answer.drawn() is None  # a personal card is not drawn in a room
        assert asked.decisions.get().by == make_user("bob")

    def test_decides_nothing_where_the_house_wants_people_signed_in(self, asked: Request) -> None:
        with override_settings(CHAT_DECIDES=False):
            answer = pressed(asked, "bob")
        asked.refresh_from_db()
        assert asked.state == "pending"
        assert "sign in to Breakglass" in answer.said
        assert actors("access.refused") == [make_user("bob").ref]

    @pytest.mark.parametrize("verb", ["approve", "deny", "counter"])
    def test_decides_nothing_where_the_scenario_wants_people_signed_in(
        self, workspace: Slack, verb: str
    ) -> None:
        make_slack("bob")
        request = make_request(make_cast(chat_decides=False), by=make_user("ada"))
        catch_up()
        send()
        answer = pressed(request, "bob", verb)
        assert answer.view is None
        assert answer.said.startswith("This scenario is not decided from a chat: sign in")
        assert list(buttons(redrawn(answer))) == ["Decide", "Open the case"]
        assert actors("access.refused") == [make_user("bob").ref]
        assert not request.decisions.exists()

    def test_speaks_the_language_of_whoever_presses(self, asked: Request) -> None:
        type(make_user("ada")).objects.filter(email="ada@example.com").update(language="de")
        assert pressed(asked, "ada").said == "Niemand entscheidet über die eigene Anfrage."

    @pytest.mark.parametrize("value", ["", "nonsense", "0" * 32])
    def test_of_nothing_that_exists_is_a_sentence(self, asked: Request, value: str) -> None:
        found = Press.read(press({"action_id": "approve", "value": value}, MEMBERS["bob"]))
        assert found
        assert presses.handle(found, calls.listening(), at=SOON).said.endswith(".")
        assert "decision.approved" not in kinds()


class TestRatify:
    def test_ratifies(self, workspace: Slack) -> None:
        make_slack("bob")
        request = make_broken_glass(make_cast(), by=make_user("ada"))
        catch_up()
        send()
        [card] = workspace.calls("chat.postMessage")
        assert list(buttons(card["blocks"]))[:2] == ["Ratify", "Refuse…"]
        assert pressed(request, "bob", "ratify").said == "Ratified."
        request.refresh_from_db()
        assert request.ratification == "ratified"


class TestAcknowledge:
    def test_says_for_the_person_what_they_have_read_in_the_case(self, workspace: Slack) -> None:
        make_slack("rob")
        make_broken_glass(make_cast(), by=make_user("ada"))
        catch_up()
        send()
        [card] = workspace.calls("chat.postMessage")
        button = buttons(card["blocks"])["Acknowledge"]
        answer = self.acknowledged(button, "rob")
        assert answer.said == "Noted: you have read it."
        mine = Delivery.objects.get(recipient=make_user("rob"), receipt=True)
        assert mine.acknowledged_by == make_user("rob")
        assert "Acknowledge" not in buttons(redrawn(answer))
        assert "Read by Rob" in str(redrawn(answer))
        assert "Nothing here waits" in self.acknowledged(button, "rob").said

    def test_is_nobody_elses(self, workspace: Slack) -> None:
        make_slack("rob", "bob")
        row = make_delivery(make_user("rob"), receipt=True)
        button = {"action_id": "acknowledge", "value": row.pk.hex}
        assert "Only Rob" in self.acknowledged(button, "bob").said
        type(make_user("rob")).objects.filter(email="rob@example.com").update(is_active=False)
        assert self.acknowledged(button, "rob").said == "This account is switched off."
        row.refresh_from_db()
        assert row.acknowledged_at is None
        assert len(actors("access.refused")) == 2

    def acknowledged(self, button: dict[str, Any], name: str) -> Answer:
        found = Press.read(press(button, MEMBERS[name], room=MEMBERS[name].replace("U", "D", 1)))
        assert found
        return presses.handle(found, calls.listening(), at=SOON)


class TestWhoPresses:
    def test_a_member_whom_nobody_knows_is_refused_and_recorded_once_a_minute(
        self, asked: Request
    ) -> None:
        payload = press({"action_id": "approve", "value": asked.pk.hex}, "U0STRANGER")
        found = Press.read(payload)
        assert found
        for second in range(5):
            answer = presses.handle(found, calls.listening(), at=SOON + timedelta(seconds=second))
            assert "does not know who you are" in answer.said
        presses.handle(found, calls.listening(), at=SOON + timedelta(seconds=60))
        recorded = facts("slack.refused")
        assert [(each["member"], each["more"]) for each in recorded] == [
            ("U0STRANGER", 0),
            ("U0STRANGER", 4),
        ]
        asked.refresh_from_db()
        assert asked.state == "pending"

    def test_a_member_of_another_workspace_is_nobody(self, asked: Request) -> None:
        channel = calls.listening()[0]
        channel.seal({**channel.unsealed(), "team_id": "T2"}, at=NOON)
        channel.save()
        assert "does not know" in pressed(asked, "bob").said

    def test_a_member_who_is_two_people_is_nobody(self, asked: Request) -> None:
        channel = calls.listening()[0]
        channel.contacts.filter(person=make_user("ada")).update(address=MEMBERS["bob"])
        assert "does not know" in pressed(asked, "bob").said


class TestCalls:
    """What `calls.signed_by` takes, at a time that is an argument."""

    PAYLOAD = {"type": "block_actions"}

    def taken(self, body: str, headers: dict[str, str], *, at: datetime = NOON) -> list[Channel]:
        return calls.signed_by(calls.listening(), body.encode(), headers, at=at)

    def test_of_the_app_are_taken_once(self) -> None:
        channel, call = make_slack(), signed(self.PAYLOAD, at=NOON)
        make_slack(name="Other", secret={"signing_secret": "f" * 32})
        assert self.taken(*call) == [channel]
        with pytest.raises(calls.NotTaken, match="played again"):
            self.taken(*call)
        assert refusals() == ["It was played again."]

    @pytest.mark.parametrize("minutes", [-6, 6, 60 * 24])
    def test_from_another_time_are_refused(self, minutes: int) -> None:
        make_slack()
        call = signed(self.PAYLOAD, at=NOON)
        with pytest.raises(calls.NotTaken, match="long ago"):
            self.taken(*call, at=NOON + timedelta(minutes=minutes))
        assert refusals() == ["It bears no time, or one that is long ago."]
        assert not SlackCall.objects.exists()

    def test_with_a_wrong_secret_or_an_altered_body_are_refused(self) -> None:
        make_slack()
        body, headers = signed(self.PAYLOAD, at=NOON)
        for call in (
            signed(self.PAYLOAD, at=NOON, secret="f" * 32),
            (body.replace("block", "blonk"), headers),
            (body, {**headers, "X-Slack-Signature": "v0="}),
            (body, {**headers, "X-Slack-Signature": "v0=\xe9"}),
            (body, {name: value for name, value in headers.items() if "Time" in name}),
        ):
            with pytest.raises(calls.NotTaken, match="No app of ours"):
                self.taken(*call)
        assert refusals() == ["No app of ours has signed it."]
        with pytest.raises(calls.NotTaken, match="no time"):
            self.taken(body, {})
        assert len(refusals()) == 2

    def test_that_are_no_text_are_refused(self) -> None:
        make_slack()
        _body, headers = signed(self.PAYLOAD, at=NOON)
        with pytest.raises(calls.NotTaken):
            calls.signed_by(calls.listening(), b"\xff", headers, at=NOON)

    def test_in_a_flood_are_one_entry_a_minute_and_none_is_uncounted(self) -> None:
        make_slack()
        body, headers = signed(self.PAYLOAD, at=NOON, secret="f" * 32)
        for second in range(90):
            with pytest.raises(calls.NotTaken):
                self.taken(body, headers, at=NOON + timedelta(seconds=second))
        calls.forget(at=NOON + timedelta(hours=2))
        assert [each["more"] for each in facts("slack.refused")] == [0, 59, 29]
        assert not SlackRefusal.objects.exists()

    def test_are_forgotten_when_their_time_alone_refuses_them(self) -> None:
        make_slack()
        self.taken(*signed(self.PAYLOAD, at=NOON))
        calls.forget(at=NOON + timedelta(minutes=59))
        assert SlackCall.objects.exists()
        calls.forget(at=NOON + timedelta(minutes=61))
        assert not SlackCall.objects.exists()

    def test_of_a_channel_whose_secret_cannot_be_read_are_refused(self) -> None:
        channel = make_slack()
        Channel.objects.filter(pk=channel.pk).update(secret=b"\x01altered")
        with pytest.raises(calls.NotTaken, match="No app"):
            self.taken(*signed(self.PAYLOAD, at=NOON))


class TestAddress:
    """The view, in the time in which it is called."""

    def post(self, client: Client, body: str, headers: dict[str, str]) -> int:
        kind = "application/x-www-form-urlencoded"
        answer = client.post(PATH, body, content_type=kind, headers=headers)
        assert "sessionid" not in answer.cookies
        return answer.status_code

    def test_acts_and_tells_slack_apart(self, workspace: Slack) -> None:
        make_slack("rob")
        row = make_delivery(make_user("rob"), receipt=True)
        payload = press({"action_id": "acknowledge", "value": row.pk.hex}, MEMBERS["rob"])
        body, headers = signed(payload, at=timezone.now())
        strict = Client(enforce_csrf_checks=True)
        assert self.post(strict, body, headers) == 200
        row.refresh_from_db()
        assert row.acknowledged_by == make_user("rob")
        [said] = workspace.wait_for("chat.postEphemeral")
        assert said["text"] == "Noted: you have read it."
        assert self.post(strict, body, headers) == 401
        assert kinds()[-1] == "slack.refused"

    def test_ignores_what_is_signed_and_no_press_of_ours(self, client: Client) -> None:
        make_slack()
        for payload in (
            press({"action_id": "open_1", "url": "https://x.example"}, "U0000BOB"),
            {"type": "view_submission"},
            {"type": "block_actions", "actions": []},
            ["block_actions"],
        ):
            made: Any = payload
            assert self.post(client, *signed(made, at=timezone.now())) == 200
        assert kinds() == []

    def test_takes_nothing_unsigned_and_nothing_but_posts(self, client: Client) -> None:
        assert self.post(client, "payload={}", {}) == 404  # nobody uses Slack here
        make_slack()
        assert self.post(client, urlencode({"payload": json.dumps({})}), {}) == 401
        assert client.get(PATH).status_code == 405
