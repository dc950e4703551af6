"""Which events of the record are told to whom: one table."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

from accounts.models import User
from alerts import audiences, belonging
from alerts.audiences import Audience
from alerts.events import DeliveryDead
from alerts.models import Delivery
from alerts.stories import Story
from breakglass.models import Request

ASKED, REQUESTER, APPROVER = Audience.ASKED, Audience.REQUESTER, Audience.APPROVER
RESPONDER, COMPLIANCE, ALERTED = Audience.RESPONDER, Audience.COMPLIANCE, Audience.ALERTED
# Those who have to say that they have read what is urgent. Whoever is asked answers anyway.
READERS = frozenset(
    {RESPONDER, COMPLIANCE, ALERTED, Audience.AUDITOR, Audience.ADMINISTRATOR, Audience.UNREAD}
)
_QUIET = timedelta(minutes=15)


def _always(_: Story) -> bool:
    return True


def _approval_first(story: Story) -> bool:
    """Breaking the glass has an alert of its own."""
    return story.asked.urgency == Request.Urgency.NORMAL


def _more_to_come(story: Story) -> bool:
    """Where this answer was the last one, what follows from it is told instead."""
    asked = story.asked
    return asked.state in Request.OPEN or asked.ratification == Request.Ratification.PENDING


def _of_groups(story: Story) -> bool:
    """Of all that is configured, people are told of their own groups."""
    return belonging.differs(story.event)


def _not_lately(story: Story) -> bool:
    """One message in a quarter of an hour, and none about a message of this very kind."""
    if isinstance(story.event, DeliveryDead) and story.event.about == DeliveryDead.kind:
        return False
    lately = Delivery.objects.filter(kind=story.entry.kind, created_at__gt=story.at - _QUIET)
    return not lately.exists()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Later:
    """Who is told where nobody has said for as long as `after` that they have read an alert."""

    after: timedelta
    to: tuple[Audience, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Route:
    """Whom one kind of event is told, the first audience that a person belongs to counting.

    `broken` hears of it as well where the case began by breaking the glass. What is `urgent` is
    sent first, and its readers are asked to say that they have read it. While nobody has, those
    of `then` are told, one after the other; after the last one it is found that nobody has.
    """

    to: tuple[Audience, ...]
    broken: tuple[Audience, ...] = ()
    urgent: bool = False
    then: tuple[Later, ...] = ()
    when: Callable[[Story], bool] = _always


@dataclasses.dataclass(frozen=True, kw_only=True)
class Telling:
    """One person who is told, and as what."""

    person: User
    audience: Audience
    receipt: bool


_OVERSEERS = (COMPLIANCE, Audience.AUDITOR, Audience.ADMINISTRATOR)
_HOLDERS = (COMPLIANCE, Audience.ADMINISTRATOR)  # who places and lifts legal holds
_EVERYBODY = (REQUESTER, APPROVER, ALERTED, COMPLIANCE)

# Those who were told are told once more with the next ones: a second message wakes who slept.
_LOUDER = (
    Later(after=timedelta(minutes=5), to=(RESPONDER, COMPLIANCE)),
    Later(after=timedelta(minutes=5), to=(RESPONDER, COMPLIANCE, Audience.ADMINISTRATOR)),
)

ROUTES: dict[str, Route] = {
    "request.submitted": Route(to=(ASKED,), urgent=True, when=_approval_first),
    "request.filed": Route(to=(REQUESTER,), urgent=True),
    "request.escalated": Route(to=(ASKED,), urgent=True),
    "request.approved": Route(to=(APPROVER,)),
    "request.withdrawn": Route(to=(APPROVER, REQUESTER)),
    "request.lapsed": Route(to=(REQUESTER, APPROVER)),
    "decision.approved": Route(to=(REQUESTER,), when=_more_to_come),
    "decision.denied": Route(to=(REQUESTER, APPROVER)),
    "decision.countered": Route(to=(REQUESTER,), urgent=True),
    "decision.ratified": Route(to=(REQUESTER,), when=_more_to_come),
    "counter.accepted": Route(to=(APPROVER,), when=_more_to_come),
    "counter.declined": Route(to=(ASKED,), urgent=True),
    "breakglass.activated": Route(
        to=(ASKED, RESPONDER, ALERTED, COMPLIANCE, REQUESTER), urgent=True, then=_LOUDER
    ),
    "grant.scheduled": Route(to=(REQUESTER,)),
    "grant.activated": Route(to=(REQUESTER, ALERTED), urgent=True),
    "grant.extended": Route(to=(REQUESTER,), broken=(ALERTED,)),
    "grant.expired": Route(to=(REQUESTER,), broken=(ALERTED,)),
    "grant.relinquished": Route(to=(REQUESTER,), broken=(ALERTED,)),
    "grant.revoked": Route(to=(REQUESTER,), broken=(ALERTED,), urgent=True),
    "ratification.confirmed": Route(to=_EVERYBODY),
    "ratification.refused": Route(to=_EVERYBODY, urgent=True),
    "ratification.overdue": Route(to=_EVERYBODY, urgent=True, then=_LOUDER),
    "question.asked": Route(to=(REQUESTER,), urgent=True),
    "question.answered": Route(to=(Audience.ASKER,), urgent=True),
    "freeze.imposed": Route(to=(Audience.FROZEN, RESPONDER), urgent=True),
    "freeze.lift_proposed": Route(to=(RESPONDER,)),
    "freeze.kept": Route(to=(RESPONDER,)),
    "freeze.lifted": Route(to=(Audience.FROZEN, RESPONDER)),
    "door.open_failed": Route(to=(REQUESTER, RESPONDER), urgent=True),
    "door.close_failed": Route(to=(RESPONDER,), urgent=True, then=_LOUDER),
    "review.owed": Route(to=(Audience.REVIEWER,)),
    "review.closed": Route(to=(REQUESTER,)),
    "change.proposed": Route(to=(Audience.ADMINISTRATOR,), urgent=True),
    "change.accepted": Route(to=(Audience.PROPOSER, Audience.ADMINISTRATOR, COMPLIANCE)),
    "change.declined": Route(to=(Audience.PROPOSER, Audience.ADMINISTRATOR)),
    "change.withdrawn": Route(to=(Audience.ADMINISTRATOR,)),
    "change.lapsed": Route(to=(Audience.PROPOSER,)),
    "config.changed": Route(to=(Audience.MEMBER,), when=_of_groups),
    "config.weakened_alone": Route(to=(COMPLIANCE, Audience.AUDITOR), urgent=True),
    "erasure.proposed": Route(to=(Audience.ADMINISTRATOR,), urgent=True),
    "erasure.accepted": Route(to=(Audience.ADMINISTRATOR, COMPLIANCE, Audience.AUDITOR)),
    "erasure.declined": Route(to=(Audience.ADMINISTRATOR,)),
    "erasure.withdrawn": Route(to=(Audience.ADMINISTRATOR,)),
    "erasure.lapsed": Route(to=(Audience.ADMINISTRATOR,)),
    "erasure.done": Route(to=(Audience.ADMINISTRATOR, COMPLIANCE)),
    "hold.lift_proposed": Route(to=_HOLDERS),
    "hold.kept": Route(to=_HOLDERS),
    "hold.lifted": Route(to=(*_HOLDERS, Audience.AUDITOR)),
    "alert.unread": Route(to=(Audience.UNREAD,), urgent=True),
    "alert.unseen": Route(to=(RESPONDER, *_OVERSEERS), urgent=True),
    "channel.fails": Route(to=(Audience.ADMINISTRATOR,)),
    "channel.works": Route(to=(Audience.ADMINISTRATOR,)),
    "delivery.dead": Route(to=(Audience.ADMINISTRATOR,), when=_not_lately),
    "audit.degraded": Route(to=_OVERSEERS, urgent=True),
    "audit.gap": Route(to=_OVERSEERS, urgent=True),
    "audit.pending_altered": Route(to=_OVERSEERS, urgent=True),
    "audit.anchor_lost": Route(to=_OVERSEERS, urgent=True),
    "audit.anchor_regained": Route(to=_OVERSEERS),
    "audit.key_rotated": Route(to=_OVERSEERS),
    "audit.recovered": Route(to=_OVERSEERS, urgent=True),
    "audit.log_continued": Route(to=_OVERSEERS, urgent=True),
    "audit.contradicted": Route(to=_OVERSEERS, urgent=True),
    "audit.verify_failed": Route(to=_OVERSEERS, urgent=True),
    "audit.verify_mended": Route(to=_OVERSEERS),
    "audit.replay_failed": Route(to=_OVERSEERS, urgent=True),
}


def tellings(route: Route, story: Story) -> list[Telling]:
    """Return who is told of a story: each person once, and nobody of what they did themselves."""
    if not route.when(story):
        return []
    found: dict[User, Audience] = {}
    for audience in (*route.to, *(route.broken if story.broken else ())):
        for person in audiences.people(audience, story):
            found.setdefault(person, audience)
    return [
        Telling(person=person, audience=audience, receipt=route.urgent and audience in READERS)
        for person, audience in found.items()
    ]
