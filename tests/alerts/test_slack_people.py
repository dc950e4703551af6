"""Who is who in Slack: found by mail addresses, never typed by those whom buttons act for."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from alerts.management.commands.slack_people import Command
from alerts.models import Contact
from alerts.slack import people
from tests.alerts.slack_server import MEMBERS, Slack, make_slack
from tests.make import NOON, make_user
from tests.record import actors

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """Return what the command prints."""
    out = StringIO()
    call_command("slack_people", *arguments, stdout=out)
    return out.getvalue()


class TestCommand:
    def test_finds_people_by_their_mail_addresses(self, workspace: Slack) -> None:
        channel = make_slack("bob")
        make_user("ada")
        make_user("zoe")
        said = run()
        assert "Ada: found" in said
        assert "zoe@example.com" in said
        found = dict(channel.contacts.values_list("person__name", "address"))
        assert found == {"Bob": MEMBERS["bob"], "Ada": MEMBERS["ada"]}
        assert actors("config.changed")[-1] == "system:command-line"
        assert len(workspace.calls()) == 2  # Bob is known

    def test_waits_as_long_as_slack_asks(
        self, workspace: Slack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waited: list[float] = []
        channel = make_slack(personal=True)
        monkeypatch.setattr(Command, "pause", staticmethod(waited.append))
        make_user("ada")
        workspace.end.answers = [(429, {"Retry-After": "7"})]
        run()
        assert waited == [7.0]
        assert channel.contacts.count() == 1

    def test_ends_with_a_sentence_where_slack_refuses(self, workspace: Slack) -> None:
        make_slack(personal=True)
        make_user("ada")
        workspace.errors["users.lookupByEmail"] = ["missing_scope"]
        with pytest.raises(CommandError, match="lacks a scope"):
            run()

    def test_enters_one_person_by_hand_but_nobody_twice(self, workspace: Slack) -> None:
        channel = make_slack("bob")
        make_user("zoe")
        assert "Zoe is U0000ZOE" in run("--person", "zoe@example.com", "--member", "U0000ZOE")
        for arguments, why in (
            (("--person", "zoe@example.com", "--member", MEMBERS["bob"]), "is Bob already"),
            (("--person", "zoe@example.com", "--member", "@zoe"), "Copy member ID"),
            (("--person", "nobody@example.com", "--member", "U0000ZOE"), "Nobody here"),
            (("--person", "zoe@example.com"), "together"),
            (("--channel", "Elsewhere"), "There are: Slack"),
        ):
            with pytest.raises(CommandError, match=why):
                run(*arguments)
        assert channel.contacts.get(person=make_user("zoe")).address == "U0000ZOE"
        assert workspace.calls() == []


class TestOwnEntry:
    def save(self, client: Client, name: str, channel: str, takes: str) -> str:
        client.force_login(make_user(name))
        mail = "6d61696c000040008000000000000000"
        sent = {f"{channel}-takes": takes, f"{channel}-address": MEMBERS["bob"]}
        answer = client.post("/profile/reach/", {**sent, f"{mail}-takes": "all"})
        return answer.content.decode()

    def test_is_looked_up_and_never_what_was_typed(self, workspace: Slack, client: Client) -> None:
        channel = make_slack(personal=True)
        self.save(client, "ada", channel.pk.hex, "all")
        assert Contact.objects.get(channel=channel).address == MEMBERS["ada"]
        self.save(client, "ada", channel.pk.hex, "urgent")
        assert Contact.objects.get(channel=channel).takes == "urgent"
        assert len(workspace.calls()) == 1
        self.save(client, "ada", channel.pk.hex, "off")
        assert not Contact.objects.filter(channel=channel).exists()

    def test_says_why_somebody_cannot_be_found(self, workspace: Slack, client: Client) -> None:
        channel = make_slack(personal=True)
        assert "Ask an administrator" in self.save(client, "zoe", channel.pk.hex, "all")
        people.link(make_user("bob"), MEMBERS["ada"], channel, at=NOON)
        assert "is Bob already" in self.save(client, "ada", channel.pk.hex, "all")
        workspace.errors["users.lookupByEmail"] = ["invalid_auth"]
        assert "bot token" in self.save(client, "ada", channel.pk.hex, "all")
