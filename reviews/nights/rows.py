"""What the nightly reports are made of, asked of the tables a few times, whatever their size."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Min

from breakglass.models import ApprovalStep, Decision, Grant, Request, Scenario
from core import refs
from judgement.patterns import limits
from judgement.patterns.rows import Answer, Emergency, Use
from reviews.models import Finding, Review

_NOTHING = (Finding.State.EXPLAINED, Finding.State.FALSE_POSITIVE)


def uses(*, at: datetime) -> list[Use]:
    """Return the accesses of the latest weeks that were used, exercises among them."""
    rows = Grant.objects.filter(
        activated_at__gt=at - limits.OF_WEEKS * limits.WEEK, activated_at__lte=at
    )
    keys = "pk", "request", "request__case", "activated_at", "holder", "scenario"
    found = list(rows.order_by("activated_at").values_list(*keys, "scenario__drill"))
    targets = _targets(rows)
    verdicts = _found({row[1] for row in found}, dict(_verdicts(rows)))
    return [
        Use(
            case=case, at=used, person=refs.make("user", holder),
            scenario=refs.make("scenario", scenario), targets=targets.get(pk, ()), drill=drill,
            found=verdicts.get(request),
        )
        for pk, request, case, used, holder, scenario, drill in found
    ]  # fmt: skip


def _targets(grants: Any) -> dict[UUID, tuple[str, ...]]:
    found = defaultdict(list)
    links = Grant.targets.through.objects.filter(grant__in=grants.values("pk"))
    for grant, target in links.values_list("grant", "target"):
        found[grant].append(refs.make("target", target))
    return {grant: tuple(sorted(targets)) for grant, targets in found.items()}


def _verdicts(grants: Any) -> Iterable[tuple[UUID, str]]:
    closed = Review.objects.filter(grant__in=grants.values("pk"), state=Review.State.CLOSED)
    return closed.order_by().values_list("grant__request", "verdict")


def _found(cases: set[UUID], verdicts: dict[UUID, str]) -> dict[UUID, bool]:
    """Return of each case that was reviewed, or brought something up, whether it did."""
    rows = Finding.objects.filter(case__in=cases).exclude(state__in=_NOTHING).order_by()
    brought = set(rows.values_list("case", flat=True))
    found = {case: verdict not in Review.CLEAN for case, verdict in verdicts.items()}
    return found | dict.fromkeys(brought, True)


def asked(*, at: datetime) -> dict[tuple[str, str], datetime]:
    """Return when each person last asked in each scenario within the time that counts."""
    rows = Request.objects.filter(submitted_at__gt=at - limits.UNUSED, submitted_at__lte=at)
    found = rows.order_by().values_list("requester", "scenario").annotate(Max("submitted_at"))
    return {
        (refs.make("user", person), refs.make("scenario", scenario)): last
        for person, scenario, last in found
    }


def answers(*, at: datetime) -> list[Answer]:
    """Return what was decided lately, except in exercises, and how long after it was asked."""
    since = at - limits.ANSWERS_WITHIN
    rows = Decision.objects.filter(decided_at__gt=since, decided_at__lte=at).timed()
    found: Any = rows.exclude(request__scenario__drill=True)
    found = found.order_by("decided_at").values_list(
        "request__case", "by", "request__scenario", "kind", "decided_at", "asked_at"
    )
    return [
        Answer(
            case=case, at=decided, person=refs.make("user", by),
            scenario=refs.make("scenario", scenario), yes=kind in Decision.YES,
            seconds=(decided - asked).total_seconds(),
        )
        for case, by, scenario, kind, decided, asked in found
    ]  # fmt: skip


def emergencies() -> list[Emergency]:
    """Return the scenarios that are in use, with who is asked in them and their last use."""
    targets, steps = defaultdict(set), defaultdict(set)
    for scenario, target in Scenario.targets.through.objects.values_list("scenario", "target"):
        targets[scenario].add(refs.make("target", target))
    for scenario, group in ApprovalStep.objects.values_list("scenario", "group"):
        steps[scenario].add(f"group:{group}")
    last = Grant.objects.filter(activated_at__isnull=False).order_by().values_list("scenario")
    used = dict(last.annotate(Max("activated_at")))
    rows = Scenario.objects.filter(archived_at=None, versions__isnull=False).order_by()
    return [
        Emergency(
            scenario=refs.make("scenario", pk), since=made, drill=drill,
            targets=frozenset(targets[pk]), asked=frozenset(steps[pk]), used_at=used.get(pk),
        )
        for pk, drill, made in rows.values_list("pk", "drill").annotate(Min("versions__made_at"))
    ]  # fmt: skip
