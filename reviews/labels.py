"""How references to reviews, findings and obligations read on a page."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from core.refs import Label
from reviews.models import Finding, Obligation, Review


def reviews(keys: list[str]) -> dict[str, Label]:
    """Return the names of reviews by their ids: those of their cases."""
    rows = Review.objects.filter(pk__in=map(UUID, keys)).values_list("pk", "grant__request__case")
    return {
        key.hex: Label(_("Review of case %(case)s") % {"case": case}, reverse("review", args=[key]))
        for key, case in rows
    }


def findings(keys: list[str]) -> dict[str, Label]:
    """Return the names of findings by their ids: their kinds."""
    rows = Finding.objects.filter(pk__in=map(UUID, keys)).only("pk", "kind")
    return {
        row.pk.hex: Label(
            _("Finding: %(kind)s") % {"kind": row.get_kind_display()}, row.get_absolute_url()
        )
        for row in rows
    }


def obligations(keys: list[str]) -> dict[str, Label]:
    """Return the names of obligations by their ids: their kinds."""
    rows = Obligation.objects.filter(pk__in=map(UUID, keys)).only("pk", "kind")
    return {
        row.pk.hex: Label(
            _("Obligation: %(kind)s") % {"kind": row.get_kind_display()}, row.get_absolute_url()
        )
        for row in rows
    }
