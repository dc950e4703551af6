"""Which events of the record are told to whom: one table."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts import audiences
from alerts.audiences import Audience
from alerts.events import DeliveryDead
from alerts.models import Delivery
from alerts.stories import Story
from breakglass.models import Request

ASKED, REQUESTER, APPROVER = Audience.ASKED, Audience.REQUESTER, Audience.APPROVER
RESPONDER, COMPLIANCE, ALERTED = Audience.RESPONDER, Audience.COMPLIANCE, Audience.ALERTED
# Those who have to say that they have read what is urgent. Whoever is asked answers anyway.
READERS = frozenset({RESPONDER, COMPLIANCE, ALERTED, Audience.AUDITOR, Audience.ADMINISTRATOR})
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


def _not_lately(story: Story) -> bool:
    """One message in a quarter of an hour, and none about a message of this very kind."""
    if isinstance(story.event, DeliveryDead) and story.event.about == DeliveryDead.kind:
        return False
    lately = Delivery.objects.filter(kind=story.entry.kind, created_at__gt=story.at - _QUIET)
    return not lately.exists()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Route:
    """Whom one kind of event is told, the first audience that a person belongs to counting.

    `broken` hears of it as well where the case began by breaking the glass. What is `urgent` is
    sent first, and its readers are asked to say that they have read it.
    """

    title: str | Promise
    to: tuple[Audience, ...]
    broken: tuple[Audience, ...] = ()
    urgent: bool = False
    when: Callable[[Story], bool] = _always


@dataclasses.dataclass(frozen=True, kw_only=True)
class Telling:
    """One person who is told, and as what."""

    person: User
    audience: Audience
    receipt: bool


_EVERYBODY = (REQUESTER, APPROVER, ALERTED, COMPLIANCE)

ROUTES: dict[str, Route] = {
    "request.submitted": Route(
        title=_("Asked to decide"), to=(ASKED,), urgent=True, when=_approval_first
    ),
    "request.filed": Route(title=_("Asked in your name"), to=(REQUESTER,), urgent=True),
    "request.escalated": Route(title=_("Asked to decide"), to=(ASKED,), urgent=True),
    "request.approved": Route(title=_("Approved"), to=(APPROVER,)),
    "request.withdrawn": Route(title=_("Withdrawn"), to=(APPROVER, REQUESTER)),
    "request.lapsed": Route(title=_("Lapsed"), to=(REQUESTER, APPROVER)),
    "decision.approved": Route(
        title=_("One yes, more needed"), to=(REQUESTER,), when=_more_to_come
    ),
    "decision.denied": Route(title=_("Denied"), to=(REQUESTER, APPROVER)),
    "decision.countered": Route(title=_("Less was offered"), to=(REQUESTER,), urgent=True),
    "decision.ratified": Route(
        title=_("One ratification, more needed"), to=(REQUESTER,), when=_more_to_come
    ),
    "counter.accepted": Route(title=_("Offer accepted"), to=(APPROVER,), when=_more_to_come),
    "counter.declined": Route(title=_("Offer declined"), to=(ASKED,), urgent=True),
    "breakglass.activated": Route(
        title=_("Glass broken"),
        to=(ASKED, RESPONDER, ALERTED, COMPLIANCE, REQUESTER),
        urgent=True,
    ),
    "grant.scheduled": Route(title=_("Access scheduled"), to=(REQUESTER,)),
    "grant.activated": Route(title=_("Access started"), to=(REQUESTER, ALERTED), urgent=True),
    "grant.extended": Route(title=_("Access extended"), to=(REQUESTER,), broken=(ALERTED,)),
    "grant.expired": Route(title=_("Access ended"), to=(REQUESTER,), broken=(ALERTED,)),
    "grant.relinquished": Route(title=_("Access ended early"), to=(REQUESTER,), broken=(ALERTED,)),
    "grant.revoked": Route(
        title=_("Access revoked"), to=(REQUESTER,), broken=(ALERTED,), urgent=True
    ),
    "ratification.confirmed": Route(title=_("Ratified"), to=_EVERYBODY),
    "ratification.refused": Route(title=_("Ratification refused"), to=_EVERYBODY, urgent=True),
    "ratification.overdue": Route(title=_("Ratification overdue"), to=_EVERYBODY, urgent=True),
    "question.asked": Route(title=_("A question"), to=(REQUESTER,), urgent=True),
    "question.answered": Route(title=_("A question answered"), to=(Audience.ASKER,), urgent=True),
    "freeze.imposed": Route(title=_("Frozen"), to=(Audience.FROZEN, RESPONDER), urgent=True),
    "freeze.lift_proposed": Route(title=_("Lifting a freeze proposed"), to=(RESPONDER,)),
    "freeze.lifted": Route(title=_("Freeze lifted"), to=(Audience.FROZEN, RESPONDER)),
    "door.open_failed": Route(
        title=_("Door does not open"), to=(REQUESTER, RESPONDER), urgent=True
    ),
    "door.close_failed": Route(title=_("Door does not close"), to=(RESPONDER,), urgent=True),
    "review.owed": Route(title=_("Review owed"), to=(Audience.REVIEWER,)),
    "review.closed": Route(title=_("Review closed"), to=(REQUESTER,)),
    "change.proposed": Route(
        title=_("A change waits for you"), to=(Audience.ADMINISTRATOR,), urgent=True
    ),
    "change.accepted": Route(
        title=_("Change accepted"), to=(Audience.PROPOSER, Audience.ADMINISTRATOR, COMPLIANCE)
    ),
    "change.declined": Route(
        title=_("Change declined"), to=(Audience.PROPOSER, Audience.ADMINISTRATOR)
    ),
    "change.withdrawn": Route(title=_("Change withdrawn"), to=(Audience.ADMINISTRATOR,)),
    "change.lapsed": Route(title=_("Change lapsed"), to=(Audience.PROPOSER,)),
    "config.weakened_alone": Route(
        title=_("A control weakened alone"), to=(COMPLIANCE, Audience.AUDITOR), urgent=True
    ),
    "delivery.dead": Route(
        title=_("Message undelivered"), to=(Audience.ADMINISTRATOR,), when=_not_lately
    ),
    "audit.gap": Route(
        title=_("Entry missing"), to=(COMPLIANCE, Audience.AUDITOR, Audience.ADMINISTRATOR),
        urgent=True,
    ),
    "audit.pending_altered": Route(
        title=_("Entry altered"), to=(COMPLIANCE, Audience.AUDITOR, Audience.ADMINISTRATOR),
        urgent=True,
    ),
}  # fmt: skip


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


def title_of(kind: str) -> str:
    """Return what a kind of event is called, also one that nobody is told of any more."""
    return str(ROUTES[kind].title) if kind in ROUTES else kind
