"""The bytes that are proved: canonical JSON by RFC 8785, hashes by RFC 6962."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import leaf
from tests.audit.make import NOON

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WHOLE = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def rfc8785(value: object) -> str:
    """Write a value by the letter of RFC 8785, with nothing of Python's own encoder."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{rfc8785(key)}:{rfc8785(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(rfc8785, value)) + "]"
    if isinstance(value, str):
        written = (
            SHORT.get(sign) or (f"\\u{ord(sign):04x}" if sign < " " else sign) for sign in value
        )
        return '"' + "".join(written) + '"'
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


@given(VALUES)
def test_canonical_is_what_the_rfc_writes(value: object) -> None:
    assert leaf.canonical(value).decode() == rfc8785(value)


@given(VALUES)
def test_canonical_says_the_same_and_says_it_in_one_way(value: object) -> None:
    written = leaf.canonical(value)

    assert json.loads(written) == value
    assert leaf.canonical(json.loads(written)) == written


@given(st.dictionaries(KEYS, WHOLE, min_size=2))
def test_canonical_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert leaf.canonical(dict(reversed(value.items()))) == leaf.canonical(value)


@pytest.mark.parametrize("value", [0.5, float("nan"), {1: 1}, {"é": 1}, b"", {1}, "\ud800", 2**53])
def test_canonical_refuses_what_readers_could_read_in_two_ways(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        leaf.canonical([{"a": value}])


def test_the_hash_of_a_leaf_is_that_of_rfc_6962() -> None:
    empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf.leaf_hash(b"").hex() == empty


def test_times_are_whole_microseconds_and_come_back() -> None:
    assert leaf.moment(leaf.microseconds(NOON)) == NOON


_PARTS = st.dictionaries(
    st.sampled_from("dpxyz"),
    st.tuples(st.binary(min_size=32, max_size=32), st.binary(max_size=300)),
)


@given(_PARTS)
def test_compartments_come_out_as_they_went_in(parts: dict[str, tuple[bytes, bytes]]) -> None:
    assert leaf.unpacked(leaf.packed(parts)) == parts


@given(_PARTS.filter(bool), st.integers(min_value=1))
def test_compartments_that_were_cut_off_are_refused(
    parts: dict[str, tuple[bytes, bytes]], less: int
) -> None:
    packed = leaf.packed(parts)
    whole = {len(leaf.packed(dict(list(parts.items())[:number]))) for number in range(len(parts))}
    cut = packed[: len(packed) - 1 - less % len(packed)]
    if len(cut) not in whole:
        with pytest.raises(ValueError, match="cut off"):
            leaf.unpacked(cut)
