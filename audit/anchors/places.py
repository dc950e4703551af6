"""How the places outside do to which heads are brought: told to lamps, and to the record."""

import functools
import operator
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from audit.anchors import authorities, stores, witnesses
from audit.outside import Place


def watched(*kinds: Place.Kind) -> QuerySet[Place]:
    """Return the places of these kinds, or of all, that the settings name.

    What was taken out of the settings is missed by nobody.
    """
    named = {
        Place.Kind.WITNESS: [each.name for each in witnesses.configured()],
        Place.Kind.COPY: [each.name for each in stores.configured()],
        Place.Kind.MAIL: settings.LEDGER_MAILS,
        Place.Kind.STAMP: [each.name for each in authorities.configured()],
    }
    either = [Q(kind=kind, name__in=named[kind]) for kind in kinds or named]
    return Place.objects.filter(functools.reduce(operator.or_, either)).order_by("pk")


@transaction.atomic
def went_well(
    kind: Place.Kind, name: str, *, size: int, at: datetime, keeps_pruned: bool = False
) -> None:
    """Note that a place has the head of `size` entries, and perhaps ones that were pruned here.

    A contradiction stays until it was put on the record, however well things go on.
    """
    place = _locked(kind, name)
    place.size, place.at, place.keeps_pruned = size, at, keeps_pruned
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
