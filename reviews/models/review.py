"""After-action reviews."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Part, User
from breakglass.models import Decision, Grant, Permit, Request, Scenario, scenarios_of
from core import refs
from reviews.models.finding import SEES_ALL, Finding, FindingQuerySet
from reviews.models.judged import Gravity

_SIGN = timedelta(days=1)  # how much earlier each sign of risk brings a review's turn
_MOST_SIGNS = 5 * _SIGN  # broken glass, a refused ratification, an open finding
_STEP = timedelta(days=36_525)  # a century: no deadline outweighs how grave a case is


class ReviewQuerySet(models.QuerySet["Review"]):
    def owed(self) -> ReviewQuerySet:
        """Reviews that nobody has closed, taken or not."""
        # As the indexes of what is owed say it: then what is counted is found there alone.
        return self.exclude(state=Review.State.CLOSED)

    def untaken(self) -> ReviewQuerySet:
        """Reviews that nobody has begun."""
        return self.filter(state=Review.State.DUE)

    def overdue(self, at: datetime) -> ReviewQuerySet:
        """Reviews whose deadline has passed and that nobody has closed."""
        return self.owed().filter(due_at__lte=at)

    def urgent_first(self) -> ReviewQuerySet:
        """In the order in which they should be looked at, everywhere: by `turn`."""
        return self.with_turn().order_by("turn", "pk")  # type: ignore[misc]  # annotated

    def with_turn(self) -> ReviewQuerySet:
        """Add to each review its open findings, and `turn`, by which what waits is ordered.

        It is the deadline, earlier by a century for each step of gravity, and by days for each
        sign of risk: the gravest come first, and among equals what is overdue.
        """
        found = Finding.objects.open().order_by().values("case")
        # Asked for once and not for each row, as the number is, which those on the page alone need.
        with_findings = Q(grant__request__in=found.exclude(case=None))
        counted = found.filter(case=OuterRef("grant__request")).annotate(count=Count("pk"))
        refused = Q(grant__request__ratification__in=["refused", "overdue"])
        return self.annotate(open_findings=Coalesce(Subquery(counted.values("count")), 0)).annotate(
            turn=ExpressionWrapper(
                F("due_at")
                - ExpressionWrapper(F("gravity") * Value(_STEP), output_field=DurationField())
                - _if(Q(grant__break_glass=True), _SIGN)
                - _if(refused, 2 * _SIGN)
                - _if(with_findings, 2 * _SIGN),
                output_field=DateTimeField(),
            )
        )

    def soonest(self, most: int) -> ReviewQuerySet:
        """Leave out what cannot be among the first `most` by turn, so that not all is weighed.

        Within one gravity no sign of risk brings a turn forward by more than `_MOST_SIGNS`: what
        is due later than that behind the last of so many by deadline has its turn after them.
        """
        places = self.order_by("-gravity", "due_at").values_list("gravity", "due_at")
        for gravity, due in places[most : most + 1]:
            equal = Q(gravity=gravity, due_at__lte=due + _MOST_SIGNS)
            return self.filter(Q(gravity__gt=gravity) | equal)
        return self

    def visible_to(self, user: User, at: datetime) -> ReviewQuerySet:
        """Reviews that the person may read: those of their scenarios, or all by their part."""
        if any(part in SEES_ALL for part in user.parts(at)):
            return self
        return self.filter(
            scenario__in=Scenario.objects.permitting(user, Permit.REVIEW, at).values("pk")
        )

    def open_to(self, user: User, at: datetime) -> ReviewQuerySet:
        """What waits for this person: reviews to take, to go on with, or to confirm.

        `policy.why_not_review` has the last word; a test holds the two together.
        """
        if not user.is_active:
            return self.none()
        rows = self
        if Part.COMPLIANCE not in user.parts(at):
            # Asked for apart: most people review nowhere, and need no search among all reviews.
            permitted = scenarios_of(user, Permit.REVIEW, at=at)
            if not permitted:
                return self.none()
            rows = rows.filter(scenario__in=permitted)
        concluded = Q(state=Review.State.IN_REVIEW, concluded_at__isnull=False)
        mine = Q(state=Review.State.IN_REVIEW, concluded_at=None, reviewer=user)
        second = concluded & ~Q(reviewer=user) & ~_nobody_new(user)
        rows = rows.independent_of(user)
        return rows.filter(Q(state=Review.State.DUE) | mine | second)

    def waiting_for(self, user: User, at: datetime) -> ReviewQuerySet:
        """What waits for this person, without what it is somebody else's turn to take."""
        turn_of_others = Q(state=Review.State.DUE) & ~Q(assignee=user) & ~Q(assignee=None)
        return self.open_to(user, at).exclude(turn_of_others)

    def of(self, user: User, at: datetime) -> ReviewQuerySet:
        """What this person has in hand, has to take, or has to confirm as the second one."""
        in_hand = Q(state=Review.State.IN_REVIEW, concluded_at=None, reviewer=user)
        turn = Q(state=Review.State.DUE, assignee=user)
        waits = Q(state=Review.State.IN_REVIEW, concluded_at__isnull=False)
        second = Review.objects.open_to(user, at).filter(waits).values("pk")
        # One index for each of the three; each of them is owed.
        return self.filter(in_hand | turn | (waits & Q(pk__in=second)))

    def unconfirmed(self) -> ReviewQuerySet:
        """Reviews whose verdict waits for a second person."""
        return self.filter(state=Review.State.IN_REVIEW, concluded_at__isnull=False)

    def independent_of(self, user: User) -> ReviewQuerySet:
        """Reviews of cases in which the person had no part."""
        # One question for each way: joined by "or", no index would answer either.
        ways = Decision.objects.filter(by=user), Decision.objects.filter(instead_of=user)
        decided = [each.filter(request=OuterRef("grant__request")) for each in ways]
        lengthened = [each.filter(request__extends=OuterRef("grant")) for each in ways]
        asked = Q(grant__request__requester=user) | Q(grant__request__filed_by=user)
        ended = Q(grant__ended_by=user)
        rows = self.exclude(asked | ended | Q(grant__holder=user))
        return rows.filter(*(~Exists(each) for each in (*decided, *lengthened)))

    def told(self) -> ReviewQuerySet:
        """Fetch with each review what a list or a page shows of it."""
        # People, scenarios and versions are few, and shared by many rows: joined to each of them,
        # they cost more to plan than they cost to fetch apart.
        return self.select_related("grant__request").prefetch_related(
            "assignee", "reviewer", "second_reviewer", "grant__holder", "grant__scenario",
            "grant__request__version", "grant__targets",
        )  # fmt: skip


