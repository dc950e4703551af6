from datetime import timedelta

from judgement.unusual.memory import Memory
from judgement.unusual.pairs import pairs
from tests.judgement.unusual.make import NOW, detector, session


class TestPairs:
    def test_a_quiet_company_has_none_that_are_suspicious(self) -> None:
        assert not [pair for pair in pairs(detector().memory) if pair.suspicious]

    def test_two_who_approve_for_each_other_come_first(self) -> None:
        judge = detector()
        for number in range(10):
            at = NOW + timedelta(days=number)
            judge.judge(session(at=at, approver="p2", ticket=f"INC-{number}"))
            judge.judge(
                session(at=at, person="p2", team="t2", approver="p1", ticket=f"IN-{number}")
            )
        first, *others = pairs(judge.memory)
        assert {first.one, first.other} == {"p1", "p2"}
        assert first.suspicious
        assert "10 of" in first.text
        assert not [pair for pair in others if pair.suspicious]

    def test_one_way_is_not_reported(self) -> None:
        judge = detector()
        for number in range(10):
            at = NOW + timedelta(days=number)
            judge.judge(session(at=at, approver="p2", ticket=f"INC-{number}"))
        assert "p2" not in {pair.other for pair in pairs(judge.memory) if pair.one == "p1"}

    def test_of_nobody_there_are_none(self) -> None:
        assert pairs(Memory()) == []
