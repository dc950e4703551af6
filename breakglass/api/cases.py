"""Cases in the API: everything about one emergency, seen as one."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.requests import ApiRequest
from audit import evidence, pruned, reading
from audit.models import Entry
from breakglass.api.finding import case_for, requests_for
from breakglass.api.shapes import CaseShape, RequestLine
from breakglass.models import Request
from core.api import Endpoint, StrictQuery
from core.paging import MOST, USUAL, page, schema_of
from core.problems import Gone

_ENTRIES = 500


class Cases(Endpoint):
    """Cases that you may see, the newest first; each line is the case's original request."""

    Output = schema_of(RequestLine)

    class Query(StrictQuery):
        """Which cases; by default all."""

        state = serializers.ChoiceField(choices=Request.State.choices, required=False)
        urgency = serializers.ChoiceField(choices=Request.Urgency.choices, required=False)
        ratification = serializers.ChoiceField(choices=Request.Ratification.choices, required=False)
        scenario = serializers.SlugField(required=False)
        reference = serializers.CharField(max_length=100, required=False)
        requester = serializers.UUIDField(required=False)
        live = serializers.BooleanField(required=False, help_text="only with access open now")
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
        cursor = serializers.CharField(default="", help_text="as in `next`")

    def get(self, request: ApiRequest) -> Response:
        query, now = dict(self.query), timezone.now()
        limit, cursor = query.pop("limit"), query.pop("cursor")
        rows = requests_for(request.user, now).filter(extends=None)
        if query.pop("live", False):
            query |= {"grant__starts_at__lte": now, "grant__ends_at__gt": now}
            query["grant__ended_at"] = None
        if "scenario" in query:
            query["scenario__slug"] = query.pop("scenario")
        found = page(rows.filter(**query), key="-case", request=request, limit=limit, cursor=cursor)
        items = RequestLine(found.items, many=True)
        return Response({"items": items.data, "next": found.next})


class CaseDetail(Endpoint):
    """One case: its requests, its grant with the doors, and what the record says of it."""

    Output = CaseShape

    def get(self, request: ApiRequest, case: int) -> Response:
        requests = case_for(request.user, case, timezone.now())
        entries = Entry.objects.of_case(requests[0].case_ref)[:_ENTRIES]
        whole = {
            "case": case,
            "requests": requests,
            "grant": requests[0].held,
            "questions": requests[0].questions.told(),
            "entries": reading.told(entries),
        }
        return Response(CaseShape(whole).data)


class CaseFile(Endpoint):
    """The case file: what the record says of the case, as a zip that `bgverify bundle` verifies.

    404 while nothing of it is signed, which takes a second; 410 once its entries were pruned.
    """

    media = "application/zip"

    def get(self, request: ApiRequest, case: int) -> HttpResponse:
        asked = case_for(request.user, case, timezone.now())[0]
        if why := pruned.why_case_gone(asked.case_ref):
            raise Gone(why)
        made = evidence.case_file(asked.case_ref)
        if made is None:
            raise Http404
        return self.file(made, name=f"case-{case}.zip")
