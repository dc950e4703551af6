"""Cards in Slack: what arrives at a server that speaks its Web API, and what its answers mean."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from alerts.channels.base import Trouble
from alerts.channels.slack import trial
from alerts.channels.slack_api import (
    why_not_app_token,
    why_not_member,
    why_not_room,
    why_not_signing_secret,
    why_not_token,
)
from alerts.models import MAIL, Delivery, SlackCard
from alerts.transitions import JOINED
from alerts.trial import trial as tried
from breakglass import transitions
from breakglass.models import Request
from breakglass.transitions import Voice
from core.words import minutes_words
from tests.alerts.make import SOON, catch_up, make_cast, send
from tests.alerts.slack_server import Slack, buttons, make_slack, texts
from tests.alerts.test_channels import make_place
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user

pytestmark = pytest.mark.django_db


def asked(workspace: Slack, *, cast: dict[str, Any] | None = None, **fields: Any) -> Request:
    """Return a request of Ada's that Bob was asked about in Slack."""
    request = make_request(make_cast(**cast or {}), by=make_user("ada"), **fields)
    catch_up()
    send()
    return request


class TestCard:
    def test_says_who_what_why_and_how_long(self, workspace: Slack) -> None:
        make_slack("bob")
        request = asked(workspace)
        [card] = workspace.calls("chat.postMessage")
        said = texts(card["blocks"])
        length = minutes_words(request.minutes)
        for words in (f"Case {request.case}", "Ada", "shop-db", length, "Waits for approval"):
            assert words in said
        assert request.justification.partition(".")[0] in said.replace("\u2060", "")
        assert card["channel"] == "U0000BOB"
        assert list(buttons(card["blocks"])) == ["Approve", "Less…", "Deny…", "Open the case"]
        assert buttons(card["blocks"])["Less…"]["value"] == request.pk.hex

    def test_is_redrawn_in_place_and_has_each_event_below_it(self, workspace: Slack) -> None:
        channel = make_slack("bob", "ada")
        request = asked(workspace)
        transitions.approve(request, voice=Voice(by=make_user("carl")), at=NOON)
        catch_up()
        send()
        bob = SlackCard.objects.get(channel=channel, recipient=make_user("bob"))
        updates = [each for each in workspace.calls("chat.update") if each["ts"] == bob.ts]
        assert len(updates) == 1
        assert updates[0]["channel"] == "D0000BOB"
        assert list(buttons(updates[0]["blocks"])) == ["Open the case"]
        assert "Approved" in texts(updates[0]["blocks"])
        [below] = [
            each for each in workspace.calls("chat.postMessage") if each.get("thread_ts") == bob.ts
        ]
        assert "Entry" in texts(below["blocks"])

    def test_nobodys_words_act_in_it(self, workspace: Slack) -> None:
        make_slack("bob")
        asked(workspace, justification="<!channel> *see* https://evil.example.com :fire: <@U1> now")
        [card] = workspace.calls("chat.postMessage")
        flat = str(card)
        assert "mrkdwn'" not in flat.replace("'mrkdwn': False", "")
        assert "<!channel>" not in card["text"]
        for block in card["blocks"]:
            for part in (block.get("text"), *block.get("fields", ())):
                assert part is None or (part["type"], part["emoji"]) == ("plain_text", False)
        for alive in ("<!channel", "https://evil", "evil.example"):
            assert alive not in texts(card["blocks"])

    def test_is_marked_as_a_drill(self, workspace: Slack) -> None:
        make_slack("bob")
        asked(workspace, cast={"drill": True})
        [card] = workspace.calls("chat.postMessage")
        assert "This is a DRILL." in texts(card["blocks"])
        assert "DRILL" in card["text"]

    @pytest.mark.parametrize("says", ["house", "scenario"])
    def test_leads_to_the_page_where_one_decides_after_signing_in(
        self, workspace: Slack, says: str
    ) -> None:
        make_slack("bob")
        with override_settings(CHAT_DECIDES=says != "house"):
            asked(workspace, cast={"chat_decides": says != "scenario"})
        [card] = workspace.calls("chat.postMessage")
        assert "sign in to Breakglass" in texts(card["blocks"])
        assert "/d/" in buttons(card["blocks"])["Decide"]["url"]
        assert not {"Approve", "Deny…", "Less…"} & set(buttons(card["blocks"]))

    def test_of_a_room_holds_what_people_wrote_only_where_that_is_wanted(
        self, workspace: Slack
    ) -> None:
        make_broken_glass(make_cast(), by=make_user("ada"))
        catch_up()
        row = Delivery.objects.filter(kind="breakglass.activated").first()
        assert row
        Delivery.objects.all().delete()
        fields = {"kind": row.kind, "subject": row.subject, "case": row.case, "urgent": True}
        for quotes in (True, False):
            room = make_slack(name=f"Room {quotes}", place=f"C0000{quotes}", quotes=quotes)
            make_place(room, entry_seq=row.entry_seq, **fields)
        send()
        cards = {
            each["channel"]: each["blocks"]
            for each in workspace.calls("chat.postMessage")
            if "thread_ts" not in each
        }
        assert "Reason:" in texts(cards["C0000True"])
        assert "Reason:" not in texts(cards["C0000False"])
        assert {"Ratify", "Refuse…", "Acknowledge"} <= set(buttons(cards["C0000True"]))
        assert SlackCard.objects.filter(recipient=None).count() == 2

    def test_is_posted_anew_where_somebody_removed_it(self, workspace: Slack) -> None:
        make_slack("bob")
        request = asked(workspace)
        workspace.errors["chat.update"] = ["message_not_found"]
        transitions.withdraw(request, by=make_user("ada"), at=NOON)
        catch_up()
        send()
        first, second, below = workspace.calls("chat.postMessage")
        assert "thread_ts" not in second
        assert below["thread_ts"] == SlackCard.objects.get().ts != "1.000001"
        assert first["blocks"] != second["blocks"]

    def test_another_attempt_repeats_nothing_that_people_see(self, workspace: Slack) -> None:
        make_slack("bob")
        request = asked(workspace)
        transitions.withdraw(request, by=make_user("ada"), at=NOON)
        catch_up()
        workspace.errors["chat.update"] = ["internal_error"]
        send()
        assert len(workspace.calls("chat.postMessage")) == 1
        send(SOON + timedelta(minutes=5))
        assert len(workspace.calls("chat.postMessage")) == 2

    def test_a_flood_comes_as_one_message_and_redraws_the_cards(self, workspace: Slack) -> None:
        make_slack("bob")
        first = asked(workspace)
        transitions.withdraw(first, by=make_user("ada"), at=NOON)
        for number in range(JOINED):
            person = make_user(f"p{number}")
            make_group("Platform engineers", person)
            make_request(first.scenario, by=person)
        catch_up()
        send()
        _card, flood = workspace.calls("chat.postMessage")
        assert flood["text"] == f"Breakglass: {JOINED + 1} messages"
        assert all(f"P{number} asks" in texts(flood["blocks"]) for number in range(JOINED))
        [redrawn] = workspace.calls("chat.update")
        assert "Withdrawn" in texts(redrawn["blocks"])


