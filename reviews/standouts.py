"""What a reader of the dashboard should look at first, each with the way to it."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from breakglass.models import Decision, Request, Scenario
from breakglass.narrowing import QUICK
from core.words import duration_words
from reviews.counting import Scope
from reviews.figures import Figures, filters
from reviews.models import Finding, Review
from targets.models import Door

_QUICK_AT_LEAST = 3  # once is luck
_NAMED = 3
_DRILL_EVERY = timedelta(days=90)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standout:
    """One thing to look at: tone and icon as elsewhere, a title that leads there, a sentence."""

    tone: str
    icon: str
    title: str
    detail: str
    url: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drill:
    """The last exercise: when, in which case, and how long until a door was open."""

    case: int
    at: datetime
    access: timedelta | None


def of(figures: Figures, scenario: Scenario | None, *, at: datetime) -> list[Standout]:
    """Return what stands out, the most urgent first; the number of queries is always the same."""
    scope = Scope(figures.period.since, figures.period.until, scenario)
    base = filters(figures.period, scenario)
    return [
        *_silent(figures),
        *_overdue(scenario, at=at),
        *_findings(scope, base),
        *_quick(scope, base),
        *_repeated(figures, base),
    ]


def _silent(figures: Figures) -> Iterator[Standout]:
    if count := figures.total.silent:
        yield Standout(
            tone="danger",
            icon="warn",
            title=ngettext(
                "%(count)s ratification was overdue", "%(count)s ratifications were overdue", count
            )
            % {"count": count},
            detail=_("Nobody answered in time, so what was open was closed."),
            url=f"{reverse('cases')}?{figures.query}&silent=yes",
        )


def _overdue(scenario: Scenario | None, *, at: datetime) -> Iterator[Standout]:
    rows, narrow = Review.objects.overdue(at).order_by(), {"tab": "overdue"}
    if scenario:
        rows, narrow = (
            rows.filter(grant__scenario=scenario),
            narrow | {"scenario": scenario.slug},
        )
    late = rows.aggregate(count=Count("pk"), oldest=Min("due_at"))
    if count := late["count"]:
        yield Standout(
            tone="wait",
            icon="clock",
            title=ngettext("%(count)s review is overdue", "%(count)s reviews are overdue", count)
            % {"count": count},
            detail=_("The oldest was due %(length)s ago.")
            % {"length": duration_words(at - late["oldest"])},
            url=f"{reverse('reviews')}?{urlencode(narrow)}",
        )


def _findings(scope: Scope, base: dict[str, Any]) -> Iterator[Standout]:
    rows = Finding.objects.order_by()
    if scope.scenario:
        rows = rows.filter(case__scenario=scope.scenario)
    beyond = Q(kind=Finding.Kind.OUTSIDE_PLAN, opened_at__gte=scope.since)
    grave = Q(state=Finding.State.OPEN, severity=Finding.Severity.HIGH)
    found = rows.filter(beyond | grave).aggregate(
        beyond=Count("case", filter=beyond & Q(case__isnull=False), distinct=True),
        latest=Max("case__case", filter=beyond),
        grave=Count("pk", filter=grave),
    )
    chosen = {"scenario": base["scenario"]} if "scenario" in base else {}
    until = {"opened_until": base["until"]} if "until" in base else {}
    if count := found["grave"]:
        yield Standout(
            tone="danger",
            icon="flag",
            title=ngettext(
                "%(count)s finding of high severity is open",
                "%(count)s findings of high severity are open",
                count,
            )
            % {"count": count},
            detail=_("Somebody has to say what became of it."),
            url=f"{reverse('findings')}?{urlencode({'severity': 'high', **chosen})}",
        )
    if count := found["beyond"]:
        narrow = {"tab": "all", "kind": "outside_plan", "opened": base["since"], **until, **chosen}
        yield Standout(
            tone="flag",
            icon="flag",
            title=ngettext(
                "%(count)s case did more than was declared",
                "%(count)s cases did more than was declared",
                count,
            )
            % {"count": count},
            detail=_("The latest is Case %(case)s.") % {"case": found["latest"]},
            url=f"{reverse('findings')}?{urlencode(narrow)}",
        )


def _quick(scope: Scope, base: dict[str, Any]) -> Iterator[Standout]:
    for row in _quick_approvers(scope)[:_NAMED]:
        facts = {"name": row["by__name"] or row["by__email"], "quick": row["quick"],
                 "all": row["all"], "seconds": int(QUICK.total_seconds())}  # fmt: skip
        refused = ngettext("%(count)s was a no.", "%(count)s were a no.", row["no"])
        yield Standout(
            tone="wait",
            icon="decide",
            title=_("%(name)s says yes in under %(seconds)s seconds") % facts,
            detail=" ".join(
                [
                    _("%(quick)s of %(all)s answers.") % facts,
                    refused % {"count": row["no"]} if row["no"] else _("None was a no."),
                ]
            ),
            url=f"{reverse('cases')}?{urlencode(base | {'approver': row['by'], 'quick': 'yes'})}",
        )


def _quick_approvers(scope: Scope) -> QuerySet[Any, Any]:
    rows = Decision.objects.filter(
        request__extends=None,
        decided_at__gte=scope.since,  # as `counting` says
        request__submitted_at__gte=scope.since,
        request__submitted_at__lt=scope.until,
    )
    if scope.scenario:
        rows = rows.filter(request__scenario=scope.scenario)
    else:
        rows = rows.filter(request__scenario__drill=False)
    quick = Q(kind__in=Decision.YES, decided_at__lt=F("request__submitted_at") + QUICK)
    return (
        rows.order_by()
        .values("by", "by__name", "by__email")
        .annotate(
            all=Count("pk"),
            quick=Count("pk", filter=quick),
            no=Count("pk", filter=Q(kind__in=[Decision.Kind.DENY, Decision.Kind.REFUSE])),
        )
        .filter(quick__gte=_QUICK_AT_LEAST)
        .order_by("-quick", "by__email")
    )


def _repeated(figures: Figures, base: dict[str, Any]) -> Iterator[Standout]:
    found = figures.repeated[:_NAMED]
    names = User.objects.only("pk", "name", "email").in_bulk([person for person, _uses in found])
    for person, uses in found:
        narrow = base | {"person": person, "used": "yes"}
        yield Standout(
            tone="wait",
            icon="user",
            title=_("%(name)s had access three times within a week") % {"name": names[person]},
            detail=_("%(uses)s times in this period.") % {"uses": uses},
            url=f"{reverse('cases')}?{urlencode(narrow)}",
        )


def last_drill() -> Drill | None:
    """Return the newest exercise in which access was given."""
    first = Door.objects.filter(grant=OuterRef("grant__pk"), opened_at__isnull=False)
    opened = Subquery(first.order_by("opened_at").values("opened_at")[:1])
    # The newest of each scenario first: among all cases, a drill may be years back.
    used = Request.objects.cases().filter(grant__activated_at__isnull=False)
    last = used.filter(scenario=OuterRef("pk")).order_by("-case").values("pk")[:1]
    drills = Scenario.objects.filter(drill=True).annotate(last=Subquery(last))
    newest = (
        Request.objects.filter(pk__in=drills.values("last"))
        .order_by("-case")
        .annotate(opened=opened)
    )
    for case, at, first_opened in newest.values_list("case", "submitted_at", "opened")[:1]:
        return Drill(case=case, at=at, access=first_opened - at if first_opened else None)
    return None


def drilled(drill: Drill | None, *, at: datetime) -> Standout:
    """Say whether the way in has been tried lately."""
    if drill is None:
        return Standout(
            tone="wait",
            icon="flag",
            title=_("No drill yet"),
            detail=_("A drill shows that the way in works, and how long it takes."),
            url=reverse("scenarios"),
        )
    late = at - drill.at > _DRILL_EVERY
    length = {"length": duration_words(drill.access or timedelta(0))}
    return Standout(
        tone="wait" if late else "ok",
        icon="warn" if late else "check",
        title=_("Last drill %(length)s ago") % {"length": duration_words(at - drill.at)},
        detail=_("The door was open after %(length)s.") % length
        if drill.access is not None
        else _("No door was opened."),
        url=reverse("case", args=[drill.case]),
    )
