"""The pages of messages: all of them, one of them, and the mailbox of the demo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.requests import PageRequest
from alerts import policy, since, transitions
from alerts import silence_transitions as silences
from alerts.forms import UNREAD, FilterForm, PreviewForm
from alerts.messages import Words, words_of
from alerts.models import Delivery, Mail, Silence
from alerts.preview import HTML, preview
from alerts.reach_forms import forms_of
from alerts.reach_transitions import set_reach
from alerts.stories import NothingToTell, Story, story_at
from audit.events import title_of
from breakglass.models import Request
from breakglass.views.pages import page
from core import refs
from core.errors import DomainError
from core.pages import say

_PAGE = 50


@page("GET")
def alerts(request: PageRequest) -> HttpResponse:
    """List who was told of what, and whether it arrived and was read."""
    form = FilterForm(request.GET)
    if why := form.why_not():
        return say(request, why, status=400, title=_("That filter does not exist"))
    mine = Delivery.objects.visible_to(request.user)
    rows = mine.filter(form.condition()).select_related("recipient", "channel")
    if form.is_own or form.cleaned_data["state"] == UNREAD:
        rows = rows.filter(recipient=request.user)
    if form.cleaned_data["state"] == UNREAD:
        rows = rows.unread()
    if number := form.cleaned_data["case"]:
        rows = rows.filter(case=_case_ref(number))
    found = list(rows.order_by("-entry_seq", "-pk")[: _PAGE + 1])
    shown = found[:_PAGE]
    last = shown[-1] if len(found) > _PAGE else None
    context: dict[str, Any] = {
        "form": form,
        "chosen": form.cleaned_data,
        "own": form.is_own,
        "oversees": policy.why_not_see_silence(by=request.user) is None,
        "rows": [(row, title_of(row.kind)) for row in shown],
        "cases": refs.labels({row.case for row in shown if row.case}),
        "older": f"{last.entry_seq}.{last.pk.hex}" if last else None,
        "counts": _counts(request.user),
        "may_retry": policy.why_not_retry(by=request.user) is None,
    }
    return render(request, "alerts/alerts.html", context)


@page("GET")
def alert(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show one message: what it says, how it went, and the button that says it was read."""
    delivery, now = get_object_or_404(_visible(request.user), pk=pk), timezone.now()
    story = _story(delivery.entry_seq)
    context = {
        "since": since.of_delivery(delivery, reader=request.user, at=now),
        "page_at": now,
        "delivery": delivery,
        "title": title_of(delivery.kind),
        "case": refs.labels([delivery.case])[delivery.case] if delivery.case else None,
        "words": _words(delivery, story, reader=request.user),
        "mine": delivery.recipient == request.user,
        "may_retry": policy.why_not_retry(by=request.user) is None,
    }
    return render(request, "alerts/alert.html", context)


