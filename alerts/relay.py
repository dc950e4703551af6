"""Read the record entry by entry, and make a message for everybody who has to know."""

from datetime import datetime, timedelta
from typing import Any

from alerts import routing
from alerts.models import Delivery
from alerts.reach import channels_of, times_of
from alerts.routes import ROUTES, BuiltIn, Telling, tellings
from alerts.silence_transitions import begin
from alerts.stories import Story, story_of
from audit import cursor
from audit.models import Cursor, Entry, State
from core import doorbell, live

CURSOR = "alerts"
ROUTED = Delivery.Audience.ROUTED


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
    known = {telling.person for telling in told}
    added = routing.extras(story, known, at=at) if route.when(story) else []
    rows = _rows(story, told, urgent=route.urgent, at=at)
    for extra in added:
        rows += _added(story, extra, at=at)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    if route.when(story) and (patience := _patience(route, added)):
        begin(story, after=patience, receipts=sum(row.receipt for row in rows), at=at)
    live.tell((row.recipient.ref, live.TOLD) for row in rows if row.recipient)


def _patience(route: BuiltIn, added: list[routing.Extra]) -> timedelta | None:
    """Return how long the first readers have before more are told; None where nobody is."""
    if route.then:
        return route.then[0].after
    return min((extra.steps[0][0] for extra in added if extra.steps), default=None)


def _added(story: Story, extra: routing.Extra, *, at: datetime) -> list[Delivery]:
    """Return the deliveries of a configured route: to people, and to places for whoever is there.

    What is urgent is to be read by its people; a place reads nothing by name.
    """
    more = [
        Telling(person=person, audience=ROUTED, receipt=extra.urgent) for person in extra.people
    ]
    rows = _rows(story, more, urgent=extra.urgent, at=at)
    return rows + [
        Delivery(
            **_about(story, at=at),
            audience=ROUTED,
            channel=place,
            urgent=extra.urgent,
            next_attempt_at=at,
        )
        for place in extra.places
    ]


def _about(story: Story, *, at: datetime) -> dict[str, Any]:
    entry = story.entry
    return {
        "entry_seq": entry.seq,
        "root": story.root,
        "kind": entry.kind,
        "subject": entry.subject,
        "case": entry.case,
        "drill": story.drill,
        "created_at": at,
    }


def _rows(story: Story, told: list[Telling], *, urgent: bool, at: datetime) -> list[Delivery]:
    """Return the deliveries of an entry; the first of each person is the one to acknowledge."""
    people = [telling.person for telling in told]
    ways = channels_of(people, urgent=urgent)
    times = times_of(people, urgent=urgent, at=at)
    return [
        Delivery(
            **_about(story, at=at),
            recipient=telling.person,
            audience=telling.audience,
            channel_id=channel,
            urgent=urgent,
            receipt=telling.receipt and number == 0,
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
