"""Which events of the record are told to whom: one table, which configuration only adds to."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.models import User
from alerts import audiences, belonging
from alerts.audiences import Audience
from alerts.events import DeliveryDead
from alerts.models import Delivery
from alerts.self_test_events import SelfTested
from alerts.stories import Story
from breakglass.models import Request

ASKED, REQUESTER, APPROVER = Audience.ASKED, Audience.REQUESTER, Audience.APPROVER
ASSIGNED = Audience.ASSIGNED
RESPONDER, COMPLIANCE, ALERTED = Audience.RESPONDER, Audience.COMPLIANCE, Audience.ALERTED
# Those who have to say that they have read what is urgent. Whoever is asked answers anyway.
READERS = frozenset(
    {RESPONDER, COMPLIANCE, ALERTED, Audience.AUDITOR, Audience.ADMINISTRATOR, Audience.UNREAD}
)
_QUIET = timedelta(minutes=15)


def _nobody(_: datetime) -> list[User]:
    return []


def always(_: Story) -> bool:
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


def _something_wrong(story: Story) -> bool:
    """A night that found nothing is on the record, and no news."""
    return isinstance(story.event, SelfTested) and bool(story.event.things)


def _not_lately(story: Story) -> bool:
    """One message in a quarter of an hour, and none about a message of this very kind."""
    if isinstance(story.event, DeliveryDead) and story.event.about == DeliveryDead.kind:
        return False
    lately = Delivery.objects.filter(kind=story.entry.kind, created_at__gt=story.at - _QUIET)
    return not lately.exists()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Later:
    """Who is told where nobody has said for as long as `after` that they have read an alert.

    `people` are those whom configured routes add.
    """

    after: timedelta
    to: tuple[Audience, ...]
    people: Callable[[datetime], list[User]] = _nobody


@dataclasses.dataclass(frozen=True, kw_only=True)
class BuiltIn:
    """Whom one kind of event is told, the first audience that a person belongs to counting.

    `broken` hears of it as well where the case began by breaking the glass. What is `urgent` is
    sent first, and its readers are asked to say that they have read it. While nobody has, those
    of `then` are told, one after the other; after the last one it is found that nobody has.
    """

    to: tuple[Audience, ...]
    broken: tuple[Audience, ...] = ()
    urgent: bool = False
    then: tuple[Later, ...] = ()
    when: Callable[[Story], bool] = always


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

ROUTES: dict[str, BuiltIn] = {
    "request.submitted": BuiltIn(to=(ASKED,), urgent=True, when=_approval_first),
    "request.filed": BuiltIn(to=(REQUESTER,), urgent=True),
    "request.escalated": BuiltIn(to=(ASKED,), urgent=True),
    "request.approved": BuiltIn(to=(APPROVER,)),
    "request.withdrawn": BuiltIn(to=(APPROVER, REQUESTER)),
    "request.lapsed": BuiltIn(to=(REQUESTER, APPROVER)),
    "decision.approved": BuiltIn(to=(REQUESTER,), when=_more_to_come),
    "decision.denied": BuiltIn(to=(REQUESTER, APPROVER)),
    "decision.countered": BuiltIn(to=(REQUESTER,), urgent=True),
    "decision.ratified": BuiltIn(to=(REQUESTER,), when=_more_to_come),
    "counter.accepted": BuiltIn(to=(APPROVER,), when=_more_to_come),
    "counter.declined": BuiltIn(to=(ASKED,), urgent=True),
    "breakglass.activated": BuiltIn(
        to=(ASKED, RESPONDER, ALERTED, COMPLIANCE, REQUESTER), urgent=True, then=_LOUDER
    ),
    "grant.scheduled": BuiltIn(to=(REQUESTER,)),
    "grant.activated": BuiltIn(to=(REQUESTER, ALERTED), urgent=True),
    "grant.extended": BuiltIn(to=(REQUESTER,), broken=(ALERTED,)),
    "grant.expired": BuiltIn(to=(REQUESTER,), broken=(ALERTED,)),
    "grant.relinquished": BuiltIn(to=(REQUESTER,), broken=(ALERTED,)),
    "grant.revoked": BuiltIn(to=(REQUESTER,), broken=(ALERTED,), urgent=True),
    "ratification.confirmed": BuiltIn(to=_EVERYBODY),
    "ratification.refused": BuiltIn(to=_EVERYBODY, urgent=True),
    "ratification.overdue": BuiltIn(to=_EVERYBODY, urgent=True, then=_LOUDER),
    "debt.waived": BuiltIn(to=(COMPLIANCE,), urgent=True),
    "question.asked": BuiltIn(to=(REQUESTER,), urgent=True),
    "question.answered": BuiltIn(to=(Audience.ASKER,), urgent=True),
    "freeze.imposed": BuiltIn(to=(Audience.FROZEN, RESPONDER), urgent=True),
    "freeze.lift_proposed": BuiltIn(to=(RESPONDER,)),
    "freeze.kept": BuiltIn(to=(RESPONDER,)),
    "freeze.lifted": BuiltIn(to=(Audience.FROZEN, RESPONDER)),
    "door.open_failed": BuiltIn(to=(REQUESTER, RESPONDER), urgent=True),
    "door.close_failed": BuiltIn(to=(RESPONDER,), urgent=True, then=_LOUDER),
    "alarm.raised": BuiltIn(to=(RESPONDER, COMPLIANCE), urgent=True, then=_LOUDER),
    "review.assigned": BuiltIn(to=(ASSIGNED,)),
    "review.unassignable": BuiltIn(to=(COMPLIANCE, Audience.ADMINISTRATOR), urgent=True),
    "review.nearly_due": BuiltIn(to=(ASSIGNED,)),
    "review.overdue": BuiltIn(to=(ASSIGNED, COMPLIANCE)),
    "review.concluded": BuiltIn(to=(Audience.REVIEWER,)),
    "review.closed": BuiltIn(to=(REQUESTER,)),
    "review.reopened": BuiltIn(to=(Audience.JUDGE, REQUESTER, COMPLIANCE)),
    "finding.assigned": BuiltIn(to=(ASSIGNED,)),
    "finding.nearly_due": BuiltIn(to=(ASSIGNED,)),
    "finding.overdue": BuiltIn(to=(ASSIGNED, COMPLIANCE)),
    "obligation.opened": BuiltIn(to=(ASSIGNED,)),
    "obligation.handed_on": BuiltIn(to=(ASSIGNED,)),
    "obligation.nearly_due": BuiltIn(to=(ASSIGNED,)),
    "obligation.overdue": BuiltIn(to=(ASSIGNED, COMPLIANCE)),
    "campaign.begun": BuiltIn(to=(ASSIGNED, COMPLIANCE)),
    "campaign.due_soon": BuiltIn(to=(ASSIGNED,)),
    "campaign.overdue": BuiltIn(to=(ASSIGNED, COMPLIANCE)),
    "campaign.signed_off": BuiltIn(to=(COMPLIANCE, Audience.AUDITOR)),
    "campaign.cancelled": BuiltIn(to=(COMPLIANCE, Audience.AUDITOR)),
    "report.written": BuiltIn(to=(COMPLIANCE,)),
    "change.proposed": BuiltIn(to=(Audience.ADMINISTRATOR,), urgent=True),
    "change.accepted": BuiltIn(to=(Audience.PROPOSER, Audience.ADMINISTRATOR, COMPLIANCE)),
    "change.declined": BuiltIn(to=(Audience.PROPOSER, Audience.ADMINISTRATOR)),
    "change.withdrawn": BuiltIn(to=(Audience.ADMINISTRATOR,)),
    "change.lapsed": BuiltIn(to=(Audience.PROPOSER,)),
    "substitution.named": BuiltIn(to=(Audience.SUBSTITUTE, COMPLIANCE), urgent=True),
    "substitution.ended": BuiltIn(to=(Audience.SUBSTITUTE, COMPLIANCE)),
    "config.changed": BuiltIn(to=(Audience.MEMBER,), when=_of_groups),
    "config.weakened_alone": BuiltIn(to=(COMPLIANCE, Audience.AUDITOR), urgent=True),
    "erasure.proposed": BuiltIn(to=(Audience.ADMINISTRATOR,), urgent=True),
    "erasure.accepted": BuiltIn(to=(Audience.ADMINISTRATOR, COMPLIANCE, Audience.AUDITOR)),
    "erasure.declined": BuiltIn(to=(Audience.ADMINISTRATOR,)),
    "erasure.withdrawn": BuiltIn(to=(Audience.ADMINISTRATOR,)),
    "erasure.lapsed": BuiltIn(to=(Audience.ADMINISTRATOR,)),
    "erasure.done": BuiltIn(to=(Audience.ADMINISTRATOR, COMPLIANCE)),
    "hold.lift_proposed": BuiltIn(to=_HOLDERS),
    "hold.kept": BuiltIn(to=_HOLDERS),
    "hold.lifted": BuiltIn(to=(*_HOLDERS, Audience.AUDITOR)),
    "alert.unread": BuiltIn(to=(Audience.UNREAD,), urgent=True),
    "alert.unseen": BuiltIn(to=(RESPONDER, *_OVERSEERS), urgent=True),
    "alerts.self_tested": BuiltIn(to=(Audience.ADMINISTRATOR,), when=_something_wrong),
    "channel.fails": BuiltIn(to=(Audience.ADMINISTRATOR,)),
    "channel.works": BuiltIn(to=(Audience.ADMINISTRATOR,)),
    "route.set_aside": BuiltIn(to=(Audience.ADMINISTRATOR,), urgent=True),
    "delivery.dead": BuiltIn(to=(Audience.ADMINISTRATOR,), when=_not_lately),
    "audit.degraded": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.gap": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.pending_altered": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.anchor_lost": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.anchor_regained": BuiltIn(to=_OVERSEERS),
    "audit.key_rotated": BuiltIn(to=_OVERSEERS),
    "audit.recovered": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.log_continued": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.contradicted": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.verify_failed": BuiltIn(to=_OVERSEERS, urgent=True),
    "audit.verify_mended": BuiltIn(to=_OVERSEERS),
    "audit.replay_failed": BuiltIn(to=_OVERSEERS, urgent=True),
}


def tellings(route: BuiltIn, story: Story) -> list[Telling]:
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
