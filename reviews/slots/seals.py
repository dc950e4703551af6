"""Whether a case is closed, on its page."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from breakglass.models import Question, Request
from core import slots
from reviews import loose_ends, seals
from reviews.models import Finding, Review
from reviews.policy import why_not_seal


@slots.case_panels.provide(order=45)
def panels(request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show the seal of a case whose review is closed, or was, and what a new one waits for."""
    review = Review.objects.filter(grant__request=asked).first()
    again = review is not None and review.is_open_again
    if review is None or not (again or review.state == Review.State.CLOSED):
        return []
    seal = seals.newest(asked)
    context = {
        "asked": asked,
        "seal": seal,
        "again": again,
        "open": _open(asked, request) if seal and not again else [],
        "why_open": None if seal and not again else _why_open(asked),
    }
    return [slots.Panel(template="reviews/_seal_panel.html", context=context, place="side")]


def _open(asked: Request, request: HttpRequest) -> list[str]:
    user = request.user
    if not isinstance(user, User):
        return []
    seen = Finding.objects.open().visible_to(user, timezone.now())
    return loose_ends.said(
        findings=seen.filter(case=asked).count(),
        questions=Question.objects.open().filter(case=asked).count(),
    )


def _why_open(asked: Request) -> str:
    return why_not_seal(asked) or seals.SOON
