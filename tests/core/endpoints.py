"""A small API to try the floor of the API with. It is a URL configuration, too."""

import threading
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, re_path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Endpoint, NotFound, StrictInput, StrictQuery
from core.errors import BadInput, NotAllowed, WrongState
from core.idempotency import once
from core.paging import MOST, page, schema_of

working = threading.Event()  # set by a handler that has started
go_on = threading.Event()  # awaited by a handler named "slow"


class GroupShape(serializers.Serializer[Any]):
    """A group."""

    name = serializers.CharField()


class Groups(Endpoint):
    """Groups, to list and to make."""

    permission_classes = [AllowAny]
    success = 201
    Output = schema_of(GroupShape)
    Result = GroupShape

    class Query(StrictQuery):
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=2)
        cursor = serializers.CharField(default="")

    class Input(StrictInput):
        name = serializers.CharField(max_length=10)
        sizes = serializers.ListField(child=serializers.IntegerField(), required=False)

    def get(self, request: Request) -> Response:
        found = page(Group.objects.all(), key="-name", request=request, **self.query)
        return Response({"items": GroupShape(found.items, many=True).data, "next": found.next})

    @once
    def post(self, request: Request) -> Response:
        name = self.body(request)["name"]
        if name == "refused":
            raise WrongState("Not now.")
        if name == "slow":
            working.set()
            go_on.wait(5)
        group = Group.objects.create(name=name)
        return Response(GroupShape(group).data, status=201)


class Failing(Endpoint):
    """Fail in the way that the address names."""

    permission_classes = [AllowAny]

    def get(self, _request: Request, how: str) -> Response:
        person = {"actor": "user:1", "subject": "user:1", "at": timezone.now()}
        errors: dict[str, Exception] = {
            "input": BadInput("Too long. Ask for less.", field="minutes"),
            "state": WrongState("It is over."),
            "allowed": NotAllowed("Ask Bob.", **person),  # type: ignore[arg-type]
            "missing": Http404("No Secret matches the query"),
            "denied": PermissionDenied("internal words"),
            "throttled": Throttled(7),
            "broken": RuntimeError("password=hunter2"),
        }
        raise errors[how]


urlpatterns: list[Any] = [
    path("groups", Groups.as_view()),
    path("fail/<how>", Failing.as_view()),
    re_path("^api/", NotFound.as_view()),
]
