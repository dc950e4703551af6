"""The case: one page that shows everything of one emergency, and what the reader can do now."""

from datetime import UTC
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from audit import evidence, pruned
from audit.models import Entry
from audit.views.entry import receipt_file
from audit.views.leaving import handed_over
from breakglass import policy, transitions
from breakglass.access import way_in
from breakglass.answer_forms import OfferForm
from breakglass.events import BreakglassActivated, GrantActivated, RequestSubmitted
from breakglass.forms import MoreTimeForm, ReferenceForm
from breakglass.models import Grant
from breakglass.questions import talk
from breakglass.views import case_page, timeline
from breakglass.views.pages import (
    page,
    visible_case,
    visible_grant,
    visible_request,
)
from core.errors import DomainError
from core.forms import StopForm, refused
from core.pages import say
from core.speech import shown

_PROVED = [event.kind for event in (RequestSubmitted, GrantActivated, BreakglassActivated)]


class LookForm(forms.Form):
    """What may stand in the address of a case."""

    show = forms.ChoiceField(required=False, choices=[(key, key) for key in timeline.SHOWS if key])
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@page("GET")
def case(request: PageRequest, number: int) -> HttpResponse:
    """Show a case."""
    form = LookForm(request.GET)
    if unknown := sorted(set(request.GET) - set(form.fields)) or list(form.errors):
        said = _("A case has no view “%(view)s”.")
        view = request.GET.get("show") or unknown[0]
        return say(request, said % {"view": view}, title=_("That view does not exist"))
    found = visible_case(request.user, number)
    return case_page.render_case(request, found, **form.cleaned_data)


@page("GET")
def case_paper(request: PageRequest, number: int) -> HttpResponse:
    """Show a case as a document to print: the whole record, oldest first, with times in UTC."""
    asked, now = visible_case(request.user, number), timezone.now()
    with timezone.override(UTC):
        record = timeline.happened(asked.case_ref, most=timeline.WHOLE)
        context = case_page.gather(request, asked, at=now) | {
            "talk": talk(asked, reader=request.user, at=now),
            "lines": record.lines[::-1],
            "cut": record.older,
            "now": now,
        }
        return render(request, "breakglass/case_paper.html", context)


@page("GET")
def case_receipt(request: PageRequest, number: int) -> HttpResponse:
    """Return the receipt of the case: that it was asked for, or later that access began.

    Whoever took part may hold it: it proves that the entry was in the record, and tells no words.
    """
    asked = visible_case(request.user, number)
    if why := pruned.why_case_gone(asked.case_ref):
        return say(request, shown(why), status=410)
    entry = Entry.objects.of_case(asked.case_ref).filter(kind__in=_PROVED).last()
    if entry is None:
        return say(request, _("This case is not in the record yet. Try again in a moment."))
    return receipt_file(entry.seq)


@page("GET")
def case_file(request: PageRequest, number: int) -> HttpResponse:
    """Return the case file: what the record says of the case, to be verified without us."""
    asked = visible_case(request.user, number)
    if why := pruned.why_case_gone(asked.case_ref):
        return say(request, shown(why), status=410)
    made = evidence.case_file(asked.case_ref)
    if made is None:
        sentence = _("Nothing of this case is signed yet. Try again in a moment.")
        return say(request, sentence, status=404, title=_("Not signed yet"))
    named = {"Content-Disposition": f'attachment; filename="case-{number}.zip"'}
    answer = HttpResponse(made, content_type="application/zip", headers=named)
    rows, chosen = evidence.entries_in(made), {"case": str(number)}
    return handed_over(request, answer, what="case_file", rows=rows, chosen=chosen)


@page("POST")
def request_withdraw(request: PageRequest, pk: UUID) -> HttpResponse:
    """Take a request or an ask for more time back."""
    asked = visible_request(request.user, pk)
    try:
        transitions.withdraw(asked, by=request.user, at=timezone.now())
    except DomainError as error:
        return case_page.render_case(request, asked.original, refusal=error)
    messages.success(request, _("Withdrawn. Nobody is asked any more."))
    return redirect(asked)


