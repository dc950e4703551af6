"""Deny, refuse and less in Slack: the view that a button opens, and what sending it does."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from alerts.models import Channel, Contact, SlackCard
from alerts.slack import calls, presses, socket
from alerts.slack.heard import Press, Submission
from alerts.slack.presses import Answer
from breakglass import transitions
from breakglass.models import Request
from breakglass.transitions import Voice
from tests.alerts.make import SOON, make_cast
from tests.alerts.slack_server import (
    MEMBERS,
    Slack,
    buttons,
    make_slack,
    press,
    sent,
    signed,
    slack,
    texts,
)
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db
REASON = "Say why you deny it; the requester reads it."


@pytest.fixture
def asked() -> Request:
    """Return a request of Ada's whose card Bob has in Slack, where the others are as well."""
    channel = make_slack("bob", "carl", "rob", "ada")
    return told(make_request(make_cast(), by=make_user("ada")), channel)


def told(request: Request, channel: Channel) -> Request:
    """Return a request with the card that Bob was sent."""
    SlackCard.objects.create(
        channel=channel, recipient=make_user("bob"), case=request.ref, room="D0000BOB",
        ts="1.000001", made_at=NOON,
    )  # fmt: skip
    return request


def pressed(request: Request, name: str, verb: str, *, at: datetime = SOON) -> Answer:
    """Let somebody press a button of a request, on Bob's card."""
    card = SlackCard.objects.get(recipient=make_user("bob"))
    button = {"action_id": verb, "value": request.pk.hex}
    found = Press.read(press(button, MEMBERS[name], room=card.room, ts=card.ts))
    assert found
    return presses.handle(found, calls.listening(), at=at)


def opened(request: Request, verb: str) -> Any:
    """Return the view that a button of Bob's opens."""
    view = pressed(request, "bob", verb).view
    assert view
    return view


def send_view(view: Any, name: str = "bob", **given: Any) -> Answer:
    """Let somebody send a view, filled in."""
    found = Submission.read(sent(view, MEMBERS[name], **given))
    assert found
    return presses.submit(found, calls.listening(), at=SOON)


def said(answer: Answer) -> str:
    """Return what a view shows instead, once it was sent."""
    assert answer.reply
    assert answer.reply["response_action"] == "update"
    assert "submit" not in answer.reply["view"]
    return texts(answer.reply["view"]["blocks"])


class TestDeny:
    def test_opens_the_form_of_the_page(self, workspace: Slack, asked: Request) -> None:
        answer = pressed(asked, "bob", "deny")
        presses.answer(answer)
        [call] = workspace.calls("views.open")
        view = call["view"]
        inputs = {each["block_id"]: each["element"] for each in view["blocks"][2:-2]}
        assert inputs["reasons"]["options"][0]["value"] == "wait"
        assert inputs["comment"]["max_length"] == 2000
        assert "The request ends here" in texts(view["blocks"])
        assert "/d/" in buttons(view["blocks"])["Open the page"]["url"]
        assert facts("slack.pressed") == [{"button": "deny…", "member": "U0000BOB"}]
        assert not workspace.calls("chat.postEphemeral")

    def test_denies_with_what_was_tapped_and_written(
        self, workspace: Slack, asked: Request
    ) -> None:
        answer = send_view(opened(asked, "deny"), reasons=["wait"], comment="Tomorrow at nine.")
        assert answer.reply is None
        decision = asked.decisions.get()
        assert (decision.kind, decision.by) == ("deny", make_user("bob"))
        assert decision.comment == "It can wait for working hours. Tomorrow at nine."
        presses.answer(answer)
        [update] = workspace.calls("chat.update")
        assert update["ts"] == SlackCard.objects.get(recipient=make_user("bob")).ts
        assert list(buttons(update["blocks"])) == ["Open the case"]
        [word] = workspace.calls("chat.postEphemeral")
        assert word["text"] == "Denied. The requester reads your reason."
        assert [each["button"] for each in facts("slack.pressed")] == ["deny…", "deny"]

    def test_without_a_reason_is_said_beside_the_input(self, asked: Request) -> None:
        answer = send_view(opened(asked, "deny"))
        assert answer.reply == {"response_action": "errors", "errors": {"comment": REASON}}
        asked.refresh_from_db()
        assert asked.state == "pending"

    def test_refuses_an_emergency_and_closes_the_door(self) -> None:
        channel = make_slack("bob")
        request = told(make_broken_glass(make_cast(), by=make_user("ada")), channel)
        answer = send_view(opened(request, "refuse"), reasons=["none"])
        assert answer.said == "Refused. What was open is closing."
        request.refresh_from_db()
        assert request.ratification == "refused"


class TestLess:
    def test_offers_it_and_leaves_the_rest_as_it_was_asked(self, asked: Request) -> None:
        view = opened(asked, "counter")
        [minutes] = [each for each in view["blocks"] if each.get("block_id") == "minutes"]
        assert minutes["element"]["initial_option"]["value"] == str(asked.minutes)
        answer = send_view(view, minutes="10", comment="Enough to look.")
        assert answer.said.startswith("Offered: 10 min")
        offer = asked.decisions.get()
        assert (offer.minutes, offer.comment) == (10, "Enough to look.")
        assert list(offer.targets.all()) == list(asked.targets.all())

    def test_that_is_not_less_is_said_beside_the_input(self, asked: Request) -> None:
        answer = send_view(opened(asked, "counter"))
        assert answer.reply
        assert list(answer.reply["errors"]) == ["minutes"]

    def test_of_what_no_view_offers_is_refused_with_a_sentence(self, asked: Request) -> None:
        view = opened(asked, "counter")
        found = Submission.read(sent(view, MEMBERS["bob"], minutes="10"))
        assert found
        found = Submission(**{**vars(found), "given": {**found.given, "targets": ["other"]}})
        assert "other" in said(presses.submit(found, calls.listening(), at=SOON))
        assert not asked.decisions.exists()


