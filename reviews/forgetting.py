"""Where this room keeps words by or about people, and why somebody cannot be forgotten yet."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import forgetting
from core.forgetting import Texts, Trace
from core.speech import phrase
from reviews.models import EarlierVerdict, Finding, JudgedAction, Obligation, Opinion, Review


@forgetting.provide_reason
def reviews(trace: Trace, _at: datetime) -> Iterator[str]:
    """What is not examined yet needs its words; so does whoever examines it."""
    owed = Review.objects.owed().select_related("grant__request")
    for review in owed.filter(Q(grant__holder=trace.person) | Q(reviewer=trace.person)):
        yield phrase("The review of case %(case)s is not closed.", case=review.grant.request.case)
    findings = Finding.objects.filter(state=Finding.State.OPEN).select_related("case")
    for finding in findings.filter(_of_finding(trace)):
        if finding.case:
            yield phrase("A finding of case %(case)s is open.", case=finding.case.case)
        else:
            yield phrase("A finding about them is open.")
    for task in Obligation.objects.open().filter(_of_task(trace)).select_related("case"):
        yield phrase("A task of case %(case)s is not done.", case=task.case.case)


def _of_finding(trace: Trace) -> Q:
    return Q(case__requester=trace.person) | Q(subject=trace.ref)


def _of_task(trace: Trace) -> Q:
    return Q(case__requester=trace.person) | Q(owner=trace.person)


forgetting.keep(
    Texts(
        label=_("What actions were read as"),
        model=JudgedAction,
        jsons=("facts", "findings"),
    ),
    Texts(
        label=_("Opinions of models"),
        model=Opinion,
        fields=("text",),
    ),
    Texts(
        label=_("Verdicts of reviews, in words"),
        model=Review,
        fields=("comment",),
        about=lambda trace: (
            Q(grant__holder=trace.person)
            | Q(reviewer=trace.person)
            | Q(second_reviewer=trace.person)
        ),
    ),
    Texts(
        label=_("Verdicts of before reviews were reopened, and why they were"),
        model=EarlierVerdict,
        fields=("comment", "reason"),
        about=lambda trace: (
            Q(review__grant__holder=trace.person)
            | Q(reviewer=trace.person)
            | Q(second_reviewer=trace.person)
            | Q(reopened_by=trace.person)
        ),
    ),
    Texts(
        label=_("Findings"),
        model=Finding,
        fields=("text", "resolution"),
        about=lambda trace: (
            _of_finding(trace) | Q(opened_by=trace.person) | Q(resolved_by=trace.person)
        ),
    ),
    Texts(
        label=_("What has to be done before cases close"),
        model=Obligation,
        fields=("text", "evidence"),
        about=lambda trace: _of_task(trace) | Q(opened_by=trace.person) | Q(done_by=trace.person),
    ),
)
