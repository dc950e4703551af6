"""How somebody changes where and when they are told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from alerts.models import Channel, Contact, Quiet


@transaction.atomic
def set_reach(
    person: User,
    wishes: Iterable[tuple[Channel, str, str | None]],
    quiet: dict[str, Any],
    *,
    at: datetime,
) -> None:
    """Keep for each channel the address and what comes there, and the quiet hours.

    `wishes` are channels with an address and one of `Contact.Takes`, None for none of one's own.
    Each change stands in the record, without the address.
    """
    for channel, address, takes in wishes:
        contact = Contact.objects.filter(person=person, channel=channel).first()
        if takes is None:
            if contact:
                contact.delete()
        elif contact is None or (contact.address, contact.takes) != (address, takes):
            contact = contact or Contact(person=person, channel=channel)
            contact.address, contact.takes, contact.added_at = address, takes, at
            contact.save()
    Quiet.objects.update_or_create(person=person, defaults=quiet)
