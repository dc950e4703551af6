"""The demo's own witness finds its key and its place again, and waits for the log's."""

from pathlib import Path

from audit import key_file
from config.local import Local
from config.own_witness import OwnWitness


def test_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    local = Local(tmp_path)
    first = OwnWitness(local, "0123").setting()

    assert OwnWitness(local, "0123").setting() == first
    assert first.startswith("witness.localhost/demo+")


def test_starts_when_there_is_a_log_to_sign_for(tmp_path: Path) -> None:
    witness = OwnWitness(Local(tmp_path), "0123")
    witness.setting()
    assert witness.command(tmp_path / "key") == []

    key = key_file.make(tmp_path / "key", "example.org/log")
    command = witness.command(tmp_path / "key")
    assert command[2] == "witness"
    assert key.vkey in command