def _nobody_new(user: User) -> Q:
    """Whether `user` and who gave the verdict both judged the case before it was reopened."""
    first = Q(earlier__reviewer=F("reviewer")) | Q(earlier__second_reviewer=F("reviewer"))
    own = Q(earlier__reviewer=user) | Q(earlier__second_reviewer=user)
    known = [Review.objects.filter(each).order_by().values("pk") for each in (first, own)]
    return Q(*(Q(pk__in=each) for each in known), reopened_at__isnull=False)


def _if(condition: Q, length: timedelta) -> Case:
    return Case(
        When(condition, then=Value(length)),
        default=Value(timedelta(0)),
        output_field=DurationField(),
    )


class Review(models.Model):
    """The examination of one use by somebody who had no part in it.

    A strict scenario, and a verdict of misuse, want two people: the first one's verdict is
    `concluded` and closes the review only when a second one has confirmed it.
    """

    class State(models.TextChoices):
        DUE = "due", _("Due")
        IN_REVIEW = "in_review", _("In review")
        CLOSED = "closed", _("Closed")

    class Verdict(models.TextChoices):
        NONE = "", _("No verdict")
        JUSTIFIED = "justified", _("Justified")
        DRILL = "drill", _("Drill")
        JUSTIFIED_WITH_FINDINGS = "justified_with_findings", _("Justified with findings")
        MISUSE = "misuse", _("Misuse")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")

    OWED = (State.DUE, State.IN_REVIEW)
    EXPLAINED = (Verdict.JUSTIFIED_WITH_FINDINGS, Verdict.MISUSE)  # these need a comment
    CLEAN = (Verdict.JUSTIFIED, Verdict.DRILL)  # these leave no finding open

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="review")
    # What most lists are narrowed by: the case has it, and it never changes. Three joins away it
    # would be looked for in tens of thousands of cases, whatever is in the list.
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    scenario = models.ForeignKey(
        Scenario, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    owed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Whose turn it is; anybody else who may review the case can still take it.
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="assigned_reviews", null=True
    )
    assigned_at = models.DateTimeField(null=True)
    nobody_since = models.DateTimeField(null=True)  # nobody independent is there to review it
    # What the judging makes of the case, until it is closed (`JudgedCase`).
    gravity = models.PositiveSmallIntegerField(choices=Gravity, default=Gravity.UNJUDGED)
    reminded = models.PositiveSmallIntegerField(default=0)  # 1 before the deadline, 2 at it
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews", null=True)
    started_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=24, choices=Verdict, default=Verdict.NONE, blank=True)
    comment = models.TextField(blank=True)
    concluded_at = models.DateTimeField(null=True)
    second_reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="confirmed_reviews", null=True
    )
    closed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)  # the last time; `earlier` has what stood before
    objects = models.Manager.from_queryset(ReviewQuerySet)()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="review_owed", condition=~Q(state="closed")),
            # What is owed is counted by state for each page: the index has all that it is asked by.
            models.Index(
                fields=["asked_at", "id"],
                include=[
                    "scenario",
                    "holder",
                    "request",
                    "state",
                    "due_at",
                    "gravity",
                    "concluded_at",
                    "reviewer",
                ],
                name="review_owed_of_time",
                condition=~Q(state="closed"),
            ),
            models.Index(
                fields=["-gravity", "due_at", "id"],
                name="review_gravest",
                condition=~Q(state="closed"),
            ),
            # What was made of closed ones is asked for too, mostly of some time.
            models.Index(fields=["gravity", "-asked_at", "-id"], name="review_of_gravity"),
            models.Index(fields=["-asked_at", "-id"], name="review_of_time"),
            models.Index(fields=["scenario", "-asked_at"], name="review_of_scenario"),
            models.Index(fields=["holder", "-asked_at"], name="review_of_holder"),
            # How many were closed lately, and in time, is counted of those that filters leave.
            models.Index(
                fields=["-closed_at", "-id", "asked_at"],
                include=["due_at", "request", "scenario", "holder"],
                name="review_closed",
                condition=Q(state="closed"),
            ),
            models.Index(
                fields=["reviewer"], name="review_in_hand", condition=Q(state="in_review")
            ),
            models.Index(fields=["assignee"], name="review_turn", condition=Q(state="due")),
            models.Index(
                fields=["nobody_since"],
                name="review_alone",
                condition=Q(state="due", nobody_since__isnull=False),
            ),
            models.Index(fields=["-owed_at", "-id"], name="review_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="review_state_known", condition=Q(state__in=["due", "in_review", "closed"])
            ),
            models.CheckConstraint(
                name="review_gravity_known", condition=Q(gravity__gte=0, gravity__lte=5)
            ),
            models.CheckConstraint(
                name="review_verdict_known",
                condition=Q(
                    verdict__in=[
                        "",
                        "justified",
                        "drill",
                        "justified_with_findings",
                        "misuse",
                        "inconclusive",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="review_reviewer_set_exactly_when_taken",
                condition=Q(state="due", reviewer=None, started_at=None)
                | (~Q(state="due") & Q(reviewer__isnull=False, started_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="review_verdict_set_exactly_when_concluded",
                condition=Q(verdict="", concluded_at=None)
                | (~Q(verdict="") & Q(concluded_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="review_concluded_when_taken",
                condition=~Q(state="due") | Q(concluded_at=None),
            ),
            models.CheckConstraint(
                name="review_closed_exactly_with_verdict",
                condition=Q(state="closed", closed_at__isnull=False, concluded_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="review_verdict_explained",
                condition=~Q(verdict__in=["justified_with_findings", "misuse"]) | ~Q(comment=""),
            ),
            models.CheckConstraint(
                name="review_second_is_another_person",
                condition=Q(second_reviewer=None)
                | (Q(state="closed") & ~Q(second_reviewer=F("reviewer"))),
            ),
            models.CheckConstraint(
                name="review_assigned_to_somebody_at_some_time",
                condition=Q(assignee=None, assigned_at=None)
                | Q(assignee__isnull=False, assigned_at__isnull=False, nobody_since=None),
            ),
            models.CheckConstraint(
                name="review_nobody_only_while_untaken",
                condition=Q(nobody_since=None) | Q(state="due"),
            ),
            models.CheckConstraint(
                name="review_times_in_order",
                condition=Q(due_at__gt=F("owed_at"))
                & (Q(closed_at=None) | Q(closed_at__gte=F("concluded_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"Review of case {self.grant.request.case}"

    def get_absolute_url(self) -> str:
        return reverse("review", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this review."""
        return refs.make("review", self.pk)

    @property
    def case_ref(self) -> str:
        """How the ledger names the case."""
        return self.grant.case_ref

    @property
    def gravity_key(self) -> str:
        """Where it stands among those that wait, as a word for programs."""
        return Gravity(self.gravity).name.lower()

    @property
    def is_open_again(self) -> bool:
        """Whether it was closed, and waits for another verdict."""
        return self.state in Review.OWED and self.reopened_at is not None

    @property
    def judges(self) -> set[uuid.UUID]:
        """Who gave or confirmed a verdict that stood until the review was reopened."""
        if self.reopened_at is None:
            return set()
        pairs = self.earlier.values_list("reviewer", "second_reviewer")
        return {person for pair in pairs for person in pair if person}

    @property
    def waits_for_second(self) -> bool:
        """Whether a verdict is given that somebody else has yet to confirm."""
        return self.state == Review.State.IN_REVIEW and self.concluded_at is not None

    @property
    def state_words(self) -> str:
        """Say where it stands: a verdict that waits for a second person is to be confirmed."""
        return str(_("To be confirmed")) if self.waits_for_second else self.get_state_display()

    @property
    def target_names(self) -> list[str]:
        """The names of what was opened."""
        return [target.name for target in self.grant.targets.all()]

    def is_overdue(self, at: datetime) -> bool:
        """Whether the deadline has passed and nobody has closed it."""
        return self.state in Review.OWED and self.due_at <= at

    def findings(self) -> FindingQuerySet:
        """The findings of the case, open ones first."""
        return Finding.objects.filter(case=self.grant.request_id).told()
