"""Whoever lends somebody's say by SQL is found: substitutions and who decided for whom."""

from datetime import timedelta

import pytest

from breakglass import transitions
from tests.audit.make import sql
from tests.breakglass.test_replay import enter, replay
from tests.make import NOON, make_request, make_scenario, make_user, voice
from tests.shared import made_once

LATER = NOON + timedelta(minutes=5)


def _life() -> None:
    scenario, dora, carl = make_scenario(), make_user("dora"), make_user("carl")
    lent = transitions.name_substitute(
        carl, substitute=dora, since=NOON, until=NOON + timedelta(days=1), by=carl, at=NOON
    )
    transitions.approve(make_request(scenario), voice=voice("dora"), at=LATER)
    transitions.deny(make_request(by=make_user("eve")), voice=voice("carl", "No."), at=LATER)
    transitions.end_substitution(lent, by=dora, at=LATER)
    enter()


life = made_once(_life)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("life")]
TAMPERED = {
    "in whose place": (
        "UPDATE breakglass_decision SET instead_of_id = (SELECT id FROM accounts_user WHERE"
        " email = 'bob@example.com') WHERE kind = 'approve'",
        "decision: instead_of_id: ",
    ),
    "that it was in a place": (
        "UPDATE breakglass_decision SET instead_of_id = (SELECT id FROM accounts_user WHERE"
        " email = 'bob@example.com') WHERE kind = 'deny'",
        "decision: instead_of_id: ",
    ),
    "who": (
        "UPDATE breakglass_substitution SET substitute_id = (SELECT id FROM accounts_user WHERE"
        " email = 'bob@example.com')",
        "substitute: “user:",
    ),
    "when": ("UPDATE breakglass_substitution SET until = until + interval '1 d'", "until: "),
    "its end": (
        "UPDATE breakglass_substitution SET ended_at = NULL, ended_by_id = NULL", "ended_at: ",
    ),
    "that it was": ("DELETE FROM breakglass_substitution", "in no table any more"),
}  # fmt: skip


def test_what_happened_is_what_the_tables_say() -> None:
    assert replay() == []


@pytest.mark.parametrize("case", TAMPERED.values(), ids=list(TAMPERED))
def test_a_row_that_was_changed_by_sql_is_found(case: tuple[str, str]) -> None:
    statement, says = case
    sql(statement)
    assert says in "\n".join(replay())
