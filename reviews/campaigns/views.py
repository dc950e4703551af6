"""The pages of campaigns: the list, a new one, one with its items, and its report."""

from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import PageRequest
from audit.views.leaving import handed_over
from breakglass.views.pages import page, status_of
from core import paging, sheets
from core.errors import DomainError
from core.forms import ReasonForm, refused
from core.pages import say
from core.problems import BadQuery
from reviews.campaigns import pages, policy, report, transitions
from reviews.campaigns.forms import CampaignForm, usual
from reviews.campaigns.pages import LEFT, Row
from reviews.campaigns.populations import Found, find
from reviews.models import Campaign, CampaignItem

PAGE = 25
_TABS = ("open", "over", "all")
_SHOWS = (LEFT, pages.DECIDED, pages.ALL)


@page("GET")
def campaigns(request: PageRequest) -> HttpResponse:
    """List the campaigns, those that are open first."""
    if refusal := _refusal(request):
        return refusal
    tab = request.GET.get("tab", "open")
    if tab not in _TABS or set(request.GET) - {"tab", "cursor"}:
        return say(request, _("That filter does not exist."), status=400)
    rows = Campaign.objects.told()
    if tab != "all":
        rows = rows.open() if tab == "open" else rows.exclude(state=Campaign.State.OPEN)
    try:
        found = paging.page(
            rows, key="-begun_at", request=request, cursor=request.GET.get("cursor", "")
        )
    except BadQuery as error:
        return say(request, str(error), status=400)
    now = timezone.now()
    context = {
        "page": found,
        "tab": tab,
        "now": now,
        "open": Campaign.objects.open().count(),
        "why_not_begin": policy.why_not_begin(by=request.user, at=now),
    }
    return render(request, "reviews/campaigns/campaigns.html", context)


