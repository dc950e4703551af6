"""`manage.py score_alignment < pairs.jsonl > scores.jsonl`: judge sessions without a database."""

from argparse import ArgumentParser
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError

from judgement import scoring


class Command(BaseCommand):
    """Read `{id, kind, justification, actions[]}`, write `{id, score, flag, findings[], ms}`.

    `manage.py` runs it without this class, and so without settings.
    """

    help = "Judge sessions, one JSON object a line; a higher score is more suspicious."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file for the stream, for those who cannot redirect."""
        parser.add_argument("--input", default="-", help="a file instead of standard input")

    def handle(self, *_args: object, **options: Any) -> None:
        """Judge each line.

        Raises:
            CommandError: at the end, if any line was bad.
        """
        self.stdout.ending = ""
        self.stderr.ending = ""
        with open_text(options["input"]) as lines:
            bad = scoring.score(lines, cast("TextIO", self.stdout), cast("TextIO", self.stderr))
        if bad:
            raise CommandError(f"{bad} lines could not be read; the others were judged.")


def open_text(name: str) -> TextIO:
    """Open a file, or standard input for `-`; bytes that are no UTF-8 are replaced by a mark."""
    source = 0 if name == "-" else name
    return open(source, encoding="utf-8", errors="replace", closefd=source != 0)
