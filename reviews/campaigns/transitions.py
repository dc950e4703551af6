"""The verbs of a campaign: begin, take over, remind, sign off, cancel."""

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Part, User
from audit import log
from audit.events import Event
from audit.models import State
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, NotAllowed, WrongState
from core.speech import phrase
from reviews.campaigns import events, policy, rhythm, sampling
from reviews.campaigns.populations import Scope, find
from reviews.models import Campaign, CampaignItem

Kind = Campaign.Kind
MOST = 2000  # items: more is no review by people


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """A campaign as somebody wants it. Without a seed, a sample takes the root of the record."""

    scope: Scope
    due_at: datetime
    rhythm: Campaign.Rhythm = Campaign.Rhythm.ONCE
    seed: str = ""


@log.transition
def begin(plan: Plan, *, owner: User, by: User | None, at: datetime) -> Campaign:
    """Fix what a campaign looks at. `by` is None for the schedule.

    Raises NotAllowed for whoever is no compliance officer, BadInput for a plan that makes no
    sense or finds nothing, WrongState when the schedule has begun this one already.
    """
    if by is not None and (why := policy.why_not_begin(by=by, at=at)):
        raise NotAllowed(why, actor=by.ref, subject=by.ref, at=at)
    if wrong := _why_bad(plan, owner=owner, at=at):
        raise BadInput.of(wrong)
    seed, seed_size = _seed(plan)
    found = find(plan.scope, seed=seed, at=at)
    if by is not None and not found.items:
        raise BadInput(phrase("There is nothing to look at in this period."), field="last")
    if len(found.items) > MOST:
        raise BadInput(
            phrase(
                "These are %(number)s items; a campaign has %(most)s at most. Choose a smaller"
                " sample, or fewer scenarios.",
                number=len(found.items), most=MOST,
            ),
            field="scenarios",
        )  # fmt: skip
    scope = plan.scope
    campaign = Campaign(
        kind=scope.kind, rhythm=plan.rhythm, first=scope.first, last=scope.last, owner=owner,
        begun_at=at, begun_by=by, due_at=plan.due_at, seed=seed, seed_size=seed_size,
        wanted=scope.size.wanted, share=scope.size.share, by_scenario=scope.by_scenario,
        population=len(found.lines), population_hash=found.digest,
    )  # fmt: skip
    _save_once(campaign)
    campaign.scenarios.set(scope.scenarios)
    for item in found.items:
        item.campaign = campaign
    CampaignItem.objects.bulk_create(found.items)
    event = _begun(campaign, scope, [item.subject for item in found.items])
    _record(campaign, event, by=by, at=at)
    return campaign


