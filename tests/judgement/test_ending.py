"""Rows that stand for what a request ends."""

import pytest

from judgement.doubts import doubts
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def doubted(reason: str, statement: str) -> bool:
    said = Said.of(statement, facts_of(Kind.SQL, statement))
    return any(each.code == "verb" for each in doubts(Grounds.of(read(reason)), said))


@pytest.mark.parametrize(
    ("reason", "statement"),
    [
        ("Clerk 12 is stuck, end her open sessions", "DELETE FROM app_session WHERE clerk_id = 12"),
        ("Lift the lock on parcel 12", "DELETE FROM record_locks WHERE parcel_id = 12"),
        ("I unlock her login", "DELETE FROM door.lockout WHERE clerk_id = 12"),
        ("Lift the hold on parcel 12", "DELETE FROM parcel_hold WHERE parcel_id = 12"),
    ],
)
def test_what_is_ended_is_a_row_that_goes(reason: str, statement: str) -> None:
    assert not doubted(reason, statement)


@pytest.mark.parametrize(
    ("reason", "statement"),
    [
        ("Clerk 12 is stuck, end her open sessions", "DELETE FROM clerk WHERE clerk_id = 12"),
        ("Lift the lock on parcel 12", "DELETE FROM parcel WHERE parcel_id = 12"),
        ("Look at the sessions of clerk 12", "DELETE FROM app_session WHERE clerk_id = 12"),
    ],
)
def test_nothing_else_goes_with_it(reason: str, statement: str) -> None:
    assert doubted(reason, statement)
