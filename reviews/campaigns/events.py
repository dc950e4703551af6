"""What happens to campaigns, as the ledger tells it. People are named by reference alone."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from audit.events import Event


def kind_words(kind: str) -> str:
    """Return the kind of a campaign as it reads within a sentence."""
    return {
        "cases": _("sample of cases"),
        "rights": _("re-certification of rights"),
        "follow_up": _("follow-up of findings and obligations"),
    }.get(kind, kind)


def outcome_words(outcome: str) -> str:
    """Return a decision as it reads within a sentence."""
    return {
        "in_order": _("in order"),
        "not_in_order": _("not in order"),
        "keep": _("keep"),
        "remove": _("remove"),
        "still_open": _("still open"),
        "done": _("done"),
    }.get(outcome, outcome)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignBegun(Event, kind="campaign.begun", title=_lazy("Campaign begun")):
    """What a campaign looks at is fixed.

    `items` are its lines in order; `population_hash` is over the lines of all there was. With
    `seed_size`, `seed` is the root of this record when it had so many entries.
    """

    campaign: str
    rhythm: str
    first: str
    last: str
    scenarios: list[str]
    owner: str
    due_at: str
    seed: str
    seed_size: int | None
    wanted: int | None
    share: int | None
    by_scenario: bool
    population: int
    population_hash: str
    items: list[str]

    def sentence(self) -> str:
        facts = {"campaign": kind_words(self.campaign), "number": len(self.items)}
        return (
            ngettext(
                "began a campaign: %(campaign)s, %(number)s item",
                "began a campaign: %(campaign)s, %(number)s items",
                len(self.items),
            )
            % facts
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ItemDecided(
    Event,
    kind="campaign.item_decided",
    title=_lazy("Item of a campaign decided"),
    personal=("note",),
):
    """One item was decided on. `change` is the removal that waits for a second administrator."""

    campaign: str
    position: int
    item: str
    outcome: str
    note: str
    change: str
    finding: str

    def sentence(self) -> str:
        facts = {"position": self.position, "outcome": outcome_words(self.outcome)}
        said = _("decided on item %(position)s of a campaign: %(outcome)s") % facts
        return f"{said}. {self.note}" if self.note else said


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignTakenOver(Event, kind="campaign.taken_over", title=_lazy("Campaign taken over")):
    """The campaign has another owner."""

    campaign: str
    before: str

    def sentence(self) -> str:
        return _("took the campaign over")


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Running(Event):
    """What reminders have in common; a kind of its own has none."""

    campaign: str
    owner: str
    due_at: str
    left: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignDueSoon(_Running, kind="campaign.due_soon", title=_lazy("Campaign due soon")):
    """The deadline is near, and something is left."""

    def sentence(self) -> str:
        return _("reminded of a campaign whose deadline is near: %(campaign)s") % {
            "campaign": kind_words(self.campaign)
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignOverdue(_Running, kind="campaign.overdue", title=_lazy("Campaign overdue")):
    """The deadline has passed, and nobody has signed it off."""

    def sentence(self) -> str:
        return _("found a campaign overdue: %(campaign)s") % {"campaign": kind_words(self.campaign)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignSignedOff(Event, kind="campaign.signed_off", title=_lazy("Campaign signed off")):
    """Every item is decided. `decisions_hash` is over a line for each (`docs/campaigns.md`).

    `alone` says that whoever signed it off had decided all of it.
    """

    campaign: str
    items: int
    counts: dict[str, int]
    decisions_hash: str
    alone: bool

    def sentence(self) -> str:
        facts = {"campaign": kind_words(self.campaign), "number": self.items}
        return (
            ngettext(
                "signed off a campaign: %(campaign)s, %(number)s item",
                "signed off a campaign: %(campaign)s, %(number)s items",
                self.items,
            )
            % facts
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignCancelled(
    Event, kind="campaign.cancelled", title=_lazy("Campaign cancelled"), personal=("reason",)
):
    """The campaign ends without a result."""

    campaign: str
    reason: str

    def sentence(self) -> str:
        return _("cancelled a campaign: %(reason)s") % {"reason": self.reason}
