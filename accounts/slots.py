"""What this room shows on shared pages: people, for those who administer them."""

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core import slots


@slots.found.provide(order=60)
def found(request: HttpRequest, text: str) -> list[slots.Found]:
    """Find people by name or mail address, for those who may look at them in the admin."""
    user = request.user
    if not (isinstance(user, User) and user.is_staff and user.has_perm("accounts.view_user")):
        return []
    rows = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text)).order_by("name")
    return [
        slots.Found(
            group=_("Administer"),
            icon="user",
            title=str(person),
            detail=person.email,
            url=reverse("admin:accounts_user_change", args=[person.pk]),
        )
        for person in rows[:5]
    ]
