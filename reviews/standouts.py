"""What a reader of the dashboard should look at first, each with the way to it."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from breakglass.models import GroupPermit, Permit, Request, Scenario
from breakglass.narrowing import QUICK
from core.words import duration_words
from reviews import lists
from reviews.counting import Narrow
from reviews.figures import Figures, chosen
from reviews.models import Finding, Review
from targets.models import Door

_QUICK_AT_LEAST = 3  # once is luck
_NAMED = 3
_DRILL_EVERY = timedelta(days=90)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standout:
    """One thing to look at: tone and icon as elsewhere, a title that leads there, a sentence.

    What is `now` stands so today, whatever period the page is about.
    """

    tone: str
    icon: str
    title: str
    detail: str
    url: str = ""
    now: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drill:
    """The last exercise: when, in which case, and how long until a door was open."""

    case: int
    at: datetime
    access: timedelta | None


def of(figures: Figures, *, at: datetime) -> list[Standout]:
    """Return what stands out, the most urgent first; the number of queries is always the same."""
    return [
        *_silent(figures),
        *_misused(figures),
        *_startling(figures),
        *_grave(figures.narrow),
        *_overdue(figures, at=at),
        *_beyond(figures),
        *_quick(figures),
        *_repeated(figures),
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


def _misused(figures: Figures) -> Iterator[Standout]:
    if count := figures.total.misuse:
        yield Standout(
            tone="danger",
            icon="warn",
            title=ngettext("%(count)s review found misuse", "%(count)s reviews found misuse", count)
            % {"count": count},
            detail=_("What was done was not what the access was given for."),
            url=f"{reverse('reviews')}?tab=done&{figures.query}&verdict=misuse",
        )


def _startling(figures: Figures) -> Iterator[Standout]:
    if count := figures.total.startling:
        yield Standout(
            tone="danger",
            icon="flag",
            title=ngettext(
                "%(count)s case is grave or unexplained, by what was done",
                "%(count)s cases are grave or unexplained, by what was done",
                count,
            )
            % {"count": count},
            detail=_("Within this time, closed cases included."),
            url=f"{reverse('reviews')}?tab=all&{figures.query}&gravity={lists.STARTLING}",
        )


def _overdue(figures: Figures, *, at: datetime) -> Iterator[Standout]:
    """Tell of everything that is overdue; of a part of the house, of what this time has of it.

    To look for a team's among all that is overdue took longer than everything else on the page.
    """
    count, query = figures.total.overdue, f"tab=overdue&{figures.query}"
    detail = _("Of what was asked for in this time.")
    if figures.narrow == Narrow():
        rows = Review.objects.overdue(at).order_by()
        count, oldest = rows.aggregate(count=Count("pk"), oldest=Min("due_at")).values()
        query = "tab=overdue"
        if oldest:
            length = {"length": duration_words(at - oldest)}
            detail = _("The oldest was due %(length)s ago.") % length
    if count:
        yield Standout(
            tone="wait",
            icon="clock",
            title=ngettext("%(count)s review is overdue", "%(count)s reviews are overdue", count)
            % {"count": count},
            detail=detail,
            url=f"{reverse('reviews')}?{query}",
            now=figures.narrow == Narrow(),
        )


def _grave(narrow: Narrow) -> Iterator[Standout]:
    rows = Finding.objects.open().filter(_of_cases(narrow, "case"), severity="high")
    if count := rows.count():
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
            url=f"{reverse('findings')}?{urlencode({'severity': 'high', **_narrowed(narrow)})}",
            now=True,
        )


def _of_cases(narrow: Narrow, case: str) -> Q:
    """Return the condition that a row's case, by the path to it, is one the dashboard is about.

    Joined from the few that are open: as a list of cases, it would be all of them.
    """
    found = {f"{case}__scenario": narrow.scenario, f"{case}__requester": narrow.person,
             f"{case}__targets": narrow.target}  # fmt: skip
    wanted = Q(**{name: value for name, value in found.items() if value})
    if team := narrow.team:
        members = Membership.objects.standing().filter(group=team).values("user")
        permits = GroupPermit.objects.of(Permit.REQUEST).filter(group=team)
        theirs = permits.values("content_object")
        wanted &= Q(**{f"{case}__requester__in": members, f"{case}__scenario__in": theirs})
    return wanted


def _narrowed(narrow: Narrow) -> dict[str, Any]:
    """Return the filters of such a list; what waits of drills, waits as well."""
    return {name: value for name, value in chosen(narrow).items() if name != "drill"}


def _beyond(figures: Figures) -> Iterator[Standout]:
    for kind in figures.kinds:
        if kind.key == Finding.Kind.OUTSIDE_PLAN:
            yield Standout(
                tone="flag",
                icon="flag",
                title=ngettext(
                    "%(count)s finding by reviewers: more was done than was declared",
                    "%(count)s findings by reviewers: more was done than was declared",
                    kind.count,
                )
                % {"count": kind.count},
                detail=_("Each finding names the action."),
                url=f"{reverse('findings')}?{kind.query}",
            )


def _quick(figures: Figures) -> Iterator[Standout]:
    often = [each for each in figures.approvers if each.quick >= _QUICK_AT_LEAST]
    for each in often[:_NAMED]:
        facts = {"name": each.name, "quick": each.quick, "all": each.answers,
                 "seconds": int(QUICK.total_seconds())}  # fmt: skip
        refused = ngettext("%(count)s was a no.", "%(count)s were a no.", each.noes)
        yield Standout(
            tone="wait",
            icon="decide",
            title=_("%(name)s says yes in under %(seconds)s seconds") % facts,
            detail=" ".join(
                [
                    _("%(quick)s of %(all)s answers.") % facts,
                    refused % {"count": each.noes} if each.noes else _("None was a no."),
                ]
            ),
            url=f"{reverse('cases')}?{each.query}&quick=yes",
        )


def _repeated(figures: Figures) -> Iterator[Standout]:
    for row in figures.repeated:
        yield Standout(
            tone="wait",
            icon="user",
            title=_("%(name)s had access three times within a week") % {"name": row.name},
            detail=_("%(uses)s times in this period.") % {"uses": row.tally.uses},
            url=f"{reverse('cases')}?{row.query}&used=yes",
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
            now=True,
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
        now=True,
    )
