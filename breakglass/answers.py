"""What comes of an answer once its form is filled in, on a page or in a chat."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass import access, inbox, policy, transitions
from breakglass.answer_forms import AnswerForm, LessForm, terms_of
from breakglass.models import Decision, Request
from breakglass.transitions import Voice
from breakglass.transitions.decisions import lock_unratified
from breakglass.transitions.locks import lock_open

_DONE = {
    "approve": _("Approved."),
    "deny": _("Denied. The requester reads your reason."),
    "ratify": _("Ratified."),
    "refuse": _("Refused. What was open is closing."),
}


def check(asked: Request, kind: Decision.Kind, *, by: User, at: datetime) -> None:
    """Say what stands against an answer before its form is filled in. Raises as its verb would."""
    with transaction.atomic():
        if kind == Decision.Kind.REFUSE:
            asked = lock_unratified(asked, at=at)
        else:
            asked = lock_open(asked, expect=(Request.State.PENDING,), at=at)
    if why := policy.why_not_decide(asked, by=by, at=at):
        raise access.refused(why, verb=kind, by=by, subject=asked, at=at)


def give(form: AnswerForm, *, voice: Voice, at: datetime) -> str:
    """Answer as a valid form says, and return what that did. Raises as the verbs do."""
    if isinstance(form, LessForm):
        transitions.counter(form.asked, voice=voice, offer=form.offer(), at=at)
        terms = {"terms": terms_of(form.offer(), asked=form.asked)}
        return gettext("Offered: %(terms)s. The requester answers with one tap.") % terms
    verbs = {
        "approve": transitions.approve,
        "deny": transitions.deny,
        "ratify": transitions.ratify,
        "refuse": transitions.refuse,
    }
    kind, over = form.cleaned_data["decision"], inbox.is_over(form.asked, at)
    verbs[kind](form.asked, voice=voice, at=at)
    if kind == Decision.Kind.REFUSE and over:
        return gettext("Refused. A finding is open.")
    return str(_DONE[kind])
