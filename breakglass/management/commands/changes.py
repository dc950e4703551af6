"""`manage.py changes list|accept`: what waits for a second administrator, for the operator."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from breakglass.models import ProposedChange
from breakglass.transitions import changes
from core.errors import DomainError


class Command(BaseCommand):
    """The way out when no other administrator can decide. It is recorded, and compliance told."""

    help = "List the changes that wait for a second administrator, or accept one alone."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="show what waits")
        accept = verbs.add_parser("accept", help="make a change that nobody else can look at")
        accept.add_argument("change", type=UUID, help="its id, as the list shows it")
        accept.add_argument(
            "--weaken-alone", required=True, metavar="WHY", help="why nobody else can look at it"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["verb"] == "list":
            self._list()
        else:
            self._accept(options["change"], options["weaken_alone"])

    def _list(self) -> None:
        for change in ProposedChange.objects.waiting().told():
            by = change.proposed_by or "the operator of the server"
            self.stdout.write(f"{change.pk}  {change.name}, proposed by {by}: {change.reason}")
            for sentence in change.weakenings:
                self.stdout.write(f"  - {sentence}")

    def _accept(self, key: UUID, why: str) -> None:
        change = ProposedChange.objects.filter(pk=key).first()
        if change is None:
            raise CommandError(f"There is no change {key}.")
        try:
            changes.accept_alone(change, reason=why, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{change.name} is changed. It is recorded that nobody else looked.")
