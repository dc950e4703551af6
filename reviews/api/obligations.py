"""Obligations in the API: the same verbs as the pages, in other clothes."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from core.api import Endpoint, StrictInput, StrictQuery
from core.paging import MOST, USUAL, page, schema_of
from reviews import obligation_transitions as transitions
from reviews.api.reviews import ReviewerShape, Shape
from reviews.models import Obligation


class ObligationShape(Shape):
    """What has to be done before a case can close."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Obligation.Kind.choices)
    case = serializers.IntegerField(source="case.case")
    text = serializers.CharField()
    owner = ReviewerShape(allow_null=True)
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Obligation.State.choices)
    opened_at = serializers.DateTimeField()
    evidence = serializers.CharField(help_text="or why it need not be done, where it is waived")
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = ReviewerShape(allow_null=True)


class Obligations(Endpoint):
    """Obligations that you may see, what is due first at the top."""

    Output = schema_of(ObligationShape)

    class Query(StrictQuery):
        """Which obligations; by default all."""

        state = serializers.ChoiceField(choices=Obligation.State.choices, required=False)
        case = serializers.IntegerField(min_value=1, required=False)
        mine = serializers.BooleanField(required=False, help_text="only what you have to do")
        overdue = serializers.BooleanField(required=False, help_text="only those that are late")
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        query, now = dict(self.query), timezone.now()
        limit, cursor = query.pop("limit"), query.pop("cursor")
        rows = Obligation.objects.visible_to(request.user, now).told()
        if query.pop("mine", False):
            rows = rows.filter(owner=request.user)
        if query.pop("overdue", False):
            rows = rows.overdue(now)
        if "case" in query:
            query["case__case"] = query.pop("case")
        rows = rows.filter(**query)
        found = page(rows, key="due_at", request=request, limit=limit, cursor=cursor)
        items = ObligationShape(found.items, many=True)
        return Response({"items": items.data, "next": found.next})


class ObligationDetail(Endpoint):
    """One obligation."""

    Output = ObligationShape

    def get(self, request: ApiRequest, pk: UUID) -> Response:
        return _answer(_obligation(request, pk))


class _Ending(Endpoint):
    """Say what became of an obligation."""

    Result = ObligationShape
    verb: Any = None

    def post(self, request: ApiRequest, pk: UUID) -> Response:
        body, found = self.body(request), _obligation(request, pk)
        type(self).verb(found, by=request.user, at=timezone.now(), **body)
        return _answer(_obligation(request, pk))


class ObligationDone(_Ending):
    """POST says that it is done. For its owner and for reviewers of the case."""

    verb = staticmethod(transitions.fulfil)

    class Input(StrictInput):
        """What shows it."""

        evidence = serializers.CharField(max_length=5000)


class ObligationWaiver(_Ending):
    """POST says that it need not be done. For reviewers of the case, never for its owner."""

    verb = staticmethod(transitions.waive)

    class Input(StrictInput):
        """Why it can be left undone."""

        reason = serializers.CharField(max_length=2000)


def _obligation(request: ApiRequest, pk: UUID) -> Obligation:
    seen = Obligation.objects.visible_to(request.user, timezone.now()).told()
    return get_object_or_404(seen, pk=pk)


def _answer(found: Obligation) -> Response:
    return Response(ObligationShape(found).data)
