"""Requests: what one person asks for, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Part, User
from breakglass.models.scenario import GroupPermit, Permit, Scenario, ScenarioVersion
from breakglass.models.substitution import lent_to
from core import refs
from targets.models import Target

if TYPE_CHECKING:
    from breakglass.models.grant import Grant
    from breakglass.rules import Rules


# They see every case, whatever its scenario.
OVERSEERS = frozenset({Part.RESPONDER, Part.COMPLIANCE, Part.AUDITOR})


def next_case() -> int:
    """Return the number of a new case. Numbers grow; a request that fails may leave a hole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('breakglass_case')")
        return int(cursor.fetchone()[0])


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> RequestQuerySet:
        """Requests that nobody has ended: they wait for approvers or for the requester."""
        return self.filter(state__in=Request.OPEN)

    def lapsed_by(self, at: datetime) -> RequestQuerySet:
        """Open requests whose time is over, or that of the access which they would extend."""
        return self.open().filter(Q(lapse_at__lte=at) | Q(extends__ended_at__lte=at))

    def awaiting_ratification(self) -> RequestQuerySet:
        """Break-glass requests that nobody has ratified or refused."""
        return self.filter(ratification=Request.Ratification.PENDING)

    def unratified_by(self, at: datetime) -> RequestQuerySet:
        """Break-glass requests whose ratification deadline has passed in silence."""
        return self.awaiting_ratification().filter(ratify_by__lte=at)

    def cases(self) -> RequestQuerySet:
        """One request for each case: extensions belong to the case of the original."""
        return self.filter(extends=None)

    def before(self, request: Request) -> RequestQuerySet:
        """The earlier cases of whoever asks in a request."""
        return self.cases().filter(requester=request.requester, case__lt=request.case)

    def undecided(self, at: datetime) -> RequestQuerySet:
        """Requests on which somebody still has a decision or a ratification to make."""
        pending = Q(state=Request.State.PENDING, lapse_at__gt=at)
        over = Q(extends__ended_at__isnull=False)
        return self.filter(pending | Q(ratification=Request.Ratification.PENDING)).exclude(over)

    def visible_to(self, user: User, at: datetime) -> RequestQuerySet:
        """Requests that the person may see: their own, their scenarios', or all by their part.

        Whoever stands in for somebody sees the scenarios in which they may have to decide.
        """
        if not OVERSEERS.isdisjoint(user.parts(at)):
            return self
        theirs = GroupPermit.objects.held_by(
            user, Permit.APPROVE, Permit.REVIEW, Permit.VIEW, at=at
        )
        seen = Q(requester=user) | Q(filed_by=user) | Q(scenario__in=theirs)
        if lent := {each.scenario for each in lent_to(user, at)}:
            seen |= Q(scenario__in=lent)
        return self.filter(seen)

    def concerning(self, person: User) -> RequestQuerySet:
        """Requests of the person, and those that they filed for somebody else."""
        return self.filter(Q(requester=person) | Q(filed_by=person))

    def newest_concerning(self, person: User, count: int) -> RequestQuerySet:
        """The newest `count` cases that concern the person.

        One index for each way to be concerned: asked for both at once, the database would read
        every case of the house to find that somebody has none.
        """
        newest = self.cases().order_by("-case").values("pk")
        ways = newest.filter(requester=person)[:count], newest.filter(filed_by=person)[:count]
        return self.filter(pk__in=ways[0].union(ways[1])).order_by("-case")[:count]

    def told(self) -> RequestQuerySet:
        """Fetch with each request what a list or a page shows of it."""
        # People, scenarios and versions are few, and shared by many rows: joined to each of them,
        # they cost more to plan than they cost to fetch apart.
        return self.select_related("grant").prefetch_related(
            "requester", "filed_by", "scenario", "version", "targets"
        )

    def listed(self) -> RequestQuerySet:
        """Fetch with each request what a line of a long list shows of it, and no more."""
        shown = "case", "requester", "scenario", "reference", "submitted_at", "state"
        rows = self.only(*shown, "ratification", "grant__request", "grant__status")
        return rows.select_related("grant").prefetch_related(
            Prefetch("requester", User.objects.only("name", "email")),
            Prefetch("scenario", Scenario.objects.only("name")),
            Prefetch("targets", Target.objects.only("name")),
        )


