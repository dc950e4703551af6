"""The record in the API, in the order in which it was written."""

import base64
from typing import Any, cast

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import reading, transitions
from audit.models import Entry
from audit.policy import Reader
from core.api import Endpoint, StrictQuery
from core.paging import MOST, USUAL, schema_of


class EntryShape(serializers.Serializer[Entry]):
    """One entry: its envelope read, its words, and the bytes that are proved."""

    seq = serializers.IntegerField()
    id = serializers.UUIDField(source="event_id")
    kind = serializers.CharField()
    actor = serializers.CharField()
    subject = serializers.CharField()
    case = serializers.CharField(help_text="Empty where it belongs to no case.")
    version = serializers.IntegerField(help_text="1, 2, 3 … for each subject.")
    at = serializers.DateTimeField(help_text="When it was entered.")
    occurred_at = serializers.DateTimeField(help_text="When it happened, as its writer says.")
    details = serializers.SerializerMethodField()
    personal = serializers.SerializerMethodField()
    leaf = serializers.SerializerMethodField(help_text="The hashed bytes, in base64.")
    leaf_hash = serializers.SerializerMethodField(help_text="SHA-256(0x00 || leaf), in hex.")

    def get_details(self, entry: Entry) -> dict[str, Any] | None:
        """Return the facts of the event; null once they are erased."""
        return reading.parts_of(entry).get("d")

    def get_personal(self, entry: Entry) -> dict[str, Any] | None:
        """Return words about or by people; null where there are none or they are erased."""
        return reading.parts_of(entry).get("p")

    def get_leaf(self, entry: Entry) -> str:
        return base64.b64encode(bytes(entry.leaf)).decode()

    def get_leaf_hash(self, entry: Entry) -> str:
        return bytes(entry.leaf_hash).hex()


class LedgerEntries(Endpoint):
    """Entries of the record behind `after`, oldest first. Only auditors and compliance officers."""

    Output = schema_of(EntryShape)

    class Query(StrictQuery):
        """Which entries; by default all, from the first."""

        after = serializers.IntegerField(
            min_value=-1, max_value=2**63 - 1, default=-1, help_text="an entry's `seq`"
        )
        kind = serializers.CharField(max_length=60, required=False)
        subject = serializers.CharField(max_length=80, required=False)
        actor = serializers.CharField(max_length=80, required=False)
        case = serializers.CharField(max_length=80, required=False)
        limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)

    def get(self, request: Request) -> Response:
        query = dict(self.query)
        after, limit = query.pop("after"), query.pop("limit")
        reader = cast(Reader, request.user)
        transitions.read_record(by=reader, page="API", filters=query, at=timezone.now())
        rows = Entry.objects.matching(**query).after(after).prefetch_related("payloads")
        found = list(rows[: limit + 1])
        items, address = found[:limit], None
        if len(found) > limit:
            params = request.query_params.copy()
            params["after"] = str(items[-1].seq)
            address = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
        lines = EntryShape(items, many=True)  # type: ignore[arg-type] # the stubs know one only
        return Response({"items": lines.data, "next": address})
