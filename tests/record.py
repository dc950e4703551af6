"""Look into the record of a test."""

import json
from typing import Any

from audit.leaf import unpacked
from audit.models import Pending


def kinds() -> list[str]:
    """Return the kinds of everything recorded and not yet sequenced, oldest first.

    The people and groups that a test makes are changes of configuration, and left out.
    """
    found = [_envelope(row)["ev"] for row in Pending.objects.order_by("pk")]
    return [kind for kind in found if kind != "config.changed"]


def actors(kind: str) -> list[str]:
    """Return who did what is called `kind`, oldest first."""
    rows = map(_envelope, Pending.objects.order_by("pk"))
    return [envelope["actor"] for envelope in rows if envelope["ev"] == kind]


def envelopes(kind: str) -> list[dict[str, Any]]:
    """Return the envelope of each event called `kind`, oldest first."""
    found = [_envelope(row) for row in Pending.objects.order_by("pk")]
    return [envelope for envelope in found if envelope["ev"] == kind]


def facts(kind: str) -> list[dict[str, Any]]:
    """Return what was recorded of each event called `kind`, oldest first."""
    rows = [
        (json.loads(bytes(row.envelope)), unpacked(bytes(row.payload)))
        for row in Pending.objects.order_by("pk")
    ]
    return [
        {key: value for _, body in payload.values() for key, value in json.loads(body).items()}
        for envelope, payload in rows
        if envelope["ev"] == kind
    ]


def _envelope(row: Pending) -> dict[str, Any]:
    return dict(json.loads(bytes(row.envelope)))
