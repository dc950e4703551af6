"""`manage.py verify_log`: is the record whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import pruned
from audit.models import State
from audit.tree import TileTooShort
from audit.verify import tree_of, verify


class Command(BaseCommand):
    help = "Verify the record; exit 1 and name the first bad entry when something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            type=int,
            default=0,
            dest="start",
            metavar="SEQ",
            help="first entry to verify (default 0: all)",
        )

    def handle(self, *args: Any, start: int, **options: Any) -> None:
        if start < 0:
            raise CommandError("--from: give the number of an entry, 0 or more.")
        size = State.objects.values_list("size", flat=True).first() or 0
        if start > size:
            raise CommandError(f"--from: the record has {size:,} entries; give {size} or less.")
        if start and (why := pruned.why_gone(start)):
            raise CommandError(f"--from: {why}")
        try:
            verdict = verify(after=tree_of(start))
        except TileTooShort as error:
            raise CommandError(f"NOT WHOLE. {error}", returncode=1) from error
        if verdict.why:
            raise CommandError(f"NOT WHOLE. {verdict.sentence}", returncode=1)
        self.stdout.write(f"{verdict.sentence} ({verdict.seconds:.1f} s)")
        self.stdout.write(f"root {verdict.tree.root.hex()}")
