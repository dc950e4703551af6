"""A written policy: words go by the class of their case, then the beginning of the record."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from audit import erasure, tasks
from audit.checks import policy
from audit.holds import Hold
from audit.models import Entry, Payload
from audit.retention import expiring, kept, rules
from audit.retention.kept import Kept
from audit.retention.plan import plan
from audit.verify import verify
from core.speech import phrase
from tests.audit.make import happen, sequence
from tests.audit.retention.make import CUT, DAY, NEW, NOW, OLD, fill, fill_record, finish, seqs

pytestmark = pytest.mark.django_db
Seal = Callable[[], None]


@pytest.fixture(autouse=True)
def classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Odd cases are of the class "short", even ones of "long"."""

    def classes_of(cases: object) -> dict[str, str]:
        return {case: ("long", "short")[int(case[-1]) % 2] for case in cases}  # type: ignore[attr-defined]

    monkeypatch.setattr(rules, "_known", [classes_of])


def keep(seal: Seal) -> None:
    """Do what the nights do until nothing more is to do."""
    for _ in range(4):
        expiring.keep_to_policy(at=NOW)
        sequence(at=NOW)
        seal()
        erasure.finish()
        finish()


class TestRules:
    def test_are_read_and_count_from_midnight(self, settings: Settings) -> None:
        settings.RETENTION = ["* entries=400", "short  words=90 entries=0"]

        assert rules.of("*").words_until(NOW) is None
        assert str(rules.of("short").words_until(NEW)) == "2026-11-12 00:00:00+00:00"
        assert rules.of("long").entries_until(NOW) is None

    @pytest.mark.parametrize(
        "lines", [["standard"], ["* 400"], ["a words=x"], ["a words=1 words=2"], ["a words=1"] * 2]
    )
    def test_that_cannot_be_read_are_an_error(self, settings: Settings, lines: list[str]) -> None:
        settings.RETENTION = lines

        with pytest.raises(ImproperlyConfigured, match="RETENTION"):
            rules.rules()
        assert policy()[0].id == "audit.E002"

    def test_by_default_everything_stays(self, seal: Seal, settings: Settings) -> None:
        fill_record()
        keep(seal)

        assert seqs()[0] == 0
        assert Payload.objects.filter(part="p").count() == 331
        assert policy() == []


class TestWords:
    def test_go_by_the_class_of_their_case(self, seal: Seal, settings: Settings) -> None:
        settings.RETENTION = ["short words=150", "* words=150"]
        for number in range(4):
            happen(case=f"case:{number}", words="Old words.", at=OLD)
        happen(words="Of no case.", at=OLD)
        sequence(at=OLD)
        happen(case="case:3", words="It went on.", at=NEW)
        happen(words="New.", at=NEW)
        sequence(at=NEW)

        keep(seal)

        assert left() == [0, 2, 3, 5, 6]
        erased = Entry.objects.filter(kind="audit.erased").order_by("seq")
        assert [entry.actor for entry in erased] == ["system:retention"]
        assert verify().why == ""

    def test_stay_where_something_must(
        self, seal: Seal, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.RETENTION = ["short words=150"]
        for number in (1, 3, 5):
            happen(case=f"case:{number}", at=OLD)
        sequence(at=OLD)
        is_open = Kept(ref="case:1", why=phrase("It is open."))
        monkeypatch.setattr(kept, "_known", [lambda _: [is_open]])
        Hold.objects.create(
            kind="case", ref="case:3", reason="x", placed_at=NOW, placed_by="user:x"
        )

        keep(seal)

        assert left() == [0, 1]


def left() -> list[int]:
    rows = Payload.objects.filter(part="p").exclude(entry__kind__startswith="audit.")
    return list(rows.order_by("entry").values_list("entry_id", flat=True))


class TestEntries:
    def test_of_the_beginning_go_at_night(self, seal: Seal, settings: Settings) -> None:
        settings.RETENTION = ["* entries=150", "short entries=150", "long entries=150"]
        fill_record()
        seal()

        keep(seal)

        assert seqs()[0] == CUT
        assert Entry.objects.get(kind="audit.pruned").actor == "system:retention"
        assert verify().why == ""

    def test_stay_as_long_as_a_class_wants(self, seal: Seal, settings: Settings) -> None:
        fill(300, at=OLD, cases=0)
        fill_record()
        seal()
        for rule in ("long entries=500", "short entries=9"):
            settings.RETENTION = ["* entries=150", "short entries=150", rule.replace("short", "x")]
            (obstacle,) = plan(NEW, at=NOW).obstacles
            assert str(obstacle.why).startswith("case:")
            assert "is kept longer, as" in str(obstacle.why)
        keep(seal)
        assert seqs()[0] == 256

    def test_the_tasks_do_it(self, settings: Settings) -> None:
        settings.RETENTION = ["* entries=1 words=1"]
        happen(at=OLD)
        sequence(at=OLD)

        tasks.keep_to_policy()
        tasks.finish_prunings()

        assert [entry.kind for entry in sequence(at=NOW + DAY)][-1] == "audit.erased"
