"""The leaf that the index columns and the payload of an entry make, if nothing was changed."""

import hashlib
import json
from typing import Any

from audit import leaf

Row = tuple[Any, ...]
Parts = dict[str, tuple[bytes, bytes]]
_PREFIX = b"bg.payload.v1\0"
_quoted = json.encoder.encode_basestring


def commitments(parts: Parts) -> dict[str, str]:
    """Return what binds each compartment, given with its salt."""
    return {
        part: hashlib.sha256(_PREFIX + salt + body).hexdigest()
        for part, (salt, body) in parts.items()
    }


def rebuilt(row: Row, commitments: dict[str, str]) -> bytes:
    """Return the leaf that the index columns of an entry make, with what it commits to."""
    seq, event_id, _, _, kind, actor, subject, case, version, at, occurred = row
    committed = ",".join(f'"{part}":"{hashed}"' for part, hashed in commitments.items())
    return (
        f'{{"actor":{_quoted(actor)},"at":{at},"case":{_quoted(case)},"ev":{_quoted(kind)}'
        f',"id":"{event_id.hex}","obj":{_quoted(subject)},"occ":{occurred},"ov":{version}'
        f',"pc":{{{committed}}},"seq":{seq},"v":{leaf.VERSION}}}'
    ).encode()
