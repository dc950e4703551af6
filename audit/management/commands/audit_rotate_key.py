"""`manage.py audit_rotate_key`: let a new key sign the record, beside the old one at first."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit import key_life, key_source
from audit.sealer import Refused


class Command(BaseCommand):
    help = (
        "Make a new key for the record, where the sealer has the old one; the sealer takes it up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--overlap",
            type=int,
            default=1000,
            metavar="ENTRIES",
            help="for how many entries both keys sign; within them others must hear of the new one",
        )

    def handle(self, *args: Any, overlap: int, **options: Any) -> None:
        if why := key_source.why_not_changed():
            raise CommandError(why)
        if overlap < 1:
            raise CommandError("--overlap: say for how many entries both keys sign, at least one.")
        path = Path(settings.LEDGER_KEY_PATH)
        try:
            new = key_life.rotate(path, overlap=overlap, by="system:operator", at=timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"The new key signs from its entry on, the old one for {overlap:,} entries more."
            f" Tell auditors and witnesses:\n{new.vkey}"
        )
