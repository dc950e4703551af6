"""Findings that nobody has resolved keep their entries on the record."""

import pytest

from audit.retention import kept
from reviews.models import Finding
from tests.make import NOON
from tests.reviews.make import make_finding, make_review

pytestmark = pytest.mark.django_db


def test_findings_keep_their_case_or_their_entry() -> None:
    review = make_review()
    finding = make_finding(review)

    found = {str(each.why): each for each in kept.everything(NOON)}
    case = review.grant.request.case
    assert f"The review of case {case} is owed." in found
    assert found[f"A finding of case {case} is open."].ref == review.case_ref

    Finding.objects.filter(pk=finding.pk).update(
        case=None, entry_seq=7, opened_by=None, kind="record_altered"
    )
    found = {str(each.why): each for each in kept.everything(NOON)}
    assert found["A finding without a case is open."].seq == 7
