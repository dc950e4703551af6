"""Campaigns: periodic reviews of many cases, rights or findings, item by item."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models import Permit, ProposedChange, Scenario
from core import refs, zones
from core.dates import day_words
from reviews.models.finding import Finding
from reviews.models.obligation import Obligation
from reviews.models.review import Review


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def open(self) -> CampaignQuerySet:
        """Campaigns that nobody has signed off or cancelled."""
        return self.filter(state=Campaign.State.OPEN)

    def told(self) -> CampaignQuerySet:
        """Fetch with each campaign what a list or a page shows of it, and how far it is."""
        rows = self.select_related("owner", "begun_by", "ended_by").prefetch_related("scenarios")
        decided = Count("items", filter=~Q(items__outcome=""))
        return rows.annotate(item_count=Count("items"), decided_count=decided)


class Campaign(models.Model):
    """One periodic review. What it looks at is fixed when it begins, and never changes.

    `first` and `last` are whole days in the zone of the installation. Only a sample of cases has a
    seed: with `seed_size` it is the root of the record when that had so many entries, else what
    somebody brought. `population_hash` is over the lines of everything there was to choose from.
    """

    class Kind(models.TextChoices):
        CASES = "cases", _("Sample of cases")
        RIGHTS = "rights", _("Re-certification of rights")
        FOLLOW_UP = "follow_up", _("Follow-up of findings and obligations")

    class Rhythm(models.TextChoices):
        MONTHLY = "monthly", _("Monthly")
        QUARTERLY = "quarterly", _("Quarterly")
        ONCE = "once", _("Once")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SIGNED_OFF = "signed_off", _("Signed off")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=9, choices=Kind)
    rhythm = models.CharField(max_length=9, choices=Rhythm, default=Rhythm.ONCE)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    first = models.DateField()
    last = models.DateField()
    scenarios = models.ManyToManyField(Scenario, related_name="+", blank=True)  # none: all
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="campaigns")
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField()
    seed = models.CharField(max_length=80, blank=True)
    seed_size = models.PositiveBigIntegerField(null=True)
    wanted = models.PositiveIntegerField(null=True)
    share = models.PositiveSmallIntegerField(null=True)  # per cent
    by_scenario = models.BooleanField(default=False)
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)
    soon_told_at = models.DateTimeField(null=True)
    late_told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decisions_hash = models.CharField(max_length=64, blank=True)
    alone = models.BooleanField(default=False)  # whoever signed it off had decided all of it
    reason = models.TextField(blank=True)  # why it was cancelled
    objects = models.Manager.from_queryset(CampaignQuerySet)()

    class Meta:
        ordering = ["-begun_at"]
        indexes = [models.Index(fields=["-begun_at", "-id"], name="campaign_newest")]
        constraints = [
            models.CheckConstraint(
                name="campaign_kind_known", condition=Q(kind__in=["cases", "rights", "follow_up"])
            ),
            models.CheckConstraint(
                name="campaign_rhythm_known",
                condition=Q(rhythm__in=["monthly", "quarterly", "once"]),
            ),
            models.CheckConstraint(
                name="campaign_state_known",
                condition=Q(state__in=["open", "signed_off", "cancelled"]),
            ),
            models.CheckConstraint(
                name="campaign_ended_exactly_when_not_open",
                condition=Q(state="open", ended_at=None, ended_by=None)
                | (~Q(state="open") & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="campaign_hash_set_exactly_when_signed_off",
                condition=(Q(state="signed_off") & ~Q(decisions_hash=""))
                | (~Q(state="signed_off") & Q(decisions_hash="", alone=False)),
            ),
            models.CheckConstraint(
                name="campaign_reason_set_exactly_when_cancelled",
                condition=(Q(state="cancelled") & ~Q(reason=""))
                | (~Q(state="cancelled") & Q(reason="")),
            ),
            models.CheckConstraint(
                name="campaign_sample_has_seed_and_size",
                condition=(
                    Q(kind="cases")
                    & ~Q(seed="")
                    & (
                        Q(wanted__isnull=False, wanted__gte=1, share=None)
                        | Q(wanted=None, share__isnull=False, share__gte=1, share__lte=100)
                    )
                )
                | (~Q(kind="cases") & Q(seed="", seed_size=None, wanted=None, share=None)),
            ),
            models.CheckConstraint(
                name="campaign_times_in_order",
                condition=Q(last__gte=F("first"), due_at__gt=F("begun_at"))
                & (Q(ended_at=None) | Q(ended_at__gte=F("begun_at"))),
            ),
            # The schedule begins one at most, whoever runs it how often.
            models.UniqueConstraint(
                fields=["kind", "rhythm", "first"],
                name="campaign_once_per_period",
                condition=~Q(rhythm="once"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.first} to {self.last}"

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this campaign."""
        return refs.make("campaign", self.pk)

    @property
    def since(self) -> datetime:
        """The instant at which its first day begins."""
        return zones.day_begin(self.first)

    @property
    def until(self) -> datetime:
        """The instant at which its last day is over."""
        return zones.day_end(self.last)

    @property
    def last_day(self) -> date:
        """The last day on which it is in time, in the zone of the installation."""
        return zones.last_day(self.due_at)

    @property
    def period(self) -> str:
        """Its days in the reader's language."""
        days = {"first": day_words(self.first), "last": day_words(self.last)}
        return days["first"] if self.first == self.last else _now("%(first)s to %(last)s") % days

    def is_overdue(self, at: datetime) -> bool:
        """Whether its deadline has passed, and nobody has ended it."""
        return self.state == Campaign.State.OPEN and self.due_at <= at


