"""Canonical JSON (RFC 8785) in the domain of the record: of numbers only whole ones below 2**53."""

import json
from typing import Any


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= 2**53:
        raise ValueError(f"{text[:40]} is not a whole number below 2**53")
    return int(text)


_decode = json.JSONDecoder(parse_int=_whole, parse_float=_whole, parse_constant=_whole).decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def parse(data: bytes) -> Any:
    """Return the value that is written so, or raise ValueError when it is not canonical."""
    try:
        value = _decode(data.decode())
        if _encode(value).encode() == data:
            return value
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    raise ValueError("it is written in another way")
