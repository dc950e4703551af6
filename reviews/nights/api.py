"""The nightly reports in the API: to read, for whoever collects evidence."""

from typing import Any

from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from core.api import Endpoint, StrictQuery
from core.paging import MOST, USUAL, page, schema_of
from reviews.api.reviews import ReviewerShape
from reviews.models import Pattern
from reviews.nights import pages
from reviews.nights.policy import why_not_see_reports


class PatternShape(serializers.Serializer[Any]):
    """Something that comes up again and again, or never. `number` is what grows with it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Pattern.Kind.choices)
    text = serializers.SerializerMethodField()
    number = serializers.IntegerField()
    person = ReviewerShape(allow_null=True)
    scenario = serializers.CharField(source="scenario.slug", default=None, allow_null=True)
    target = serializers.CharField(source="target.slug", default=None, allow_null=True)
    group = serializers.CharField(source="group.name", default=None, allow_null=True)
    cases = serializers.ListField(child=serializers.IntegerField())
    people = serializers.ListField(child=serializers.UUIDField())
    first_seen_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    finding = serializers.UUIDField(source="finding_id", allow_null=True)
    aside_until = serializers.DateTimeField(allow_null=True)
    aside_by = ReviewerShape(allow_null=True)
    reason = serializers.CharField()

    def get_text(self, pattern: Pattern) -> str:
        """Return its sentence in English."""
        return pages.english(pattern)


class Patterns(Endpoint):
    """What the latest night saw, the newest first."""

    Output = schema_of(PatternShape)

    class Query(StrictQuery):
        """Which of it; by default what is a concern."""

        kind = serializers.ChoiceField(choices=Pattern.Kind.choices, required=False)
        aside = serializers.BooleanField(default=False, help_text="what is no concern for now")
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        if why := why_not_see_reports(by=request.user):
            raise exceptions.PermissionDenied(str(why))
        query, now = dict(self.query), timezone.now()
        limit, cursor = query.pop("limit"), query.pop("cursor")
        aside = query.pop("aside")
        rows = Pattern.objects.aside(now) if aside else Pattern.objects.open(now)
        rows = rows.told().filter(**query)
        found = page(rows, key="-first_seen_at", request=request, limit=limit, cursor=cursor)
        items = PatternShape(found.items, many=True)
        return Response({"items": items.data, "next": found.next})
