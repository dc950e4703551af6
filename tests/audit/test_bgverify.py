"""The verifier, packed: one file that runs by itself."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from audit import bgverify
from tests.audit.core.make import VKEY, edit, made, write, zipped


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """The packed verifier, alone in a folder."""
    bgverify.main(tmp_path / "dist" / "bgverify.pyz")
    return tmp_path / "dist" / "bgverify.pyz"


def run(*words: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_runs_by_itself_and_exits_with_its_code(packed: Path, tmp_path: Path) -> None:
    log = made(600)
    folder = write(log.files(), tmp_path / "log")
    case = zipped(log.case_files("case:3"), tmp_path / "case.zip")

    assert run(packed, "selftest") == (0, "GOOD: 62 known vectors.\n")
    assert run(packed, "log", folder, "--vkey", VKEY, "--jobs", 2)[0] == 0
    assert run(packed, "bundle", case, "--vkey", VKEY)[0] == 0
    assert run(packed, "bundle", case)[0] == 3
    signed = log.note()
    edit(log, 500, actor="user:eve")
    write(log.files(checkpoint=signed), folder)
    assert run(packed, "log", folder, "--vkey", VKEY, "--jobs", 2)[0] == 1


def test_it_can_be_called_by_its_name(packed: Path) -> None:
    done = subprocess.run([packed, "selftest"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("GOOD")


def test_it_ends_quietly_when_nobody_reads_on(packed: Path) -> None:
    command = f"{sys.executable} {packed} selftest | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)

    assert done.stderr == ""


def test_it_is_the_same_bytes_each_time(packed: Path) -> None:
    first = hashlib.sha256(packed.read_bytes()).hexdigest()
    bgverify.main(packed)

    assert hashlib.sha256(packed.read_bytes()).hexdigest() == first
    with zipfile.ZipFile(packed) as bundle:
        assert {info.date_time for info in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all("core/" in name or name.endswith("__.py") for name in bundle.namelist())
