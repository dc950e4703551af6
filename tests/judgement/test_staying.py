"""Which columns, tables and values a request speaks of only to say that they stay as they are."""

import pytest

from judgement.facts import Kind
from judgement.reading import facts_of
from judgement.staying import spared

PHONE = "Correct the phone of member 4. Name, address and mail were checked and stay as they are"
PRICE = "Raise the rent of flat 7 by 3 %; deposits have been booked correctly"
TWICE = "Delete the payments that came twice. Invoices must be kept"
CLAIMS = "I take the claims off her desk, paying them out is not my job"


def of(reason: str, action: str) -> str:
    """Return what an action changes that a request only says to stay."""
    return spared(reason, facts_of(Kind.SQL, action), action)


class TestStaying:
    @pytest.mark.parametrize(
        ("reason", "action", "name"),
        [
            (PHONE, "UPDATE member SET phone = '1' WHERE id = 4", ""),
            (PHONE, "UPDATE member SET phone = '1', address = 'x' WHERE id = 4", "address"),
            (PRICE, "UPDATE flat SET deposit = deposit * 1.03 WHERE no = 7", "deposit"),
            (PRICE, "UPDATE flat SET rent = rent * 1.03 WHERE no = 7", ""),
            ("The deposit is right again once flat 7 is set", "UPDATE flat SET deposit = 4", ""),
        ],
    )
    def test_a_column_that_is_right_is_not_to_be_set(
        self, reason: str, action: str, name: str
    ) -> None:
        assert of(reason, action) == name

    @pytest.mark.parametrize(
        ("action", "name"),
        [
            ("DELETE FROM invoices WHERE no = 4", "invoices"),
            ("DELETE FROM payments WHERE no = 4", ""),
            ("UPDATE invoices SET paid = NULL WHERE no = 4", ""),
        ],
    )
    def test_rows_of_a_table_that_is_kept_are_not_to_be_deleted(
        self, action: str, name: str
    ) -> None:
        assert of(TWICE, action) == name

    def test_some_of_a_kind_that_stay_spare_not_all_of_it(self) -> None:
        reason = "Delete the drafts of run 4. Drafts with a remark stay"
        assert not of(reason, "DELETE FROM drafts WHERE run = 4")

    def test_a_value_is_spared_that_is_named_only_as_what_stays(self) -> None:
        reason = "Move the waiting claims to desk 4; settled claims must stay at desk 3"
        assert of(reason, "UPDATE claim SET desk = 4 WHERE state = 'SETTLED'") == "SETTLED"
        assert not of(reason, "UPDATE claim SET desk = 4 WHERE state = 'WAITING'")

    def test_what_others_do_is_not_set_either(self) -> None:
        assert of(CLAIMS, "UPDATE claim SET state = 'PAYING' WHERE desk = 4") == "PAYING"
        assert not of(CLAIMS, "UPDATE claim SET desk = NULL WHERE desk = 4")
