"""Campaigns in the API: to read, for whoever collects evidence."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from core.api import Endpoint, StrictQuery
from core.paging import MOST, USUAL, page, schema_of
from reviews.api.reviews import ReviewerShape
from reviews.campaigns.policy import why_not_see_campaigns
from reviews.models import Campaign, CampaignItem, CampaignQuerySet

Shape = serializers.Serializer[Any]


class CampaignShape(Shape):
    """A periodic review. `population_hash` is over all there was to choose from."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Campaign.Kind.choices)
    rhythm = serializers.ChoiceField(choices=Campaign.Rhythm.choices)
    state = serializers.ChoiceField(choices=Campaign.State.choices)
    first = serializers.DateField()
    last = serializers.DateField()
    scenarios = serializers.SerializerMethodField(help_text="empty: all")
    owner = ReviewerShape()
    begun_at = serializers.DateTimeField()
    begun_by = ReviewerShape(allow_null=True)
    due_at = serializers.DateTimeField()
    items = serializers.IntegerField(source="item_count")
    decided = serializers.IntegerField(source="decided_count")
    population = serializers.IntegerField()
    population_hash = serializers.CharField()
    seed = serializers.CharField()
    seed_size = serializers.IntegerField(allow_null=True)
    wanted = serializers.IntegerField(allow_null=True)
    share = serializers.IntegerField(allow_null=True)
    by_scenario = serializers.BooleanField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = ReviewerShape(allow_null=True)
    decisions_hash = serializers.CharField()
    alone = serializers.BooleanField()
    reason = serializers.CharField()

    def get_scenarios(self, campaign: Campaign) -> list[str]:
        """Return the short names of the scenarios that it is about."""
        return sorted(scenario.slug for scenario in campaign.scenarios.all())


class CampaignItemShape(Shape):
    """One thing that a campaign looks at: a case, a right, a finding or an obligation."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    subject = serializers.CharField()
    review = serializers.UUIDField(source="review_id", allow_null=True)
    scenario = serializers.CharField(source="scenario.slug", default=None, allow_null=True)
    permit = serializers.CharField()
    group = serializers.CharField(source="group.name", default=None, allow_null=True)
    person = ReviewerShape(allow_null=True)
    finding = serializers.UUIDField(source="finding_id", allow_null=True)
    obligation = serializers.UUIDField(source="obligation_id", allow_null=True)
    used_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(choices=CampaignItem.Outcome.choices)
    note = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = ReviewerShape(allow_null=True)
    change = serializers.UUIDField(source="change_id", allow_null=True)
    opened = serializers.UUIDField(source="opened_id", allow_null=True)


class Campaigns(Endpoint):
    """Campaigns, the newest first."""

    Output = schema_of(CampaignShape)

    class Query(StrictQuery):
        """Which campaigns; by default all."""

        kind = serializers.ChoiceField(choices=Campaign.Kind.choices, required=False)
        state = serializers.ChoiceField(choices=Campaign.State.choices, required=False)
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        query = dict(self.query)
        limit, cursor = query.pop("limit"), query.pop("cursor")
        rows = _campaigns(request).filter(**query)
        found = page(rows, key="-begun_at", request=request, limit=limit, cursor=cursor)
        items = CampaignShape(found.items, many=True)
        return Response({"items": items.data, "next": found.next})


class CampaignDetail(Endpoint):
    """One campaign."""

    Output = CampaignShape

    def get(self, request: ApiRequest, pk: UUID) -> Response:
        return Response(CampaignShape(get_object_or_404(_campaigns(request), pk=pk)).data)


class CampaignItems(Endpoint):
    """What one campaign looks at, in its order."""

    Output = schema_of(CampaignItemShape)

    class Query(StrictQuery):
        """Which items; by default all."""

        outcome = serializers.ChoiceField(
            choices=[choice for choice in CampaignItem.Outcome.choices if choice[0]],
            required=False,
        )
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest, pk: UUID) -> Response:
        query = dict(self.query)
        limit, cursor = query.pop("limit"), query.pop("cursor")
        campaign = get_object_or_404(_campaigns(request), pk=pk)
        rows = campaign.items.told().filter(**query)
        found = page(rows, key="position", request=request, limit=limit, cursor=cursor)
        items = CampaignItemShape(found.items, many=True)
        return Response({"items": items.data, "next": found.next})


def _campaigns(request: ApiRequest) -> CampaignQuerySet:
    if why := why_not_see_campaigns(by=request.user):
        raise exceptions.PermissionDenied(str(why))
    return Campaign.objects.told()
