"""Rights that are granted beyond those of which a request speaks."""

import pytest

from judgement.facts import Kind
from judgement.granting import beyond, found
from judgement.grounds import Grounds
from judgement.reading import facts_of
from judgement.reasons import read

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


@pytest.mark.parametrize(
    ("reason", "action", "said"),
    [
        (READS, "ALTER ROLE depot_ro BYPASSRLS", "gives `bypassrls`"),
        (READS, "ALTER ROLE depot_ro NOSUPERUSER", ""),
        ("depot_ro must read depot.tours", "GRANT SELECT ON ALL TABLES IN SCHEMA depot TO depot_ro",
         "gives rights on all tables in schema depot"),
        ("depot_ro must read all tables of depot.tours",
         "GRANT SELECT ON ALL TABLES IN SCHEMA depot TO depot_ro", ""),
        ("Switch trg_check off for the load", "ALTER TABLE tours DISABLE TRIGGER trg_check", ""),
        ("Switch trg_check off for the load", "ALTER TABLE tours DISABLE TRIGGER trg_audit",
         "holds off `trg_audit`"),
        ("Switch trg_check off for the load", "ALTER TABLE tours DISABLE TRIGGER ALL",
         "holds off `all`"),
        ("Switch the triggers off for the load", "ALTER TABLE tours DISABLE TRIGGER ALL", ""),
    ],
)  # fmt: skip
def test_what_guards_a_table_is_held_off_and_rights_are_given_as_they_are_named(
    reason: str, action: str, said: str
) -> None:
    told = found(Grounds.of(read(reason)), action, facts_of(Kind.SQL, action))
    assert [text.partition(",")[0].partition(";")[0] for _, _, text, _ in told] == [said] * bool(
        said
    )