@page("GET", "POST")
def campaign_new(request: PageRequest) -> HttpResponse:
    """Say how many items a campaign would have, and begin it."""
    now = timezone.now()
    if refusal := _refusal(request):
        return refusal
    if why := policy.why_not_begin(by=request.user, at=now):
        return say(request, why, status=403)
    form, status = CampaignForm(_given(request)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                begun = transitions.begin(form.plan(), owner=request.user, by=request.user, at=now)
            except DomainError as error:
                refused(form, error)
                status = status_of(error)
            else:
                messages.success(request, _("The campaign has begun. It is yours."))
                return redirect(begun)
    context = {"form": form, "found": _preview(form, request)}
    return render(request, "reviews/campaigns/new.html", context, status=status)


@page("GET")
def campaign(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show a campaign: what is left first, and how it stands."""
    if refusal := _refusal(request):
        return refusal
    return _page(request, _found(pk))


@page("POST")
def campaign_decide(request: PageRequest, pk: UUID) -> HttpResponse:
    """Decide on the items of a page that were filled in; what was refused is shown again."""
    if refusal := _refusal(request):
        return refusal
    found, now = _found(pk), timezone.now()
    items = found.items.told().filter(pk__in=_ids(request.POST)).order_by("position")
    done, again = pages.record(items, request.POST, by=request.user, at=now)
    _say_done(request, found, done)
    if again:
        return _page(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, again=again)
    if not done:
        messages.info(request, _("Nothing was chosen, so nothing was recorded."))
    return redirect(f"{found.get_absolute_url()}#items")


@page("POST")
def campaign_sign_off(request: PageRequest, pk: UUID) -> HttpResponse:
    """End a campaign of which everything is decided."""
    return _act(request, pk, None, transitions.sign_off, _("The campaign is signed off."))


@page("POST")
def campaign_take_over(request: PageRequest, pk: UUID) -> HttpResponse:
    """Become the owner."""
    return _act(request, pk, None, transitions.take_over, _("The campaign is yours."))


@page("POST")
def campaign_cancel(request: PageRequest, pk: UUID) -> HttpResponse:
    """End a campaign without a result."""
    form = ReasonForm(request.POST)
    return _act(request, pk, form, transitions.cancel, _("The campaign is cancelled."))


@page("GET")
def campaign_report(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the report as a page to print."""
    if refusal := _refusal(request):
        return refusal
    context = report.gather(_found(pk), at=timezone.now(), by=request.user)
    with timezone.override(UTC):  # whoever reads it on paper reads it anywhere
        return render(request, "reviews/campaigns/report.html", context)


@page("GET")
def campaign_pdf(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the report as a PDF; a page that says what is missing where none can be made."""
    if refusal := _refusal(request):
        return refusal
    found = _found(pk)
    try:
        told = report.gather(found, at=timezone.now(), by=request.user)
        data = report.pdf(told)
    except DomainError as error:
        return say(request, error.sentence, status=503, title=_("No PDF"))
    name = f"breakglass-{found.kind}-{found.first}-{found.last}.pdf".replace("_", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    made = HttpResponse(data, content_type="application/pdf", headers=headers)
    return handed_over(request, made, what="campaign", rows=told["number"], subject=found.ref)


@page("GET")
def campaign_sheet(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the items of a campaign as a file."""
    if refusal := _refusal(request):
        return refusal
    found = _found(pk)
    header = [
        _("Number"), _("Item"), _("What"), _("Last used"), _("Decision"), _("Why"), _("Decided by"),
        _("Decided"),
    ]  # fmt: skip
    lines = [
        [item.position, item.subject, report.title(item), item.used_at,
         item.get_outcome_display(), item.note, item.decided_by, item.decided_at]
        for item in report.dated(found, at=timezone.now())
    ]  # fmt: skip
    made = sheets.answer(f"breakglass-{found.kind}-{found.first}-{found.last}", header, lines)
    return handed_over(request, made, what="campaign", subject=found.ref)


def _refusal(request: PageRequest) -> HttpResponse | None:
    if why := policy.why_not_see_campaigns(by=request.user):
        return say(request, why, status=403)
    return None


def _found(pk: UUID) -> Campaign:
    return get_object_or_404(Campaign.objects.told(), pk=pk)


def _given(request: PageRequest) -> Any:
    """Return what the form is filled with: by its reader, else by what is usual."""
    if request.method == "POST" or "kind" in request.GET:
        return request.POST or request.GET
    return usual(timezone.now())


def _preview(form: CampaignForm, request: PageRequest) -> Found | None:
    """Return what the campaign would look at; the sample stays hidden, as its seed does."""
    if not form.is_valid():
        return None
    plan = form.plan()
    if plan.scope.first > plan.scope.last:
        return None
    return find(plan.scope, seed="", at=timezone.now())


def _ids(given: QueryDict) -> list[str]:
    found = []
    for text in given.getlist("shown")[: 2 * PAGE]:
        try:
            found.append(UUID(text).hex)
        except ValueError:
            continue
    return found


def _say_done(request: PageRequest, found: Campaign, done: list[CampaignItem]) -> None:
    if not done:
        return
    number = len(done)
    text = ngettext(
        "%(number)s decision is recorded.", "%(number)s decisions are recorded.", number
    )
    messages.success(request, text % {"number": number})
    if waiting := sum(item.change_id is not None for item in done):
        text = ngettext(
            "%(number)s removal weakens a control, so a second administrator decides on it.",
            "%(number)s removals weaken a control, so a second administrator decides on them.",
            waiting,
        )
        messages.info(request, text % {"number": waiting})
    if not found.items.left().exists():
        messages.info(request, _("Everything is decided. Its owner can sign it off."))


def _act(
    request: PageRequest, pk: UUID, form: forms.Form | None, verb: Callable[..., object], done: str
) -> HttpResponse:
    """Apply a verb, and go back to the page; or show it with the refusal."""
    if refusal := _refusal(request):
        return refusal
    found = _found(pk)
    if form is not None and not form.is_valid():
        return _page(request, found, status=422, reason_form=form)
    try:
        verb(found, by=request.user, at=timezone.now(), **(form.cleaned_data if form else {}))
    except DomainError as error:
        return _page(request, _found(pk), status=status_of(error), refusal=error.sentence)
    messages.success(request, done)
    return redirect(found)


def _page(
    request: PageRequest, found: Campaign, *, status: int = 200, again: list[Row] | None = None,
    **given: Any,
) -> HttpResponse:  # fmt: skip
    now = timezone.now()
    left, number = found.items.left().count(), found.items.count()
    is_open = found.state == Campaign.State.OPEN
    show = request.GET.get("show") or (LEFT if left and is_open else pages.ALL)
    if show not in _SHOWS:
        return say(request, _("That filter does not exist."), status=400)
    items = pages.shown_items(found, show)
    try:
        shown = paging.page(
            items, key="position", request=request, limit=PAGE,
            cursor=request.GET.get("cursor", ""),
        )  # fmt: skip
    except BadQuery as error:
        return say(request, str(error), status=400)
    context: dict[str, Any] = {
        "campaign": found,
        "page": shown,
        "rows": pages.fill_in(pages.rows(shown.items, by=request.user, at=now), again or []),
        "show": show,
        "left": left,
        "number": number,
        "decided_count": number - left,
        "counts": pages.counts(found),
        "overdue": found.is_overdue(now),
        "is_open": is_open,
        "why_not_sign": policy.why_not_sign_off(found, by=request.user, at=now),
        "unfinished": policy.why_unfinished(found) if is_open else None,
        "may_take_over": is_open
        and policy.why_not_take_over(found, by=request.user, at=now) is None,
        "may_cancel": is_open and policy.why_not_begin(by=request.user, at=now) is None,
        "reason_form": ReasonForm(),
        **given,
    }
    return render(request, "reviews/campaigns/campaign.html", context, status=status)
