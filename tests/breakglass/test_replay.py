"""Whoever changes rows by SQL is found: the record is replayed, and says what they said before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Part
from audit import erasure, log, sequencer
from audit.differences import Difference, Replay
from audit.events import Erased
from audit.models import Cursor, Entry, Pending
from audit.replay import rounds, walk
from audit.replay import transitions as replays
from breakglass import transitions
from breakglass.models import Freeze, Grant, Request
from targets.models import Target
from tests.audit.make import sql, unprotected
from tests.make import (
    NOON,
    REASON,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_target,
    make_user,
    voice,
)
from tests.record import facts, kinds
from tests.shared import made_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("life")]
LATER = NOON + timedelta(minutes=5)
END = NOON + timedelta(hours=3)
HOUR = timedelta(hours=1)


def enter() -> None:
    while sequencer.run_once(at=END):
        pass


def replay() -> list[str]:
    """Replay everything; return what differs, as the page says it."""
    replays.ask_for_replay(by=None, at=END)
    while rounds.go_on(lambda: END):
        pass
    return [difference.what for difference in Difference.objects.open()]


def _life() -> None:
    """Everything that can happen to requests, decisions, grants and freezes, entered."""
    two = [make_target("shop-db"), make_target("pay-db")]
    scenario = make_scenario(targets=two, max_minutes=300, max_concurrent=9)
    make_group("Responders", make_user("rob"), make_user("rosa"), part=Part.RESPONDER)
    ada, eve = make_user("ada"), make_user("eve")

    def ask(**ask: Any) -> Request:
        return make_request(scenario, at=NOON, **ask)

    approved = transitions.approve(ask(), voice=voice("bob", "Go."), at=LATER)
    more = transitions.ask_for_more_time(
        approved.grant, by=ada, minutes=20, justification=REASON, at=LATER
    )
    transitions.approve(more, voice=voice("bob"), at=LATER)
    transitions.relinquish(approved.grant, by=ada, at=LATER)
    transitions.deny(ask(), voice=voice("carl", "Not so."), at=LATER)
    countered = ask()
    offer = transitions.Offer(minutes=10, targets=two[:1], read_only=True)
    transitions.counter(countered, voice=voice("bob", "Less."), offer=offer, at=LATER)
    transitions.decline_counter(countered, by=ada, at=LATER + timedelta(minutes=1))
    transitions.counter(countered, voice=voice("bob", "Less!"), offer=offer, at=LATER + HOUR / 30)
    transitions.accept_counter(countered, by=ada, at=LATER + HOUR / 20)
    transitions.expire(countered.grant, at=END)
    transitions.withdraw(ask(), by=ada, at=LATER)
    lapsed = ask()
    transitions.lapse(lapsed, at=lapsed.lapse_at)
    transitions.approve(ask(starts_at=NOON + HOUR), voice=voice("bob"), at=LATER)
    begun = transitions.approve(ask(starts_at=NOON + HOUR), voice=voice("bob"), at=LATER)
    transitions.activate(begun.grant, at=NOON + HOUR)
    ratified = make_broken_glass(scenario, by=eve)
    transitions.ratify(ratified, voice=voice("bob"), at=LATER)
    transitions.name_reference(ratified, by=eve, reference="INC-20481", at=LATER)
    refused = make_broken_glass(scenario, by=eve)
    transitions.refuse(refused, voice=voice("carl", "No reason."), at=LATER)
    overdue = make_broken_glass(scenario, by=eve)
    transitions.overdue(overdue, at=overdue.ratify_by or END)
    frozen = transitions.freeze(by=make_user("rob"), reason="Odd queries.", person=eve, at=LATER)
    transitions.lift(frozen, by=make_user("rosa"), reason="All is well again.", at=LATER)
    transitions.keep(frozen, by=make_user("rob"), at=LATER)
    transitions.lift(frozen, by=make_user("rob"), reason="All is well again.", at=LATER)
    transitions.lift(frozen, by=make_user("rosa"), reason="All is well again.", at=LATER)
    enter()


life = made_once(_life)


TAMPERED = {
    "the state": (
        "UPDATE breakglass_request SET state = 'approved' WHERE state = 'denied'",
        "state: “approved” in the table, “denied” by entry",
    ),
    "when it was decided": (
        "UPDATE breakglass_request SET decided_at = decided_at + interval '1 s' WHERE state ="
        " 'lapsed'",
        "decided_at: ",
    ),
    "when it was sent": (
        "UPDATE breakglass_request SET submitted_at = submitted_at - interval '1 us' WHERE"
        " state = 'denied'",
        "submitted_at: ",
    ),
    "whose it is": (
        "UPDATE breakglass_request SET requester_id = (SELECT id FROM accounts_user WHERE"
        " email = 'bob@example.com') WHERE state = 'withdrawn'",
        "requester: “user:",
    ),
    "who filed it": (
        "UPDATE breakglass_request SET filed_by_id = (SELECT id FROM accounts_user WHERE"
        " email = 'bob@example.com') WHERE state = 'withdrawn'",
        "filed_by: ",
    ),
    "the reason": (
        "UPDATE breakglass_request SET justification = 'A better reason.' WHERE state = 'denied'",
        "justification: “A better reason.” in the table",
    ),
    "the reference": (
        "UPDATE breakglass_request SET reference = 'INC-1' WHERE state = 'denied'",
        "reference: “INC-1” in the table, “nothing” by entry",
    ),
    "how long": (
        "UPDATE breakglass_request SET minutes = 299 WHERE state = 'withdrawn'",
        "minutes: “299” in the table",
    ),
    "read-only": (
        "UPDATE breakglass_request SET read_only = NOT read_only WHERE state = 'lapsed'",
        "read_only: ",
    ),
    "the ratification": (
        "UPDATE breakglass_request SET ratification = 'ratified' WHERE ratification = 'refused'",
        "ratification: “ratified” in the table, “refused” by entry",
    ),
    "the targets of a request": (
        "DELETE FROM breakglass_request_targets t USING breakglass_request r WHERE r.id ="
        " t.request_id AND r.state = 'denied' AND t.target_id = (SELECT id FROM"
        " targets_target WHERE slug = 'shop-db')",
        "targets: “pay-db” in the table, “pay-db, shop-db” by entry",
    ),
    "a decision's person": (
        "UPDATE breakglass_decision SET by_id = (SELECT id FROM accounts_user WHERE email ="
        " 'rita@example.com') WHERE kind = 'deny'",
        "decision: “deny” of user:",
    ),
    "a decision's kind": (
        "UPDATE breakglass_decision SET kind = 'approve' WHERE kind = 'deny'",
        "stands in the table, and in no entry so",
    ),
    "a decision's words": (
        "UPDATE breakglass_decision SET comment = 'Gladly.' WHERE kind = 'deny'",
        "decision: comment: “Gladly.” in the table, “Not so.” by entry",
    ),
    "a decision's step": (
        "UPDATE breakglass_decision SET step = 7 WHERE kind = 'deny'",
        "decision: step: “7”",
    ),
    "an offer": (
        "UPDATE breakglass_decision SET minutes = 100 WHERE answer = 'declined'",
        "decision: minutes: “100”",
    ),
    "an answer": (
        "UPDATE breakglass_decision SET answer = 'accepted' WHERE answer = 'declined'",
        "decision: answer: “accepted” in the table, “declined” by entry",
    ),
    "a decision removed": (
        "DELETE FROM breakglass_decision WHERE kind = 'refuse'",
        "decision: “refuse” of user:",
    ),
    "a grant's end": (
        "UPDATE breakglass_grant SET ends_at = ends_at + interval '1 h' WHERE status ="
        " 'relinquished'",
        "ends_at: ",
    ),
    "a grant's status": (
        "UPDATE breakglass_grant SET status = 'expired' WHERE status = 'revoked'",
        "status: “expired” in the table, “revoked” by entry",
    ),
    "a grant's start": (
        "UPDATE breakglass_grant SET starts_at = starts_at - interval '1 m' WHERE status ="
        " 'scheduled'",
        "starts_at: ",
    ),
    "a grant's activation": (
        "UPDATE breakglass_grant SET activated_at = activated_at - interval '1 m' WHERE"
        " status = 'active'",
        "activated_at: ",
    ),
    "a grant's holder": (
        "UPDATE breakglass_grant SET holder_id = (SELECT id FROM accounts_user WHERE email ="
        " 'bob@example.com') WHERE status = 'active'",
        "holder: ",
    ),
    "who ended a grant": (
        "UPDATE breakglass_grant SET ended_by_id = NULL WHERE status = 'relinquished'",
        "ended_by: “nothing” in the table",
    ),
    "why a grant ended": (
        "UPDATE breakglass_grant SET end_reason = 'Done.' WHERE status = 'revoked' AND"
        " end_reason LIKE 'Rat%%'",
        "end_reason: “Done.” in the table",
    ),
    "the way a grant began": (
        "UPDATE breakglass_grant SET break_glass = false WHERE break_glass",
        "break_glass: “False”",
    ),
    "the targets of a grant": (
        "DELETE FROM breakglass_grant_targets t USING breakglass_grant g WHERE g.id ="
        " t.grant_id AND g.status = 'active'",
        "targets: “nothing",
    ),
    "a freeze's reason": (
        "UPDATE breakglass_freeze SET reason = 'None.'",
        "reason: “None.”",
    ),
    "a freeze lifted alone": (
        "UPDATE breakglass_freeze SET lifted_by_id = imposed_by_id, lift_proposed_by_id ="
        " lifted_by_id",
        "lifted_by: ",
    ),
    "a freeze's time": (
        "UPDATE breakglass_freeze SET imposed_at = imposed_at - interval '1 h'",
        "imposed_at: ",
    ),
    "a freeze removed": (
        "DELETE FROM breakglass_freeze",
        "it is in no table any more; entry",
    ),
}


class TestReplay:
    def test_everything_that_can_happen_is_what_the_tables_say(self) -> None:
        assert replay() == []

        (fact,) = facts("audit.replayed")
        things = Request.objects.count() + Grant.objects.count() + Freeze.objects.count()
        assert (fact["compared"], fact["unexplained"]) == (things, 0)

    @pytest.mark.parametrize("case", TAMPERED.values(), ids=list(TAMPERED))
    def test_a_row_that_was_changed_by_sql_is_found(self, case: tuple[str, str]) -> None:
        statement, says = case
        sql(statement)

        found = replay()

        assert any(says in text for text in found), found
        assert "audit.replay_failed" in kinds()

    def test_a_row_that_nobody_made_is_found(self) -> None:
        sql(
            "INSERT INTO breakglass_freeze (id, kind, reason, imposed_at, imposed_by_id)"
            " SELECT gen_random_uuid(), 'all', 'Ha.', now(), id FROM accounts_user LIMIT 1"
        )

        assert replay() == ["it stands in the table, and no entry tells of it"]

    def test_goes_on_where_it_was_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(walk, "CHUNK", 2)
        sql("UPDATE breakglass_freeze SET reason = 'None.'")
        replays.ask_for_replay(by=None, at=END)
        late = iter([*[END] * 10, END + HOUR])
        things = Request.objects.count() + Grant.objects.count() + Freeze.objects.count()

        assert rounds.go_on(lambda: next(late)) is True
        assert 0 < Replay.objects.get().compared < things

        assert len(replay()) == 1
        ended = Replay.objects.get()
        assert (ended.ended_at, ended.compared) == (END, things)


class TestNoFalseAlarm:
    def test_what_is_not_entered_yet_is_left_for_the_next_time(self) -> None:
        transitions.expire(Grant.objects.get(status="active"), at=NOON + 9 * HOUR)

        assert replay() == []

    def test_what_happens_while_one_looks_is_looked_at_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        histories, once = walk._histories, [True]  # noqa: SLF001

        def between(*args: Any) -> Any:
            read = histories(*args)
            if args[0] == "grant" and once:
                once.clear()
                transitions.expire(Grant.objects.get(status="active"), at=NOON + 9 * HOUR)
                enter()
            return read

        monkeypatch.setattr(walk, "_histories", between)

        assert replay() == []
        assert not once

    def test_a_target_that_is_called_otherwise_now_is_the_same(self) -> None:
        target = Target.objects.get(slug="shop-db")
        target.name = "Shop, new"
        target.save()
        enter()

        assert replay() == []

    @pytest.mark.parametrize("part", ["p", "d"])
    def test_what_was_erased_is_not_missed(self, part: str, erased: Callable[[str], None]) -> None:
        erased(part)

        assert replay() == []

    def test_while_words_go_from_tables_and_record_nothing_is_believed(self) -> None:
        sql("UPDATE breakglass_freeze SET reason = '(forgotten)'")
        first = Entry.objects.get(kind="freeze.imposed")
        erased = Erased(
            compartment="p", seqs=[first.seq], range=None, legal_basis="gdpr-17",
            requested_by="user:1", approver="user:2", reference="",
        )  # fmt: skip
        with transaction.atomic():
            log.record(erased, actor="user:2", subject="user:1", at=END)

        assert replay() == []
        enter()
        assert replay() == []
        assert not Replay.objects.get().ended_at

        Cursor.objects.create(name=erasure.CURSOR, seq=Entry.objects.latest("seq").seq)
        assert replay() != []

    def test_what_was_pruned_is_not_missed(self, pruned: None) -> None:
        assert replay() == []


@pytest.fixture
def erased() -> Callable[[str], None]:
    """Take all payloads of one compartment away."""

    def run(part: str) -> None:
        with unprotected():
            sql("DELETE FROM audit_payload WHERE part = %s", part)

    return run


@pytest.fixture
def pruned(erased: Callable[[str], None]) -> None:
    """Take every entry away but the last."""
    erased("p")
    erased("d")
    with unprotected():
        sql("DELETE FROM audit_entry WHERE seq < (SELECT max(seq) FROM audit_entry)")
        sql("UPDATE audit_entry SET at = '2027-01-01'")


class TestAlarm:
    def test_is_one_for_all_new_ones_and_none_for_those_that_are_known(self) -> None:
        sql("UPDATE breakglass_freeze SET reason = 'None.', imposed_at = '2026-01-01'")
        replay()
        (fact,) = facts("audit.replay_failed")
        assert (fact["found"], len(fact["examples"])) == (2, 2)
        assert fact["examples"][0].startswith("freeze:")

        replay()

        assert len(facts("audit.replay_failed")) == 1
        assert facts("audit.replayed")[-1]["unexplained"] == 2

    def test_the_tampered_record_of_pending_events_shows_as_a_difference(self) -> None:
        transitions.expire(Grant.objects.get(status="active"), at=NOON + 9 * HOUR)
        Pending.objects.all().delete()

        assert any("status: “expired” in the table" in text for text in replay())