@page("POST")
def request_reference(request: PageRequest, pk: UUID) -> HttpResponse:
    """Name the incident or ticket of one's own case that began without one."""
    asked = visible_request(request.user, pk).original
    form, error = ReferenceForm(request.POST, rules=asked.rules), None
    if form.is_valid():
        named = form.cleaned_data["reference"]
        try:
            transitions.name_reference(asked, by=request.user, reference=named, at=timezone.now())
        except DomainError as refusal:
            error = refusal
            refused(form, refusal)
        else:
            messages.success(request, _("Named. It stands in the record and for the reviewer."))
            return redirect(asked)
    return case_page.render_case(
        request, asked, refused=case_page.Refused(naming=form), refusal=error
    )


@page("POST")
def request_offer(request: PageRequest, pk: UUID) -> HttpResponse:
    """Take or leave an offer of less."""
    asked, form = visible_request(request.user, pk), OfferForm(request.POST)
    if not form.is_valid():
        return say(request, _("Take the offer or leave it."), status=422)
    take = form.cleaned_data["answer"] == "accept"
    verb = transitions.accept_counter if take else transitions.decline_counter
    try:
        verb(asked, by=request.user, at=timezone.now())
    except DomainError as error:
        return case_page.render_case(request, asked.original, refusal=error)
    messages.success(request, _("Taken.") if take else _("Left. Your request waits as it was."))
    return redirect(asked)


@page("POST")
def grant_end(request: PageRequest, pk: UUID) -> HttpResponse:
    """End one's own access early."""
    grant = visible_grant(request.user, pk)
    try:
        transitions.relinquish(grant, by=request.user, at=timezone.now())
    except DomainError as error:
        return case_page.render_case(request, grant.request, refusal=error)
    messages.success(request, _("Ended. The door is closing."))
    return redirect(grant)


@page("GET", "POST")
def grant_revoke(request: PageRequest, pk: UUID) -> HttpResponse:
    """End somebody's access, with a reason; go back to where one came from, the case or Now."""
    grant, now = visible_grant(request.user, pk), timezone.now()
    back = reverse("now") if request.GET.get("back") == "now" else grant.get_absolute_url()
    form = StopForm(request.POST or None)
    form.fields["reason"].widget.attrs["autofocus"] = True
    if form.is_valid():
        try:
            transitions.revoke(grant, by=request.user, at=now, **form.cleaned_data)
        except DomainError as error:
            refused(form, error)
        else:
            done = _("Revoked. The door of Case %(case)s is closing.")
            messages.success(request, done % {"case": grant.request.case})
            return redirect(back)
    why = policy.why_not_revoke(grant, by=request.user, at=now)
    context = {"grant": grant, "asked": grant.request, "form": form, "why_not": why, "back": back}
    status = 422 if form.is_bound else 200
    return render(request, "breakglass/grant_revoke.html", context, status=status)


@page("GET", "POST")
def grant_more_time(request: PageRequest, pk: UUID) -> HttpResponse:
    """Ask for more time: a decision of its own, by the same steps."""
    grant, now = visible_grant(request.user, pk), timezone.now()
    form = MoreTimeForm(request.POST or None, grant=grant)
    if form.is_valid():
        try:
            transitions.ask_for_more_time(grant, by=request.user, at=now, **form.cleaned_data)
        except DomainError as error:
            refused(form, error)
        else:
            messages.success(request, _("Sent. Your access goes on as it is until they answer."))
            return redirect(grant)
    why = policy.why_not_extend(grant, grant.request.rules, by=request.user, at=now)
    context = {"grant": grant, "asked": grant.request, "form": form, "why_not": why}
    status = 422 if form.is_bound else 200
    return render(request, "breakglass/grant_more_time.html", context, status=status)


@page("GET", "POST")
def grant_way_in(request: PageRequest, pk: UUID, target: str) -> HttpResponse:
    """Show the credentials of one door, in the answer itself and never again.

    The address stays behind in the browser: who comes back to it is led to the case.
    """
    grant = visible_grant(request.user, pk)
    door_to = get_object_or_404(grant.targets, slug=target)
    if request.method == "GET":
        return redirect(grant.request)
    renew = request.POST.get("renew") == "yes"
    try:
        shown = way_in(grant, door_to, by=request.user, at=timezone.now(), renew=renew)
    except DomainError as error:
        return case_page.render_case(request, grant.request, refusal=error)
    grant = Grant.objects.get(pk=grant.pk)
    return case_page.render_case(request, grant.request, shown={door_to.slug: shown})
