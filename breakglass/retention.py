"""What of this room must stay on the record, however old: cases that are open, standing freezes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from audit.retention import kept
from audit.retention.kept import Kept
from audit.retention.rules import provide_classes
from breakglass.models import Freeze, Grant, Question, Request
from core import refs
from core.speech import phrase


@kept.provide
def open_cases(_at: datetime) -> Iterator[Kept]:
    """Cases in which somebody still has to decide, to ratify, or to end an access."""
    waiting = Q(pk__in=Request.objects.open()) | Q(pk__in=Request.objects.awaiting_ratification())
    for asked in Request.objects.filter(waiting).select_related("extends__request"):
        why = phrase("Case %(case)s is still open.", case=asked.original.case)
        yield Kept(ref=asked.case_ref, why=why)
    for grant in Grant.objects.standing().select_related("request"):
        why = phrase("An access of case %(case)s has not ended.", case=grant.request.case)
        yield Kept(ref=grant.case_ref, why=why)
    asking = Question.objects.filter(state=Question.State.OPEN).select_related("case")
    for question in asking:
        why = phrase("A question in case %(case)s has no answer.", case=question.case.case)
        yield Kept(ref=question.case_ref, why=why)


@kept.provide
def freezes(_at: datetime) -> Iterator[Kept]:
    """Freezes that nobody has lifted."""
    for freeze in Freeze.objects.filter(lifted_at=None):
        yield Kept(ref=freeze.ref, why=phrase("A freeze stands that was not lifted."))


@provide_classes
def classes(cases: Sequence[str]) -> Mapping[str, str]:
    """What cases are kept as, by the version of the scenario that each request has pinned."""
    keys = [UUID(case.partition(":")[2]) for case in cases if refs.looks_like_one(case)]
    rows = Request.objects.filter(pk__in=keys).select_related("version")
    return {row.ref: row.rules.retention_class for row in rows}
