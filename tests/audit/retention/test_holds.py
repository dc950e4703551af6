"""What is under a legal hold is neither pruned nor erased, until two people lift it."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Part, User
from audit import erasure
from audit import transitions as record
from audit.differences import Difference
from audit.erasure import About, Found
from audit.holds import Hold
from audit.replay import rounds
from audit.replay import transitions as replays
from audit.retention.plan import plan
from audit.retention.transitions import keep_hold, lift_hold, place_hold
from core import forgetting
from core.errors import BadInput, NotAllowed, WrongState
from core.forgetting import Trace
from tests.audit.make import ORDER, happen, sequence, sql, unprotected
from tests.audit.retention.make import (
    CUT,
    NEW,
    NOW,
    OLD,
    fill,
    fill_record,
    finish,
    order,
    seqs,
)
from tests.make import make_group, make_user
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db
CASE = f"request:{'1' * 32}"


@pytest.fixture
def carla() -> User:
    """A compliance officer."""
    carla = make_user("carla")
    make_group("Compliance", carla, part=Part.COMPLIANCE)
    return carla


@pytest.fixture
def alma() -> User:
    """An administrator."""
    alma = make_user("alma")
    make_group("Administrators", alma, part=Part.ADMINISTRATOR)
    return alma


def hold(by: User, kind: str = "case", ref: str = CASE) -> Hold:
    return place_hold(kind, ref, reason="A lawsuit.", by=by, at=NOW)


class TestVerbs:
    def test_placing_and_lifting_by_two_is_on_the_record(self, carla: User, alma: User) -> None:
        held = hold(carla)

        lift_hold(held, reason="It is over.", by=alma, at=NOW)
        assert Hold.objects.standing().exists()
        lift_hold(held, reason="", by=carla, at=NOW)

        assert not Hold.objects.standing().exists()
        assert kinds() == ["hold.placed", "hold.lift_proposed", "hold.lifted"]
        assert facts("hold.placed") == [{"scope": "case", "ref": CASE, "reason": "A lawsuit."}]
        assert Hold.objects.over().get().lifted_by == carla.ref

    def test_nobody_lifts_alone_but_may_take_it_back(self, carla: User) -> None:
        held = hold(carla)
        lift_hold(held, reason="It is over.", by=carla, at=NOW)
        with pytest.raises(NotAllowed, match="somebody else decides"):
            lift_hold(held, reason="", by=carla, at=NOW)

        keep_hold(held, by=carla, at=NOW)

        held.refresh_from_db()
        assert held.lift_reason == ""
        with pytest.raises(WrongState, match="Nobody proposes"):
            keep_hold(held, by=carla, at=NOW)

    def test_others_are_refused_on_the_record(self, carla: User) -> None:
        held, ada = hold(carla), make_user("ada")
        with pytest.raises(NotAllowed, match="Only compliance officers"):
            hold(ada, "everything", "")
        with pytest.raises(NotAllowed, match="Only compliance officers"):
            lift_hold(held, reason="No.", by=ada, at=NOW)
        with pytest.raises(NotAllowed, match="Only compliance officers"):
            keep_hold(held, by=ada, at=NOW)
        assert kinds().count("access.refused") == 3

    def test_whom_it_is_about_does_not_lift_it(self, carla: User, alma: User) -> None:
        held = hold(carla, "person", alma.ref)

        with pytest.raises(NotAllowed, match="about you"):
            lift_hold(held, reason="It is over.", by=alma, at=NOW)

    def test_what_is_meant_has_to_be_clear(self, carla: User, alma: User) -> None:
        for kind, ref in (("case", alma.ref), ("case", ""), ("person", "user:1"), ("all", "")):
            with pytest.raises(BadInput, match="Name the case"):
                hold(carla, kind, ref)
        with pytest.raises(BadInput, match="at least 10 characters; you wrote 5"):
            place_hold("everything", "", reason=" Held. ", by=carla, at=NOW)
        held = hold(carla)
        with pytest.raises(WrongState, match="already"):
            hold(alma)
        with pytest.raises(BadInput, match="you wrote 5"):
            lift_hold(held, reason="Over.", by=alma, at=NOW)
        lift_hold(held, reason="It is over.", by=alma, at=NOW)
        lift_hold(held, reason="", by=carla, at=NOW)
        with pytest.raises(WrongState, match="lifted already"):
            lift_hold(held, reason="", by=carla, at=NOW)

    def test_is_undone_when_the_record_fails(
        self, carla: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("audit.log.record", fail)
        with pytest.raises(RuntimeError):
            hold(carla)
        assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_hold SET kind = 'all'",
        "UPDATE audit_hold SET ref = ''",
        "UPDATE audit_hold SET lift_reason = 'x'",
        "UPDATE audit_hold SET lifted_at = now(), lifted_by = 'user:1'",
        "UPDATE audit_hold SET lifted_at = now(), lifted_by = 'u', lift_proposed_by = 'u',"
        " lift_proposed_at = now(), lift_reason = 'x'",
        "DELETE FROM audit_hold",
        "TRUNCATE audit_hold",
    ],
)
def test_database_refuses(carla: User, change: str) -> None:
    hold(carla)

    with pytest.raises(IntegrityError), transaction.atomic():
        sql(change)


class TestPruning:
    def test_stops_before_what_is_held(self, carla: User) -> None:
        happen(case=CASE, at=OLD)
        fill(300, at=OLD, cases=0)
        happen(case=CASE, actor="user:eve", at=OLD)
        fill_record()
        sequence(at=OLD)

        def obstacles() -> list[tuple[int, str]]:
            return [(each.seq, str(each.why)) for each in plan(NEW, at=NOW).obstacles]

        assert obstacles() == []
        with transaction.atomic():
            hold(carla)
            assert obstacles() == [(0, f"{CASE} is under a legal hold.")]
            transaction.set_rollback(True)
        with transaction.atomic():
            Hold.objects.create(
                kind="person", ref="user:eve", reason="x", placed_at=NOW, placed_by="user:x"
            )
            assert obstacles() == [(0, "user:eve is under a legal hold.")]  # acted in that case
            transaction.set_rollback(True)
        hold(carla, "everything", "")
        assert obstacles() == [(0, "Everything is under a legal hold.")]

    def test_one_that_came_after_the_entry_wins(
        self, carla: User, alma: User, seal: Callable[[], None]
    ) -> None:
        fill_record()
        order()
        held = hold(carla, "everything", "")
        seal()
        assert finish() == 0
        assert seqs()[0] == 0

        lift_hold(held, reason="It is over.", by=alma, at=NOW)
        lift_hold(held, reason="", by=carla, at=NOW)

        assert finish() == CUT


class TestErasing:
    def test_leaves_what_is_held(self, carla: User) -> None:
        for case in (CASE, f"request:{'2' * 32}"):
            happen(case=case, words="Countess Ada.")
        sequence()
        hold(carla)

        found = erasure.find(About(ref="user:ada", words=["Ada"]))

        assert (found.personal, found.detail) == ([1], [])
        with pytest.raises(BadInput, match="Entry 0 is under a legal hold"):
            record.erase(Found([0]), ORDER, at=NOW)

    def test_of_a_person_waits_for_the_hold(self, carla: User) -> None:
        ada = make_user("ada")
        trace = Trace(person=ada.pk, ref=ada.ref, words=("Ada",))
        assert forgetting.why_not(trace, at=NOW) == []

        hold(carla, "person", ada.ref)

        assert forgetting.why_not(trace, at=NOW) == [
            "A legal hold keeps what is about them, until it is lifted."
        ]


class TestReplay:
    """Whoever lifts or removes a hold by SQL is found."""

    def test_says_what_the_record_says(self, carla: User, alma: User) -> None:
        held, over = hold(carla), hold(carla, "person", "user:" + "3" * 32)
        lift_hold(held, reason="Is it over?", by=carla, at=NOW)
        keep_hold(held, by=alma, at=NOW)
        lift_hold(over, reason="It is over.", by=carla, at=NOW)
        lift_hold(over, reason="", by=alma, at=NOW)
        hold(alma, "everything", "")
        sequence(at=NOW)
        assert replayed() == []

        tamperings = {
            "UPDATE audit_hold SET lifted_at = now(), lifted_by = 'user:x', lift_reason = 'x',"
            " lift_proposed_at = now(), lift_proposed_by = 'user:y' WHERE kind = 'case'":
                "lifted_by: “user:x” in the table, “nothing”",
            "UPDATE audit_hold SET ref = 'request:x' WHERE kind = 'case'": "ref: “request:x”",
            "DELETE FROM audit_hold WHERE kind = 'everything'": "it is in no table any more",
            "INSERT INTO audit_hold SELECT gen_random_uuid(), 'case', 'request:y', 'x', now(),"
            " 'user:x', '', null, '', null, ''": "no entry tells of it",
        }  # fmt: skip
        for tamper, what in tamperings.items():
            with transaction.atomic():
                with unprotected():
                    sql(tamper)
                assert any(what in each for each in replayed()), tamper
                transaction.set_rollback(True)


def replayed() -> list[str]:
    replays.ask_for_replay(by=None, at=NOW)
    while rounds.go_on(lambda: NOW):
        pass
    return [difference.what for difference in Difference.objects.open()]
