"""Rights that are granted beyond those of which a request speaks."""

import pytest

from judgement.facts import Kind
from judgement.granting import beyond
from judgement.reading import facts_of

READS = "depot_ro has to read the tours again, no write rights please"


@pytest.mark.parametrize(
    ("reason", "action", "right"),
    [
        (READS, "GRANT SELECT ON tours TO depot_ro", ""),
        (READS, "GRANT SELECT, UPDATE ON tours TO depot_ro", "UPDATE"),
        (READS, "GRANT ALL PRIVILEGES ON tours TO depot_ro", "ALL"),
        (READS, "GRANT SELECT ON tours TO depot_ro WITH GRANT OPTION", "GRANT OPTION"),
        ("depot_rw has to read and change tours", "GRANT SELECT, UPDATE ON tours TO depot_rw", ""),
        ("Give depot_rw its lost rights back", "GRANT UPDATE ON tours TO depot_rw", ""),
    ],
)
def test_who_shall_read_is_given_no_right_to_change(reason: str, action: str, right: str) -> None:
    assert beyond(reason, facts_of(Kind.SQL, action), action) == right
