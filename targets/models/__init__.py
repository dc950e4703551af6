from targets.models.door import Door, DoorQuerySet, LogPosition, handle_of
from targets.models.source import Received, Source
from targets.models.target import Installation, Target, TargetQuerySet

__all__ = [
    "Door",
    "DoorQuerySet",
    "Installation",
    "LogPosition",
    "Received",
    "Source",
    "Target",
    "TargetQuerySet",
    "handle_of",
]
