"""Scenarios: what one may use and why not the others, their rules, versions and differences."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from breakglass import inbox, lint, policy, preflight, wording
from breakglass.models import GroupPermit, Permit, Scenario, ScenarioVersion
from breakglass.simulator import why_not_look
from breakglass.views.pages import page
from core import slots
from core.pages import say


@page("GET")
def scenarios(request: PageRequest) -> HttpResponse:
    """List every scenario in use with the answer for this person, theirs first."""
    now = timezone.now()
    rows = [
        (each, version.rules, policy.why_not_request(each, by=request.user, at=now))
        for each in Scenario.objects.in_use()
        if (version := each.current)
    ]
    rows.sort(key=lambda row: row[2] is not None)
    return render(request, "breakglass/scenarios.html", {"rows": rows})


@page("GET")
def scenario(request: PageRequest, slug: str) -> HttpResponse:
    """Show one scenario: its rules in words, what they mean for the reader, its versions."""
    found, now = get_object_or_404(Scenario, slug=slug), timezone.now()
    version, administers = found.current, why_not_look(by=request.user) is None
    if version is None and not administers:
        raise Http404
    context = {
        "scenario": found,
        "version": version,
        "rules": version.rules if version else None,
        "sections": _sections(version) if version else [],
        "why_not": policy.why_not_request(found, by=request.user, at=now),
        "preflight": preflight.look(found, person=request.user, at=now),
        "channels": slots.channels.gather(request),
        "permits": _permits(found),
        "versions": list(found.versions.select_related("made_by")),
        "remarks": lint.lint(found, now) if administers else [],
        "administers": administers,
        "proposed": inbox.changes_of(found, by=request.user),
        "panels": slots.scenario_panels.gather(request, found),
    }
    return render(request, "breakglass/scenario.html", context)


@page("GET")
def scenario_version(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Show the rules as they stood in one version."""
    version = _version(slug, number)
    context = {"scenario": version.scenario, "version": version, "sections": _sections(version)}
    return render(request, "breakglass/scenario_version.html", context)


@page("GET")
def scenario_diff(request: PageRequest, slug: str, first: int, second: int) -> HttpResponse:
    """Show what differs between two versions, field by field."""
    before, after = _version(slug, first), _version(slug, second)
    context = {
        "scenario": before.scenario,
        "before": before,
        "after": after,
        "changes": wording.changes(before.body, after.body),
    }
    return render(request, "breakglass/scenario_diff.html", context)


@page("GET")
def scenario_compare(request: PageRequest, slug: str) -> HttpResponse:
    """Lead to the difference between the two versions that were chosen."""
    numbers = [request.GET.get(name, "") for name in ("first", "second")]
    if not all(number.isdecimal() for number in numbers):
        return say(request, _("Choose two versions of the scenario."), status=422)
    return redirect("scenario-diff", slug, *map(int, numbers))


def _version(slug: str, number: int) -> ScenarioVersion:
    versions = ScenarioVersion.objects.select_related("scenario", "made_by")
    return get_object_or_404(versions, scenario__slug=slug, number=number)


def _sections(version: ScenarioVersion) -> list[wording.Told]:
    return wording.sections(version.body, wording.Names.of(version.body))


def _permits(scenario: Scenario) -> list[tuple[str, list[tuple[GroupPermit, bool]]]]:
    """Who may do what, by permit, and whether that is looking only as no step asks the group.

    Ended ones, too, so that nobody wonders.
    """
    rows = list(scenario.permits.select_related("group", "permission").order_by("group__name"))
    asked = set(scenario.steps.values_list("group", flat=True))
    return [
        (
            str(permit.label),
            [
                (row, permit == Permit.APPROVE and row.group_id not in asked)
                for row in rows
                if row.permission.codename == permit.value
            ],
        )
        for permit in Permit
    ]
