"""Whether a case is closed, on its page."""

from django.http import HttpRequest

from breakglass.models import Request
from core import slots
from reviews import seals
from reviews.models import Review
from reviews.policy import why_not_seal


@slots.case_panels.provide(order=45)
def panels(_request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show the seal of a case whose review is closed, or what it waits for."""
    closed = Review.objects.filter(grant__request=asked, state=Review.State.CLOSED)
    if not closed.exists():
        return []
    seal = seals.newest(asked)
    context = {"asked": asked, "seal": seal, "why_open": None if seal else _why_open(asked)}
    return [slots.Panel(template="reviews/_seal_panel.html", context=context, place="side")]


def _why_open(asked: Request) -> str:
    return why_not_seal(asked) or seals.SOON
