"""Signatures: the vectors of RFC 8032, another implementation, and what is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.core.ed25519 import is_signed

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
# RFC 8032, section 7.1: key, message, signature.
VECTORS = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555f"
        "b8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da08"
        "5ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18"
        "ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a21"
        "92992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909"
        "351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}
# The points whose order divides eight, and two keys that are no points at all.
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NO_POINTS = [
    "0100000000000000000000000000000000000000000000000000000000000080",  # -0
    "0200000000000000000000000000000000000000000000000000000000000000",  # not on the curve
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # 1, not canonical
]


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_rfc_verify(name: str) -> None:
    key, message, signature = map(bytes.fromhex, VECTORS[name])

    assert is_signed(key, message, signature)
    assert not is_signed(key, message + b"\0", signature)
    assert not is_signed(key, message, signature[:63])
    assert not is_signed(key, message, signature + b"\0")
    assert not is_signed(key[:31], message, signature)


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_what_another_library_signs_verifies_and_no_bit_may_turn(
    seed: bytes, message: bytes, bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    turned = bytearray(signature)
    turned[bit // 8] ^= 1 << bit % 8

    assert is_signed(key, message, signature)
    assert not is_signed(key, message, bytes(turned))


def test_the_other_writing_of_the_same_signature_is_refused() -> None:
    """S and S + L pass the same equation; accepting both would make two notes of one."""
    key, message, signature = map(bytes.fromhex, VECTORS["TEST 2"])
    s = int.from_bytes(signature[32:], "little") + ORDER

    assert not is_signed(key, message, signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("key", SMALL + NO_POINTS)
def test_a_key_under_which_anything_would_be_signed_is_refused(key: str) -> None:
    """R = the neutral element, S = 0 fits every message under a key of order one."""
    neutral = bytes.fromhex(SMALL[0]) + bytes(32)

    assert not any(is_signed(bytes.fromhex(key), b"%d" % number, neutral) for number in range(16))


def test_a_point_that_is_not_written_in_the_canonical_way_is_refused() -> None:
    for value in (PRIME, PRIME + 1, PRIME + 3, 2**255 - 1):
        assert not is_signed(value.to_bytes(32, "little"), b"", bytes(64))
