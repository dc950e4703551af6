"""`manage.py export_record DIR`: the whole record as files that a stranger verifies."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.evidence import record_files


class Command(BaseCommand):
    help = "Write the record up to its newest signed head into a folder, as C2SP tlog-tiles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is not an empty folder; name another one.")
        count = 0
        for name, data in record_files():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            count += 1
        if not count:
            raise CommandError("Nothing is signed yet. Is the sealer running?")
        self.stdout.write(f"{count:,} files in {folder}. Verify them: bgverify.pyz log {folder}")
