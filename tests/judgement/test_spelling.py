import pytest

from judgement.facts import Verb
from judgement.reasons import read
from judgement.spelling import Spelling, slips

OURS = Spelling.of(["delete", "restart", "customer", "check"])


class TestSlips:
    @pytest.mark.parametrize("typed", ["deelte", "delte", "deletee", "dellete", "restrat"])
    def test_a_letter_that_is_swapped_left_out_or_doubled_is_forgiven(self, typed: str) -> None:
        assert OURS.meant(typed) in {"delete", "restart"}

    @pytest.mark.parametrize("typed", ["rotate", "relate", "chick", "del", "r3start"])
    def test_another_letter_makes_another_word(self, typed: str) -> None:
        assert OURS.meant(typed) == typed

    def test_two_names_may_differ_by_one_slip(self) -> None:
        assert slips("supllier", "supplier")
        assert slips("adress", "address")
        assert not slips("orders", "borders"[1:])
        assert not slips("order", "older")


class TestReasons:
    def test_a_deed_is_read_in_spite_of_a_slip(self) -> None:
        assert Verb.DELETE in read("pls deelte the parcel").heads | read("deelte it").heads
        assert Verb.EXEC in read("relod nginx").verbs | read("restrat nginx").verbs

    def test_a_word_of_its_own_is_taken_for_none_that_is_like_it(self) -> None:
        assert Verb.WRITE not in read("The rest is fine, a plate of 3 pieces").verbs
