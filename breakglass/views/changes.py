"""Changes that weaken a control: what waits for a second administrator, and what became of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.requests import PageRequest
from breakglass import access, inbox, policy
from breakglass.change_forms import AnswerChangeForm
from breakglass.differences import differences
from breakglass.models import ProposedChange
from breakglass.transitions import changes as verbs
from breakglass.views.pages import page
from core.errors import DomainError
from core.forms import refused
from core.pages import say

_LAST = 50
_DONE = {
    "accept": _("Accepted. It is in effect now."),
    "decline": _("Declined. Everything stays as it is."),
    "withdraw": _("Withdrawn. Everything stays as it is."),
    "again": _("Proposed again. The other administrators are told."),
}


@page("GET")
def changes(request: PageRequest) -> HttpResponse:
    """List what waits, what the reader has proposed, and the last that was decided."""
    now, person = timezone.now(), request.user
    if why := policy.why_not_list_changes(by=person):
        return say(request, why, status=403)
    waiting = inbox.changes_for(person, now)
    ids = {change.pk for change in waiting}
    rows = ProposedChange.objects.told()
    context = {
        "waiting": waiting,
        "others": [each for each in rows.waiting() if each.pk not in ids],
        "decided": rows.exclude(state=ProposedChange.State.WAITING).order_by("-decided_at")[:_LAST],
        "alone": not policy.second_administrators(person).exists(),
    }
    return render(request, "breakglass/changes.html", context)


@page("GET", "POST")
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show one change as it would be now; decide on it, or take it back."""
    found = _visible(request.user, pk)
    form = AnswerChangeForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        said = form.cleaned_data
        try:
            done = _VERBS[said["verdict"]](found, said, request.user, timezone.now())
        except DomainError as error:
            refused(form, error)
            found.refresh_from_db()
        else:
            messages.success(request, _DONE[said["verdict"]])
            return redirect(done)
    context = _context(request.user, found) | {"form": form or AnswerChangeForm()}
    return render(request, "breakglass/change.html", context, status=422 if form else 200)


_Verb = Callable[[ProposedChange, dict[str, Any], User, datetime], ProposedChange]
_VERBS: dict[str, _Verb] = {
    "accept": lambda row, said, by, at: verbs.accept(
        row, by=by, answer=said["answer"], seen=said["seen"], at=at
    ),
    "decline": lambda row, said, by, at: verbs.decline(row, by=by, answer=said["answer"], at=at),
    "withdraw": lambda row, _said, by, at: verbs.withdraw(row, by=by, at=at),
    "again": lambda row, _said, by, at: verbs.propose_again(row, by=by, at=at),
}


def _visible(person: User, pk: UUID) -> ProposedChange:
    """Return a change; 404 where the person may not see it, on the record."""
    found = ProposedChange.objects.told().filter(pk=pk).first()
    if found is None:
        raise Http404
    if why := policy.why_not_see_change(found, by=person):
        access.refused(why, verb="see_a_change", by=person, subject=found, at=timezone.now())
        raise Http404
    return found


def _context(person: User, found: ProposedChange) -> dict[str, Any]:
    now, kind = timezone.now(), ProposedChange.Kind(found.kind)
    waits = found.state == ProposedChange.State.WAITING and found.lapse_at > now
    outlook = verbs.foresee(found, at=now) if waits else None
    before, after, weakenings = found.before, found.after, found.weakenings
    if outlook and (outlook.stale or not outlook.why_not):
        wanted = outlook.wanted
        before, after, weakenings = wanted.before.settings, wanted.after.settings, wanted.weakenings
    return {
        "change": found,
        "waits": waits,
        "outlook": outlook,
        "weakenings": weakenings,
        "differences": differences(kind, before, after),
        "mine": found.proposed_by_id == person.pk,
        "why_not": policy.why_not_decide_change(found, by=person),
        "deciders": policy.second_administrators(found.proposed_by),
        "thing": _page_of(found, person),
    }


_ADMIN = {
    ProposedChange.Kind.SCENARIO: "admin:breakglass_scenario_change",
    ProposedChange.Kind.PERSON: "admin:accounts_user_change",
    ProposedChange.Kind.GROUP: "admin:auth_group_change",
    ProposedChange.Kind.TARGET: "admin:targets_target_change",
}


def _page_of(change: ProposedChange, person: User) -> str:
    """Return where the thing is edited, for who may go there."""
    if not person.is_staff or (change.new and change.state != ProposedChange.State.ACCEPTED):
        return ""
    kind = ProposedChange.Kind(change.kind)
    key = change.key if kind == ProposedChange.Kind.GROUP else UUID(change.key)
    return reverse(_ADMIN[kind], args=[key])
