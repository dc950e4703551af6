"""Whether the record is whole: what was found, how far the one that runs is, and Verify now."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit import policy, transitions, watch
from audit.models import Key, Run
from audit.policy import Reader
from audit.views.tabs import tabs
from core import refs
from core.errors import NotAllowed
from core.pages import say
from core.speech import shown

_RUNS = 14


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
        "keys": Key.objects.all(),
        **standing(),
    }
    return render(request, "audit/verification.html", context)


@login_required
@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    """Have the whole record verified by a worker."""
    try:
        transitions.ask_for_verification(by=cast(Reader, request.user), at=timezone.now())
    except NotAllowed as refusal:
        return say(request, refusal.sentence, status=403)
    messages.success(request, _("The whole record is being verified."))
    return redirect("ledger-verification")


def standing() -> dict[str, Any]:
    """Return what both pages show of the verification."""
    state = watch.standing()
    return {"state": state, "waits": state.waits(timezone.now())}
