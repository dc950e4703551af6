"""What a request announces that no action of its session did."""

import pytest

from judgement import reasons
from judgement.facts import Kind
from judgement.reading import facts_of
from judgement.undone import Deed, undone, would_end

COPY = "I will copy rates to rates_old, correct the rate of zone 4, and drop the copy."
COPIED = "CREATE TABLE rates_old AS SELECT * FROM rates"
CORRECTED = "UPDATE rates SET rate = 12 WHERE zone = 4"


def of(reason: str, *actions: str, kind: Kind = Kind.SQL) -> tuple[str, ...]:
    """Return what a reason announces that none of some actions did."""
    deeds = [Deed(each, facts_of(kind, each)) for each in actions]
    return undone(reasons.read(reason), deeds)


class TestUndone:
    def test_a_copy_that_is_never_dropped_is_told_in_the_words_of_the_request(self) -> None:
        assert of(COPY, COPIED, CORRECTED) == ("drop the copy",)
        assert of(COPY, COPIED, CORRECTED, "DROP TABLE rates_old") == ()

    def test_what_else_is_deleted_does_not_end_the_copy(self) -> None:
        assert of(COPY, COPIED, "DELETE FROM zones WHERE id = 9") == ("drop the copy",)

    def test_a_procedure_may_have_ended_anything(self) -> None:
        assert of(COPY, COPIED, CORRECTED, "CALL tidy_up()") == ()

    @pytest.mark.parametrize(
        ("reason", "left"),
        [
            (
                "Berth 12 is wrong. Set the state of berth 12 to 4, then look.",
                "Set the state of berth 12 to 4",
            ),
            (
                "Please grant anna the right to read berths.",
                "Please grant anna the right to read berths",
            ),
            ("The list is full: I delete the berths of 2019.", "I delete the berths of 2019"),
        ],
    )
    def test_a_change_is_left_undone_where_somebody_only_looked(
        self, reason: str, left: str
    ) -> None:
        assert of(reason, "SELECT * FROM berths WHERE no = 12") == (left,)

    @pytest.mark.parametrize(
        "reason",
        [
            "Berth 12 looks wrong; if it is, I set it to free.",
            "Berth 12 looks wrong; I correct it in case the ship has left.",
            "Should it be wrong, set the state of berth 12 to 4.",
            "I look at berth 12, otherwise I set it to free.",
            "The correction of berth 12 is made by the harbour office.",
            "I look at berth 12, tomorrow we set it to free.",
            "Read-only: why does berth 12 show the wrong ship?",
            "I only look at berth 12. Do not delete the ship.",
            "Berth 12 freezes and drops its ships.",
            "Alert 12 shows ships at berths. I look who read them and export nothing.",
            "Update screen of berth 12 shows wrong ships.",
            "The crane at berth 12 has to turn to load the ship.",
        ],
    )
    def test_what_only_may_be_is_told_or_is_left_to_others_is_not_missed(self, reason: str) -> None:
        assert of(reason, "SELECT * FROM berths WHERE no = 12") == ()

    def test_any_change_may_be_the_one_that_is_announced_but_deleting_sets_nothing(self) -> None:
        reason = "Please set the state of berth 12."
        assert of(reason, "UPDATE quay SET ship_id = NULL WHERE berth = 12") == ()
        assert of(reason, "DELETE FROM alarms WHERE berth = 12") == (reason[:-1],)

    def test_a_command_that_has_the_very_word_did_it(self) -> None:
        reason = "Please purge the queue of berths."
        assert of(reason, "qtool purge berths", kind=Kind.SHELL) == ()
        assert of(reason, "qtool list berths", kind=Kind.SHELL) == (
            "Please purge the queue of berths",
        )

    def test_nothing_is_said_where_an_action_or_the_reason_cannot_be_read(self) -> None:
        assert of(COPY, COPIED, CORRECTED, "\x00??") == ()
        assert of("Bitte den Platz 12 frei machen und die Kopie entfernen.", CORRECTED) == ()


class TestWouldEnd:
    def test_what_was_left_behind_is_ended_by_its_name_or_as_a_copy(self) -> None:
        assert would_end("drop the copy", "table rates_old")
        assert would_end("and then delete rates_old", "table rates_old")
        assert not would_end("delete rates", "table rates_old")
        assert not would_end("copy rates", "table rates_old")
