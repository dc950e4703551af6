"""What this room needs from the start, in a new database and in one that tests have emptied."""

from typing import Any

from django.apps import apps as registry

from accounts.parts import renew_parts
from alerts.models import MAIL


def provide_mail(*, using: str, apps: Any = registry, **_: Any) -> None:
    """Make sure that mail is a channel: it is there without being set up."""
    try:
        channels = apps.get_model("alerts", "Channel")
    except LookupError:  # the migrations that were run end before it
        return
    mail = channels(pk=MAIL, name="Mail", kind="mail", personal=True)
    # In bulk, since nobody has configured anything: no entry of the record says so.
    channels.objects.using(using).bulk_create([mail], ignore_conflicts=True)


def renew_administrators(**_: Any) -> None:
    """Let administrators configure what came with an update."""
    renew_parts()
