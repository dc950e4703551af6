"""`manage.py changes`: the way out for whoever runs the server."""

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from breakglass.models import ProposedChange, Scenario
from tests.breakglass.changing import waiting
from tests.record import facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> ProposedChange:
    """Return a change that may be decided today."""
    change = waiting()
    now = timezone.now()
    ProposedChange.objects.update(
        proposed_at=now, lapse_at=now + (change.lapse_at - change.proposed_at)
    )
    return change


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
