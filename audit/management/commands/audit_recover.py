"""`manage.py audit_recover`: go on after an older copy of the database was put back."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from audit import key_source, recovery, restore
from audit.core.findings import Usage
from audit.core.note import LOG, read_key
from audit.core.policy import Policy, read_policy
from audit.management.commands import audit_sealer, audit_sequencer
from audit.sealer import Refused


class Command(BaseCommand):
    help = (
        "Go on after an older copy of the database was put back, with sequencer and sealer stopped:"
        " bring the missing entries back from a copy of the record, or begin a new log."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        copy = "a copy of the record, as LEDGER_COPIES or export_record make it"
        anew = "no copy has all: sign on under a new name, with a new key"
        road = parser.add_mutually_exclusive_group(required=True)
        road.add_argument("--from", type=Path, metavar="DIR", dest="folder", help=copy)
        road.add_argument("--as-new-log", action="store_true", help=anew)
        parser.add_argument("--vkey", help="the key of the record, from elsewhere than the copy")
        parser.add_argument("--policy", type=Path, metavar="FILE", help="or whom auditors trust")

    def handle(self, *args: Any, folder: Path | None, **options: Any) -> None:
        try:
            _be_alone()
            if folder:
                self._bring_back(folder, _policy(options["vkey"], options["policy"]))
            else:
                self._go_on_anew()
        except (Refused, Usage) as refused:
            raise CommandError(str(refused)) from refused
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")

    def _bring_back(self, folder: Path, policy: Policy) -> None:
        came = recovery.bring_back(folder, policy, at=timezone.now())
        self.stdout.write(f"Entries {came.first:,} to {came.last:,} are back.")
        if came.wordless:
            text = f"{came.wordless:,} payloads are gone: copies have no words. An entry says so."
            self.stdout.write(text)
        self.stdout.write("Start sequencer and sealer, then look at `manage.py verify_log`.")

    def _go_on_anew(self) -> None:
        if why := key_source.why_not_changed():
            raise CommandError(why)
        vkey = recovery.go_on_anew(
            Path(settings.LEDGER_KEY_PATH),
            Path(settings.LEDGER_MEMORY_PATH),
            restore.known_outside,
            at=timezone.now(),
        )
        self.stdout.write(
            f"The record goes on under a new key. Tell auditors and witnesses:\n{vkey}\n"
            "Name new places in LEDGER_COPIES, then start the sequencer and the sealer."
        )


def _be_alone() -> None:
    for command in (audit_sequencer.Command, audit_sealer.Command):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [command.lock])
            if not cursor.fetchone()[0]:
                raise CommandError(f"The {command.name} is running. Stop it first.")


def _policy(vkey: str | None, file: Path | None) -> Policy:
    if file:
        return read_policy(file.read_bytes())
    if vkey:
        return Policy([read_key(vkey, LOG)], quorum="none")
    raise CommandError("Say whom to trust, from elsewhere than the copy: --vkey or --policy.")
