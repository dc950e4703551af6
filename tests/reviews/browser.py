"""Browsers without a screen, and reviews of now: what the tests of pages share."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from breakglass.models import Scenario
from reviews.models import Finding, Obligation, Review
from tests.make import make_browser
from tests.reviews.make import (
    judge,
    make_review,
    taken,
)

MAY = {"rita", "carla", "otto"}
CAST = ["ada", "bob", "rita", "carla", "otto", "dana", "alma", "mallory"]


def client(name: str) -> Client:
    """Return a browser in which the person is signed in."""
    return make_browser(name)


def page(name: str, url: str, **query: Any) -> Any:
    """Return the page as the person sees it."""
    return client(name).get(url, query)


def recent(scenario: Scenario | None = None, **ask: Any) -> Review:
    """Return a review that is due since a minute ago."""
    return make_review(scenario, at=timezone.now() - timedelta(minutes=21), **ask)


def late(scenario: Scenario | None = None, *, by: str = "ada") -> Review:
    """Return a review that is overdue since weeks."""
    return make_review(scenario, at=timezone.now() - timedelta(days=60), by=by)


def judged(review: Review, verdict: str = "justified", comment: str = "") -> Review:
    """Return the review after Rita took it and gave the verdict, just now."""
    now = timezone.now()
    return judge(taken(review, at=now), verdict, comment, at=now)


def post(name: str, url_name: str, review: Review | Finding | Obligation, **data: str) -> Any:
    """Send a form of the review's page."""
    return client(name).post(reverse(url_name, args=[review.pk]), data)
