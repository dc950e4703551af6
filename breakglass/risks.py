"""Signals that an approver should see before deciding. Facts, not verdicts."""

import dataclasses
from datetime import datetime, timedelta

from breakglass.models import Grant, Request

_WEAK_REASON = 50
_RECENT = timedelta(days=30)


@dataclasses.dataclass(frozen=True)
class Signal:
    """One thing worth a second look, as a short name and a sentence."""

    name: str
    sentence: str


def signals(request: Request, *, at: datetime) -> list[Signal]:
    """Return what stands out about a request."""
    checks = [_off_hours(request), _often(request), _weak(request), _overlap(request, at),
              _blocked_before(request)]  # fmt: skip
    return [signal for signal in checks if signal]


def _off_hours(request: Request) -> Signal | None:
    if request.rules.in_working_hours(request.submitted_at):
        return None
    return Signal("Off hours", f"Sent outside the working hours of {request.rules.name}.")


def _often(request: Request) -> Signal | None:
    earlier = Request.objects.cases().filter(
        requester=request.requester,
        scenario=request.scenario,
        submitted_at__lt=request.original.submitted_at,
    )
    if not earlier.exists():
        return Signal("First time", f"{request.requester} never used this scenario before.")
    recent = earlier.filter(submitted_at__gte=request.submitted_at - _RECENT).count()
    if recent >= 3:
        return Signal(
            "Repeated", f"The {recent + 1}th time in 30 days: is this still an emergency?"
        )
    return None


def _weak(request: Request) -> Signal | None:
    if request.coach_score >= _WEAK_REASON:
        return None
    return Signal("Thin reason", f"The coach gives the reason {request.coach_score} of 100.")


def _overlap(request: Request, at: datetime) -> Signal | None:
    open_now = Grant.objects.live(at).filter(holder=request.requester)
    if request.extends_id:
        open_now = open_now.exclude(pk=request.extends_id)
    if own := getattr(request, "grant", None):
        open_now = open_now.exclude(pk=own.pk)
    if count := open_now.count():
        return Signal("Overlap", f"{request.requester} has {count} other access open now.")
    return None


def _blocked_before(request: Request) -> Signal | None:
    denied = Request.objects.filter(
        requester=request.requester,
        state=Request.State.DENIED,
        submitted_at__gte=request.submitted_at - _RECENT,
        submitted_at__lt=request.submitted_at,
    ).count()
    if denied:
        return Signal("Denied before", f"{denied} denied in the last 30 days.")
    return None
