"""The record as C2SP tlog-tiles, for programs that verify it from afar: under /ledger/.

Whoever may read the record may read these, signed in or with a token; each look is recorded as
that at a page is. What has no end yet is not there: everything is under the newest signed head.
"""

import hashlib
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework import exceptions
from rest_framework.request import Request

from audit import heads, tiles, transitions
from audit.core.tiles import path
from audit.models import Checkpoint
from audit.policy import Reader
from audit.tree import HASH, WIDTH
from core.api import Endpoint
from core.problems import Gone

_FOR_EVER = "private, max-age=31536000, immutable"
_LEVEL = r"(?P<level>entries|0|[1-5])"
_PLACE = r"(?P<place>(?:x\d{3}/){0,6}\d{3})"
TILE = rf"^ledger/tile/{_LEVEL}/{_PLACE}(?:\.p/(?P<width>[1-9]\d{{0,2}}))?$"


class _NotThere(exceptions.NotFound):
    """There is no such file of the record, for the reason given."""


class _File(Endpoint):
    """A file of the record, which a client that has it does not get a second time."""

    schema = None  # C2SP describes it, not we
    page = ""

    def head(self, request: Request) -> Checkpoint:
        """Put the look on the record, and return the newest signed head."""
        reader = cast(Reader, request.user)
        transitions.read_record(by=reader, page=self.page, filters={}, at=timezone.now())
        head = heads.newest()
        if head is None:
            raise _NotThere("Nothing is signed yet. Is the sealer running?")
        return head

    def answer(self, request: Request, data: bytes, cached: str) -> HttpResponseBase:
        """Answer with the file, or that it has not changed."""
        tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        answer = HttpResponse(data, content_type=self.media)
        answer["ETag"], answer["Cache-Control"] = tag, cached
        patch_vary_headers(answer, ["Cookie", "Authorization"])
        asked = cast(HttpRequest, request)
        return get_conditional_response(asked, etag=tag, response=answer) or answer


class SignedHead(_File):
    """The newest signed head: whoever keeps it can compare it with every later one."""

    media, page = "text/plain; charset=utf-8", "checkpoint"

    def get(self, request: Request) -> HttpResponseBase:
        self.head(request)
        best = heads.best()
        note = heads.cosigned(best) if best else ""
        return self.answer(request, note.encode(), "private, no-cache")


class TileFile(_File):
    """256 hashes of the tree or 256 entries, or the first of them; none of it ever changes."""

    media, page = "application/octet-stream", "tiles"

    def get(
        self, request: Request, level: str, place: str, width: str | None = None
    ) -> HttpResponseBase:
        size, wide = self.head(request).size, int(width or WIDTH)
        index = int(place.replace("x", "").replace("/", ""))
        height = 0 if level == "entries" else int(level)
        held = min(WIDTH, (size >> 8 * height) - index * WIDTH)
        named = path(level, index, wide)
        if named != path(level, index, WIDTH) + (f".p/{width}" if width else ""):
            raise _NotThere("A full tile has no width in its name.")
        if wide > held or not request.path.endswith(named):
            raise _NotThere(f"{named} is none of the {size:,} signed entries.")
        if level == "entries":
            data = tiles.bundle(index, wide)
        else:
            data = tiles.read(height, index)[: wide * HASH]
        if not data or (level != "entries" and len(data) < wide * HASH):
            raise Gone(f"{named} was removed when its time was over.")
        return self.answer(request, data, _FOR_EVER)