class TestAnswers:
    @pytest.mark.parametrize(
        ("error", "state", "failures", "said"),
        [
            ("channel_not_found", "dead", 0, "no such room"),
            ("not_in_channel", "dead", 0, "Invite it"),
            ("invalid_auth", "dead", 1, "bot token"),
            ("account_inactive", "dead", 1, "removed"),
            ("internal_error", "retrying", 1, "internal_error"),
        ],
    )
    def test_are_said_in_a_sentence(
        self, workspace: Slack, error: str, state: str, failures: int, said: str
    ) -> None:
        channel = make_slack("bob")
        workspace.errors["chat.postMessage"] = [error]
        asked(workspace)
        row = Delivery.objects.get(channel=channel)
        channel.refresh_from_db()
        assert (row.state, channel.failures) == (state, failures)
        assert said in row.last_error
        by_mail = Delivery.objects.filter(instead_of=row, channel=MAIL)
        assert by_mail.count() == 0  # Bob has a mail of his own already

    def test_to_wait_are_followed_and_count_as_no_failure(self, workspace: Slack) -> None:
        channel = make_slack("bob")
        workspace.end.answers = [(429, {"Retry-After": "30"})]
        asked(workspace)
        row = Delivery.objects.get(channel=channel)
        assert (row.attempts, row.state) == (0, "queued")
        assert row.next_attempt_at == SOON + timedelta(seconds=30)
        assert send(SOON + timedelta(seconds=30)) == 1

    def test_of_5xx_are_tried_again(self, workspace: Slack) -> None:
        channel = make_slack("bob")
        workspace.end.answers = [(503, {})]
        asked(workspace)
        row = Delivery.objects.get(channel=channel)
        assert (row.state, row.last_error) == ("retrying", "Slack answered 503.")
        assert send(SOON + timedelta(minutes=1)) == 1

    def test_that_do_not_come_are_tried_again(
        self, workspace: Slack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("alerts.channels.slack_api.TIMEOUT", 0.05)
        workspace.end.slow = 0.2
        channel = make_slack("bob")
        asked(workspace)
        row = Delivery.objects.get(channel=channel)
        assert (row.state, row.last_error) == ("retrying", "Slack does not answer.")


class TestSettingUp:
    def test_a_trial_says_whose_token_it_is(self, workspace: Slack) -> None:
        assert trial("xoxb-test-token").team_id == "T1"
        workspace.errors["auth.test"] = ["invalid_auth"]
        with pytest.raises(Trouble, match="does not know the bot token"):
            trial("xoxb-test-token")

    def test_a_test_message_arrives(self, workspace: Slack) -> None:
        for channel in (make_slack("bob"), make_slack(name="Room")):
            assert tried(channel, by=make_user("bob"), at=NOON) is None
        assert [each["channel"] for each in workspace.calls("chat.postMessage")] == [
            "U0000BOB",
            "C0000OPS",
        ]

    def test_says_what_is_wrong_with_what_was_typed(self) -> None:
        for check, good, bad in (
            (why_not_token, "xoxb-1234567890-abc", "xoxp-1234567890-abc"),
            (why_not_app_token, "xapp-1-A012345-abc", "xoxb-1234567890"),
            (why_not_signing_secret, "0123456789abcdef" * 2, "0123456789ABCDEF"),
            (why_not_room, "C0123ABCD", "#operations"),
            (why_not_member, "U0123ABCD", "@ada"),
        ):
            assert check(good) is None
            assert check(bad)
