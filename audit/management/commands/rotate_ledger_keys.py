"""`manage.py rotate_ledger_keys`: wrap the keys of words with the newest of LEDGER_DATA_KEYS."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.datakeys import CannotOpen, DataKey, rewrap


class Command(BaseCommand):
    """Run it as the owner of the tables, as `migrate`: the application changes no key."""

    help = "Wrap the keys of words on the record with the newest key; older ones may then go."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go key by key, so that one that cannot be read does not hold up the others."""
        if not settings.LEDGER_DATA_KEYS:
            raise CommandError("LEDGER_DATA_KEYS is not set: words are kept in clear.")
        failed, done = [], 0
        for key in DataKey.objects.order_by("pk").iterator():
            try:
                wrapped = rewrap(key.owner, bytes(key.wrapped))
            except CannotOpen as error:
                failed.append(f"{key.owner}: {error}.")
                continue
            done += DataKey.objects.filter(pk=key.pk).update(wrapped=wrapped)
        self.stdout.write(f"{done:,} keys are wrapped by the newest key.")
        if failed:
            raise CommandError("\n".join(failed))
