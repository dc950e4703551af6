"""What could be seen of a case, in the API."""

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from breakglass import access
from breakglass.api.finding import case_for
from core.api import Endpoint
from reviews import coverage, policy
from reviews.api.reviews import Shape


class MissingShape(Shape):
    """Something that was not seen; `danger` where what was done may never be known."""

    text = serializers.CharField()
    danger = serializers.BooleanField()


class StreamShape(Shape):
    """One reporter of one target: its own log where `reporter` is empty.

    Lags are seconds from doing to record, null where it brought nothing.
    """

    target = serializers.CharField()
    reporter = serializers.CharField(source="source")
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    actions = serializers.IntegerField(source="sighting.count", default=0)
    last_at = serializers.DateTimeField(source="sighting.last_at", default=None, allow_null=True)
    typical_lag = serializers.FloatField(
        source="sighting.typical_seconds", default=None, allow_null=True
    )
    worst_lag = serializers.FloatField(
        source="sighting.worst_seconds", default=None, allow_null=True
    )
    never_seen = serializers.CharField(source="blind")
    missing = MissingShape(many=True)


class CoverageShape(Shape):
    """Who reported what was done, and what is missing.

    `tone` is ok, wait or danger, and empty where no door was opened. Of the targets in `unwatched`
    nothing reports.
    """

    sentence = serializers.CharField()
    tone = serializers.ChoiceField(choices=["", "ok", "wait", "danger"])
    opened = serializers.ListField(child=serializers.CharField())
    unwatched = serializers.ListField(child=serializers.CharField())
    streams = StreamShape(many=True)


class CoverageOfCase(Endpoint):
    """What could be seen of a case, for those who review or oversee it."""

    Output = CoverageShape

    def get(self, request: ApiRequest, case: int) -> Response:
        now, by = timezone.now(), request.user
        asked = case_for(by, case, now)[0]
        if why := policy.why_not_see_coverage(asked, by=by, at=now):
            raise access.refused(why, verb="see_coverage", by=by, subject=asked, at=now)
        doors = list(asked.held.doors()) if asked.held else []
        found = coverage.of(doors, case=asked.case_ref, at=now)
        return Response(CoverageShape(found).data)
