"""Nobody is let in unproved without everybody who oversees the record being told."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from audit import key_file, notes, sealer
from audit.core.cli import main
from audit.models import Checkpoint
from audit.outside import Cosignature
from audit.sealer import MemoryFile
from breakglass import access
from breakglass.models import Grant
from core.errors import WrongState
from tests.audit.core.make import WITNESSES
from tests.breakglass.browser import broken, entered, make_cast, see
from tests.make import make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db
W1 = notes.vkey("w1", WITNESSES["w1"].public_key(), kind=notes.WITNESS)


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


def test_nobody_is_let_in_where_the_house_asks_for_witnesses_and_too_few_signed(
    grant: Grant, settings: Settings, tmp_path: Path
) -> None:
    settings.LEDGER_REQUIRE_WITNESS = True
    settings.LEDGER_WITNESSES = [f"{W1} https://w1.example.org"]
    assert "Tell an administrator that the sealer is not working" in enter(grant)
    entered()
    seal(tmp_path)

    assert "The witnesses of the record cannot be reached now" in enter(grant)
    assert "audit.degraded" not in kinds()

    at = timezone.now().replace(microsecond=0)
    for head in Checkpoint.objects.all():
        text, key = head.note.partition("\n\n")[0] + "\n", WITNESSES["w1"]
        line = notes.cosign(text, name="w1", key=key, at=int(at.timestamp()))
        Cosignature.objects.create(checkpoint=head, witness=W1, line=line, at=at)
    assert "lets nobody in" not in enter(grant)


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


def test_the_case_file_is_verified_by_a_stranger(grant: Grant, tmp_path: Path) -> None:
    entered()
    address = f"/cases/{grant.request.case}/file"
    assert see("ada", address).status_code == 404
    seal(tmp_path)
    (tmp_path / "case.zip").write_bytes(see("ada", address).content)
    (tmp_path / "bgverify.pyz").write_bytes(see("otto", "/ledger/bgverify.pyz").content)
    key = key_file.read((tmp_path / "key").read_text()).vkey

    said = subprocess.run(
        [sys.executable, "bgverify.pyz", "bundle", "case.zip", "--vkey", key],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (said.returncode, said.stdout[:4]) == (0, "GOOD"), said
    assert see("mallory", address).status_code == 404


def test_the_whole_record_is_written_for_a_stranger(grant: Grant, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing is signed yet"):
        call_command("export_record", tmp_path / "record")
    entered()
    seal(tmp_path)
    call_command("export_record", tmp_path / "record", stdout=StringIO())

    key = key_file.read((tmp_path / "key").read_text()).vkey
    assert main(["log", str(tmp_path / "record"), "--vkey", key]) == 0
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("export_record", tmp_path / "record")
