"""Whoever said yes to an access had better not answer for what was found in it; it is no ban."""

from datetime import timedelta

import pytest
from django.utils import timezone

from breakglass import transitions as verbs
from core import zones
from reviews import policy
from reviews.models import Finding, Review
from tests.make import voice
from tests.reviews.browser import page, post, recent
from tests.reviews.make import make_finding, taken

pytestmark = pytest.mark.django_db
WHY = "Bob said yes to this access. Better that somebody else answers for it."


def found() -> tuple[Review, Finding]:
    """Return a taken review of an access that Bob ratified, and a finding in it."""
    review, now = recent(), timezone.now()
    verbs.ratify(review.grant.request, voice=voice("bob"), at=now)
    return review, make_finding(taken(review, at=now), at=now)


def name(finding: Finding, who: str) -> int:
    """Say who answers for the finding; return how the page answers."""
    due = f"{zones.today() + timedelta(days=3)}"
    answer = post("rita", "finding-owner", finding, owner=f"{who}@example.com", due=due)
    return int(answer.status_code)


def test_it_is_said_where_one_is_chosen() -> None:
    review, finding = found()

    assert WHY in page("rita", finding.get_absolute_url()).content.decode()
    begun = page("rita", review.get_absolute_url(), begin="finding")
    assert WHY in begun.content.decode()


def test_it_is_said_where_they_stand_and_of_nobody_else() -> None:
    review, finding = found()
    places = [finding.get_absolute_url(), review.get_absolute_url(),
              review.grant.request.get_absolute_url()]  # fmt: skip
    told = [page("rita", place).content.decode().count(WHY) for place in places]

    assert name(finding, "bob") == 302
    with_bob = [page("rita", place).content.decode().count(WHY) for place in places]
    assert with_bob == [each + 1 for each in told]

    assert name(finding, "eve") == 302
    assert [page("rita", place).content.decode().count(WHY) for place in places] == told


def test_nothing_is_said_where_nobody_said_yes() -> None:
    review = recent()
    finding = make_finding(taken(review, at=timezone.now()), at=timezone.now())

    assert policy.why_rather_another(policy.said_yes(review.grant.request)) is None
    assert (
        "said yes to this access" not in page("rita", finding.get_absolute_url()).content.decode()
    )
