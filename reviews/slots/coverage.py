"""What could be seen of a case, on its page: for those who review, and never for the holder."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from breakglass.models import Request
from core import slots
from reviews import coverage, policy


@slots.case_panels.provide(order=45)
def panels(request: HttpRequest, asked: Request) -> list[slots.Panel]:
    """Show who reported what was done, and what is missing."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User) or not hasattr(asked, "grant"):
        return []
    if policy.why_not_see_coverage(asked, by=user, at=now):
        return []
    seen = coverage.of(list(asked.grant.doors()), case=asked.case_ref, at=now)
    context = {"coverage": seen}
    return [slots.Panel(template="reviews/_coverage.html", context=context)] * bool(seen.opened)
