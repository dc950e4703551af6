"""The record in the API: entries in the order in which they were written, and what proves them."""

import base64
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import heads, pruned, reading, tiles, transitions, tree
from audit.fitting import LEAST, Head, fit
from audit.models import Entry
from audit.policy import Reader
from core.api import Endpoint, StrictQuery
from core.paging import MOST, USUAL, schema_of
from core.problems import BadQuery, Gone

_ANY: dict[str, Any] = {"max_value": 2**63 - 1}
_SIZE: dict[str, Any] = {"min_value": 1, **_ANY}


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
        _read(request, page="API", filters=query)
        rows = Entry.objects.matching(**query).after(after).prefetch_related("payloads")
        found = list(rows[: limit + 1])
        items, address = found[:limit], None
        if len(found) > limit:
            params = request.query_params.copy()
            params["after"] = str(items[-1].seq)
            address = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
        lines = EntryShape(items, many=True)  # type: ignore[arg-type] # the stubs know one only
        return Response({"items": lines.data, "next": address})


class LedgerEntry(Endpoint):
    """One entry of the record, by its number. Only auditors and compliance officers.

    410 where it was pruned when its time was over.
    """

    Output = EntryShape

    def get(self, request: Request, seq: int) -> Response:
        _read(request, page=f"entry {seq}", filters={})
        _be_there(pruned.why_gone(seq))
        return Response(EntryShape(get_object_or_404(Entry, seq=seq)).data)


class LedgerEntryProof(Endpoint):
    """The receipt of an entry (C2SP tlog-proof): it proves, under a signed head, that it was there.

    404 while it is not signed, which takes a second; 410 where the entry was pruned: whoever has
    its receipt keeps a good one.
    """

    media = "text/plain"

    def get(self, request: Request, seq: int) -> HttpResponse:
        _read(request, page=f"entry {seq}", filters={})
        _be_there(pruned.why_gone(seq))
        receipt = heads.receipt(seq)
        if receipt is None:
            raise Http404
        return self.file(receipt, name=f"entry-{seq}.tlog-proof")


class LedgerConsistency(Endpoint):
    """Prove that the record of `from` entries is how that of `to` entries began (RFC 6962)."""

    class Output(serializers.Serializer[Any]):
        """Two trees, and the hashes that lead from the root of the one to that of the other."""

        from_size = serializers.IntegerField()
        from_root = serializers.CharField(help_text="in hex")
        to_size = serializers.IntegerField()
        to_root = serializers.CharField(help_text="in hex")
        hashes = serializers.ListField(
            child=serializers.CharField(), help_text="PROOF of RFC 6962, 2.1.2, each in base64"
        )

    class Query(StrictQuery):
        """Two numbers of entries, the smaller one first; up to the newest signed head."""

        to = serializers.IntegerField(
            required=False, help_text="by default all that are signed", **_SIZE
        )

        def get_fields(self) -> dict[str, Any]:
            """Add `from`, which is a word of Python's own."""
            return {"from": serializers.IntegerField(**_SIZE), **super().get_fields()}

    def get(self, request: Request) -> Response:
        _read(request, page="API", filters={})
        head = heads.newest()
        signed = head.size if head else 0
        old, new = self.query["from"], self.query.get("to", signed)
        for name, size, most in (("to", new, signed), ("from", old, new)):
            if size > most:
                sentence = f"{name}: {size:,} entries are more than {most:,}. Give {most} or less."
                raise BadQuery({name: [sentence]})
        for size in (old, new):
            _be_there(pruned.why_no_tree(size))
        proof = tree.consistency_proof(old, new, tiles.read)
        roots = [tree.frontier_at(size, tiles.read).root.hex() for size in (old, new)]
        answer = {"from_size": old, "from_root": roots[0], "to_size": new, "to_root": roots[1]}
        hashes = [base64.b64encode(each).decode() for each in proof]
        return Response(answer | {"hashes": hashes})


class LedgerHead(Endpoint):
    """Say whether the record still begins with the head that a message names.

    `size` and `root` stand in the last line of each mail, in its header `X-Breakglass-Record`, on
    the cards of a chat and in the `record` of a webhook. Only auditors and compliance officers.
    """

    class Output(serializers.Serializer[Any]):
        """What was asked, and the answer."""

        size = serializers.IntegerField()
        root = serializers.CharField(help_text="as given")  # type: ignore[assignment] # as below
        fits = serializers.BooleanField(
            allow_null=True, help_text="null where it cannot be told: its entries were pruned"
        )
        sentence = serializers.CharField()
        ours = serializers.CharField(
            help_text="The root of as many entries of today, in hex; empty where there is none."
        )
        entry = serializers.IntegerField(allow_null=True, help_text="where it is there")
        kind = serializers.CharField(help_text="of the entry")

    class Query(StrictQuery):
        """A head, and perhaps the entry that the message is about."""

        size = serializers.IntegerField(**_SIZE)
        root = serializers.RegexField(  # type: ignore[assignment] # a property of theirs
            rf"^[0-9a-fA-F]{{{LEAST},64}}\Z", help_text="the first digits of it, at least 16"
        )
        entry = serializers.IntegerField(min_value=0, required=False, **_ANY)

    def get(self, request: Request) -> Response:
        _read(request, page="API", filters={})
        size, root = self.query["size"], self.query["root"].lower()
        found = fit(Head(size=size, root=root, entry=self.query.get("entry")))
        return Response(
            {
                "size": size,
                "root": root,
                "fits": found.fits,
                "sentence": str(found.sentence),
                "ours": found.ours,
                "entry": found.entry.seq if found.entry else None,
                "kind": found.entry.kind if found.entry else "",
            }
        )


def _be_there(why_gone: str | None) -> None:
    """Raise Gone where what was asked for was pruned."""
    if why_gone:
        raise Gone(why_gone)


def _read(request: Request, *, page: str, filters: dict[str, str]) -> None:
    """Put the look at the record on the record. Raises NotAllowed."""
    reader = cast(Reader, request.user)
    transitions.read_record(by=reader, page=page, filters=filters, at=timezone.now())
