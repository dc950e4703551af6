"""What this room shows on shared pages: a line of the rail and the lamps of the record."""

from datetime import timedelta

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from audit import rights
from audit.models import Pending, SetAside, Verification
from core.refs import Label, provide
from core.slots import Health, NavItem, health, nav

LATE = timedelta(seconds=5)  # an event usually waits for some milliseconds
STALE = timedelta(minutes=5)  # verification runs every minute


@nav.provide(order=80)
def ledger(request: HttpRequest) -> list[NavItem]:
    """Lead those who may read the record to it."""
    if not getattr(request.user, "may_read_record", False):
        return []
    return [NavItem(group="Audit", label="Ledger", url_name="ledger", icon="ledger", key="l")]


@health.provide(order=10)
def verification(request: HttpRequest) -> list[Health]:
    """Say whether the record was found whole, and when."""
    url = reverse("ledger") if getattr(request.user, "may_read_record", False) else ""
    last = Verification.objects.first()
    if last is None:
        tone, detail = "wait", "Not verified yet; a worker does it every minute."
    elif last.why:
        tone, detail = "danger", last.why
    elif timezone.now() - last.at > STALE:
        tone, detail = "wait", f"Last verified at {last.at:%H:%M} UTC; is the worker running?"
    else:
        tone, detail = "ok", f"{last.seq + 1:,} entries, verified at {last.at:%H:%M} UTC"
    return [Health(key="record", label="Record", detail=detail, tone=tone, url=url)]


@health.provide(order=11)
def sequencer(_: HttpRequest) -> list[Health]:
    """Say whether events are entered as they happen, and whether any was altered before."""
    waiting = Pending.objects.filter(set_aside_at=None)
    queue = waiting.aggregate(count=Count("pk"), oldest=Min("created_at"))
    altered = Pending.objects.exclude(set_aside_at=None).count()
    late = queue["oldest"] and timezone.now() - queue["oldest"] > LATE
    if altered:
        tone, detail = "danger", f"{altered} altered before they were entered; see audit_pending."
    elif late:
        tone, detail = "danger", f"{queue['count']:,} not entered yet; is the sequencer running?"
    else:
        tone, detail = (
            "ok",
            "Nothing waits" if not queue["count"] else f"{queue['count']:,} on the way",
        )
    return [Health(key="sequencer", label="Sequencer", detail=detail, tone=tone)]


@health.provide(order=12)
def readers(_: HttpRequest) -> list[Health]:
    """Say whether a reader of the record had to pass over an entry."""
    count = SetAside.objects.open().count()
    detail = (
        f"{count:,} entries set aside; the log of the worker says why."
        if count
        else "Nothing set aside"
    )
    return [Health(key="readers", label="Readers", detail=detail, tone="danger" if count else "ok")]


@health.provide(order=13)
def protection(_: HttpRequest) -> list[Health]:
    """Say whether the database itself keeps the record append-only."""
    if missing := rights.missing_protections():
        tone, detail = "danger", f"Switched off: {', '.join(missing)}."
    elif rights.owns_the_record():
        tone, detail = "wait", f"The application owns the tables; connect as {rights.APPLICATION}."
    else:
        tone, detail = "ok", "Append-only"
    return [Health(key="protection", label="Protection", detail=detail, tone=tone)]


provide("record", lambda keys: {key: Label("the record") for key in keys}, named=True)
