"""One's own alerts in the API: what one was told, and saying that one has read it."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from alerts import transitions
from alerts.models import Delivery
from audit.events import title_of
from core.api import Endpoint, StrictInput, StrictQuery
from core.paging import MOST, USUAL, page, schema_of


class AlertShape(serializers.Serializer[Delivery]):
    """One message to you: what it is about, by which channel it came, and whether you read it."""

    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="of the event, such as `breakglass.activated`")
    title = serializers.SerializerMethodField()
    entry = serializers.IntegerField(source="entry_seq", help_text="of the record")
    subject = serializers.CharField()
    case = serializers.CharField(help_text="Empty where it belongs to no case.")
    channel = serializers.CharField(source="channel.name")
    audience = serializers.CharField(help_text="as what you were told")
    urgent = serializers.BooleanField()
    drill = serializers.BooleanField()
    receipt = serializers.BooleanField(help_text="whether you are asked to say you have read it")
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)

    def get_title(self, delivery: Delivery) -> str:
        """Return what people call such an event."""
        return title_of(delivery.kind)


class Alerts(Endpoint):
    """Alerts that were sent to you, the newest first."""

    Output = schema_of(AlertShape)

    class Query(StrictQuery):
        """Which alerts; by default all of yours."""

        unread = serializers.BooleanField(
            default=False, help_text="only those that wait for you to say that you have read them"
        )
        kind = serializers.CharField(max_length=60, required=False)
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        query = dict(self.query)
        limit, cursor = query.pop("limit"), query.pop("cursor")
        rows = Delivery.objects.filter(recipient=request.user).select_related("channel")
        if query.pop("unread"):
            rows = rows.unread()
        rows = rows.filter(**query)
        found = page(rows, key="-entry_seq", request=request, limit=limit, cursor=cursor)
        items = AlertShape(found.items, many=True)  # type: ignore[arg-type] # as in the record's
        return Response({"items": items.data, "next": found.next})


class AlertAcknowledgement(Endpoint):
    """Say that you have read an alert, on whatever channel it came.

    `id` is that of the alert, or what a webhook gets as `webhook-id`, without its `msg_`. 403 for
    an alert of somebody else that you may see, 409 where you have said so before.
    """

    Output = AlertShape

    class Input(StrictInput):
        """Nothing to say."""

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        self.body(request)
        found = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
        delivery = Delivery.objects.receipt_of(found) or found
        said = transitions.acknowledge(delivery, by=request.user, at=timezone.now())
        return Response(AlertShape(said).data)
