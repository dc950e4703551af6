"""`manage.py audit_reconcile`: do the tables say what the record says?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.differences import Difference, Replay
from audit.replay import rounds, transitions


class Command(BaseCommand):
    help = (
        "Replay requests, decisions, grants, freezes, substitutes and legal holds from their"
        " entries, and compare them with the tables; exit 1 and name each difference that nobody"
        " has explained."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        run = transitions.ask_for_replay(by=None, at=timezone.now())
        for _run, _step in rounds.steps(timezone.now):
            pass
        run = Replay.objects.get(pk=run.pk)
        if not run.ended_at:
            raise CommandError("Others compare them just now, or words go. Try again in a moment.")
        waiting = Difference.objects.open()
        for difference in waiting.iterator():
            self.stdout.write(f"DIFFERENT. {difference}")
        if count := waiting.count():
            raise CommandError(
                f"The tables differ from the record: {count:,} times, {run.found:,} of them new.",
                returncode=1,
            )
        self.stdout.write(
            f"The tables say what the record says: {run.compared:,} things replayed ({run.took})."
        )
