"""The record is anchored and gives signs of life, and what fails outside is told once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from audit import evidence, heads, notes, slots
from audit.anchors import keeping, places, witnesses
from audit.models import Checkpoint, Entry
from audit.outside import Anchor, Cosignature, Place
from tests.audit.core.make import WITNESSES, ask, write
from tests.audit.make import NOON, happen, sequence, sql, unprotected
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)
W1 = notes.vkey("w1", WITNESSES["w1"].public_key(), kind=notes.WITNESS)


@pytest.fixture(autouse=True)
def one_witness(settings: Settings) -> None:
    settings.LEDGER_WITNESSES = [f"{W1} https://w1.example.org"]


def cosign(at: datetime = NOON) -> Checkpoint:
    """Have the witness sign the newest head at some time."""
    head = Checkpoint.objects.latest("size")
    text, seconds = head.note.partition("\n\n")[0] + "\n", int(at.timestamp())
    line = notes.cosign(text, name="w1", key=WITNESSES["w1"], at=seconds)
    Cosignature.objects.create(checkpoint=head, witness=W1, line=line, at=at)
    return head


@pytest.fixture
def grow(seal: Callable[[], None]) -> Callable[..., Checkpoint]:
    """Enter what is pending, and something else, at a time; sign it, and have it witnessed."""

    def run(at: datetime, *, count: int = 1) -> Checkpoint:
        for _ in range(count):
            happen(at=at)
        sequence(at)
        seal()
        return cosign(at)

    return run


class TestAnchors:
    def test_each_quarter_of_an_hour_a_head_is_put_into_the_record(
        self, grow: Callable[..., Checkpoint]
    ) -> None:
        for minute in range(0, 46, 5):
            at = NOON + timedelta(minutes=minute)
            grow(at)
            keeping.look_after(at=at)

        sizes = list(Anchor.objects.values_list("checkpoint", flat=True))
        assert sizes == [1, 5, 9, 13]
        assert Entry.objects.filter(kind="audit.anchor").count() == 3  # the last one is pending

    def test_the_verifier_says_after_which_time_an_entry_was_made(
        self, grow: Callable[..., Checkpoint], tmp_path: Path
    ) -> None:
        grow(NOON)
        keeping.look_after(at=NOON)
        grow(NOON + QUARTER)
        folder = write(dict(evidence.record_files()), tmp_path / "log")
        (tmp_path / "policy").write_text(witnesses.policy_file())

        code, said = ask("time", "2", folder, "--policy", tmp_path / "policy")

        assert code == 0, said
        assert "made after: 2026-11-02T12:00:00+00:00" in said
        assert "before: 2026-11-02T12:15:00+00:00" in said

    def test_34_an_entry_that_says_a_later_time_than_its_witness_is_found(
        self, grow: Callable[..., Checkpoint], tmp_path: Path
    ) -> None:
        grow(NOON)
        keeping.look_after(at=NOON)
        grow(NOON - timedelta(hours=1))  # by the witness's clock; the record says noon
        folder = write(dict(evidence.record_files()), tmp_path / "log")
        (tmp_path / "policy").write_text(witnesses.policy_file())

        code, said = ask("log", folder, "--policy", tmp_path / "policy")

        assert code == 1
        assert "but was witnessed at" in said

    def test_what_was_anchored_is_given_away_as_it_was_then(
        self, grow: Callable[..., Checkpoint]
    ) -> None:
        head = grow(NOON)
        keeping.look_after(at=NOON)
        before = heads.cosigned(head)
        Cosignature.objects.create(checkpoint=head, witness="later", line="— later\n", at=NOON)

        assert heads.cosigned(Checkpoint.objects.get(size=1)) == before
        assert Anchor.objects.get().note == before


class TestHeartbeat:
    def test_comes_when_nothing_else_happened(
        self, settings: Settings, seal: Callable[[], None]
    ) -> None:
        settings.LEDGER_WITNESSES = []
        happen()
        sequence(NOON)
        for minutes in (1, 14, 15):
            keeping.look_after(at=NOON + timedelta(minutes=minutes))

        assert kinds() == ["audit.heartbeat"]

    def test_makes_a_silent_end_visible(
        self, settings: Settings, seal: Callable[[], None], tmp_path: Path
    ) -> None:
        settings.LEDGER_WITNESSES = []
        happen()
        for minutes in range(0, 61, 15):
            at = NOON + timedelta(minutes=minutes)
            sequence(at)
            keeping.look_after(at=at)
        sequence(at)
        seal()
        folder = write(dict(evidence.record_files()), tmp_path / "log")
        (tmp_path / "policy").write_text(witnesses.policy_file())

        words = ["log", folder, "--policy", tmp_path / "policy", "--now"]
        assert ask(*words, "2026-11-02T13:30:00Z")[0] == 0
        assert ask(*words, "2026-11-02T14:00:00Z")[0] == 2

    def test_there_is_none_in_an_empty_record(self) -> None:
        keeping.look_after(at=NOON)
        assert kinds() == []


class TestTelling:
    def fail(self, seconds: int, **how: bool) -> None:
        at = NOON + timedelta(seconds=seconds)
        places.failed(Place.Kind.WITNESS, "w1", why="It does not answer.", at=at, **how)

    def look(self, seconds: int) -> list[str]:
        keeping.look_after(at=NOON + timedelta(seconds=seconds))
        return [kind for kind in kinds() if kind.startswith("audit.")]

    def test_a_place_that_fails_for_a_minute_is_told_once_and_once_that_it_is_back(self) -> None:
        self.fail(0)
        assert self.look(30) == []
        self.fail(50)
        assert self.look(60) == ["audit.anchor_lost"]
        for seconds in (90, 600):
            self.fail(seconds)
            assert self.look(seconds) == ["audit.anchor_lost"]
        places.went_well(Place.Kind.WITNESS, "w1", size=3, at=NOON)
        assert self.look(700) == ["audit.anchor_lost", "audit.anchor_regained"]
        assert self.look(900) == ["audit.anchor_lost", "audit.anchor_regained"]
        assert facts("audit.anchor_lost") == [{"place": "w1", "why": "It does not answer."}]

    def test_a_short_one_is_not_told_at_all(self) -> None:
        self.fail(0)
        places.went_well(Place.Kind.WITNESS, "w1", size=3, at=NOON)
        assert self.look(90) == []

    def test_a_contradiction_is_told_at_once_even_where_it_is_over(self) -> None:
        self.fail(0, contradicts=True)
        places.went_well(Place.Kind.WITNESS, "w1", size=3, at=NOON)
        assert self.look(1) == ["audit.contradicted"]
        places.went_well(Place.Kind.WITNESS, "w1", size=3, at=NOON)
        assert self.look(2) == ["audit.contradicted", "audit.anchor_regained"]

    def test_a_failure_that_turns_out_to_be_a_contradiction_is_told_as_such(self) -> None:
        self.fail(0)
        assert self.look(60) == ["audit.anchor_lost"]
        self.fail(61, contradicts=True)
        assert self.look(62) == ["audit.anchor_lost", "audit.contradicted"]

    def test_nobody_misses_what_the_settings_do_not_name(self, settings: Settings) -> None:
        self.fail(0)
        settings.LEDGER_WITNESSES = []
        assert self.look(90) == []


class TestLamp:
    @pytest.fixture
    def request_(self) -> HttpRequest:
        return RequestFactory().get("/")

    def test_there_is_none_without_witnesses(
        self, request_: HttpRequest, settings: Settings
    ) -> None:
        settings.LEDGER_WITNESSES = []
        assert slots.seers(request_) == []

    def test_says_how_many_saw_how_much(
        self, request_: HttpRequest, grow: Callable[..., Checkpoint]
    ) -> None:
        grow(NOON)
        (lamp,) = slots.seers(request_)
        assert (lamp.tone, lamp.detail) == ("ok", "1 of 1 saw 1 entries")

    def test_is_red_when_one_fails_and_says_why(self, request_: HttpRequest) -> None:
        places.failed(Place.Kind.WITNESS, "w1", why="It does not answer.", at=NOON)
        (lamp,) = slots.seers(request_)
        assert (lamp.tone, lamp.detail) == ("danger", "w1: It does not answer.")

    def test_is_red_when_new_heads_do_not_get_there(
        self, request_: HttpRequest, seal: Callable[[], None]
    ) -> None:
        happen()
        sequence()
        seal()
        with unprotected():
            sql("UPDATE audit_checkpoint SET sealed_at = %s", timezone.now())
        assert slots.seers(request_)[0].tone == "ok"
        with unprotected():
            sql("UPDATE audit_checkpoint SET sealed_at = %s", timezone.now() - QUARTER)
        assert slots.seers(request_)[0].tone == "danger"
