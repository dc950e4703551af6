"""What waits for whoever may lift a legal hold."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from audit.holds import Hold
from audit.retention import policy
from core import refs, slots

_SHOWN = 5


@slots.waiting.provide(order=20)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show the holds that somebody proposes to lift, to those who may."""
    user = request.user
    if not getattr(user, "may_hold_record", False):
        return []
    rows = Hold.objects.standing().exclude(lift_proposed_at=None).order_by("lift_proposed_at")
    found = [hold for hold in rows if policy.why_not_lift(hold, user) is None][:_SHOWN]  # type: ignore[arg-type] # a reader, as was asked above
    labels = refs.labels(ref for hold in found for ref in (hold.lift_proposed_by, hold.ref) if ref)
    return [_lift(hold, labels) for hold in found]


def _lift(hold: Hold, labels: dict[str, refs.Label]) -> slots.Waiting:
    said = {
        "person": labels[hold.lift_proposed_by].text,
        "what": labels[hold.ref].text if hold.ref else _("everything"),
    }
    return slots.Waiting(
        icon="lock",
        tone="wait",
        title=_("%(person)s proposes to lift the legal hold on %(what)s") % said,
        detail=f"“{Truncator(hold.lift_reason).chars(120)}”",
        url=reverse("ledger-retention"),
        action=_("Look at it"),
    )
