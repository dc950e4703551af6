"""Grants in the API: look, extend, end, and the way in."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from breakglass import access, transitions
from breakglass.api.finding import grant_for
from breakglass.api.shapes import CredentialsShape, FiledShape, GrantShape
from core.api import Endpoint, StrictInput
from core.idempotency import once


class GrantDetail(Endpoint):
    """One grant with its doors."""

    Output = GrantShape

    def get(self, request: ApiRequest, pk: UUID) -> Response:
        return _shown(request, pk)


class GrantExtension(Endpoint):
    """Ask for more time: a new request in the same case, decided by the same steps."""

    success = 201
    Output = FiledShape

    class Input(StrictInput):
        """How much more, and why."""

        minutes = serializers.IntegerField(min_value=1)
        justification = serializers.CharField(max_length=5000)

    @once
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        more, now = self.body(request), timezone.now()
        grant = grant_for(request.user, pk, now)
        made = transitions.ask_for_more_time(grant, by=request.user, at=now, **more)
        return Response(FiledShape(made).data, status=201)


class GrantRelinquishment(Endpoint):
    """End your own access early."""

    Output = GrantShape

    class Input(StrictInput):
        """Nothing to say."""

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        self.body(request)
        now = timezone.now()
        transitions.relinquish(grant_for(request.user, pk, now), by=request.user, at=now)
        return _shown(request, pk)


class GrantRevocation(Endpoint):
    """End a live grant early, with a reason."""

    Output = GrantShape

    class Input(StrictInput):
        """Why it is ended; the holder reads it."""

        reason = serializers.CharField(max_length=2000)

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        why, now = self.body(request), timezone.now()
        transitions.revoke(grant_for(request.user, pk, now), by=request.user, at=now, **why)
        return _shown(request, pk)


class DoorCredentials(Endpoint):
    """Credentials for one door of your own live grant: once, and again only with `renew`."""

    Output = CredentialsShape

    class Input(StrictInput):
        """Whether a password that was shown before is to be replaced."""

        renew = serializers.BooleanField(default=False)

    def post(self, request: ApiRequest, pk: UUID, target: str) -> Response:
        wish, now = self.body(request), timezone.now()
        grant = grant_for(request.user, pk, now)
        system = get_object_or_404(grant.targets, slug=target)
        found = access.way_in(grant, system, by=request.user, at=now, **wish)
        return Response(CredentialsShape(found).data, headers={"Cache-Control": "no-store"})


def _shown(request: ApiRequest, pk: UUID) -> Response:
    return Response(GrantShape(grant_for(request.user, pk, timezone.now())).data)
