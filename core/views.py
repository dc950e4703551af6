"""What belongs to the frame of pages and to no room."""

import dataclasses
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import kept, slots
from core.errors import BadInput
from core.looks import LooksForm, of, remember
from core.models import KeptView
from core.pages import navigation, say
from core.speech import phrase
from core.styleguide import contents

_LONGEST = 100  # characters of a search


@require_safe
@never_cache
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Find pages, things to do, and what the rooms know by these words."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    hits = [*_pages_and_deeds(request, text), *(slots.found.gather(request, text) if text else [])]
    groups = [(name, list(rows)) for name, rows in groupby(hits, key=lambda hit: hit.group)]
    return render(request, "search.html", {"text": text, "groups": groups, "count": len(hits)})


def _pages_and_deeds(request: HttpRequest, text: str) -> list[slots.Found]:
    wanted = text.casefold()
    deeds = [
        *slots.deeds.gather(request),
        slots.Deed(icon="user", title=_("Profile"), url=reverse("profile"), words=_("password")),
        slots.Deed(icon="x", title=_("Sign out"), url=reverse("account_logout"), words=_("leave")),
    ]
    links = [link for _group, members in navigation(request).groups for link in members]
    return [
        *(
            slots.Found(group=_("Do"), icon=deed.icon, title=deed.title, url=deed.url)
            for deed in deeds
            if wanted in f"{deed.title} {deed.words}".casefold()
        ),
        *(
            slots.Found(group=_("Go to"), icon=link.item.icon, title=link.item.label, url=link.url)
            for link in links
            if wanted in link.item.label.casefold()
        ),
    ]


@require_safe
@never_cache
@login_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component with its states to those who build pages."""
    if not getattr(request.user, "is_staff", False):
        return say(request, phrase("The style guide is for those who build pages."), status=403)
    return render(request, "styleguide/page.html", contents(at=timezone.now()))


@require_POST
@login_required
def choose_looks(request: HttpRequest) -> HttpResponse:
    """Remember in this browser how pages look."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("profile")
    response = redirect(back)
    now = of(request)
    form = LooksForm(dataclasses.asdict(now) | request.POST.dict())
    if form.is_valid():
        remember(dataclasses.replace(now, **form.cleaned_data), response)
        messages.success(request, _("Kept for this browser."))
    else:
        messages.error(request, _("Nothing was changed: choose one of the buttons."))
    return response


@require_POST
@login_required
def view_keep(request: HttpRequest) -> HttpResponse:
    """Keep the filters of a list under a name."""
    form = kept.KeepForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the view a name of at most 40 characters."))
        sent = request.POST
        page = sent.get("page", "") if sent.get("page") in KeptView.PAGES else "home"
        return redirect(kept.address(page, kept.plain(sent.get("query", ""))))
    try:
        view = kept.keep(request.user.pk, **form.cleaned_data)  # type: ignore[arg-type]
    except BadInput as error:
        messages.error(request, error.sentence)
        return redirect(kept.address("home"))
    messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
    return redirect(view)


@require_POST
@login_required
def view_forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a kept view of one's own; the list stays as it is."""
    view = get_object_or_404(KeptView, pk=pk, person=request.user.pk)
    view.delete()
    messages.success(request, _("“%(name)s” is forgotten.") % {"name": view.name})
    return redirect(view)


@require_safe
@never_cache
@login_required
def counts(request: HttpRequest) -> HttpResponse:
    """Show how much waits behind each line of the navigation, for pages that are open."""
    return render(request, "components/counts.html")


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer where no stream is served, as under WSGI: the page has to ask by itself."""
    word = "poll" if request.user.is_authenticated else "signed-out"
    return HttpResponse(f"retry: 3600000\ndata: {word}\n\n", content_type="text/event-stream")
