"""`manage.py scenarios export|import`: scenarios as YAML, to keep beside the rest of the code."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from breakglass import lint, yaml_files
from breakglass.models import Scenario
from breakglass.transitions.imports import BroughtIn, bring_in
from core.errors import DomainError


class Command(BaseCommand):
    """Writes scenarios to standard output, or reads them from a file: all of it or nothing."""

    help = "Export scenarios as YAML, or import them from a file."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="write YAML to standard output")
        export.add_argument("slugs", nargs="*", metavar="slug", help="all in use when left out")
        bring = verbs.add_parser("import", help="make the scenarios as a file says")
        bring.add_argument("file", type=Path)
        bring.add_argument("--as", dest="email", default="", help="who does it (mail address)")
        bring.add_argument("--reason", default="", help="why; it stands in the history")
        bring.add_argument("--dry-run", action=argparse.BooleanOptionalAction, default=False)

    def handle(self, *_: Any, **options: Any) -> None:
        if options["verb"] == "export":
            self._export(options["slugs"])
        else:
            self._import(options)

    def _export(self, slugs: list[str]) -> None:
        chosen = Scenario.objects.filter(slug__in=slugs) if slugs else Scenario.objects.in_use()
        if missing := sorted(set(slugs) - {scenario.slug for scenario in chosen}):
            raise CommandError(f"There is no scenario {', '.join(missing)}.")
        self.stdout.write(yaml_files.dump(chosen), ending="")

    def _import(self, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}.") from error
        reason = options["reason"] or f"Imported from {file.name}."
        by, now = _person(options["email"]), timezone.now()
        try:
            with transaction.atomic():
                plans = yaml_files.read(text, file=file.name)
                for each in bring_in(plans, by=by, reason=reason, at=now):
                    self.stdout.write(_told(each, dry_run=options["dry_run"]))
                    for remark in lint.lint(each.scenario, now):
                        self.stdout.write(f"  {remark.severity}: {remark.sentence}")
                transaction.set_rollback(options["dry_run"])
        except DomainError as error:
            raise CommandError(str(error)) from error


def _person(email: str) -> User | None:
    if not email:
        return None
    person: User | None = User.objects.active().filter(email=email.lower()).first()
    if person is None:
        raise CommandError(f"Nobody here has the mail address {email}.")
    return person


def _told(done: BroughtIn, *, dry_run: bool) -> str:
    if not done.changed:
        return f"{done.scenario.slug}: unchanged, version {done.version.number}"
    verb = "would become" if dry_run else "is now"
    return f"{done.scenario.slug}: {verb} version {done.version.number}"