@page("POST")
def alert_acknowledge(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say that one has read a message."""
    delivery = get_object_or_404(_visible(request.user), pk=pk)
    try:
        transitions.acknowledge(delivery, by=request.user, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Noted: you have read it."))
    return redirect(delivery)


@page("POST")
def alert_acknowledge_case(request: PageRequest, case: int) -> HttpResponse:
    """Say that one has read everything that one was told of a case."""
    try:
        read = transitions.acknowledge_case(_case_ref(case), by=request.user, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        said = ngettext(
            "Noted: you have read %(number)s alert of Case %(case)s.",
            "Noted: you have read %(number)s alerts of Case %(case)s.",
            len(read),
        )
        messages.success(request, said % {"number": len(read), "case": case})
    return redirect("home")


@page("GET", "POST")
def alert_unread(request: PageRequest, entry: int) -> HttpResponse:
    """Show an alert that nobody has read; POST says that one has."""
    silence = get_object_or_404(Silence, entry_seq=entry)
    if why := policy.why_not_see_silence(by=request.user):
        return say(request, why, status=403)
    if request.method == "POST":
        return _read_at_last(request, silence)
    story = _story(silence.entry_seq)
    now = timezone.now()
    context = {
        "since": since.of_silence(silence, reader=request.user, at=now),
        "page_at": now,
        "silence": silence,
        "why_not": policy.why_not_end_silence(silences.whose(entry), by=request.user),
        "title": title_of(silence.kind),
        "case": refs.labels([silence.case])[silence.case] if silence.case else None,
        "words": words_of(story, reader=request.user) if story else None,
        "told": Delivery.objects.about(entry).select_related("recipient").order_by("created_at"),
    }
    return render(request, "alerts/unread.html", context)


def _read_at_last(request: PageRequest, silence: Silence) -> HttpResponse:
    try:
        silences.read(silence, by=request.user, at=timezone.now())
    except DomainError as error:
        return say(request, error.sentence, status=403)
    messages.success(request, _("Noted: you have read it."))
    return redirect(request.path)


@page("POST")
def alert_retry(request: PageRequest, pk: UUID) -> HttpResponse:
    """Have a message that was given up sent again."""
    delivery = get_object_or_404(_visible(request.user), pk=pk)
    try:
        transitions.retry(delivery, by=request.user, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, _("It is being sent to %(person)s again.") % {"person": delivery.reader}
        )
    return redirect(delivery)


@page("GET", "POST")
def reach(request: PageRequest) -> HttpResponse:
    """Show where and when the person is told, and change it."""
    parts, quiet = forms_of(request.user, request.POST or None)
    if request.POST and all([*(part.is_valid() for part in parts), quiet.is_valid()]):
        wishes = [(part.channel, *part.wish) for part in parts]
        set_reach(request.user, wishes, quiet.cleaned_data, at=timezone.now())
        messages.success(request, _("Saved. From now on you are told this way."))
        return redirect("profile")
    context = {"parts": parts, "quiet": quiet}
    return render(request, "alerts/reach.html", context, status=422 if request.POST else 200)


@page("GET")
def mailbox(request: PageRequest) -> HttpResponse:
    """List the mails that were sent to this person and kept here."""
    before = request.GET.get("before", "")
    if set(request.GET) - {"before"} or (before and not before.isdecimal()):
        return say(request, _("The mailbox has no such page. Begin with the newest mails."))
    rows = Mail.objects.of(request.user)
    found = list((rows.filter(pk__lt=int(before)) if before else rows)[: _PAGE + 1])
    older = found[_PAGE - 1].pk if len(found) > _PAGE else None
    return render(request, "alerts/mailbox.html", {"rows": found[:_PAGE], "older": older})


@page("GET")
def mail(request: PageRequest, pk: int) -> HttpResponse:
    """Show one of this person's mails; its plain part, since nothing foreign is drawn here."""
    found, now = get_object_or_404(Mail.objects.of(request.user), pk=pk), timezone.now()
    if found.read_at is None:
        Mail.objects.filter(pk=found.pk, read_at=None).update(read_at=now)
    became = since.of_mail(found, reader=request.user, at=now)
    return render(request, "alerts/mail.html", {"mail": found, "since": became, "page_at": now})


@page("GET")
def words(request: PageRequest) -> HttpResponse:
    """Show administrators what each kind of message says, with a real event."""
    if why := policy.why_not_preview(by=request.user):
        return say(request, why, status=403)
    form = PreviewForm(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else None
    if form.is_bound and chosen is None:
        return say(request, _("There is no such message. Choose one from the list."), status=400)
    found = None
    if chosen:
        kind, looks = chosen["kind"], chosen["form"]
        found = preview(kind, looks, reader=request.user, at=timezone.now())
    context = {
        "form": form,
        "found": found,
        "title": title_of(chosen["kind"]) if chosen else "",
        "as_html": chosen is not None and chosen["form"] == HTML,
    }
    return render(request, "alerts/words.html", context)


def _story(entry: int) -> Story | None:
    """Return what an entry tells; None where its words were erased."""
    try:
        return story_at(entry)
    except NothingToTell:
        return None


def _visible(person: User) -> Any:
    return Delivery.objects.visible_to(person).select_related(
        "recipient", "channel", "acknowledged_by"
    )


def _case_ref(number: int) -> str:
    """Return how the record names a case; no message is about one that does not exist."""
    case = Request.objects.cases().filter(case=number).first()
    return case.ref if case else "none"


def _counts(person: User) -> dict[str, int]:
    """Count what needs somebody; what was sent is not counted, however much there is."""
    mine = Delivery.objects.visible_to(person)
    states = mine.exclude(state=Delivery.State.SENT).values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in states} | {
        UNREAD: mine.filter(recipient=person).unread().count()
    }


def _words(delivery: Delivery, story: Story | None, *, reader: User) -> Words | None:
    """Return what the message says to those who may know it; others see how it went."""
    if story is None:
        return None
    if delivery.recipient != reader and story.request:
        seen = Request.objects.visible_to(reader, timezone.now())
        if not seen.filter(Q(pk=story.request.original.pk)).exists():
            return None
    return words_of(story, reader=reader)
