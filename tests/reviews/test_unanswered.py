"""No verdict stands while nobody answers for something grave."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import zones
from core.errors import WrongState
from reviews import transitions
from reviews.assignment_transitions import assign_finding
from reviews.models import Finding, Review
from tests.breakglass.api import call
from tests.make import make_user
from tests.reviews.browser import page, post, recent
from tests.reviews.make import (
    LATER,
    judge,
    make_finding,
    make_review,
    make_strict_review,
    taken,
)

pytestmark = pytest.mark.django_db
HIGH, MEDIUM = Finding.Severity.HIGH, Finding.Severity.MEDIUM
WITH_FINDINGS = "justified_with_findings"


def answered(finding: Finding) -> Finding:
    """Return the finding after Rita said that Eve answers for it, within a day."""
    at = max(finding.opened_at, LATER)
    due = at + timedelta(days=1)
    return assign_finding(finding, owner=make_user("eve"), due_at=due, by=make_user("rita"), at=at)


class TestVerdict:
    @pytest.mark.parametrize("verdict", [WITH_FINDINGS, "misuse", "inconclusive"])
    def test_waits_for_somebody_who_answers_for_what_is_grave(self, verdict: str) -> None:
        review = taken(make_review())
        finding = make_finding(review, severity=HIGH)

        with pytest.raises(WrongState, match=r"“More than was declared” of .* nobody answers"):
            judge(review, verdict, "A dump.")
        review.refresh_from_db()
        assert review.verdict == ""

        answered(finding)
        assert judge(review, verdict, "A dump.").verdict == verdict

    def test_waits_for_nobody_where_it_is_less_grave_or_resolved(self) -> None:
        review = taken(make_review())
        make_finding(review, severity=MEDIUM)
        transitions.resolve_finding(
            make_finding(review, severity=HIGH), by=make_user("rita"), at=LATER,
            resolution=Finding.State.REMEDIATED, comment="Dropped the copy.",
        )  # fmt: skip

        assert judge(review, WITH_FINDINGS, "A dump.").state == Review.State.CLOSED

    def test_is_confirmed_only_when_somebody_answers_for_what_came_up_since(self) -> None:
        review = judge(taken(make_strict_review()), "inconclusive")
        finding, rolf = make_finding(review, severity=HIGH), make_user("rolf")

        with pytest.raises(WrongState, match="nobody answers for it"):
            transitions.confirm(review, by=rolf, at=LATER)

        answered(finding)
        assert transitions.confirm(review, by=rolf, at=LATER).state == Review.State.CLOSED

    def test_can_be_disputed_all_the_same(self) -> None:
        review = judge(taken(make_strict_review()), "inconclusive")
        make_finding(review, severity=HIGH)

        sent = transitions.dispute(review, by=make_user("rolf"), reason="Look again.", at=LATER)

        assert sent.verdict == ""


class TestPage:
    def test_asks_who_answers_in_the_place_of_the_verdict_and_leads_back_to_it(self) -> None:
        now = timezone.now()
        review = taken(recent(), at=now)
        finding, here = make_finding(review, severity=HIGH, at=now), review.get_absolute_url()
        text = page("rita", here).content.decode()
        assert "is open and of high severity, and nobody answers for it." in text
        assert "Record the verdict" not in text

        day = f"{zones.today() + timedelta(days=3)}"
        late = {"owner": "eve@example.com", "due": "2020-01-01", "back": "verdict"}
        wrong = post("rita", "finding-owner", finding, **late).content.decode()
        assert '<input type="hidden" name="back" value="verdict">' in wrong
        said = {"owner": "eve@example.com", "due": day, "back": "verdict"}
        assert post("rita", "finding-owner", finding, **said)["Location"] == f"{here}#verdict"

        text = page("rita", here).content.decode()
        assert "Record the verdict" in text
        assert "of high severity, and nobody answers" not in text

    def test_asks_the_second_reviewer_too_who_may_still_disagree(self) -> None:
        now = timezone.now()
        review = make_strict_review(at=now - timedelta(minutes=21))
        judge(taken(review, at=now), "inconclusive", at=now)
        make_finding(review, severity=HIGH, at=now)

        text = page("rolf", review.get_absolute_url()).content.decode()

        assert "is open and of high severity, and nobody answers for it." in text
        assert "Confirm the verdict</button>" not in text
        assert "I do not agree" in text


class TestApi:
    def test_says_why_not_and_names_who_answers(self) -> None:
        now = timezone.now()
        review = taken(recent(), at=now)
        finding = make_finding(review, severity=HIGH, at=now)
        close, assign = f"reviews/{review.pk}/close", f"findings/{finding.pk}/assign"
        verdict = {"verdict": WITH_FINDINGS, "comment": "A dump."}

        refused = call("rita", close, verdict)
        assert refused.status_code == 409
        assert "nobody answers for it" in refused.content.decode()

        due = (now + timedelta(days=1)).isoformat()
        eve = {"owner": str(make_user("eve").pk), "due_at": due}
        assert call("mallory", assign, eve).status_code == 404
        nobody = {"owner": str(review.pk), "due_at": due}
        assert call("rita", assign, nobody).status_code == 422
        assert call("rita", assign, eve).json()["owner"]["name"] == "Eve"
        assert call("rita", close, verdict).json()["state"] == "closed"
