"""A restored dump, with real processes: nothing is entered or signed, and a copy heals it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from audit import key_file, sealer
from audit.anchors import copies
from audit.anchors.stores import Folder
from audit.models import Checkpoint, State
from config import embedded
from tests.audit.make import ORIGIN, happen, sequence

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
RESTORED = "put_back"


def address(database: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


@pytest.fixture
def tool(tmp_path: Path) -> Callable[..., None]:
    """Run a program of PostgreSQL."""
    account = embedded.account_for(tmp_path)
    programs = embedded.postgres_programs(18, account=account, spare=tmp_path)

    def run(name: str, *words: str) -> None:
        subprocess.run([programs / name, *words], check=True, capture_output=True, timeout=60)

    return run


@pytest.fixture
def restored() -> Iterator[str]:
    """An empty database beside that of the tests."""
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED}")
        server.execute(f"CREATE DATABASE {RESTORED}")
        yield address(RESTORED)
        server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.fixture
def seal(tmp_path: Path) -> Callable[[], None]:
    key = key_file.make(tmp_path / "key", ORIGIN)
    file = sealer.MemoryFile(tmp_path / "memory", ORIGIN)

    def run() -> None:
        for _ in range(4):
            happen(f"thing:{State.objects.get().size % 3}")
        sequence(timezone.now())
        sealer.seal(key, file, sealer.remembered(file), at=timezone.now())

    return run


class House:
    """The processes of an installation whose database was put back."""

    def __init__(self, database: str, home: Path) -> None:
        self._database = database
        self._env = os.environ | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LEDGER_KEY_PATH": str(home / "key"),
            "LEDGER_MEMORY_PATH": str(home / "memory"),
            "LEDGER_COPIES": str(home / "copy"),
        }

    def manage(self, *words: str) -> str:
        """Run a command to its end."""
        return self._begin(*words).communicate(timeout=60)[0]

    def hear(self, *words: str, until: str) -> str:
        """Run a command that goes on for ever until it says something, or for a minute."""
        process = self._begin(*words)
        impatient = threading.Timer(60, process.terminate)
        impatient.start()
        said = ""
        with process:
            for line in process.stdout or ():
                said += line
                if until in line:
                    process.terminate()
        impatient.cancel()
        return said

    def serve(self, *words: str, until: str) -> str:
        """Run a command that goes on for ever until a query says yes, or for a while."""
        process = self._begin(*words)
        end = time.monotonic() + 60
        while not self.ask(until) and time.monotonic() < end:
            time.sleep(0.1)
        process.terminate()
        return process.communicate()[0]

    def _begin(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self._env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def ask(self, query: str) -> object:
        with psycopg.connect(self._database) as database:
            row = database.execute(query).fetchone()
            return row and row[0]


def test_nothing_goes_on_before_a_copy_has_brought_back_what_is_missing(
    tool: Callable[..., None], restored: str, seal: Callable[[], None], tmp_path: Path,
    settings: Settings,
) -> None:  # fmt: skip
    (tmp_path / "copy").mkdir()
    seal()
    name = str(connection.settings_dict["NAME"])
    tool("pg_dump", "--format=custom", f"--file={tmp_path / 'dump'}", address(name))
    seal()
    copies.bring(Folder(tmp_path / "copy"))
    last = Checkpoint.objects.latest("size").note
    vkey = key_file.read((tmp_path / "key").read_text()).vkey
    tool("pg_restore", f"--dbname={restored}", str(tmp_path / "dump"))
    house = House(restored, tmp_path)

    said = house.hear("audit_sequencer", until="an older copy")
    assert "The sequencer enters nothing." in said
    assert "has seen 8 entries, but the database has 4: an older copy" in said
    said = house.serve("audit_sealer", until="SELECT why <> '' FROM audit_sealing")
    assert "The sealer signs nothing." in said
    assert house.ask("SELECT count(*) FROM audit_entry") == 4

    said = house.manage("audit_recover", "--from", str(tmp_path / "copy"), "--vkey", vkey)
    assert "Entries 4 to 7 are back." in said, said
    house.serve("audit_sequencer", until="SELECT count(*) > 9 FROM audit_entry")
    house.serve("audit_sealer", until="SELECT max(size) > 9 FROM audit_checkpoint")

    assert "Whole" in house.manage("verify_log")
    assert house.ask("SELECT note FROM audit_checkpoint WHERE size = 8") == last
