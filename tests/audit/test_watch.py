"""The record verifies itself: what is new each minute, all of it each night and when asked."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Part, User
from audit import transitions, tree, verify, watch
from audit.events import VerifyFailed, VerifyMended
from audit.models import Run, State, Verification
from audit.replay import rounds
from core.errors import NotAllowed
from tests.audit.make import NOON, happen, sequence, sql, unprotected
from tests.make import make_group, make_user
from tests.record import actors, facts, kinds
from tests.shared import made_once

pytestmark = pytest.mark.django_db
NIGHT = datetime.combine(NOON.date(), watch.NIGHT)
PAGE, NOW = "/ledger/verification/", "/ledger/verification/now"
FOUND = {"audit.verified", "audit.verify_failed", "audit.verify_mended"}


def clock(*seconds: float) -> Callable[[], datetime]:
    """Return a clock that says these seconds after noon, one after the other, then the last."""
    left = [NOON + timedelta(seconds=second) for second in seconds]
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def found() -> list[str]:
    """Return what verification has put on the record, and is not entered yet."""
    return [kind for kind in kinds() if kind in FOUND]


def set_actor(name: str) -> None:
    """Be the superuser who changes who did what entry 1 tells."""
    with unprotected():
        sql("UPDATE audit_entry SET actor = %s WHERE seq = 1", name)


def _long() -> int:
    """A record of some hundred entries, and a verification that takes many steps."""
    for number in range(600):
        happen(f"thing:{number % 40}")
    return len(sequence())


long = made_once(_long, scope="class")


class TestSteps:
    @pytest.mark.parametrize("step", [1, 100, 256, 300, 5000])
    def test_end_where_one_walk_ends(self, long: int, step: int) -> None:
        good, steps = tree.Frontier(), 0
        while good.size < long:
            verdict = verify.verify(after=good, most=step * 20 if step == 1 else step)
            assert (verdict.why, verdict.is_all) == ("", verdict.tree.size == long)
            good, steps = verdict.tree, steps + 1

        assert good == State.objects.get().tree
        assert steps == -(-long // (20 if step == 1 else step))

    def test_find_what_one_walk_finds(self, long: int) -> None:
        with unprotected():
            sql("UPDATE audit_entry SET version = version + 1 WHERE seq = 550")

        verdict = verify.verify(after=verify.verify(most=500).tree, most=500)

        assert (verdict.bad, "column version" in verdict.why) == (550, True)


@pytest.mark.usefixtures("long")
class TestNew:
    def test_says_once_what_is_wrong_however_often_it_looks(self) -> None:
        set_actor("user:eve")

        for minute in range(3):
            watch.look_at_new(clock(minute * 60))

        (fact,) = facts("audit.verify_failed")
        assert (fact["bad"], "column actor" in fact["why"]) == (1, True)
        assert Verification.objects.get().bad == 1

    def test_says_that_it_is_whole_again(self) -> None:
        set_actor("user:eve")
        watch.look_at_new(clock(0))
        set_actor("user:ada")

        watch.look_at_new(clock(60))

        assert found() == ["audit.verify_failed", "audit.verify_mended"]
        assert Verification.objects.get().why == ""

    def test_says_nothing_while_all_is_well(self, long: int) -> None:
        watch.look_at_new(clock(0))

        assert found() == []
        assert Verification.objects.get().seq == long - 1

    def test_goes_on_next_time_where_its_time_was_over(
        self, long: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watch, "STEP", 100)

        watch.look_at_new(clock(0, 1, 99))
        assert Verification.objects.get().seq == 99
        watch.look_at_new(clock(0))

        assert Verification.objects.get().seq == long - 1


@pytest.mark.usefixtures("long")
class TestWhole:
    def test_is_verified_once_a_night(self, long: int) -> None:
        watch.begin_night(at=NIGHT + timedelta(minutes=1))
        watch.go_on(clock(0))
        watch.begin_night(at=NIGHT + timedelta(hours=23))
        assert Run.objects.count() == 1

        watch.begin_night(at=NIGHT + timedelta(hours=24))

        assert Run.objects.count() == 2

    def test_before_two_oclock_the_night_is_that_of_yesterday(self) -> None:
        watch.begin_night(at=NIGHT - timedelta(hours=1))
        watch.go_on(clock(0))
        watch.begin_night(at=NIGHT + timedelta(hours=1))

        assert Run.objects.count() == 2

    def test_goes_on_after_whatever_stopped_it(
        self, long: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watch, "STEP", 256)
        transitions.ask_for_verification(by=None, at=NOON)

        assert watch.go_on(clock(0, 1, 1, 99)) is True
        assert (Run.objects.get().done, found()) == (256, [])
        assert watch.go_on(clock(100)) is False

        run = Run.objects.get()
        assert (run.done, run.size, run.why) == (long, long, "")
        assert facts("audit.verified")[0]["entries"] == long
        assert watch.standing().seq == long - 1

    def test_sees_what_a_look_at_the_newest_does_not(self, auditor: User, long: int) -> None:
        watch.look_at_new(clock(0))
        set_actor("user:eve")
        watch.look_at_new(clock(60))
        assert watch.standing().why == ""

        transitions.ask_for_verification(by=auditor, at=NOON)
        watch.go_on(clock(90))

        state = watch.standing()
        assert (state.bad, "column actor" in state.why) == (1, True)
        assert actors("audit.verify_failed") == [auditor.ref]

    def test_is_whole_again_only_when_all_of_it_was_looked_at(self, long: int) -> None:
        set_actor("user:eve")
        transitions.ask_for_verification(by=None, at=NOON)
        watch.go_on(clock(0))
        watch.look_at_new(clock(60))
        set_actor("user:ada")
        watch.look_at_new(clock(120))
        assert "audit.verify_mended" not in found()

        transitions.ask_for_verification(by=None, at=NOON + timedelta(seconds=130))
        watch.go_on(clock(130))

        assert found()[-1] == "audit.verify_mended"
        assert watch.standing().why == ""


def test_an_empty_record_is_whole() -> None:
    transitions.ask_for_verification(by=None, at=NOON)

    assert watch.go_on(clock(0)) is False
    assert Run.objects.get().ended_at == NOON


class TestAsking:
    def test_two_who_ask_share_one_run(self, auditor: User) -> None:
        first = transitions.ask_for_verification(by=auditor, at=NOON)

        assert transitions.ask_for_verification(by=None, at=NOON) == first

    def test_others_may_not(self) -> None:
        with pytest.raises(NotAllowed, match="Only auditors, compliance officers and admin"):
            transitions.ask_for_verification(by=make_user("eve"), at=NOON)

        assert (Run.objects.count(), kinds()) == (0, ["access.refused"])

    def test_is_undone_when_the_record_fails(
        self, auditor: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = transitions.ask_for_verification(by=auditor, at=NOON)
        monkeypatch.setattr("audit.log.record", lambda *_, **__: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            watch.go_on(clock(0))

        run.refresh_from_db()
        assert run.ended_at is None

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"ended_at": NOON, "why": "It is."},
            {"ended_at": NOON, "bad": 3},
            {"ended_at": NOON - timedelta(seconds=1)},
        ],
    )
    def test_database_refuses(self, fields: dict[str, object]) -> None:
        Run.objects.create(asked_at=NOON)

        with pytest.raises(IntegrityError), transaction.atomic():
            Run.objects.create(asked_at=NOON, **fields)


@pytest.mark.usefixtures("long")
class TestPage:
    @pytest.mark.parametrize("part", [Part.AUDITOR, Part.COMPLIANCE, Part.ADMINISTRATOR])
    def test_those_who_see_to_it_have_it_verified_and_see_it(
        self, client: Client, long: int, part: Part
    ) -> None:
        person = make_user("max")
        make_group("them", person, part=part)
        client.force_login(person)

        asked = client.post(NOW, follow=True).content.decode()
        assert f'<progress max="{long}" value="0"' in asked
        assert 'hx-trigger="every 1s"' in asked
        watch.go_on(timezone.now)
        rounds.go_on(timezone.now)

        text = client.get(PAGE).content.decode()
        assert "hx-trigger" not in text
        assert "Max" in text
        assert text.count("Whole</span>") == 1

    @pytest.mark.parametrize("how", ["get", "post"])
    def test_others_are_refused(self, client: Client, how: str) -> None:
        client.force_login(make_user("eve"))

        response = getattr(client, how)(PAGE if how == "get" else NOW)

        assert response.status_code == 403
        assert "Only auditors, compliance officers and admin" in response.content.decode()

    def test_an_administrator_sees_no_way_to_the_entries(self, client: Client) -> None:
        make_group("administrators", make_user("max"), part=Part.ADMINISTRATOR)
        client.force_login(make_user("max"))

        text = client.get(PAGE).content.decode()

        assert 'href="/ledger/"' not in text
        assert f'href="{PAGE}" aria-current="page"' in text

    def test_says_that_no_worker_takes_it_up(self, signed_in: Client) -> None:
        Run.objects.create(asked_at=NOON, size=7)

        assert "Is the worker running?" in signed_in.get(PAGE).content.decode()

    def test_every_page_of_those_who_see_to_it_names_the_first_bad_entry(
        self, signed_in: Client, client: Client, long: int
    ) -> None:
        set_actor("user:eve")
        transitions.ask_for_verification(by=None, at=NOON)
        watch.go_on(clock(0))

        banner = 'class="banner danger"'
        assert banner in signed_in.get("/profile/").content.decode()
        assert "not whole from entry 1 on" in signed_in.get("/ledger/").content.decode()
        client.force_login(make_user("eve"))
        assert banner not in client.get("/profile/").content.decode()


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (VerifyFailed(bad=3, why="Entry 3 is missing."), "not whole: Entry 3 is missing."),
        (VerifyMended(before="Entry 3 is missing."), "whole again; before, it was said: Entry 3"),
    ],
)
def test_says_in_a_sentence(event: VerifyFailed | VerifyMended, says: str) -> None:
    assert says in event.sentence()
