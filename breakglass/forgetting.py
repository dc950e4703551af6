"""Where this room keeps words by or about people, and why somebody cannot be forgotten yet."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breakglass.models import (
    Decision,
    Freeze,
    Grant,
    ProposedChange,
    Question,
    Request,
    ScenarioVersion,
    Substitution,
    Waiver,
)
from core import forgetting, refs
from core.forgetting import Texts, Trace
from core.speech import phrase


@forgetting.provide_reason
def cases(trace: Trace, at: datetime) -> Iterator[str]:
    """What is still open needs the person: decisions, accesses, answers."""
    mine = Request.objects.filter(Q(requester=trace.person) | Q(filed_by=trace.person))
    for asked in mine.open():
        yield phrase("Case %(case)s is still open.", case=asked.case)
    standing = Grant.objects.standing().filter(holder=trace.person)
    for grant in standing.select_related("request"):
        yield phrase("Their access of case %(case)s has not ended.", case=grant.request.case)
    questions = Question.objects.filter(state=Question.State.OPEN).select_related("case")
    for question in questions.filter(Q(case__in=mine) | Q(asked_by=trace.person)):
        yield phrase("A question in case %(case)s has no answer.", case=question.case.case)
    changes = ProposedChange.objects.waiting()
    for change in changes.filter(_of_change(trace)):
        yield phrase("The proposed change of %(name)s waits for a decision.", name=change.name)
    pairs = Substitution.objects.ahead(at).told()
    for pair in pairs.filter(Q(person=trace.person) | Q(substitute=trace.person)):
        yield phrase(
            "%(substitute)s stands in for %(person)s. End that first.",
            substitute=pair.substitute,
            person=pair.person,
        )


@forgetting.provide_cases
def their_cases(trace: Trace) -> Iterable[str]:
    """The cases in which they asked for access, or for which they filed it."""
    mine = Request.objects.cases().filter(Q(requester=trace.person) | Q(filed_by=trace.person))
    return [refs.make("request", key) for key in mine.values_list("pk", flat=True)]


def _of_change(trace: Trace) -> Q:
    about = Q(kind=ProposedChange.Kind.PERSON, key=trace.person.hex)
    return about | Q(proposed_by=trace.person)


forgetting.keep(
    Texts(
        label=_("Reasons and plans of requests"),
        model=Request,
        fields=("justification", "intent"),
        about=lambda trace: Q(requester=trace.person) | Q(filed_by=trace.person),
    ),
    Texts(label=_("References of requests that name them"), model=Request, fields=("reference",)),
    Texts(
        label=_("Comments of decisions"),
        model=Decision,
        fields=("comment",),
        about=lambda trace: Q(by=trace.person) | Q(request__requester=trace.person),
    ),
    Texts(
        label=_("Why an access ended"),
        model=Grant,
        fields=("end_reason",),
        about=lambda trace: Q(holder=trace.person) | Q(ended_by=trace.person),
    ),
    Texts(
        label=_("Questions"),
        model=Question,
        fields=("text", "answer"),
        about=lambda trace: (
            Q(asked_by=trace.person) | Q(answered_by=trace.person) | Q(case__requester=trace.person)
        ),
    ),
    Texts(
        label=_("Reasons of freezes"),
        model=Freeze,
        fields=("reason", "lift_reason"),
        about=lambda trace: (
            Q(person=trace.person) | Q(imposed_by=trace.person) | Q(lift_proposed_by=trace.person)
        ),
    ),
    Texts(
        label=_("Proposed changes"),
        model=ProposedChange,
        fields=("name", "reason", "answer"),
        jsons=("before", "after", "weakenings"),
        about=_of_change,
    ),
    Texts(
        label=_("Reasons of scenario versions"),
        model=ScenarioVersion,
        fields=("reason",),
        about=lambda trace: Q(made_by=trace.person),
    ),
    Texts(
        label=_("Why an access could not wait for what was overdue"),
        model=Waiver,
        fields=("reason",),
        about=lambda trace: Q(waived_by=trace.person) | Q(request__requester=trace.person),
    ),
)
