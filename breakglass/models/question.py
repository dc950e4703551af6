"""Questions on a case, and their answers."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models.request import Request
from core import refs


class QuestionQuerySet(models.QuerySet["Question"]):
    def open(self) -> QuestionQuerySet:
        """Questions that nobody has answered."""
        return self.filter(state=Question.State.OPEN)

    def for_person(self, person: User) -> QuestionQuerySet:
        """Open questions that wait for this person: about what they asked for, or filed."""
        case = Q(case__requester=person) | Q(case__filed_by=person)
        return self.open().filter(case).told()

    def told(self) -> QuestionQuerySet:
        """Fetch with each question what a page shows of it."""
        return self.select_related("case", "asked_by", "answered_by")


class Question(models.Model):
    """What somebody who decides or reviews wants to know, and what the requester says to it."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        ANSWERED = "answered", _("Answered")

    LONGEST = 2000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="questions")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.TextField()
    entry_seq = models.PositiveBigIntegerField(null=True)  # of the action that it is about
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    objects = models.Manager.from_queryset(QuestionQuerySet)()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                name="question_state_known", condition=Q(state__in=["open", "answered"])
            ),
            models.CheckConstraint(name="question_has_words", condition=~Q(text="")),
            models.CheckConstraint(
                name="question_answered_exactly_with_words_and_a_person",
                condition=Q(state="open", answered_by=None, answered_at=None, answer="")
                | (
                    Q(state="answered", answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(answer="")
                ),
            ),
            models.CheckConstraint(
                name="question_times_in_order",
                condition=Q(answered_at=None) | Q(answered_at__gte=F("asked_at")),
            ),
            # Nobody heaps questions upon a person who has an emergency.
            models.UniqueConstraint(
                fields=["case", "asked_by"],
                name="question_one_open_per_asker",
                condition=Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"Question on case {self.case.case}"

    def get_absolute_url(self) -> str:
        return f"{reverse('case', args=[self.case.case])}#questions"

    @property
    def ref(self) -> str:
        """How the ledger names this question."""
        return refs.make("question", self.pk)

    @property
    def case_ref(self) -> str:
        """How the ledger names the case."""
        return refs.make("request", self.case_id)