def test_a_substitute_reads_in_whose_place_they_answer(asked: Request) -> None:
    bob, dora, channel = make_user("bob"), make_user("dora"), Channel.objects.get(kind="slack")
    Contact.objects.create(person=dora, channel=channel, address=MEMBERS["dora"], added_at=NOON)
    transitions.name_substitute(
        bob, substitute=dora, since=NOON, until=NOON + timedelta(days=1), by=bob, at=NOON
    )
    view = pressed(asked, "dora", "counter").view
    assert view
    assert "You answer in the place of Bob." in texts(view["blocks"])
    send_view(view, "dora", minutes="10")
    assert asked.decisions.get().instead_of == bob


class TestWhoMayNot:
    @pytest.mark.parametrize("verb", ["deny", "counter"])
    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("ada", "Nobody decides on their own request."),
            ("rob", "Only Database team decides on this."),
        ],
    )
    def test_gets_no_view_and_sends_none(
        self, asked: Request, verb: str, name: str, why: str
    ) -> None:
        answer = pressed(asked, name, verb)
        assert (answer.view, answer.said) == (None, why)
        view = opened(asked, verb)
        given = {"minutes": "10"} if verb == "counter" else {"comment": "No."}
        assert why in said(send_view(view, name, **given)).replace("\u2060", "")
        assert actors("access.refused") == [make_user(name).ref] * 2
        assert not asked.decisions.exists()

    def test_since_they_left_or_it_was_decided_hears_it_in_the_view(self, asked: Request) -> None:
        view = opened(asked, "deny")
        group = make_group("Database team")
        group.user_set.remove(make_user("bob"))
        assert "Only Database team" in said(send_view(view, comment="No."))
        group.user_set.add(make_user("bob"))
        transitions.approve(asked, voice=Voice(by=make_user("carl")), at=NOON)
        answer = send_view(view, comment="No.")
        assert "This request is already approved." in said(answer)
        drawn = answer.drawn()
        assert drawn
        assert list(buttons(drawn.blocks)) == ["Open the case"]
        late = pressed(asked, "bob", "deny")
        assert (late.view, late.said) == (None, "This request is already approved.")

    def test_a_stranger_is_recorded_and_told(self, asked: Request) -> None:
        found = Submission.read(sent(opened(asked, "deny"), "U0STRANGER", comment="No."))
        assert found
        assert "does not know who you are" in said(
            presses.submit(found, calls.listening(), at=SOON)
        )
        assert [each["member"] for each in facts("slack.refused")] == ["U0STRANGER"]

    def test_where_the_house_decides_after_signing_in_is_refused(self, asked: Request) -> None:
        view = opened(asked, "deny")
        with override_settings(CHAT_DECIDES=False):
            assert "sign in to Breakglass" in said(send_view(view, comment="No."))
            assert pressed(asked, "bob", "deny").view is None
        assert len(actors("access.refused")) == 2


def test_a_view_that_slack_opens_no_more_is_said(workspace: Slack, asked: Request) -> None:
    answer = pressed(asked, "bob", "deny")
    workspace.triggers.clear()
    presses.answer(answer)
    [word] = workspace.calls("chat.postEphemeral")
    assert "Press again" in word["text"]


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission"},
        {"type": "view_submission", "view": {"callback_id": "deny", "private_metadata": "no"}},
        {"type": "view_closed"},
    ],
)
def test_what_is_no_view_of_ours_is_none(payload: Any) -> None:
    assert Submission.read(payload) is None


def test_a_view_that_is_posted_is_answered_in_the_same_call(client: Client) -> None:
    with slack() as workspace:
        make_slack("bob")
        request = make_request(make_cast(), by=make_user("ada"), at=timezone.now())
        card = {"action_id": "deny", "value": request.pk.hex}
        found = Press.read(press(card, MEMBERS["bob"]))
        assert found
        view = presses.handle(found, calls.listening(), at=timezone.now()).view
        assert view
        call = signed(sent(view, MEMBERS["bob"]), at=timezone.now())
        assert post(client, call).json() == {
            "response_action": "errors",
            "errors": {"comment": REASON},
        }
        assert post(client, call).status_code == 401  # played again
        late = signed(sent(view, MEMBERS["bob"]), at=timezone.now() - timedelta(minutes=6))
        assert post(client, late).status_code == 401
        call = signed(sent(view, MEMBERS["bob"], comment="No."), at=timezone.now())
        assert post(client, call).content == b""
        assert "decision.denied" in kinds()
        assert workspace.wait_for("chat.postEphemeral")


def post(client: Client, call: tuple[str, dict[str, str]]) -> Any:
    """Post a call as Slack does."""
    body, headers = call
    kind = "application/x-www-form-urlencoded"
    return client.post("/slack/actions/", body, content_type=kind, headers=headers)


def test_over_a_socket_is_answered_with_the_acknowledgement(asked: Request) -> None:
    channel = Channel.objects.get(kind="slack")
    channel.seal({**channel.unsealed(), "app_token": "xapp-1"}, at=NOON)
    channel.save()
    view = opened(asked, "deny")
    replies: list[Any] = []
    for number, given in enumerate(({}, {"comment": "No."}, {"comment": "No."})):
        payload = json.loads(json.dumps(sent(view, MEMBERS["bob"], **given)))
        socket.hear("xapp-1", f"e{min(number, 1)}", payload, replies.append, at=SOON)
    assert replies == [{"response_action": "errors", "errors": {"comment": REASON}}, None, None]
    assert kinds().count("decision.denied") == 1
