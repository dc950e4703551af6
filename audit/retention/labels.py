"""How references to legal holds are shown."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.holds import Hold
from core import refs
from core.refs import Label


def _holds(keys: list[str]) -> dict[str, Label]:
    rows = list(Hold.objects.filter(pk__in=map(UUID, keys)))
    named = refs.labels(row.ref for row in rows if row.ref)
    url = reverse("ledger-retention")
    return {row.pk.hex: Label(_("Legal hold: %(what)s") % _what(row, named), url) for row in rows}


def _what(hold: Hold, named: dict[str, Label]) -> dict[str, str]:
    return {"what": named[hold.ref].text if hold.ref else _("everything")}


refs.provide("hold", _holds)
