"""What of this room must stay on the record, however old: cases that are not examined yet."""

from collections.abc import Iterator
from datetime import datetime

from audit.retention import kept
from audit.retention.kept import Kept
from core.speech import phrase
from reviews.models import Finding, Obligation, Review


@kept.provide
def owed(_at: datetime) -> Iterator[Kept]:
    """Cases whose review is owed, findings that nobody resolved, and what is not done yet."""
    for review in Review.objects.owed().select_related("grant__request"):
        why = phrase("The review of case %(case)s is owed.", case=review.grant.request.case)
        yield Kept(ref=review.case_ref, why=why)
    for finding in Finding.objects.open().select_related("case"):
        if finding.case:
            why = phrase("A finding of case %(case)s is open.", case=finding.case.case)
            yield Kept(ref=finding.case.case_ref, why=why, seq=finding.entry_seq)
        else:
            yield Kept(seq=finding.entry_seq, why=phrase("A finding without a case is open."))
    for task in Obligation.objects.open().select_related("case"):
        why = phrase("A task of case %(case)s is not done.", case=task.case.case)
        yield Kept(ref=task.case_ref, why=why, seq=task.entry_seq)