@log.transition
def take_over(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """Become the owner of an open campaign.

    Raises WrongState when it is over, NotAllowed for its owner and whoever is no compliance
    officer.
    """
    campaign = lock_open(campaign)
    why = policy.why_not_take_over(campaign, by=by, at=at)
    refuse_unless(why, by=by, subject=campaign, at=at)
    before, campaign.owner = campaign.owner, by
    campaign.save(update_fields=["owner"])
    event = events.CampaignTakenOver(campaign=campaign.kind, before=before.ref)
    _record(campaign, event, by=by, at=at)
    return campaign


@log.transition
def sign_off(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """End a campaign of which every item is decided.

    Raises WrongState when something is left or it is over, NotAllowed for anybody but its owner.
    """
    campaign = lock_open(campaign)
    why = policy.why_not_sign_off(campaign, by=by, at=at)
    refuse_unless(why, by=by, subject=campaign, at=at)
    if why := policy.why_unfinished(campaign):
        raise WrongState(why)
    items = list(campaign.items.select_related("decided_by").order_by("position"))
    deciders = {item.decided_by for item in items}
    campaign.state, campaign.ended_at, campaign.ended_by = Campaign.State.SIGNED_OFF, at, by
    campaign.decisions_hash, campaign.alone = decisions_hash(items), deciders == {by}
    campaign.save(update_fields=["state", "ended_at", "ended_by", "decisions_hash", "alone"])
    event = events.CampaignSignedOff(
        campaign=campaign.kind,
        items=len(items),
        counts=dict(sorted(Counter(item.outcome for item in items).items())),
        decisions_hash=campaign.decisions_hash,
        alone=campaign.alone,
    )
    _record(campaign, event, by=by, at=at)
    return campaign


@log.transition
def cancel(campaign: Campaign, *, by: User, reason: str, at: datetime) -> Campaign:
    """End a campaign without a result; what was decided stays done.

    Raises WrongState when it is over, NotAllowed for whoever is no compliance officer, BadInput
    without a reason.
    """
    campaign = lock_open(campaign)
    refuse_unless(policy.why_not_begin(by=by, at=at), by=by, subject=campaign, at=at)
    if not reason.strip():
        raise BadInput(phrase("Say why; it stands in the record."), field="reason")
    campaign.state, campaign.reason = Campaign.State.CANCELLED, reason.strip()
    campaign.ended_at, campaign.ended_by = at, by
    campaign.save(update_fields=["state", "reason", "ended_at", "ended_by"])
    event = events.CampaignCancelled(campaign=campaign.kind, reason=campaign.reason)
    _record(campaign, event, by=by, at=at)
    return campaign


@log.transition
def remind(campaign: Campaign, *, at: datetime) -> Campaign:
    """Tell that the deadline is near, or has passed; each once.

    Raises WrongState when it is over, or nothing is to be told.
    """
    campaign = lock_open(campaign)
    said: dict[str, Any] = {
        "campaign": campaign.kind,
        "owner": campaign.owner.ref,
        "due_at": campaign.due_at.isoformat(),
        "left": campaign.items.left().count(),
    }
    event: Event
    if campaign.due_at <= at and campaign.late_told_at is None:
        campaign.late_told_at, event = at, events.CampaignOverdue(**said)
    elif campaign.due_at - rhythm.SOON <= at < campaign.due_at and campaign.soon_told_at is None:
        campaign.soon_told_at, event = at, events.CampaignDueSoon(**said)
    else:
        raise WrongState(phrase("Nobody is to be reminded of this campaign now."))
    campaign.save(update_fields=["soon_told_at", "late_told_at"])
    _record(campaign, event, by=None, at=at)
    return campaign


def lock_open(campaign: Campaign) -> Campaign:
    """Lock a campaign that is still open."""
    campaign = lock(campaign)
    if campaign.state != Campaign.State.OPEN:
        raise WrongState(
            phrase("This campaign is over: %(state)s.", state=campaign.get_state_display())
        )
    return campaign


def decisions_hash(items: list[CampaignItem]) -> str:
    """Return the digest of a line for each decision: what, how, when and by whom, no words."""
    return sampling.digest(
        f"{item.position} {item.subject} {item.outcome}"
        f" {item.decided_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ} {item.decided_by.ref}"
        for item in items
        if item.decided_at and item.decided_by
    )


def _why_bad(plan: Plan, *, owner: User, at: datetime) -> dict[str, str]:
    scope = plan.scope
    wrong: dict[str, str] = {}
    if scope.first > scope.last:
        wrong["last"] = phrase("The period ends before it begins.")
    elif scope.since >= at:
        wrong["first"] = phrase("The period has not begun yet.")
    if plan.due_at <= at:
        wrong["due"] = phrase("Choose a day that is not over.")
    if not owner.plays(Part.COMPLIANCE, at):
        wrong["owner"] = phrase("A campaign belongs to a compliance officer.")
    if scope.kind == Kind.CASES:
        if not (scope.size.wanted or scope.size.share):
            wrong["wanted"] = phrase("Say how many cases, or how many per cent of them.")
        elif scope.size.wanted and scope.size.share:
            wrong["share"] = phrase("Say how many cases, or how many per cent; not both.")
    return wrong


def _seed(plan: Plan) -> tuple[str, int | None]:
    """Return the seed, and how many entries the record had whose root it is.

    The root is nobody's choice, and whoever holds a signed head can check it.
    """
    if plan.scope.kind != Kind.CASES:
        return "", None
    if plan.seed.strip():
        return plan.seed.strip(), None
    state = State.objects.get()
    return state.tree.root.hex(), state.size


def _save_once(campaign: Campaign) -> None:
    try:
        with transaction.atomic():
            campaign.save(force_insert=True)
    except IntegrityError as error:
        raise WrongState(phrase("The campaign of this period was begun already.")) from error


def _begun(campaign: Campaign, scope: Scope, items: list[str]) -> events.CampaignBegun:
    return events.CampaignBegun(
        campaign=campaign.kind, rhythm=campaign.rhythm, first=campaign.first.isoformat(),
        last=campaign.last.isoformat(), scenarios=sorted(each.slug for each in scope.scenarios),
        owner=campaign.owner.ref, due_at=campaign.due_at.isoformat(), seed=campaign.seed,
        seed_size=campaign.seed_size, wanted=campaign.wanted, share=campaign.share,
        by_scenario=campaign.by_scenario, population=campaign.population,
        population_hash=campaign.population_hash, items=items,
    )  # fmt: skip


def _record(campaign: Campaign, event: Event, *, by: User | None, at: datetime) -> None:
    actor = by.ref if by else log.SYSTEM
    log.record(event, actor=actor, subject=campaign.ref, at=at)
