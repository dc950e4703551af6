"""`manage.py` finds the servers of `make run`, and goes to each as whom it should."""

import json
import os
from pathlib import Path

import pytest

import manage

LENT = {"SECRET_KEY": "ours", "DATABASE_URL": "app", "OWNER_DATABASE_URL": "owner"}


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "environment.json").write_text(json.dumps(LENT))
    monkeypatch.setattr(manage, "__file__", str(tmp_path / "manage.py"))
    monkeypatch.setattr(manage, "execute_from_command_line", lambda _: None)
    monkeypatch.setattr(os, "environ", {})


@pytest.mark.parametrize(
    ("command", "address"), [("token", "app"), ("migrate", "owner"), ("audit_sequencer", "app")]
)
def test_uses_what_make_run_left(
    command: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", command])
    manage.main()
    assert os.environ["DATABASE_URL"] == address
    assert os.environ["SECRET_KEY"] == "ours"


def test_what_the_environment_says_is_not_mixed_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ["DATABASE_URL"] = "theirs"
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    manage.main()
    assert os.environ["DATABASE_URL"] == "theirs"
    assert "SECRET_KEY" not in os.environ


def test_works_without_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py"])
    manage.main()
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings"
