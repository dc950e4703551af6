"""Values of the sort of one that a request names."""

import pytest

from judgement import figures, sql
from judgement.doubts import doubts
from judgement.grounds import Grounds, Said
from judgement.reasons import read


@pytest.mark.parametrize(
    ("reason", "assignment", "other"),
    [
        ("Put job 6620 back to NEW", "status = 'DONE'", True),
        ("Put job 6620 back to NEW", "status = 'NEW'", False),
        ("Put job 6620 back to 'queued'", "status = 'done'", True),
        ("Send job 6620 again, it sits as DEAD", "status = 'PENDING'", False),
        ("Release job 6620, put its 4 rooms back to available", "sts = 'RLS'", False),
        ("Job 6620 is UNCONFIRMED, I confirm it", "status = 'CONFIRMED'", False),
        ("Job 6620 is UNCONFIRMED, leave it", "status = 'CONFIRMED'", True),
        ("Job 6620 waits, queue it again", "status = 'RETRY'", False),
        ("Put the 2,500 back on wallet 6620", "balance = balance + 25000", True),
        ("Put the 2,500 back on wallet 6620", "balance = balance + 2500", False),
        ("Put 25.50 EUR back on wallet 6620", "balance_cents = balance_cents + 2550", False),
        ("Put 25.50 EUR back on wallet 6620", "balance_cents = balance_cents + 5250", True),
        ("Put 25.50 EUR back on wallet 6620", "balance = balance + 2550", True),
        ("The volume of item 6620 is 40 mg/0.4 ml", "volume = 0.40", False),
        ("The end of permit 6620 is 31.12.2025, not 2024", "ends = '2026-12-31'", True),
        ("The end of permit 6620 is 31.12.2025, not 2024", "ends = DATE '2025-12-31'", False),
        ("Permit 6620 ends on 31 December", "ends = '2025-11-30'", True),
        ("Permit 6620 ends at midnight", "ends = '2025-11-30'", False),
        ("Put the plan of team 6620 back to 'basic'", "plan = 'gold'", True),
        ("Put the plan of team 6620 back to 'basic'", "plan = 'basic'", False),
        ("Put the plan of team 6620 back to 'basic'", "tier = 'gold'", False),
        ("Team 6620 gets tier=silver", "tier = 'gold'", True),
        ("Double the quota of team 6620, it has 40k", "quota = 80000", False),
        ("Vial 6620 is of batch FLX2142B", "batch = 'FLX2241B'", True),
        ("Vial 6620 is of batch FLX2142B", "batch = 'FLX2142B'", False),
        ("Vial 6620 is of batch FLX2142B", "shelf = 'A7'", False),
        ("Correct the prices of the two wrong things", "price_cents = 2200", False),
        ("Correct the price of thing 2 to 18", "price = 22", True),
    ],
)
def test_tells_another_value_than_the_one_that_was_named(
    *, reason: str, assignment: str, other: bool
) -> None:
    facts = sql.facts(f"UPDATE things SET {assignment} WHERE id = 6620")  # noqa: S608
    [found] = [each for each in facts.conditions if each.operator == "set"]
    assert figures.another(found, Grounds.of(read(reason)), facts) is other


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("points = 900", "sets `points` to 900"),
        ("points = points + 900", "changes `points` by 900"),
    ],
)
def test_a_sentence_says_whether_a_figure_is_set_or_added(assignment: str, told: str) -> None:
    action = f"UPDATE cards SET {assignment} WHERE id = 6620"  # noqa: S608
    said = Said.of(action, sql.facts(action))
    found = doubts(Grounds.of(read("Give card 6620 the 400 points that are missing")), said)
    assert any(told in each.text for each in found)


@pytest.mark.parametrize(
    ("reason", "assignment", "doubtful"),
    [
        ("Put claim 6620 back to APPROVED", "status = 'APPROVED', approved_amount = 18400", True),
        ("Put claim 6620 back to APPROVED", "status = 'APPROVED'", False),
        ("Lift the cap of claim 6620 from 120, double it", "cap = 240", False),
        ("Lift the cap of claim 6620 from 120, double it", "cap = cap * 5", True),
        ("Raise the seats of claim 6620 to 250", "seats = 250, expires_on = '2030-12-31'", True),
        ("Raise the seats of claim 6620 to 250", "seats = 250, checked_on = '2030-12-31'", False),
        ("The rate of claim 6620 was 16 %, it must be 19", "rate = 0.19", False),
        ("The mark of claim 6620 is 1.7", "mark_x10 = 17", False),
        ("The mark of claim 6620 is 1.7", "mark_x10 = 13", True),
    ],
)
def test_a_row_gets_only_what_is_said_or_follows(
    *, reason: str, assignment: str, doubtful: bool
) -> None:
    action = f"UPDATE claims SET {assignment} WHERE id = 6620"  # noqa: S608
    found = doubts(Grounds.of(read(reason)), Said.of(action, sql.facts(action)))
    assert any(each.code == "value" and each.weight > 0.25 for each in found) is doubtful


@pytest.mark.parametrize(("assignment", "least"), [("fee = 0", 0.5), ("shown = 0", 0.25)])
def test_what_nobody_sets_by_the_way_weighs_more(assignment: str, least: float) -> None:
    action = f"UPDATE stays SET room = 415, {assignment} WHERE id = 6620"  # noqa: S608
    found = doubts(
        Grounds.of(read("Move stay 6620 to room 415")), Said.of(action, sql.facts(action))
    )
    assert [each.weight for each in found if each.code == "value"] == [least]


@pytest.mark.parametrize(
    ("reason", "changes", "strange"),
    [
        ("Invoice 7 has a total of 1,200 instead of 120", "SET total = total / 10", False),
        ("Invoice 7 has a total of 1,200 instead of 120", "SET total = round(total / 10)", False),
        ("Invoice 7 has a total of 1,200 instead of 120", "SET total = total / 100", True),
        ("The rate of tariff 7 must be 12, it still has 9", "SET rate = rate + 3", False),
        ("The rate of tariff 7 must be 12, it still has 9", "SET rate = rate + 4", True),
    ],
)
def test_what_a_column_comes_to_may_be_what_was_named(
    *, reason: str, changes: str, strange: bool
) -> None:
    action = f"UPDATE tariffs {changes} WHERE id = 7"
    found = doubts(Grounds.of(read(reason)), Said.of(action, sql.facts(action)))
    assert any(each.code == "value" for each in found) is strange
