"""Decide: what waits for one's answer, and one screen to give it on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass import access, inbox, links, policy, risks, transitions
from breakglass.forms import AnswerForm
from breakglass.models import DecisionLink, Request
from breakglass.transitions import Voice
from breakglass.views.pages import page, visible_request
from core.errors import DomainError
from core.forms import refused
from core.pages import say
from targets.models import Door

_LAST = 4
_DONE = {
    "approve": "Approved.",
    "deny": "Denied. The requester reads your reason.",
    "counter": "Offered. The requester answers with one click.",
    "ratify": "Ratified.",
    "refuse": "Refused. What was open is closing.",
}


@page("GET")
def decide(request: PageRequest) -> HttpResponse:
    """List what waits for this person's answer, the most urgent first."""
    now = timezone.now()
    rows = inbox.decisions_for(request.user, now)
    mine = request.user.decisions.select_related("request__requester", "request__scenario")
    context = {
        "rows": [(each, inbox.deadline(each)) for each in rows],
        "decides": inbox.decides_anywhere(request.user, now),
        "given": mine.order_by("-decided_at")[:10],
    }
    return render(request, "breakglass/decide.html", context)


@page("GET", "POST")
def decision(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show what is asked; POST answers."""
    return _decide(request, visible_request(request.user, pk), link=None)


@page("GET", "POST")
def decision_link(request: PageRequest, token: str) -> HttpResponse:
    """Show what a link in a message asks; only POST by the person it was sent to answers."""
    link, now = links.find(token), timezone.now()
    if link is None:
        raise Http404
    if why := links.why_not_open(link, by=request.user):
        access.refused(why, verb="open_link", by=request.user, subject=link.request, at=now)
        return say(request, why, status=403, title="This link is not yours")
    if why := links.why_spent(link, at=now):
        return say(request, why, status=410, title="This link is spent")
    return _decide(request, Request.objects.told().get(pk=link.request_id), link=link)


def _decide(request: PageRequest, asked: Request, *, link: DecisionLink | None) -> HttpResponse:
    form = AnswerForm(request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid():
        voice = Voice(by=request.user, comment=form.cleaned_data["comment"], link=link)
        try:
            _answer(asked, form, voice)
        except DomainError as error:
            refused(form, error)
        else:
            messages.success(request, f"{_DONE[form.cleaned_data['decision']]} Case {asked.case}.")
            return redirect("decide")
    context = _context(request, asked) | {"form": form}
    status = 422 if form.is_bound else 200
    return render(request, "breakglass/decision.html", context, status=status)


def _answer(asked: Request, form: AnswerForm, voice: Voice) -> None:
    now, kind = timezone.now(), form.cleaned_data["decision"]
    if kind == "counter":
        transitions.counter(asked, voice=voice, offer=form.offer(asked), at=now)
        return
    verbs = {
        "approve": transitions.approve,
        "deny": transitions.deny,
        "ratify": transitions.ratify,
        "refuse": transitions.refuse,
    }
    verbs[kind](asked, voice=voice, at=now)


def _context(request: PageRequest, asked: Request) -> dict[str, Any]:
    now, grant = timezone.now(), asked.held
    earlier = Request.objects.cases().filter(requester=asked.requester, case__lt=asked.case)
    seen = earlier.visible_to(request.user, now).told()
    open_ = asked.state == Request.State.PENDING or (
        asked.ratification == Request.Ratification.PENDING
    )
    return {
        "asked": asked,
        "rules": asked.rules,
        "targets": [target.name for target in asked.targets.all()],
        "grant": grant,
        "ratifying": asked.urgency == Request.Urgency.BREAK_GLASS,
        "deadline": inbox.deadline(asked),
        "open": open_,
        "why_not": policy.why_not_decide(asked, by=request.user, at=now) if open_ else None,
        "door_open": bool(grant and grant.doors().filter(state=Door.State.OPEN).exists()),
        "signals": risks.signals(asked, at=now),
        "answers": asked.decisions.select_related("by", "group"),
        "last": seen.order_by("-case")[:_LAST],
        "groups": asked.requester.groups.order_by("name"),
    }
