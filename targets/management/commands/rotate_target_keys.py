"""Seal every target's secret with the newest key of TARGET_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from targets import transitions
from targets.models import Target


class Command(BaseCommand):
    help = "Seal every target's secret with the newest key; older keys may then be taken away."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rotate target by target, so that one broken secret does not hold up the others."""
        failed = []
        for target in Target.objects.exclude(admin_secret=b""):
            try:
                transitions.rewrap_secret(target)
            except DomainError as error:
                failed.append(f"{target.name}: {error}")
            else:
                self.stdout.write(f"{target.name}: sealed with the newest key.")
        if failed:
            raise CommandError("\n".join(failed))
