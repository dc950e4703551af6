"""What the application wrote is read in two ways, which agree; anything else is refused."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import intake, leaf, log
from tests.audit.make import NOON

KEY = b"k" * 32
REFERENCES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


def envelope(parts: dict[str, tuple[bytes, bytes]], **fields: Any) -> dict[str, Any]:
    usual = {
        "actor": "user:ada",
        "case": "",
        "ev": "test.happened",
        "id": "0" * 32,
        "obj": "thing:1",
        "occ": leaf.microseconds(NOON),
        "ov": 1,
        "pc": {part: leaf.commitment(*content).hex() for part, content in parts.items()},
        "v": 1,
    }
    return usual | fields


def pending(
    fields: Any, parts: dict[str, tuple[bytes, bytes]], raw: bytes | None = None
) -> intake.Row:
    raw, sealed = raw or leaf.canonical(fields), leaf.packed(parts)
    return (7, uuid.UUID(int=0), raw, sealed, log.mac(raw, sealed, key=KEY), None, False, None)


@given(
    actor=REFERENCES,
    case=REFERENCES,
    subject=REFERENCES,
    occurred=st.integers(0, 2**53 - 1),
    parts=st.dictionaries(
        st.sampled_from("dpx"),
        st.tuples(st.binary(min_size=32, max_size=32), st.binary(max_size=9)),
    ),
)
def test_whatever_was_written_is_read_and_gets_its_place(
    actor: str, case: str, subject: str, occurred: int, parts: dict[str, tuple[bytes, bytes]]
) -> None:
    fields = envelope(parts, actor=actor, case=case, obj=subject, occ=occurred)

    found = intake.read(pending(fields, parts), [KEY])

    assert (found.actor, found.case, found.subject) == (actor, case, subject)
    assert (found.occurred, found.version, found.parts) == (occurred, 1, parts)
    placed = leaf.placed(found.envelope, seq=12, at=34)
    assert placed == leaf.canonical({**fields, "seq": 12, "at": 34})


def test_one_written_in_another_way_becomes_canonical() -> None:
    fields = envelope({}, obj='a "thing"')
    loose = json.dumps(dict(reversed(fields.items()))).encode()

    found = intake.read(pending(fields, {}, loose), [b"an old key", KEY])

    assert found.envelope == leaf.canonical(fields)


@pytest.mark.parametrize(
    "wrong",
    [
        {"actor": 7},
        {"ov": "1"},
        {"ov": True},
        {"v": 2},
        {"occ": -1},
        {"occ": 10**17},
        {"case": "x" * 81},
        {"ev": "x" * 61},
        {"obj": "a\0"},
        {"id": "1" * 32},
        {"pc": {"d": "0" * 64}},
        {"more": ""},
    ],
    ids=str,
)
def test_what_the_application_does_not_write_is_refused(wrong: dict[str, Any]) -> None:
    fields = envelope({}, **wrong)
    raw = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    with pytest.raises(ValueError, match=r"its|no exact form"):
        intake.read(pending(fields, {}, raw), [KEY])


def test_a_tag_of_another_key_is_refused() -> None:
    with pytest.raises(ValueError, match="tag"):
        intake.read(pending(envelope({}), {}), [b"another"])
