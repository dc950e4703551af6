"""`manage.py scenarios export|import`: scenarios as YAML, to keep beside the rest of the code."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from breakglass import lint, policy, yaml_files
from breakglass.models import Scenario
from breakglass.transitions.arrivals import Arrival, arrive
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
        bring.add_argument(
            "--weaken-alone", default="", metavar="WHY",
            help="let what weakens a control take effect without another administrator, and why",
        )  # fmt: skip
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
        by = _person(options["email"])
        try:
            with transaction.atomic():
                plans = yaml_files.read(text, file=file.name)
                self._arrive(plans, by, options)
                transaction.set_rollback(options["dry_run"])
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _arrive(
        self, plans: list[yaml_files.Plan], by: User | None, options: dict[str, Any]
    ) -> None:
        """Make the scenarios; what weakens a control waits, unless the operator says why not."""
        now, alone = timezone.now(), options["weaken_alone"].strip()
        reason = options["reason"] or f"Imported from {options['file'].name}."
        for each in arrive(plans, by=by, reason=reason, at=now, alone=alone):
            if each.change and not policy.second_administrators(by).exists():
                raise CommandError(
                    f"{each.scenario.slug} weakens a control, and there is no other administrator"
                    " who could look at it:\n"
                    + "\n".join(f"  - {sentence}" for sentence in each.weakenings)
                    + '\nTo let it take effect, add --weaken-alone "why nobody else can look".'
                )
            self.stdout.write(_told(each, dry_run=options["dry_run"]))
            for sentence in each.weakenings:
                self.stdout.write(f"  weakens: {sentence}")
            if each.done:
                for remark in lint.lint(each.scenario, now):
                    self.stdout.write(f"  {remark.severity}: {remark.sentence}")


def _person(email: str) -> User | None:
    if not email:
        return None
    person: User | None = User.objects.active().filter(email=email.lower()).first()
    if person is None:
        raise CommandError(f"Nobody here has the mail address {email}.")
    return person


def _told(each: Arrival, *, dry_run: bool) -> str:
    slug = each.scenario.slug
    if each.done is None:
        verb = "would wait" if dry_run else "waits"
        return f"{slug}: {verb} for another administrator"
    if not each.done.changed:
        return f"{slug}: unchanged, version {each.done.version.number}"
    verb = "would become" if dry_run else "is now"
    return f"{slug}: {verb} version {each.done.version.number}"
