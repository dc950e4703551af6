"""What the page of a campaign shows of its items, and how a page of decisions is read."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from breakglass.models import Permit, Scenario
from core.errors import DomainError
from core.speech import shown
from reviews.campaigns import deciding, removal
from reviews.campaigns.policy import why_not_decide
from reviews.campaigns.uses import Uses
from reviews.models import Campaign, CampaignItem, CampaignItemQuerySet

Outcome = CampaignItem.Outcome
LEFT, DECIDED, ALL = "left", "decided", "all"


@dataclasses.dataclass
class Row:
    """One item as it is shown: with its last use, what it gives, and what was filled in."""

    item: CampaignItem
    used_at: datetime | None = None
    gives: list[str] = dataclasses.field(default_factory=list)
    people: list[str] = dataclasses.field(default_factory=list)
    until: datetime | None = None
    gone: bool = False
    why_not: str = ""
    chosen: str = ""
    note: str = ""
    error: str = ""

    @property
    def ways(self) -> list[tuple[str, str]]:
        """What may be decided, with its words."""
        return [(way, str(Outcome(way).label)) for way in self.item.ways]


def shown_items(campaign: Campaign, show: str) -> CampaignItemQuerySet:
    """Return the items under a tab."""
    items: CampaignItemQuerySet = campaign.items.told().order_by("position")
    if show == LEFT:
        return items.left()
    return items.exclude(outcome="") if show == DECIDED else items


def rows(items: Iterable[CampaignItem], *, by: User, at: datetime) -> list[Row]:
    """Return items as they are shown to somebody, with what is known of rights by now."""
    found = [Row(item=item) for item in items]
    uses, names = Uses([row.item for row in found], at=at), dict(_scenario_names())
    for row in found:
        item = row.item
        row.used_at = item.used_at if item.outcome else uses.of(item)
        row.gives = _gives(uses, item, names)
        if not item.outcome:
            row.why_not = shown(why_not_decide(item, by=by, at=at) or "")
        if item.group_id:
            _add_people(row, at)
    return found


def record(
    shown_rows: Iterable[CampaignItem], given: QueryDict, *, by: User, at: datetime
) -> tuple[list[CampaignItem], list[Row]]:
    """Decide on what was filled in, each by itself; return what is done, and what was refused.

    With `rest`, rights that were shown and left blank are kept.
    """
    done, refused = [], list[Row]()
    for item in shown_rows:
        chosen = given.get(f"do-{item.pk}", "")
        note = given.get(f"note-{item.pk}", "").strip()[:5000]
        if not chosen and "rest" in given and Outcome.KEEP in item.ways and not note:
            chosen = "" if why_not_decide(item, by=by, at=at) else Outcome.KEEP.value
        if not chosen and not note:
            continue
        try:
            done.append(deciding.decide(item, by=by, outcome=chosen, note=note, at=at))
        except DomainError as error:
            item.refresh_from_db()
            refused.append(Row(item=item, chosen=chosen, note=note, error=error.sentence))
    return done, refused


def fill_in(found: list[Row], refused: list[Row]) -> list[Row]:
    """Put what was refused back into the rows, with the reason."""
    again = {row.item.pk: row for row in refused}
    for row in found:
        if (before := again.get(row.item.pk)) is not None:
            row.chosen, row.note, row.error = before.chosen, before.note, before.error
    return found


def counts(campaign: Campaign) -> list[tuple[str, str, int]]:
    """Return how many items there are of each decision: its value, its words, and the number."""
    said = list(campaign.items.values_list("outcome", flat=True).order_by())
    ways = CampaignItem.WAYS[Campaign.Kind(campaign.kind)]
    return [(way.value, str(way.label), said.count(way.value)) for way in ways]


def _scenario_names() -> QuerySet[Any, Any]:
    return Scenario.objects.values_list("pk", "name")


def _gives(uses: Uses, item: CampaignItem, names: dict[Any, str]) -> list[str]:
    """Say what a membership gives, a line for each kind of right."""
    if not item.person_id:
        return []
    parts, permits = uses.gives(item)
    lines = [str(part.label) for part in parts]
    for permit in Permit:
        where = sorted(names[scenario] for held, scenario in permits if held == permit.value)
        if where:
            facts = {"right": permit.label, "scenarios": ", ".join(where)}
            lines.append(_("%(right)s: %(scenarios)s") % facts)
    return lines


def _add_people(row: Row, at: datetime) -> None:
    """Add who is in the group of a permit, the end of a membership, and whether it is gone."""
    item = row.item
    members = Membership.objects.standing(at).filter(group=item.group_id)
    if item.person_id:
        mine = members.filter(user=item.person_id).first()
        row.until, row.gone = (mine.until if mine else None), mine is None
    else:
        names = members.filter(user__is_active=True).order_by("user__name")
        row.people = list(names.values_list("user__name", flat=True))
        row.gone = not removal.standing(item, at=at)
