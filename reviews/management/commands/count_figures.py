"""`manage.py count_figures`: count everything that the dashboard shows anew, from the cases."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reviews import tallying


class Command(BaseCommand):
    """Throw the figures of the dashboard away and count them from the cases."""

    help = "Count all figures of the dashboard anew. They are right meanwhile, and slower."

    def handle(self, *_: Any, **__: Any) -> None:
        """Count span by span, so that the dashboard can be read while it goes on."""
        begun, now = monotonic(), timezone.now()
        counted = sum(1 for _ in tallying.rebuild(at=now))
        self.stdout.write(f"{counted} days, weeks and months in {monotonic() - begun:.0f} s.")
