"""What a checkout remembers."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import local
from config.local import Local


@pytest.fixture
def memory(tmp_path: Path) -> Local:
    return Local(tmp_path / ".local")


def test_a_secret_is_made_once_and_only_we_can_read_it(memory: Local) -> None:
    assert memory.secret("key") == memory.secret("key")
    assert stat.S_IMODE((memory.path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((memory.path / "secrets" / "key").stat().st_mode) == 0o600


def test_nothing_is_read_where_nothing_was_written(memory: Local) -> None:
    assert memory.read("never") == ""


def test_a_port_is_remembered(memory: Local) -> None:
    assert memory.port("redis") == memory.port("redis") == Local(memory.path).port("redis")


class TestTakenPort:
    @pytest.fixture(autouse=True)
    def taken(self, memory: Local, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.port = memory.port("shop")
        monkeypatch.setattr(local, "_becomes_free", local.is_free)
        with socket.create_server(("127.0.0.1", self.port)):
            yield

    def test_is_not_free(self) -> None:
        assert not local.is_free(self.port)

    def test_is_drawn_anew(self, memory: Local) -> None:
        assert memory.port("shop") != self.port

    def test_stays_where_somebody_else_remembers_it_too(self, memory: Local) -> None:
        with pytest.raises(OSError, match="taken by another program"):
            memory.port("shop", fixed=True)


def test_only_one_holds_the_lock(memory: Local) -> None:
    first = memory.lock()
    assert first
    assert memory.lock() is None
    first.close()
    again = memory.lock()
    assert again
    again.close()
