"""Ed25519 (RFC 8032), verified only, strictly; points are X, Y, Z, T: x=X/Z, y=Y/Z, xy=T/Z."""

from __future__ import annotations

from hashlib import sha512

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is one of `message` by the owner of the 32-byte public `key`."""
    point, encoded, s = _decode(key), signature[:32], int.from_bytes(signature[32:], "little")
    canonical = len(signature) == 64 and s < _ORDER
    if not (canonical and point) or _encode(_times(8, point)) == _encode(_NEUTRAL):
        return False
    k = int.from_bytes(sha512(encoded + key + message).digest(), "little") % _ORDER
    x, y, z, t = _times(k, point)
    return _encode(_add(_times(s, _BASE), (-x, y, z, -t))) == encoded


def _add(a: _Point, b: _Point) -> _Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    g, h = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2]
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: _Point) -> _Point:
    product = _NEUTRAL
    for bit in f"{factor:b}":
        product = _add(product, product)
        product = _add(product, point) if bit == "1" else product
    return product


def _encode(point: _Point) -> bytes:
    x, y = (each * pow(point[2], -1, _P) % _P for each in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(encoded: bytes) -> _Point | None:
    """Return the point that is written so, or None where there is none."""
    sign, y = divmod(int.from_bytes(encoded, "little"), 2**255)
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if len(encoded) != 32 or y >= _P or (x * x - square) % _P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else _P - x
    return x, y, 1, x * y % _P


_BASE = _decode(bytes([88]) + bytes([102]) * 31) or _NEUTRAL
