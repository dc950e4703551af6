"""How references to this room's things are shown."""

from uuid import UUID

from django.utils.translation import gettext as _

from alerts.models import Delivery
from audit.events import title_of
from core import refs
from core.refs import Label


def _deliveries(keys: list[str]) -> dict[str, Label]:
    rows = Delivery.objects.filter(pk__in=map(UUID, keys)).select_related("recipient")
    return {
        row.pk.hex: Label(
            _("%(title)s, to %(person)s") % {"title": title_of(row.kind), "person": row.recipient},
            row.get_absolute_url(),
        )
        for row in rows
    }


refs.provide("delivery", _deliveries)