class Request(models.Model):
    """One person's ask: a scenario, targets, a reason, and for how long."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waits for approval")
        COUNTERED = "countered", _("Waits for the requester")
        APPROVED = "approved", _("Approved")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")
        ACTIVATED = "activated", _("Glass broken")

    class Urgency(models.TextChoices):
        NORMAL = "normal", _("Approval first")
        BREAK_GLASS = "break_glass", _("Break the glass")

    class Ratification(models.TextChoices):
        NOT_REQUIRED = "not_required", _("Not required")
        PENDING = "pending", _("Ratification pending")
        RATIFIED = "ratified", _("Ratified")
        REFUSED = "refused", _("Ratification refused")
        OVERDUE = "overdue", _("Ratification overdue")

    OPEN = (State.PENDING, State.COUNTERED)
    SETTLED = (Ratification.RATIFIED, Ratification.REFUSED, Ratification.OVERDUE)
    LONGEST_REFERENCE = 100  # characters

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.PositiveBigIntegerField(editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="requests")
    version = models.ForeignKey(ScenarioVersion, on_delete=models.PROTECT, related_name="requests")
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requests")
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="filed_requests")
    extends = models.ForeignKey(
        "Grant", on_delete=models.PROTECT, related_name="extensions", null=True
    )
    targets = models.ManyToManyField(Target, related_name="requests")
    justification = models.TextField()
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    intent = models.TextField(blank=True)
    minutes = models.PositiveIntegerField()
    read_only = models.BooleanField(default=False)
    urgency = models.CharField(max_length=12, choices=Urgency, default=Urgency.NORMAL)
    coach_score = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    lapse_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    decided_at = models.DateTimeField(null=True)
    escalated_to = models.PositiveSmallIntegerField(default=0)
    ratification = models.CharField(
        max_length=12, choices=Ratification, default=Ratification.NOT_REQUIRED
    )
    ratify_by = models.DateTimeField(null=True)
    ratified_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(RequestQuerySet)()

    class Meta:
        ordering = ["-submitted_at"]
        indexes = [
            models.Index(fields=["-case"], name="request_newest_case", condition=Q(extends=None)),
            models.Index(fields=["-case", "-id"], name="request_newest"),
            models.Index(
                fields=["submitted_at"], name="request_asked_at", condition=Q(extends=None)
            ),
            models.Index(fields=["requester", "-case"], name="request_of_requester"),
            models.Index(
                fields=["filed_by", "-case"], name="request_filed_by", condition=Q(extends=None)
            ),
            models.Index(fields=["scenario", "-case"], name="request_of_scenario"),
            models.Index(
                fields=["reference"], opclasses=["varchar_pattern_ops"], name="request_reference"
            ),
            models.Index(
                fields=["lapse_at"],
                name="request_open",
                condition=Q(state__in=["pending", "countered"]),
            ),
            models.Index(
                fields=["ratify_by"],
                name="request_unratified",
                condition=Q(ratification="pending"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="request_state_known",
                condition=Q(
                    state__in=[
                        "pending",
                        "countered",
                        "approved",
                        "denied",
                        "withdrawn",
                        "lapsed",
                        "activated",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="request_decided_at_set_exactly_when_over",
                condition=Q(state__in=["pending", "countered"], decided_at=None)
                | (~Q(state__in=["pending", "countered"]) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="request_activated_exactly_when_break_glass",
                condition=Q(urgency="break_glass", state="activated")
                | (Q(urgency="normal") & ~Q(state="activated")),
            ),
            models.CheckConstraint(
                name="request_ratification_known",
                condition=Q(
                    ratification__in=["not_required", "pending", "ratified", "refused", "overdue"]
                ),
            ),
            models.CheckConstraint(
                name="request_ratify_by_set_exactly_when_required",
                condition=Q(ratification="not_required", ratify_by=None, urgency="normal")
                | (
                    ~Q(ratification="not_required")
                    & Q(ratify_by__isnull=False, urgency="break_glass")
                ),
            ),
            models.CheckConstraint(
                name="request_ratified_at_set_exactly_when_settled",
                condition=Q(ratification__in=["not_required", "pending"], ratified_at=None)
                | Q(ratification__in=["ratified", "refused", "overdue"], ratified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="request_times_in_order", condition=Q(lapse_at__gt=F("submitted_at"))
            ),
            models.CheckConstraint(name="request_minutes_positive", condition=Q(minutes__gt=0)),
            models.UniqueConstraint(
                fields=["case"], name="request_one_original_per_case", condition=Q(extends=None)
            ),
            models.UniqueConstraint(
                fields=["extends"],
                name="request_one_open_extension",
                condition=Q(state__in=["pending", "countered"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Case {self.case}"

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.case])

    # Django's own take all choices to pieces for each row of a list.
    def get_state_display(self) -> str:  # type: ignore[no-redef]
        return str(self.State(self.state).label)

    def get_ratification_display(self) -> str:  # type: ignore[no-redef]
        return str(self.Ratification(self.ratification).label)

    @property
    def title(self) -> str:
        """What the case is called in the language of whoever reads."""
        return gettext("Case %(case)s") % {"case": self.case}

    @property
    def ref(self) -> str:
        """How the ledger names this request."""
        return refs.make("request", self.pk)

    @property
    def original(self) -> Request:
        """The request that opened the case: this one, or the one that this one extends."""
        return self.extends.request if self.extends else self

    @property
    def case_ref(self) -> str:
        """How the ledger names the case: by its original request."""
        return self.original.ref

    @property
    def planned(self) -> bool:
        """Whether a plan was declared; nobody steps outside of what was never said."""
        return bool(self.intent)

    @property
    def rules(self) -> Rules:
        """The rules of the version that this request has pinned."""
        return self.version.rules

    @property
    def held(self) -> Grant | None:
        """The grant that came of it: its own, the one it extends, or None."""
        return self.extends or getattr(self, "grant", None)
