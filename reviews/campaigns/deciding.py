"""The verb of an item: what is decided on it happens at once, and stands in the record."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from audit import log
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import phrase
from reviews import obligation_transitions as obligations
from reviews import transitions as reviews
from reviews.campaigns import removal
from reviews.campaigns.events import ItemDecided
from reviews.campaigns.policy import why_not_decide
from reviews.campaigns.transitions import lock_open
from reviews.campaigns.uses import Uses
from reviews.models import CampaignItem, Finding, Obligation

Outcome = CampaignItem.Outcome


@log.transition
def decide(
    item: CampaignItem, *, by: User, outcome: str, note: str = "", at: datetime
) -> CampaignItem:
    """Decide on one item: a finding is opened or resolved, a right goes or stays, a task is done.

    Raises WrongState when it is decided already, the campaign is over or a right cannot go,
    NotAllowed for whoever is concerned, BadInput without the words that a decision needs.
    """
    campaign = lock_open(item.campaign)
    item = lock(item)
    if item.outcome:
        raise WrongState(phrase("%(person)s has decided on this already.", person=item.decided_by))
    refuse_unless(why_not_decide(item, by=by, at=at), by=by, subject=campaign, at=at)
    if outcome not in item.ways:
        raise BadInput(phrase("Choose what is to be done."), field="outcome")
    note = note.strip()
    if outcome not in CampaignItem.SILENT and not note:
        raise BadInput(phrase("Say why; it stands in the record."), field="note")
    item.outcome, item.note, item.decided_at, item.decided_by = outcome, note, at, by
    item.used_at = Uses([item], at=at).of(item)
    if effect := _EFFECTS.get(outcome):
        effect(item, by, at)
    item.save(
        update_fields=[
            "outcome", "note", "decided_at", "decided_by", "used_at", "change", "opened",
        ]
    )  # fmt: skip
    log.record(_decided(item), actor=by.ref, subject=campaign.ref, at=at)
    return item


def _decided(item: CampaignItem) -> ItemDecided:
    return ItemDecided(
        campaign=item.campaign.kind,
        position=item.position,
        item=item.subject,
        outcome=item.outcome,
        note=item.note,
        change=item.change.ref if item.change else "",
        finding=item.opened.ref if item.opened else "",
    )


def _open_finding(item: CampaignItem, by: User, at: datetime) -> None:
    if item.review:
        item.opened = reviews.find(
            item.review, by=by, kind=Finding.Kind.OTHER, severity=Finding.Severity.MEDIUM,
            text=item.note, at=at,
        )  # fmt: skip


def _keep(item: CampaignItem, _by: User, at: datetime) -> None:
    if not removal.standing(item, at=at):
        raise WrongState(phrase("This right is gone already. Choose “remove”."))


def _remove(item: CampaignItem, by: User, at: datetime) -> None:
    if removal.standing(item, at=at):
        item.change = removal.remove(item, by=by, reason=item.note, at=at)


def _finish(item: CampaignItem, by: User, at: datetime) -> None:
    """Resolve the finding, or fulfil the obligation, unless somebody has done so by now."""
    if item.finding and item.finding.state == Finding.State.OPEN:
        reviews.resolve_finding(
            item.finding, by=by, resolution=Finding.State.REMEDIATED, comment=item.note, at=at
        )
    if item.obligation and item.obligation.state == Obligation.State.OPEN:
        obligations.fulfil(item.obligation, evidence=item.note, by=by, at=at)


def _leave_open(item: CampaignItem, _by: User, _at: datetime) -> None:
    thing = item.finding or item.obligation
    if thing and thing.state != Finding.State.OPEN:
        raise WrongState(phrase("This is finished already. Choose “done”."))


_EFFECTS: dict[str, Callable[[CampaignItem, User, datetime], None]] = {
    Outcome.NOT_IN_ORDER: _open_finding,
    Outcome.KEEP: _keep,
    Outcome.REMOVE: _remove,
    Outcome.STILL_OPEN: _leave_open,
    Outcome.DONE: _finish,
}
