"""`manage.py slack_people`: find the people of this installation in Slack, by their addresses."""

from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from alerts.channels.base import Trouble
from alerts.channels.slack_api import why_not_member
from alerts.models import Channel
from alerts.slack import people
from audit.config import changing
from core.errors import DomainError

OPERATOR = "system:command-line"


class Command(BaseCommand):
    """Looks up everybody who is not known there yet, or enters one person whom Slack calls else."""

    help = "Find people in Slack by their mail addresses, or say who one of them is."
    pause = staticmethod(sleep)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--channel", metavar="NAME", help="where there are several for people")
        parser.add_argument("--person", metavar="MAIL", help="only this person, with --member")
        parser.add_argument("--member", metavar="ID", help="who they are in Slack: U0123ABCD")

    def handle(self, *_: Any, **options: Any) -> None:
        channel = _channel(options["channel"])
        if bool(options["person"]) != bool(options["member"]):
            raise CommandError("Give --person and --member together.")
        with changing(actor=OPERATOR, reason="Looked up in Slack."):
            if options["person"]:
                self._enter(options["person"], options["member"], channel)
            else:
                self._look_up(channel)

    def _enter(self, email: str, member: str, channel: Channel) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        if why := why_not_member(member):
            raise CommandError(str(why))
        try:
            people.link(person, member, channel, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person} is {member} in {channel}.")

    def _look_up(self, channel: Channel) -> None:
        waiting, unknown = people.unlinked(channel), []
        while waiting:
            came = people.look_up(waiting, channel, at=timezone.now())
            for person in came.found:
                self.stdout.write(f"{person}: found")
            unknown += came.unknown
            self._wait(came.trouble)
            waiting = came.left
        for person in unknown:
            self.stdout.write(f"{person}: Slack knows nobody with the address {person.email}")

    def _wait(self, trouble: Trouble | None) -> None:
        """Wait as long as Slack asks us to. Raises CommandError for all other trouble."""
        if trouble and trouble.again_in is None:
            raise CommandError(trouble.error)
        if trouble and trouble.again_in:
            self.pause(trouble.again_in.total_seconds())


def _channel(name: str | None) -> Channel:
    """Return the channel of Slack that reaches people."""
    rows = Channel.objects.in_use().personal().filter(kind=Channel.Kind.SLACK)
    found = list(rows.filter(name=name) if name else rows)
    if len(found) != 1:
        names = ", ".join(str(each) for each in rows) or "none"
        raise CommandError(f"Choose one with --channel. There are: {names}.")
    return found[0]
