"""How the places outside do to which heads are brought: told to lamps, and to the record."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from audit.anchors import witnesses
from audit.outside import Place


def watched() -> QuerySet[Place]:
    """Return the places that the settings name; what was taken out of them is missed by nobody."""
    seers = [each.name for each in witnesses.configured()]
    return Place.objects.filter(Q(kind=Place.Kind.WITNESS, name__in=seers)).order_by("pk")


@transaction.atomic
def went_well(kind: Place.Kind, name: str, *, size: int, at: datetime) -> None:
    """Note that a place has the head of `size` entries.

    A contradiction stays until it was put on the record, however well things go on.
    """
    place = _locked(kind, name)
    place.size, place.at = size, at
    if not place.contradicts or place.told_at:
        place.failing_since, place.why, place.contradicts = None, "", False
    place.save()


@transaction.atomic
def failed(
    kind: Place.Kind, name: str, *, why: str, at: datetime, contradicts: bool = False
) -> None:
    """Note why a place does not take heads."""
    place = _locked(kind, name)
    if contradicts and not place.contradicts:
        place.told_at = None  # that it failed was told perhaps, but not that it contradicts
    place.failing_since = place.failing_since or at
    if contradicts or not place.contradicts:
        place.why, place.contradicts = why, contradicts
    place.save()


def _locked(kind: Place.Kind, name: str) -> Place:
    Place.objects.get_or_create(kind=kind, name=name)
    return Place.objects.select_for_update().get(kind=kind, name=name)