def _only(*things: str) -> Q:
    """Return the condition that an item is about these, and about nothing else."""
    known = ("review", "scenario", "group", "person", "finding", "obligation")
    return Q(**{f"{name}__isnull": name not in things for name in known})


class CampaignItemQuerySet(models.QuerySet["CampaignItem"]):
    def left(self) -> CampaignItemQuerySet:
        """Items that nobody has decided on."""
        return self.filter(outcome="")

    def waiting(self) -> CampaignItemQuerySet:
        """Items whose removal a second administrator has yet to decide on."""
        return self.filter(change__state=ProposedChange.State.WAITING)

    def told(self) -> CampaignItemQuerySet:
        """Fetch with each item what a page shows of it."""
        return self.select_related(
            "scenario", "group", "person", "decided_by", "change", "opened",
            "finding__case__scenario", "obligation__case", "obligation__owner",
            "review__grant__request", "review__grant__holder", "review__grant__scenario",
            "review__reviewer",
        )  # fmt: skip


class CampaignItem(models.Model):
    """One thing that a campaign looks at, and what was decided on it.

    A case by its `review`; a right by `person` and `group` (a membership) or `scenario`, `permit`
    and `group`; a finding; an obligation. `used_at` is when a right was last used, as far as was
    known when it was decided on. `change` is the removal that waits for a second administrator,
    `opened` the finding that a case brought up.
    """

    class Outcome(models.TextChoices):
        NONE = "", _("Not decided")
        IN_ORDER = "in_order", _("In order")
        NOT_IN_ORDER = "not_in_order", _("Not in order")
        KEEP = "keep", _("Keep")
        REMOVE = "remove", _("Remove")
        STILL_OPEN = "still_open", _("Still open")
        DONE = "done", _("Done")

    WAYS = {
        Campaign.Kind.CASES: (Outcome.IN_ORDER, Outcome.NOT_IN_ORDER),
        Campaign.Kind.RIGHTS: (Outcome.KEEP, Outcome.REMOVE),
        Campaign.Kind.FOLLOW_UP: (Outcome.STILL_OPEN, Outcome.DONE),
    }
    SILENT = (Outcome.IN_ORDER, Outcome.KEEP)  # these need no words

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    subject = models.CharField(max_length=160)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+", null=True)
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="+", null=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", null=True)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    permit = models.CharField(max_length=20, choices=Permit, blank=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+", null=True)
    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="+", null=True
    )
    used_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.NONE, blank=True)
    note = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    change = models.ForeignKey(
        ProposedChange, on_delete=models.PROTECT, related_name="+", null=True
    )
    opened = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+", null=True)
    objects = models.Manager.from_queryset(CampaignItemQuerySet)()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="item_position_once"),
            models.UniqueConstraint(fields=["campaign", "subject"], name="item_subject_once"),
            models.CheckConstraint(
                name="item_outcome_known",
                condition=Q(
                    outcome__in=[
                        "", "in_order", "not_in_order", "keep", "remove", "still_open", "done",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="item_is_one_thing",
                condition=(_only("scenario", "group") & ~Q(permit=""))
                | (
                    Q(permit="")
                    & (
                        _only("review")
                        | _only("person", "group")
                        | _only("finding")
                        | _only("obligation")
                    )
                ),
            ),
            models.CheckConstraint(
                name="item_decided_exactly_with_outcome",
                condition=Q(outcome="", decided_at=None, decided_by=None, note="")
                | (~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="item_explained",
                condition=Q(outcome__in=["", "in_order", "keep"]) | ~Q(note=""),
            ),
            models.CheckConstraint(
                name="item_change_is_a_removal", condition=Q(change=None) | Q(outcome="remove")
            ),
            models.CheckConstraint(
                name="item_opened_by_what_is_not_in_order",
                condition=Q(opened=None) | Q(outcome="not_in_order"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.position}. {self.subject}"

    @property
    def ways(self) -> tuple[str, ...]:
        """What may be decided on it."""
        return self.WAYS[Campaign.Kind(self.campaign.kind)]
