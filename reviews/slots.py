"""What this room shows on shared pages: lines of the rail, what waits, a lamp, panels of a case."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Part, User
from breakglass.models import Permit, Request, Scenario
from core import slots
from core.words import relative_words
from reviews.models import Review

_SHOWN = 5
_COUNTED = 99


@slots.nav.provide(order=40)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead reviewers to reviews, and those who oversee the house to its figures."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    parts = user.parts()
    oversees = Part.COMPLIANCE in parts or Part.AUDITOR in parts
    if not oversees and not Scenario.objects.permitting(user, Permit.REVIEW, now).exists():
        return []
    # The line stands on every page, so it never counts further than its badge has room for.
    waiting = Review.objects.open_to(user, now)[:_COUNTED].count()
    items = [
        slots.NavItem(group="Review", label="Reviews", url_name="reviews", icon="review",
                      count=waiting, phone=True),
        slots.NavItem(group="Review", label="Findings", url_name="findings", icon="flag"),
    ]  # fmt: skip
    if oversees:
        items.append(
            slots.NavItem(group="Review", label="Dashboard", url_name="dashboard", icon="dash")
        )
    return items


@slots.waiting.provide(order=30)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show the reviews that wait for this person, the most urgent first."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    rows = Review.objects.open_to(user, now).told().order_by("due_at")[:_SHOWN]
    found = []
    for review in rows:
        late = review.is_overdue(now)
        due = "Was due" if late else "Due"
        found.append(
            slots.Waiting(
                icon="review",
                tone="danger" if late else "wait",
                title=f"{'Overdue: ' if late else ''}review of {review.grant.holder}'s access",
                detail=f"{review.grant.scenario}, Case {review.grant.request.case}."
                f" {due} {relative_words(review.due_at - now)}.",
                url=review.get_absolute_url(),
                action="Confirm" if review.waits_for_second else "Review",
            )
        )
    return found


@slots.health.provide(order=60)
def health(_request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether reviews happen in time."""
    late = Review.objects.overdue(timezone.now()).count()
    return [
        slots.Health(
            key="reviews",
            label="Reviews overdue" if late else "Reviews in time",
            detail=f"{late} should be done" if late else "None is overdue",
            tone="wait" if late else "ok",
            url=f"{reverse('reviews')}?tab=overdue",
        )
    ]


@slots.case_panels.provide(order=40)
def panels(request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show the state of the review to everybody on the case; what it found to those who review."""
    user, now = request.user, timezone.now()
    review = Review.objects.filter(grant__request=asked).told().first()
    if review is None or not isinstance(user, User):
        return []
    readable = Review.objects.visible_to(user, now).filter(pk=review.pk).exists()
    context = {"review": review, "readable": readable, "overdue": review.is_overdue(now)}
    found = [slots.Panel(template="reviews/_panel.html", context=context, place="side")]
    if readable and (findings := list(review.findings())):
        found.append(
            slots.Panel(template="reviews/_findings_panel.html", context={"findings": findings})
        )
    return found
