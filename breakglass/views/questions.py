"""Questions to the requester of a case, and their answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from breakglass import policy, transitions
from breakglass.access import hidden
from breakglass.models import Question, Request
from breakglass.question_forms import WordsForm
from breakglass.questions import answer_url
from breakglass.views import case_page
from breakglass.views.pages import page, visible_request
from core.errors import DomainError
from core.forms import refused
from core.idempotency import taken


@page("POST")
def question_ask(request: PageRequest, pk: UUID) -> HttpResponse:
    """Ask the requester of a case something."""
    asked = visible_request(request.user, pk).original
    form = WordsForm(request.POST, auto_id="ask_%s")
    error = None
    if form.is_valid():
        text, about = form.cleaned_data["text"], form.cleaned_data["about"]
        try:
            transitions.ask(asked, by=request.user, text=text, about=about, at=timezone.now())
        except DomainError as refusal:
            error = refusal
            refused(form, refusal)
        else:
            said = _("Asked. %(person)s is told now, and the answer comes to you by mail.")
            messages.success(request, said % {"person": asked.requester})
            return taken(request, redirect(_back(request, form, asked)))
    return case_page.render_case(request, asked, refused=case_page.Refused(ask=form), refusal=error)


@page("GET")
def question(request: PageRequest, pk: UUID) -> HttpResponse:
    """Lead to where a question is answered or stands; a mailed `#…` is lost while one signs in."""
    found = _visible(request, pk)
    open_ = found.state == Question.State.OPEN
    may_answer = open_ and policy.why_not_answer(found, by=request.user) is None
    return redirect(answer_url(found) if may_answer else found.get_absolute_url())


@page("POST")
def question_answer(request: PageRequest, pk: UUID) -> HttpResponse:
    """Answer a question on one's own case."""
    question = _visible(request, pk)
    form = WordsForm(request.POST, auto_id=f"answer_{question.pk.hex}_%s")
    error = None
    if form.is_valid():
        try:
            transitions.answer(
                question, by=request.user, text=form.cleaned_data["text"], at=timezone.now()
            )
        except DomainError as refusal:
            error = refusal
            refused(form, refusal)
        else:
            said = _("Answered. %(person)s is told now.")
            messages.success(request, said % {"person": question.asked_by})
            return taken(request, redirect(question))
    return case_page.render_case(
        request, question.case, refused=case_page.Refused(answer=(question, form)), refusal=error
    )


def _visible(request: PageRequest, pk: UUID) -> Question:
    """Return a question on a case that the person may see; 404 otherwise, on the record."""
    now = timezone.now()
    found = Question.objects.told().filter(pk=pk).first()
    if found is None:
        raise hidden(None, by=request.user, at=now)
    if Request.objects.visible_to(request.user, now).filter(pk=found.case_id).exists():
        return found
    raise hidden(found.case, by=request.user, at=now)


def _back(request: PageRequest, form: WordsForm, asked: Request) -> str:
    """Return the page of ours on which the question was asked, else the case."""
    back: str = form.cleaned_data["back"]
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return back if ours else f"{asked.get_absolute_url()}#questions"
