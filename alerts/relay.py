"""Read the record entry by entry, and make a message for everybody who has to know."""

from datetime import datetime

from alerts.models import Delivery
from alerts.reach import channels_of, times_of
from alerts.routes import ROUTES, BuiltIn, Telling, tellings
from alerts.silence_transitions import begin
from alerts.stories import Story, story_of
from audit import cursor
from audit.models import Cursor, Entry, State
from core import doorbell, live

CURSOR = "alerts"


def run(*, at: datetime, limit: int = 500) -> int:
    """Handle up to `limit` new entries; return how many there were.

    Messages are made in the transaction that moves the cursor: an entry is told once, whenever
    we crash. One that cannot be handled is set aside by the cursor, and the others go on.
    """
    handled = cursor.follow(CURSOR, lambda entry: tell(entry, at=at), limit=limit)
    if handled:
        doorbell.ring("alerts.tasks.deliver")
    return handled


def take_up_again(*, at: datetime) -> int:
    """Try once more what was set aside; return how many entries could be told now."""
    return cursor.retry(CURSOR, lambda entry: tell(entry, at=at))


def tell(entry: Entry, *, at: datetime) -> None:
    """Make the messages of one entry; those that exist already stay as they are."""
    route = ROUTES.get(entry.kind)
    if route is None:
        return
    story = story_of(entry)
    told = tellings(route, story)
    rows = _rows(route, story, told, at=at)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    if route.then and route.when(story):
        begin(story, route, receipts=sum(telling.receipt for telling in told), at=at)
    live.tell((row.recipient.ref, live.TOLD) for row in rows if row.recipient)


def _rows(route: BuiltIn, story: Story, told: list[Telling], *, at: datetime) -> list[Delivery]:
    """Return the deliveries of an entry; the first of each person is the one to acknowledge."""
    people, entry = [telling.person for telling in told], story.entry
    ways = channels_of(people, urgent=route.urgent)
    times = times_of(people, urgent=route.urgent, at=at)
    return [
        Delivery(
            entry_seq=entry.seq,
            root=story.root,
            kind=entry.kind,
            subject=entry.subject,
            case=entry.case,
            recipient=telling.person,
            audience=telling.audience,
            channel_id=channel,
            urgent=route.urgent,
            receipt=telling.receipt and number == 0,
            drill=story.drill,
            created_at=at,
            next_attempt_at=times[telling.person],
            together=times[telling.person] > at,
        )
        for telling in told
        for number, channel in enumerate(ways[telling.person])
    ]


def begin_here() -> None:
    """Leave everything recorded so far untold: for a history that is loaded, such as the demo's."""
    head = State.objects.get().size - 1
    Cursor.objects.update_or_create(name=CURSOR, defaults={"seq": head})
