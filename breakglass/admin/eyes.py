"""Four eyes in the admin: what weakens a control is undone, and proposed instead."""

import dataclasses
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass import inbox, policy
from breakglass.models import ProposedChange, Scenario
from breakglass.pictures import Picture, lock, look, nothing, thing_of
from breakglass.transitions import changes
from breakglass.transitions.changes import MustWaitError

WAITS = _("It weakens a control, so it waits for another administrator. They are told by mail.")
ALONE = _(
    "It weakens a control, and nobody else could look at it: that is recorded, and compliance is"
    " told."
)


class FourEyes(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Saves what weakens no control; anything else waits for a second administrator.

    `kind` says what is edited here. Whoever saves calls `watch` when everything is saved.
    """

    kind: ProposedChange.Kind

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Save under a lock, so that nothing else changes between the two looks."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, *args, **kwargs)
        try:
            with transaction.atomic():
                request.before = self.picture(request, object_id)  # type: ignore[attr-defined]
                return super().changeform_view(request, object_id, *args, **kwargs)
        except MustWaitError as wait:
            return self.propose(request, wait)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say what waits, and beforehand whom a weakening would wait for."""
        context["watched"] = True
        if row := context.get("original"):
            context["proposed"] = inbox.changes_of(row, by=person(request))
        context["eyes"] = list(policy.second_administrators(person(request)))
        return super().render_change_form(request, context, *args, **kwargs)

    def picture(self, request: HttpRequest, object_id: str | None) -> Picture:
        """Lock what is edited and return what is set; of a new thing nothing is."""
        row = self.get_object(request, object_id) if object_id else None
        if row is None:
            return nothing(self.kind, at=timezone.now())
        kind, key = thing_of(row)
        lock(kind, key)
        return look(kind, key, at=timezone.now())

    def watch(self, request: HttpRequest, row: Any, hidden: dict[str, str] | None = None) -> None:
        """Let what was saved stand, or raise MustWaitError. Call inside the transaction."""
        now = timezone.now()
        before: Picture = request.before  # type: ignore[attr-defined]
        before = dataclasses.replace(before, key=thing_of(row)[1])
        wanted = changes.weigh(before, at=now, hidden=hidden)
        changes.watch_over(wanted, by=person(request), reason=reason(request), at=now)
        if wanted.weakenings:
            messages.warning(request, ALONE)

    def propose(self, request: HttpRequest, wait: MustWaitError) -> HttpResponse:
        """Keep the change for another administrator, and lead to its page."""
        change = changes.propose(
            wait.wanted, by=person(request), reason=reason(request), at=timezone.now()
        )
        messages.info(request, WAITS)
        return redirect(change)


def person(request: HttpRequest) -> User:
    """Return who is in the admin, which lets nobody else come there."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker
    return request.user


def reason(request: HttpRequest) -> str:
    """Return why; where a form does not ask, the change says it itself."""
    return request.POST.get("reason", "").strip() or "The password is set anew."


def done_or_proposed(
    request: HttpRequest, verb: Callable[..., Scenario], scenario: Scenario, why: str
) -> Scenario | ProposedChange:
    """Do something with a scenario, or propose it where that weakens a control."""
    said: dict[str, Any] = {"by": person(request), "reason": why, "at": timezone.now()}
    return changes.carry_out(lambda: verb(scenario, **said), to=scenario, **said)
