"""`manage.py states`: print the state tables, as they stand in docs/states.md."""

from typing import Any

from django.core.management.base import BaseCommand

from core import states


class Command(BaseCommand):
    """Draw the state tables."""

    help = "Print docs/states.md."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Print them."""
        self.stdout.write(states.drawn())
