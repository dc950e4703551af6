"""What this room shows on shared pages: people for those who administer them, and erasures."""

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Erasure, Part, User
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


@slots.waiting.provide(order=15)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show an administrator whose erasure waits for them."""
    user = request.user
    if not (isinstance(user, User) and user.plays(Part.ADMINISTRATOR)):
        return []
    rows = Erasure.objects.waiting().told().exclude(proposed_by=user).exclude(person=user)
    return [
        slots.Waiting(
            icon="user",
            tone="wait",
            title=_("%(person)s is to be erased") % {"person": each.person},
            detail=_("Asked for by %(proposer)s, under %(basis)s.")
            % {"proposer": each.proposed_by, "basis": each.under},
            url=each.get_absolute_url(),
            action=_("Look at it"),
        )
        for each in rows[:5]
    ]


@slots.person_panels.provide(order=90)
def erase(request: HttpRequest, who: User) -> list[slots.Panel]:
    """Lead an administrator to the erasure of a person."""
    user = request.user
    if not (isinstance(user, User) and user.plays(Part.ADMINISTRATOR)):
        return []
    context = {"who": who, "erasure": who.erasures.first()}
    return [slots.Panel(template="admin/accounts/erase_panel.html", context=context)]
