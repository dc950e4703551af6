"""How references to targets and doors read on a page."""

from uuid import UUID

from core import refs
from core.refs import Label
from targets.models import Door, Target


def targets(keys: list[str]) -> dict[str, Label]:
    """Return the names of targets by their ids."""
    found = Target.objects.in_bulk([UUID(key) for key in keys])
    return {key.hex: Label(target.name) for key, target in found.items()}


def doors(keys: list[str]) -> dict[str, Label]:
    """Return the names of doors by their ids: those of their targets."""
    found = Door.objects.select_related("target").in_bulk([UUID(key) for key in keys])
    return {key.hex: Label(f"door of {door.target.name}") for key, door in found.items()}


def called(words: str) -> dict[str, Label]:
    """Find targets by name."""
    found = Target.objects.filter(name__icontains=words).order_by("name")
    return {refs.make("target", each.pk): Label(each.name) for each in found[: refs.FOUND]}


refs.provide_finder(called)
refs.provide("target", targets)
refs.provide("door", doors)
