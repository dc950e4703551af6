"""Signals that an approver should see before deciding. Facts, not verdicts."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from breakglass.copies import copied_from
from breakglass.models import Grant, Request, Waiver
from core.slots import Verdict
from core.words import quoted

_WEAK_REASON = 50
_RECENT = timedelta(days=30)


@dataclasses.dataclass(frozen=True)
class Signal:
    """One thing worth a second look, as a short name and a sentence."""

    name: str
    sentence: str


def signals(request: Request, verdicts: Iterable[Verdict] = (), *, at: datetime) -> list[Signal]:
    """Return what stands out about a request.

    Args:
        verdicts: What reviewers said of the requester's earlier cases.
        at: When somebody decides.
    """
    checks = [_misuse_before(verdicts), _refused_before(request), _off_hours(request),
              _often(request), _weak(request), _copied(request), _no_ticket(request),
              _overlap(request, at), _blocked_before(request), _waived(request)]  # fmt: skip
    return [signal for signal in checks if signal]


def _misuse_before(verdicts: Iterable[Verdict]) -> Signal | None:
    misused = sum(each.misuse for each in verdicts)
    if not misused:
        return None
    said = ngettext(
        "The review of %(number)s earlier case found misuse.",
        "The reviews of %(number)s earlier cases found misuse.",
        misused,
    )
    return Signal(_("Misuse before"), said % {"number": misused})


def _refused_before(request: Request) -> Signal | None:
    """Say so however long ago it was: the glass was broken, and nobody stood behind it."""
    earlier = Request.objects.before(request)
    refused = earlier.filter(ratification=Request.Ratification.REFUSED).count()
    if not refused:
        return None
    said = ngettext(
        "%(number)s earlier case, in which the glass was broken, was refused ratification.",
        "%(number)s earlier cases, in which the glass was broken, were refused ratification.",
        refused,
    )
    return Signal(_("Refused before"), said % {"number": refused})


def _off_hours(request: Request) -> Signal | None:
    if request.rules.in_working_hours(request.submitted_at):
        return None
    said = _("Sent outside the working hours of %(scenario)s.") % {"scenario": request.rules.name}
    return Signal(_("Off hours"), said)


def _often(request: Request) -> Signal | None:
    earlier = Request.objects.cases().filter(
        requester=request.requester,
        scenario=request.scenario,
        submitted_at__lt=request.original.submitted_at,
    )
    if not earlier.exists():
        said = _("%(person)s never used this scenario before.") % {"person": request.requester}
        return Signal(_("First time"), said)
    recent = earlier.filter(submitted_at__gte=request.submitted_at - _RECENT).count()
    if recent >= 3:
        said = _("%(number)s times before in 30 days: is this still an emergency?")
        return Signal(_("Repeated"), said % {"number": recent})
    return None


def _weak(request: Request) -> Signal | None:
    if request.coach_score >= _WEAK_REASON:
        return None
    said = _("The coach gives the reason %(score)s of 100.") % {"score": request.coach_score}
    return Signal(_("Thin reason"), said)


def _copied(request: Request) -> Signal | None:
    asked = request.original
    earlier = copied_from(
        asked.justification,
        person=asked.requester,
        scenario=asked.scenario,
        reference=asked.reference,
        apart_from=asked,
    )
    if earlier is None:
        return None
    if earlier.own and earlier.exact:
        said = _("The reason is word for word that of Case %(case)s.")
    elif earlier.own:
        said = _("The reason is nearly that of Case %(case)s.")
    else:
        said = _("The reason is much like that of somebody else in Case %(case)s.")
    return Signal(_("Copied reason"), said % {"case": earlier.case})


def _no_ticket(request: Request) -> Signal | None:
    if request.original.reference or not request.rules.reference_required:
        return None
    return Signal(_("No ticket"), _("No incident or ticket is named yet."))


def _overlap(request: Request, at: datetime) -> Signal | None:
    open_now = Grant.objects.live(at).filter(holder=request.requester)
    if request.extends_id:
        open_now = open_now.exclude(pk=request.extends_id)
    if own := getattr(request, "grant", None):
        open_now = open_now.exclude(pk=own.pk)
    if count := open_now.count():
        said = ngettext(
            "%(person)s has %(number)s other access open now.",
            "%(person)s has %(number)s other accesses open now.",
            count,
        )
        return Signal(_("Overlap"), said % {"person": request.requester, "number": count})
    return None


def _blocked_before(request: Request) -> Signal | None:
    denied = Request.objects.filter(
        requester=request.requester,
        state=Request.State.DENIED,
        submitted_at__gte=request.submitted_at - _RECENT,
        submitted_at__lt=request.submitted_at,
    ).count()
    if denied:
        said = ngettext(
            "%(number)s request was denied in the last 30 days.",
            "%(number)s requests were denied in the last 30 days.",
            denied,
        )
        return Signal(_("Denied before"), said % {"number": denied})
    return None


def _waived(request: Request) -> Signal | None:
    """Say that something was overdue when they asked, and how often that was lately."""
    waiver = getattr(request.original, "waiver", None)
    if waiver is None:
        return None
    person, scenario = Waiver.objects.lately(
        request.requester, request.scenario, request.submitted_at
    )
    facts = {"person": person, "scenario": scenario, "reason": quoted(waiver.reason)}
    said = _(
        "Something was overdue: %(reason)s. In 90 days the person had %(person)s waivers, the"
        " scenario %(scenario)s."
    )
    return Signal(_("Debt waived"), said % facts)
