"""`manage.py changes` and `scenarios import`: what the operator of the server does alone."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from breakglass import yaml_files
from breakglass.models import ProposedChange, Scenario
from breakglass.transitions import changes
from tests.breakglass.changing import administrators, today, waiting
from tests.make import make_scenario, make_user
from tests.record import facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> ProposedChange:
    """Return a change that may be decided today."""
    return today(waiting())


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("changes", *words, stdout=out)
    return out.getvalue()


def test_lists_what_waits_and_what_it_weakens(change: ProposedChange) -> None:
    told = said("list")

    assert f"{change.pk}  Production outage, proposed by Mei" in told
    assert "- Access may last 4 h instead of 1 h." in told


def test_accepts_alone_and_records_why(change: ProposedChange) -> None:
    assert "nobody else looked" in said("accept", str(change.pk), "--weaken-alone", "Noor left.")

    assert Scenario.objects.get().max_minutes == 240
    assert facts("config.weakened_alone")[0]["reason"] == "Noor left."


def test_does_nothing_without_a_reason_twice_or_for_a_stranger(change: ProposedChange) -> None:
    with pytest.raises(CommandError, match="required"):
        said("accept", str(change.pk))
    with pytest.raises(CommandError, match="There is no change"):
        said("accept", str(uuid4()), "--weaken-alone", "Why not.")
    said("accept", str(change.pk), "--weaken-alone", "Noor left.")
    with pytest.raises(CommandError, match="already accepted"):
        said("accept", str(change.pk), "--weaken-alone", "Again.")


class TestImport:
    @pytest.fixture
    def file(self, tmp_path: Path) -> str:
        """Return a file by which access may last longer."""
        file = tmp_path / "all.yaml"
        text = yaml_files.dump([make_scenario()])
        file.write_text(text.replace("max_minutes: 60", "max_minutes: 240"))
        return str(file)

    def bring(self, *words: str) -> str:
        out = io.StringIO()
        call_command("scenarios", "import", *words, stdout=out)
        return out.getvalue()

    def test_proposes_what_weakens_and_names_it(self, file: str) -> None:
        administrators("mei")

        told = self.bring(file)

        assert "production-outage: waits for another administrator" in told
        assert "  weakens: Access may last 4 h instead of 1 h." in told
        change = ProposedChange.objects.get()
        assert change.proposed_by is None
        assert Scenario.objects.get().max_minutes == 60
        now = timezone.now()
        mark = changes.foresee(change, at=now).wanted.mark
        changes.accept(change, by=make_user("mei"), seen=mark, at=now)
        assert Scenario.objects.get().max_minutes == 240

    def test_in_the_name_of_an_administrator_waits_for_another_one(self, file: str) -> None:
        mei, _noor = administrators("mei", "noor")

        self.bring(file, "--as", "mei@example.com")

        assert ProposedChange.objects.get().proposed_by == mei

    @pytest.mark.parametrize("more", [[], ["--as", "mei@example.com"]])
    def test_with_nobody_to_wait_for_says_what_to_add(self, file: str, more: list[str]) -> None:
        if more:
            administrators("mei")

        with pytest.raises(CommandError, match="add --weaken-alone") as refusal:
            self.bring(file, *more)

        assert "  - Access may last 4 h instead of 1 h." in str(refusal.value)
        assert not ProposedChange.objects.exists()

    def test_alone_takes_effect_and_records_why(self, file: str) -> None:
        administrators("mei")

        told = self.bring(file, "--weaken-alone", "Set up by script.")

        assert "is now version 2" in told
        assert "  weakens: Access may last 4 h instead of 1 h." in told
        assert Scenario.objects.get().max_minutes == 240
        assert facts("config.weakened_alone")[0]["reason"] == "Set up by script."

    def test_a_dry_run_says_what_would_wait_and_leaves_nothing(self, file: str) -> None:
        administrators("mei")

        assert "would wait for another administrator" in self.bring(file, "--dry-run")

        assert not ProposedChange.objects.exists()
