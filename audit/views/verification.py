"""Whether the record is whole: what was found, how far the one that runs is, and Verify now."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit import policy, transitions, watch
from audit.differences import Difference, Replay
from audit.models import Run
from audit.policy import Reader
from audit.replay import transitions as replays
from audit.views.tabs import tabs
from core import refs
from core.errors import DomainError, NotAllowed
from core.forms import ReasonForm
from core.pages import say
from core.speech import shown

_RUNS = 14
_DIFFERENCES = 50


@login_required
@never_cache
@require_GET
def verification(request: HttpRequest) -> HttpResponse:
    """Show what verification found, and the runs over the whole record, the newest first."""
    if why := policy.why_not_verify(cast(Reader, request.user)):
        return say(request, shown(why), status=403)
    runs = list(Run.objects.over()[:_RUNS])
    context = {
        "tabs": tabs(request),
        "runs": runs,
        "labels": refs.labels({run.by for run in runs if run.by}),
        **standing(request),
        **_differences(request),
    }
    return render(request, "audit/verification.html", context)


def _differences(request: HttpRequest) -> dict[str, Any]:
    """Return what the replay found: how its last run ended, and what nobody has explained yet."""
    waiting = list(Difference.objects.open()[:_DIFFERENCES])
    explained = list(Difference.objects.exclude(resolved_at=None).order_by("-resolved_at")[:_RUNS])
    people = {each.resolved_by for each in explained}
    return {
        "replayed": Replay.objects.over().first(),
        "replaying": Replay.objects.open().exists(),
        "differences": waiting,
        "more": max(0, Difference.objects.open().count() - len(waiting)),
        "explained": explained,
        "named": refs.labels({each.subject for each in (*waiting, *explained)} | people),
        "why_not_resolve": policy.why_not_resolve(cast(Reader, request.user)),
    }


@login_required
@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    """Have the whole record verified by a worker."""
    by, now = cast(Reader, request.user), timezone.now()
    try:
        transitions.ask_for_verification(by=by, at=now)
        replays.ask_for_replay(by=by, at=now)
    except NotAllowed as refusal:
        return say(request, refusal.sentence, status=403)
    messages.success(request, _("The whole record is being verified, and the tables with it."))
    return redirect("ledger-verification")


@login_required
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain a difference between a table and the record."""
    difference = get_object_or_404(Difference, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return say(request, _("Say what happened and who looked into it."), status=422)
    by, note = cast(Reader, request.user), form.cleaned_data["reason"]
    try:
        replays.resolve(difference, by=by, note=note, at=timezone.now())
    except DomainError as error:
        status = 403 if isinstance(error, NotAllowed) else 409
        return say(request, error.sentence, status=status)
    messages.success(request, _("Explained. It stays listed, and warns nobody any more."))
    return redirect("ledger-verification")


def standing(request: HttpRequest) -> dict[str, Any]:
    """Return what both pages show of the verification."""
    state = watch.standing_for(request)
    return {"state": state, "waits": state.waits(timezone.now())}
