"""Keep the record anchored: its heads outside, a sign of life inside, and word of what fails."""

from datetime import datetime

from audit.anchors import places, transitions, witnesses
from audit.outside import Anchor


def look_after(*, at: datetime) -> None:
    """Anchor what is due, give a sign of life, and tell of places that fail or are well again."""
    for place in places.watched():
        transitions.tell(place, at=at)
    head, last = witnesses.newest(), Anchor.objects.filter(kind=Anchor.Kind.ENTRY).last()
    is_new = head is not None and (last is None or last.checkpoint_id < head.size)
    if head and is_new and (last is None or at - last.at >= transitions.EVERY):
        transitions.anchor(head, at=at)
    else:
        transitions.beat(at=at)
