"""How the house is: for probes that only count, and for people who want to know what is wrong."""

from typing import Any

from django.db import DatabaseError, connection
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core import slots
from core.api import Endpoint


class _Lamp(serializers.Serializer[Any]):
    """One thing that is watched; `tone` is ok, wait or danger."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # hides the framework's own
    detail = serializers.CharField()
    tone = serializers.ChoiceField(choices=["ok", "wait", "danger"])


class Health(Endpoint):
    """Whether this process is live and ready; for people, each lamp and what is wrong.

    Ready means that requests can be served: the database answers. Nothing else may take a
    process out of service, since nothing else may stop an emergency.
    """

    permission_classes = [AllowAny]

    class Output(serializers.Serializer[Any]):
        """`lamps` and `wrong` are given to people who are signed in."""

        live = serializers.BooleanField()
        ready = serializers.BooleanField()
        lamps = _Lamp(many=True, required=False)
        wrong = serializers.ListField(child=serializers.CharField(), required=False)

    def perform_authentication(self, request: Request) -> None:
        """Leave it for later: it asks the database, which is what is in question."""

    def get(self, request: Request) -> Response:
        ready = _database_answers()
        state: dict[str, Any] = {"live": True, "ready": ready}
        if ready and request.user is not None and request.user.is_authenticated:
            lamps = slots.health.gather(request)
            state["lamps"] = _Lamp(lamps, many=True).data
            state["wrong"] = [f"{lamp.label}: {lamp.detail}" for lamp in lamps if lamp.tone != "ok"]
        return Response(state, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
