"""`manage.py audit_prune`: says what would go and what stands in the way, and does it."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.management.commands import audit_prune
from audit.models import Entry
from audit.retention import kept
from audit.retention.kept import Kept
from core.speech import phrase
from tests.audit.make import NOON, sequence
from tests.audit.retention.make import CUT, OLD, fill, fill_record, seqs

pytestmark = pytest.mark.django_db
Seal = Callable[[], None]
BEFORE = "2026-11-10"


@pytest.fixture
def signing(seal: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sequencer and sealer at work, between two looks of the command."""

    def work(_: float) -> None:
        sequence(at=NOON)
        seal()

    monkeypatch.setattr(audit_prune, "sleep", work)


def prune(*words: str) -> str:
    said = StringIO()
    call_command("audit_prune", *words, stdout=said)
    return said.getvalue()


def test_a_dry_run_says_what_would_go_and_changes_nothing() -> None:
    fill_record()

    said = prune("--before", BEFORE, "--dry-run")

    assert "Would go: 256 entries, 0 to 255, made 2026-11-02 12:00 to 2026-11-02 12:00 UTC" in said
    assert "with 512 payloads, 1 tiles, and all of or the beginning of 7 cases" in said
    assert "WARNING: There is no copy of the record outside" in said
    assert said.endswith("Nothing was removed.\n")
    assert not Entry.objects.filter(kind="audit.pruned").exists()


@pytest.mark.usefixtures("signing")
def test_it_says_so_on_the_record_and_removes_what_is_signed() -> None:
    fill_record()

    said = prune("--before", BEFORE)

    assert said.endswith("256 entries are gone.\nDone.\n")
    assert seqs()[0] == CUT
    assert Entry.objects.get(kind="audit.pruned").actor == "system:command-line"
    assert prune("--before", BEFORE).endswith("Nothing is old enough.\n")


@pytest.mark.usefixtures("signing")
def test_what_must_stay_stops_it_unless_it_may_go_less_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(300, at=OLD, cases=0)
    fill_record()
    keep = Kept(seq=300, why=phrase("Case 12 is still open."))
    monkeypatch.setattr(kept, "_known", [lambda _: [keep]])

    with pytest.raises(CommandError, match="see what stands in the way") as refusal:
        prune("--before", BEFORE)
    assert refusal.value.returncode == 1
    said = prune("--before", BEFORE, "--as-far-as-possible")

    assert "STAYS (entry 300 and all behind it): Case 12 is still open." in said
    assert seqs()[0] == 256


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2999-01-01"])
def test_it_wants_a_day_that_was(day: str) -> None:
    with pytest.raises(CommandError, match="--before"):
        prune("--before", day)
