"""`manage.py audit_prune --before DATE`: remove the beginning of the record, and keep the proof."""

from datetime import UTC, datetime
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.retention import carrying_out, transitions
from audit.retention.plan import Plan, content, plan
from core.errors import DomainError

OPERATOR = "system:command-line"
_PATIENCE = 30  # looks, one a second, before the worker is left to it


class Command(BaseCommand):
    """The way of the operator of the server; --dry-run only shows what would go."""

    help = (
        "Remove the entries of before a day: first an entry says so, and when it is signed they"
        " go. Exit 1, and remove nothing, where something stands in the way."
    )
    pause = 1.0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", required=True, metavar="DATE", help="2026-01-31, in UTC")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument(
            "--as-far-as-possible",
            action="store_true",
            help="remove what is before the first entry that must stay",
        )

    def handle(self, *_: Any, before: str, **options: Any) -> None:
        now = timezone.now()
        made = plan(_day(before, now), at=now)
        self._show(made)
        stays = made.cut < made.wanted and not options["as_far_as_possible"]
        if options["dry_run"]:
            self.stdout.write("Nothing was removed.")
        elif made.wanted == made.low:
            self.stdout.write("Nothing is old enough.")
        elif stays or made.cut == made.low:
            raise CommandError("Nothing was removed: see what stands in the way.", returncode=1)
        else:
            self._prune(made)

    def _show(self, made: Plan) -> None:
        """Say what would go, and what stands in the way."""
        for obstacle in made.obstacles:
            where = f"entry {obstacle.seq:,} and all behind it" if obstacle.seq else "everything"
            self.stdout.write(f"STAYS ({where}): {obstacle.why}")
        for warning in made.warnings:
            self.stdout.write(f"WARNING: {warning}")
        if made.cut == made.low:
            return
        found = content(made)
        self.stdout.write(
            f"Would go: {made.entries:,} entries, {made.low:,} to {made.cut - 1:,}, made"
            f" {found.first_at:%Y-%m-%d %H:%M} to {found.last_at:%Y-%m-%d %H:%M} UTC;"
            f" with {found.payloads:,} payloads, {made.tiles:,} tiles, and all of or the beginning"
            f" of {found.cases:,} cases."
        )
        self.stdout.write(
            "Would stay: every signed head, the tree's upper tiles, the last version of each"
            " object, and all entries from there on."
        )

    def _prune(self, made: Plan) -> None:
        try:
            transitions.prune(made, by=OPERATOR, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"It is on the record that the entries below {made.cut:,} go.")
        for _ in range(_PATIENCE):
            while gone := carrying_out.finish(at=timezone.now()):
                self.stdout.write(f"{gone:,} entries are gone.")
            if carrying_out.is_finished():
                self.stdout.write("Done.")
                return
            sleep(self.pause)
        self.stdout.write("It goes on when the record is signed; the worker does the rest.")


def _day(text: str, now: datetime) -> datetime:
    """Return the beginning of a day, in UTC."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"--before: {text!r} is not a day such as 2026-01-31.") from None
    if day > now:
        raise CommandError("--before: that day has not come yet.")
    return day
