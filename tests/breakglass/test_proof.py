"""Nobody is let in unproved without everybody who oversees the record being told."""

from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from audit import key_file, sealer
from audit.sealer import MemoryFile
from breakglass import access
from breakglass.models import Grant
from core.errors import WrongState
from tests.breakglass.browser import broken, entered, make_cast, see
from tests.make import make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant() -> Grant:
    make_cast()
    return broken().grant


def enter(grant: Grant) -> str:
    """Ask for the way in; return why there is none: these tests have no server behind the door."""
    target = grant.targets.get()
    with pytest.raises(WrongState) as caught:
        access.way_in(grant, target, by=make_user("ada"), at=timezone.now())
    return str(caught.value)


def seal(home: Path) -> None:
    key = key_file.make(home / "key", "example.org/record")
    file = MemoryFile(home / "memory", key.origin)
    sealer.seal(key, file, sealer.remembered(file), at=timezone.now())
    sealer.report(why="", at=timezone.now())


def test_an_emergency_goes_on_while_nothing_can_be_signed_and_that_is_recorded(
    grant: Grant,
) -> None:
    assert "lets nobody in" not in enter(grant)

    assert "audit.degraded" in kinds()


def test_nobody_is_let_in_where_the_house_asks_for_a_signature(
    grant: Grant, settings: Settings
) -> None:
    settings.LEDGER_REQUIRE_SEAL = True

    assert "Tell an administrator that the sealer is not working" in enter(grant)
    assert "audit.degraded" not in kinds()


def test_whose_start_is_signed_is_let_in_and_nothing_more_is_said(
    grant: Grant, settings: Settings, tmp_path: Path
) -> None:
    settings.LEDGER_REQUIRE_SEAL = True
    entered()
    seal(tmp_path)

    assert "lets nobody in" not in enter(grant)
    assert "audit.degraded" not in kinds()


def test_whoever_took_part_may_keep_the_receipt(grant: Grant, tmp_path: Path) -> None:
    entered()
    address = f"/cases/{grant.request.case}/receipt"
    assert see("ada", address).status_code == 404
    seal(tmp_path)

    for name in ("ada", "bob", "carla"):
        kept = see(name, address).content.decode()
        assert kept.startswith("c2sp.org/tlog-proof@v1\nindex ")
        assert "example.org/record\n" in kept
    assert see("mallory", address).status_code == 404
