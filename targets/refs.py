"""How references to targets and doors read on a page."""

from uuid import UUID

from django.utils.translation import gettext as _

from core import refs
from core.refs import Label, Whole
from targets.models import Door, Source, Target

MOST = 500  # doors whose entries one list looks for


def targets(keys: list[str]) -> dict[str, Label]:
    """Return the names of targets by their ids."""
    found = Target.objects.in_bulk([UUID(key) for key in keys])
    return {key.hex: Label(target.name) for key, target in found.items()}


def doors(keys: list[str]) -> dict[str, Label]:
    """Return the names of doors by their ids: those of their targets."""
    found = Door.objects.select_related("target").in_bulk([UUID(key) for key in keys])
    return {key.hex: Label(f"door of {door.target.name}") for key, door in found.items()}


def sources(keys: list[str]) -> dict[str, Label]:
    """Return the names of sources by their ids."""
    found = Source.objects.in_bulk([UUID(key) for key in keys])
    return {key.hex: Label(source.name) for key, source in found.items()}


def whole(key: str) -> Whole:
    """Return a target with its newest doors and the accesses that opened them, `MOST` at most."""
    rows = Door.objects.filter(target=UUID(key)).order_by("-created_at", "pk")
    found = list(rows.only("pk", "grant")[: MOST + 1])
    belonging = [ref for door in found[:MOST] for ref in (door.ref, door.grant_ref)]
    references = [refs.make("target", UUID(key)), *dict.fromkeys(belonging)]
    if len(found) > MOST:
        says = _("With its newest %(count)s doors and what was done behind them.")
        return Whole(references, says=says % {"count": f"{MOST:,}"})
    says = _("With its doors and what was done behind them.") if found else ""
    return Whole(references, says=says)


def called(words: str) -> dict[str, Label]:
    """Find targets by name."""
    found = Target.objects.filter(name__icontains=words).order_by("name")
    return {refs.make("target", each.pk): Label(each.name) for each in found[: refs.FOUND]}


refs.provide_finder(called)
refs.provide("target", targets)
refs.provide("door", doors)
refs.provide("source", sources)
refs.provide_whole("target", whole)
