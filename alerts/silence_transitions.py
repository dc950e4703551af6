"""What happens while nobody reads an alert, verb by verb."""

import functools
import operator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.models import User
from alerts import policy, routing
from alerts import silence_events as events
from alerts.events import DeliveryAcknowledged
from alerts.models import Delivery, Silence
from alerts.routes import ROUTES, Later
from alerts.stories import NothingToTell, Story, story_at
from audit import log
from audit.models import Entry
from core.errors import NotAllowed
from core.refs import key_of

State = Silence.State
# What somebody does who has taken the alert up. A refusal or a look at the case says nothing of it,
# or whoever is refused could keep everybody else asleep.
_ANSWERS = ("decision.", "freeze.", "grant.", "question.", "ratification.", "review.")


def begin(story: Story, *, after: timedelta, receipts: int, at: datetime) -> None:
    """Wait for somebody to read an alert; not a moment where nobody was there to be told.

    `after` is how long the first ones have. Doing it twice changes nothing.
    """
    entry = story.entry
    values = {
        "kind": entry.kind,
        "subject": entry.subject,
        "case": entry.case,
        "since": at,
        "next_at": at + after if receipts else at,
    }
    Silence.objects.get_or_create(entry_seq=entry.seq, defaults=values)


@log.transition
def go_on(silence: Silence, *, at: datetime) -> Silence:
    """Tell the next audience of an alert that nobody has read, or say that nobody will have."""
    silence = _lock(silence)
    if silence.state != State.WAITING or silence.next_at is None or silence.next_at > at:
        return silence
    if noticed(silence, at=at):
        return silence
    then = _then(silence, at=at)
    if silence.stage >= len(then):
        silence.state, silence.next_at = State.UNSEEN, None
        silence.save(update_fields=["state", "next_at"])
        unseen = events.AlertUnseen(**_told(silence, at))
        log.record(unseen, actor=log.SYSTEM, subject=silence.ref, at=at, case=silence.case)
        return silence
    later = then[silence.stage]
    silence.stage += 1
    silence.next_at = at + then[min(silence.stage, len(then) - 1)].after
    silence.save(update_fields=["stage", "next_at"])
    people = [person.ref for person in later.people(at)]
    unread = events.AlertUnread(audiences=[*later.to], people=people, **_told(silence, at))
    log.record(unread, actor=log.SYSTEM, subject=silence.ref, at=at, case=silence.case)
    return silence


def noticed(silence: Silence, *, at: datetime) -> bool:
    """Whether somebody has read it or has taken up its case since; then it is over."""
    doers = whose(silence.entry_seq)
    rows = Delivery.objects.read_of(silence.entry_seq).exclude(acknowledged_by__in=doers)
    if read := rows.select_related("acknowledged_by").first():
        seen(silence.entry_seq, by=read.acknowledged_by, at=read.acknowledged_at or at)
        return True
    if silence.case and (person := _answered_by(silence, but=doers)):
        seen(silence.entry_seq, by=person, at=at)
        return True
    return False


def seen(entry: int, *, by: User | None, at: datetime) -> None:
    """Note that somebody has read the alert of an entry; who and when stands in the record.

    Whose doing it is has not been alerted by it: that they have read it counts for nothing here.
    """
    rows = Silence.objects.filter(entry_seq=entry).exclude(state=State.SEEN)
    if rows.exists() and by not in whose(entry):
        rows.update(state=State.SEEN, next_at=None, seen_at=at, seen_by=by)


@log.transition
def read(silence: Silence, *, by: User, at: datetime) -> None:
    """Note that `by`, who was perhaps not told, has read it. Raises NotAllowed for others."""
    why = policy.why_not_see_silence(by=by) or policy.why_not_end_silence(
        whose(silence.entry_seq), by=by
    )
    if why:
        raise NotAllowed(why, actor=by.ref, subject=silence.ref, at=at, case=silence.case)
    event = DeliveryAcknowledged(about=silence.kind, entry=silence.entry_seq)
    log.record(event, actor=by.ref, subject=silence.ref, at=at, case=silence.case)
    seen(silence.entry_seq, by=by, at=at)


def whose(entry: int) -> set[User]:
    """Return whose doing it is that an alert was told: who did it, and whose case it is."""
    try:
        story = story_at(entry)
    except NothingToTell:
        return set()
    return {person for person in (story.actor, *story.requesters) if person}


def _answered_by(silence: Silence, *, but: set[User]) -> User | None:
    """Return who has taken up the case since it was told, other than whose doing it is."""
    mine = {person.ref for person in but}
    entries = Entry.objects.filter(case=silence.case, seq__gt=silence.entry_seq)
    answers = functools.reduce(operator.or_, (Q(kind__startswith=each) for each in _ANSWERS))
    acts = entries.filter(answers, actor__startswith="user:").exclude(actor__in=mine)
    actor = acts.order_by("seq").values_list("actor", flat=True).first()
    return User.objects.filter(pk=key_of(actor, "user")).first() if actor else None


def _then(silence: Silence, *, at: datetime) -> tuple[Later, ...]:
    """Return who is told one after the other: whom the house tells, then whom routes add.

    The audience that was told last has as long as those before the next.
    """
    built_in = ROUTES[silence.kind].then
    try:
        return (*built_in, *routing.later(story_at(silence.entry_seq), at=at))
    except NothingToTell:
        return built_in


def _told(silence: Silence, at: datetime) -> dict[str, Any]:
    told = Delivery.objects.about(silence.entry_seq).values("recipient").distinct().count()
    return {
        "about": silence.kind,
        "entry": silence.entry_seq,
        "told": told,
        "minutes": (at - silence.since) // timedelta(minutes=1),
    }


def _lock(silence: Silence) -> Silence:
    return Silence.objects.select_for_update(no_key=True).get(pk=silence.pk)
