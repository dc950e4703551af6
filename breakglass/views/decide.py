"""Decide: what waits for one's answer, and one screen to give it on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import Part
from accounts.requests import PageRequest
from breakglass import access, answers, inbox, links, outlook, policy, risks
from breakglass.answer_forms import FORMS, AnswerForm, LessForm, NoForm, YesForm
from breakglass.models import Decision, DecisionLink, Request
from breakglass.questions import talk
from breakglass.transitions import Voice
from breakglass.views.pages import page, visible_request
from core import slots
from core.errors import DomainError
from core.forms import refused
from core.pages import say
from targets.models import Door

_LAST = 4
_FOLLOWS = "follows"  # in the address of a decision that comes up right after another answer


@page("GET")
def decide(request: PageRequest) -> HttpResponse:
    """List what waits for this person's answer, the most urgent first."""
    now = timezone.now()
    rows = inbox.decisions_for_reader(request, now)
    mine = request.user.decisions.select_related(
        "request__requester", "request__scenario", "instead_of"
    )
    context = {
        "rows": [(each, inbox.deadline(each), inbox.is_over(each, now)) for each in rows],
        "may_name": request.user.plays(Part.ADMINISTRATOR, now),
        "decides": inbox.decides_anywhere(request.user, now),
        "represented": inbox.represented_by(request.user, now),
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
        return say(request, why, status=403, title=gettext("This link is not yours"))
    if why := links.why_spent(link, at=now):
        known = Request.objects.visible_to(request.user, now).filter(pk=link.request_id).exists()
        context = {"why": why, "asked": link.request, "mine": _given(link), "known": known}
        context |= {"closing": _closing(link.request)}
        return render(request, "breakglass/link_spent.html", context, status=410)
    return _decide(request, Request.objects.told().get(pk=link.request_id), link=link)


def _given(link: DecisionLink) -> Decision | None:
    """Return what the person of a link has answered, or somebody in their place."""
    return link.request.decisions.of(link.person).order_by("-decided_at").first()


def _closing(asked: Request) -> Decision | None:
    """Return the answer that ended a request; none where it is open, or ended without one."""
    silent = {Request.State.PENDING, Request.State.WITHDRAWN, Request.State.LAPSED}
    waiting = {Request.Ratification.PENDING, Request.Ratification.OVERDUE}
    if asked.state in silent or asked.ratification in waiting:
        return None
    return (
        asked.decisions.select_related("by", "instead_of", "group").order_by("-decided_at").first()
    )


def _decide(request: PageRequest, asked: Request, *, link: DecisionLink | None) -> HttpResponse:
    form = None
    if request.method == "POST":
        form = FORMS.get(request.POST.get("decision", ""), YesForm)(request.POST, asked=asked)
        if form.is_valid():
            voice = Voice(by=request.user, comment=form.said, link=link)
            try:
                done = answers.give(form, voice=voice, at=timezone.now())
            except DomainError as error:
                refused(form, error)
            else:
                return _next(request, asked, done)
    follows = _FOLLOWS in request.GET and form is None
    context = _context(request, asked) | _forms(asked, form) | {"follows": follows}
    return render(request, "breakglass/decision.html", context, status=422 if form else 200)


def _next(request: PageRequest, asked: Request, done: str) -> HttpResponse:
    """Say what was done, and show what waits next."""
    waiting = inbox.decisions_for(request.user, timezone.now())
    said = {"done": done, "case": asked.case, "number": len(waiting)}
    if not waiting:
        messages.success(request, gettext("%(done)s Case %(case)s.") % said)
        return redirect("decide")
    more = ngettext(
        "%(done)s Case %(case)s. Next: Case %(next)s, %(person)s.",
        "%(done)s Case %(case)s. Next, of %(number)s that wait: Case %(next)s, %(person)s.",
        len(waiting),
    )
    # Not as good news, which floats: it would hide whose case this is now.
    said |= {"next": waiting[0].case, "person": str(waiting[0].requester)}
    messages.info(request, more % said)
    return redirect(f"{reverse('decision', args=[waiting[0].pk])}?{_FOLLOWS}")


def _forms(asked: Request, bound: AnswerForm | None) -> dict[str, Any]:
    """The form of each button; the one that was sent holds what was wrong with it."""
    fresh = {form.about: form(asked=asked) for form in (YesForm, LessForm, NoForm)}
    return {"forms": fresh | ({bound.about: bound} if bound else {}), "bound": bound}


def _context(request: PageRequest, asked: Request) -> dict[str, Any]:
    now, grant = timezone.now(), asked.held
    open_ = asked.state == Request.State.PENDING or (
        asked.ratification == Request.Ratification.PENDING
    )
    waiting = inbox.decisions_for_reader(request, now)
    verdicts = slots.verdicts.gather(request, Request.objects.before(asked))
    return {
        "asked": asked,
        "about": asked.original.ref,
        "shows": asked.original.ref,
        "rules": asked.rules,
        "targets": [target.name for target in asked.targets.all()],
        "grant": grant,
        "over": inbox.is_over(asked, now),
        "ratifying": asked.urgency == Request.Urgency.BREAK_GLASS,
        "deadline": inbox.deadline(asked),
        "open": open_,
        "why_not": policy.why_not_decide(asked, by=request.user, at=now) if open_ else None,
        "door_open": bool(grant and grant.doors().filter(state=Door.State.OPEN).exists()),
        "signals": risks.signals(asked, verdicts, at=now),
        "answers": asked.decisions.select_related("by", "instead_of", "group"),
        "seat": policy.seat_for(asked, by=request.user, at=now) if open_ else None,
        "facts": slots.case_facts.gather(request, asked.original),
        "last": _last(request, asked, verdicts),
        "groups": asked.requester.groups_at(now).order_by("name"),
        "outlook": outlook.of(asked, by=request.user, at=now),
        "talk": talk(asked.original, reader=request.user, at=now),
        "closing": None if open_ else _closing(asked),
        "others": [each for each in waiting if each.pk != asked.pk],
    }


def _last(
    request: PageRequest, asked: Request, verdicts: list[slots.Verdict]
) -> list[tuple[Request, slots.Verdict | None]]:
    """The requester's cases before this one, and what reviewers said of them."""
    seen = Request.objects.before(asked).visible_to(request.user, timezone.now()).told()
    said = {verdict.case: verdict for verdict in verdicts}
    return [(each, said.get(each.ref)) for each in seen.order_by("-case")[:_LAST]]
