"""Print what a superuser of a target's server runs once, so that doors can be opened there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets import guide
from targets.drivers.postgresql_setup import SERVER_SETTINGS
from targets.models import Target


class Command(BaseCommand):
    help = "Print the SQL that prepares a target's server; its superuser runs it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the target's slug."""
        parser.add_argument("slug")

    def handle(self, *_args: Any, slug: str, **_options: Any) -> None:
        """Print settings of the server as comments, then statements to run in the database."""
        try:
            target = Target.objects.get(slug=slug)
        except Target.DoesNotExist:
            known = ", ".join(Target.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no target {slug!r}; there are: {known}.") from None
        for name, value in SERVER_SETTINGS.items():
            self.stdout.write(f"-- postgresql.conf: {name} = {value}")
        for statement in guide.granted(target):
            self.stdout.write(statement)
