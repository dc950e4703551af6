"""What of this room must stay on the record, however old: cases whose doors are not done with."""

from collections.abc import Iterator
from datetime import datetime

from audit.retention import kept
from audit.retention.kept import Kept
from core.speech import phrase
from targets.models import Door


@kept.provide
def doors(_at: datetime) -> Iterator[Kept]:
    """Doors that are not proved closed, and doors whose log is not read to its end."""
    for door in Door.objects.live().select_related("target"):
        why = phrase("A door on %(target)s is not closed.", target=door.target.name)
        yield Kept(ref=door.case, why=why)
    for door in Door.objects.uncollected().select_related("target"):
        why = phrase("The log of a door on %(target)s is not read yet.", target=door.target.name)
        yield Kept(ref=door.case, why=why)
