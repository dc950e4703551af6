"""The line of the rail that leads to the nightly reports."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from core import slots
from reviews.nights.policy import why_not_see_reports


@slots.nav.provide(order=43)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead those who oversee the house to the reports."""
    user = request.user
    if not isinstance(user, User) or why_not_see_reports(by=user):
        return []
    return [slots.NavItem(group="Review", label=_("Reports"), url_name="reports", icon="eye")]
