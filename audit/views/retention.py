"""How long the record is kept: the policy, what stands in its way, legal holds, what was pruned."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit import pruned
from audit.anchors import places
from audit.forms import ReferenceField
from audit.holds import Hold
from audit.models import State
from audit.outside import Place
from audit.policy import Reader
from audit.pruned import Pruned
from audit.retention import carrying_out, policy, rules, transitions
from audit.retention.plan import plan
from audit.views.tabs import tabs
from core import refs
from core.errors import DomainError, NotAllowed
from core.forms import ReasonForm, Segmented, refused
from core.pages import say
from core.speech import shown

_LISTED = 20


class HoldForm(ReasonForm):
    """What is put under a hold, and why."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is held"),
        choices=Hold.Kind.choices,
        initial=Hold.Kind.CASE,
        widget=Segmented,
    )
    what = ReferenceField(
        ("request", "user"), gettext_lazy("Which case, or whom"), gettext_lazy("147, or a name")
    )
    field_order = ("kind", "what", "reason")
    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        what = self.fields["what"]
        what.required = self.data.get("kind") != Hold.Kind.EVERYTHING
        what.error_messages["required"] = _("Name the case or the person.")


@login_required
@never_cache
@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """Show how long the record is kept, and what keeps it longer."""
    return _page(request, HoldForm())


@login_required
@require_POST
def hold_place(request: HttpRequest) -> HttpResponse:
    """Put a case, a person or everything under a legal hold."""
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said, by = form.cleaned_data, cast(Reader, request.user)
    try:
        transitions.place_hold(
            said["kind"], said["what"], reason=said["reason"], by=by, at=timezone.now()
        )
    except NotAllowed as refusal:
        return say(request, refusal.sentence, status=403)
    except DomainError as error:
        refused(form, error)
        return _page(request, form, status=422)
    messages.success(request, _("Held. Nothing of it goes until two people lift it."))
    return redirect("ledger-retention")


@login_required
@require_POST
def hold_lift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose to lift a hold, or lift one that somebody else proposes to."""

    def lift(hold: Hold, by: Reader) -> Hold:
        reason = request.POST.get("reason", "")[:2000]
        return transitions.lift_hold(hold, reason=reason, by=by, at=timezone.now())

    hold = _changed(request, pk, lift)
    if isinstance(hold, HttpResponse):
        return hold
    lifted = _("Lifted. What it held goes when its time is over.")
    messages.success(request, lifted if hold.lifted_at else _("Proposed. Another person decides."))
    return redirect("ledger-retention")


@login_required
@require_POST
def hold_keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back the proposal to lift a hold, or turn it down."""

    def keep(hold: Hold, by: Reader) -> Hold:
        return transitions.keep_hold(hold, by=by, at=timezone.now())

    hold = _changed(request, pk, keep)
    if isinstance(hold, HttpResponse):
        return hold
    messages.success(request, _("It stays under the hold."))
    return redirect("ledger-retention")


def _changed(
    request: HttpRequest, pk: UUID, verb: Callable[[Hold, Reader], Hold]
) -> Hold | HttpResponse:
    """Return the hold after the verb, or the page that says why not."""
    try:
        return verb(get_object_or_404(Hold, pk=pk), cast(Reader, request.user))
    except DomainError as error:
        return say(request, error.sentence, status=403 if isinstance(error, NotAllowed) else 409)


def _page(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    by = cast(Reader, request.user)
    if why := policy.why_not_see(by):
        return say(request, shown(why), status=403)
    context = {
        "tabs": tabs(request),
        "form": form,
        "why_not_hold": policy.why_not_hold(by),
        "rules": sorted(rules.rules().values(), key=lambda rule: rule.name),
        "size": State.objects.get().size,
        "low": pruned.low(),
        "prunings": Pruned.objects.all()[:_LISTED],
        "waiting": carrying_out.waiting(),
        "copies": places.watched(Place.Kind.COPY).filter(keeps_pruned=True),
        **_next(),
        **_holds(by),
    }
    return render(request, "audit/retention.html", context, status=status)


def _next() -> dict[str, Any]:
    """Return what the policy would take next, and what stands in its way."""
    now = timezone.now()
    before = rules.of(rules.REST).entries_until(now)
    return {"plan": plan(before, at=now) if before else None}


def _holds(by: Reader) -> dict[str, Any]:
    """Return the holds that stand, each with why the reader may not lift it, and those lifted."""
    standing, over = Hold.objects.standing(), list(Hold.objects.over()[:_LISTED])
    people = {
        ref
        for hold in (*standing, *over)
        for ref in (hold.ref, hold.placed_by, hold.lift_proposed_by, hold.lifted_by)
        if ref
    }
    return {
        "holds": [(hold, policy.why_not_lift(hold, by)) for hold in standing],
        "over": over,
        "labels": refs.labels(people),
    }
