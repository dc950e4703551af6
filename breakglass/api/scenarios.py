"""Scenarios in the API: what may be asked for, and what asking now would bring."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from accounts.requests import ApiRequest
from breakglass import preflight
from breakglass.api.shapes import PreflightShape, ScenarioShape
from breakglass.models import Permit, Scenario, ScenarioVersion
from core.api import Endpoint, StrictQuery
from core.paging import MOST, USUAL, page, schema_of
from targets.models import Target


class Scenarios(Endpoint):
    """The scenarios in use, by slug; `open_to_you` says which you may ask for."""

    Output = schema_of(ScenarioShape)

    class Query(StrictQuery):
        """How many."""

        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        rows: QuerySet[Scenario] = Scenario.objects.in_use()
        found = page(rows, key="slug", request=request, **self.query)
        items = ScenarioShape(_told(found.items, request.user), many=True)
        return Response({"items": items.data, "next": found.next})


class ScenarioPreflight(Endpoint):
    """What you can expect from asking now: who can decide, how fast, and what if nobody does."""

    Output = PreflightShape

    def get(self, request: ApiRequest, slug: str) -> Response:
        scenario = get_object_or_404(Scenario.objects.in_use(), slug=slug)
        seen = preflight.look(scenario, person=request.user, at=timezone.now())
        if seen is None:
            raise Http404
        return Response(PreflightShape(seen).data)


def _told(scenarios: list[Scenario], person: User) -> list[dict[str, Any]]:
    """Return what the newest version of each says; the number of queries is fixed."""
    rows = ScenarioVersion.objects.filter(scenario__in=scenarios)
    newest = rows.order_by("scenario_id", "-number").distinct("scenario_id")
    versions = {version.scenario_id: version for version in newest}
    open_to = set(
        Scenario.objects.permitting(person, Permit.REQUEST, timezone.now()).values_list(
            "pk", flat=True
        )
    )
    keys = {key for version in versions.values() for key in version.rules.targets}
    targets = {target.pk.hex: target for target in Target.objects.filter(pk__in=keys)}
    found = []
    for scenario in scenarios:
        rules = versions[scenario.pk].rules
        found.append(
            rules.body()
            | {
                "version": versions[scenario.pk].number,
                "targets": [targets[key] for key in rules.targets if key in targets],
                "open_to_you": scenario.pk in open_to,
            }
        )
    return found
