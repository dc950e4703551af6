"""What could be seen of a case, on its page: for those who review, and never for the holder."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from breakglass.models import Permit, Request, scenarios_of
from core import slots
from reviews import coverage
from reviews.models.finding import SEES_ALL


@slots.case_panels.provide(order=45)
def panels(request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show who reported what was done, and what is missing. Whoever knew that could hide in it."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User) or user == asked.requester or not hasattr(asked, "grant"):
        return []
    oversees = any(part in SEES_ALL for part in user.parts(now))
    if not oversees and asked.scenario_id not in scenarios_of(user, Permit.REVIEW, at=now):
        return []
    seen = coverage.of(list(asked.grant.doors()), case=asked.case_ref, at=now)
    context = {"coverage": seen}
    return [slots.Panel(template="reviews/_coverage.html", context=context)] * bool(seen.opened)
