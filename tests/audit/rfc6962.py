"""RFC 6962, section 2.1, by its letter: what trees, proofs and verifiers are compared with."""

import functools
import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def _largest_power_below(n: int) -> int:
    power = 1
    while power * 2 < n:
        power *= 2
    return power


def mth(hashes: Sequence[bytes]) -> bytes:
    """MTH(D[n]), over the hashes of the leaves."""
    return _mth(tuple(hashes))


@functools.cache  # by its letter it works out the same part of a tree for each proof anew
def _mth(hashes: tuple[bytes, ...]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = _largest_power_below(len(hashes))
    return hashlib.sha256(b"\1" + _mth(hashes[:k]) + _mth(hashes[k:])).digest()


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(hashes) == 1:
        return []
    k = _largest_power_below(len(hashes))
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def proof(m: int, hashes: list[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return _subproof(m, hashes, known=True)


def _subproof(m: int, hashes: list[bytes], *, known: bool) -> list[bytes]:
    n = len(hashes)
    if m == n:
        return [] if known else [mth(hashes)]
    k = _largest_power_below(n)
    if m <= k:
        return [*_subproof(m, hashes[:k], known=known), mth(hashes[k:])]
    return [*_subproof(m - k, hashes[k:], known=False), mth(hashes[:k])]


# The leaves and roots that Certificate Transparency's implementations have tested with since 2013.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
