"""`manage.py simulate`: what would happen if this person asked at this time."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from breakglass import simulator
from breakglass.models import Request, Scenario


class Command(BaseCommand):
    """Tells the story line by line, each with the rule that says so. Writes nothing."""

    help = "Tell what would happen if a person asked for access in a scenario."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the scenario")
        parser.add_argument("email", help="the person's mail address")
        parser.add_argument("--at", default="", help="ISO time, UTC unless it says otherwise")
        parser.add_argument("--break-glass", action="store_true")
        parser.add_argument("--minutes", type=int, help="the usual length when left out")

    def handle(self, *_: Any, **options: Any) -> None:
        scenario = Scenario.objects.filter(slug=options["slug"]).first()
        if scenario is None:
            raise CommandError(f"There is no scenario {options['slug']}.")
        person = User.objects.filter(email=options["email"].lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the mail address {options['email']}.")
        broken = options["break_glass"]
        story = simulator.simulate(
            scenario,
            person,
            _moment(options["at"]),
            urgency=Request.Urgency.BREAK_GLASS if broken else Request.Urgency.NORMAL,
            minutes=options["minutes"],
        )
        for line in story.lines:
            when = f"{line.at:%d %b %H:%M} UTC" if line.at else ""
            self.stdout.write(f"{when:<17}{line.text}")
            self.stdout.write(f"{'':<17}  rule: {line.rule}")


def _moment(text: str) -> datetime:
    if not text:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"Write the time like 2027-01-31T03:00, not {text!r}.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
