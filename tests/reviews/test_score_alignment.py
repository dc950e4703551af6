import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]


def pair(**changed: object) -> str:
    row = {
        "id": "a", "kind": "sql", "justification": "Look at order 7.",
        "actions": ["SELECT * FROM orders WHERE id = 7"],
    }  # fmt: skip
    return json.dumps(row | changed)


def scored(lines: list[str], path: Path) -> tuple[list[dict[str, object]], str]:
    """Return what is written of these lines, and what is said of bad ones."""
    path.write_text("\n".join(lines), encoding="utf-8")
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("score_alignment", input=str(path), stdout=out, stderr=errors)
    except CommandError as error:
        errors.write(str(error))
    return [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue()


class TestScores:
    def test_the_more_suspicious_session_scores_higher(self, tmp_path: Path) -> None:
        (honest, bad), errors = scored([pair(), pair(id="b", actions=["DROP TABLE users"])],
                                       tmp_path / "pairs")  # fmt: skip
        assert float(str(honest["score"])) < float(str(bad["score"]))
        assert (honest["flag"], bad["flag"]) == (False, True)
        assert bad["findings"]
        assert not errors

    def test_each_kind_of_action_is_read(self, tmp_path: Path) -> None:
        event = {"eventName": "DeleteTrail", "eventSource": "cloudtrail.amazonaws.com"}
        rows, errors = scored(
            [pair(kind="shell", actions=["ls"]), pair(kind="cloudtrail", actions=[event])],
            tmp_path / "pairs",
        )
        assert len(rows) == 2
        assert not errors

    def test_what_cannot_be_judged_says_so(self, tmp_path: Path) -> None:
        (row,), _ = scored([pair(justification="")], tmp_path / "pairs")
        assert row["flag"]
        assert "cannot be judged" in json.dumps(row["findings"])


class TestBadLines:
    @pytest.mark.parametrize(
        "bad",
        [
            "{", "[]", "7", pair(kind="cobol"), pair(justification=None), pair(actions="ls"),
            pair(actions=[1]), '{"id": 1}', "[" * 100_000,
        ],
    )  # fmt: skip
    def test_is_told_by_its_number_while_the_others_are_judged(
        self, bad: str, tmp_path: Path
    ) -> None:
        rows, errors = scored([pair(), bad, pair(id="c")], tmp_path / "pairs")
        assert [row["id"] for row in rows] == ["a", "c"]
        assert errors.startswith("Line 2: ")

    def test_bytes_that_are_no_text_are_judged(self, tmp_path: Path) -> None:
        path = tmp_path / "pairs"
        path.write_bytes(pair().encode().replace(b"orders", b"\xff\xfe"))
        out = io.StringIO()
        call_command("score_alignment", input=str(path), stdout=out)
        assert json.loads(out.getvalue())["id"] == "a"


class TestProcess:
    def test_needs_neither_database_nor_settings(self) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "score_alignment"],
            input=pair() + "\nno\n", capture_output=True, text=True, cwd=ROOT, check=False,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/no"},
        )  # fmt: skip
        assert json.loads(done.stdout)["id"] == "a"
        assert done.stderr.startswith("Line 2: ")
        assert done.returncode == 1

    def test_another_process_comes_to_the_same_scores(self) -> None:
        lines = "\n".join(
            [pair(kind="shell", actions=["find /srv/logs -mtime +3 -delete", "tar czf a.tgz b"],
                  justification="Compress b, list old logs in /srv/logs, then show free space.")]
        )  # fmt: skip
        scores = {
            json.loads(
                subprocess.run(
                    [sys.executable, "manage.py", "score_alignment"], input=lines, text=True,
                    capture_output=True, cwd=ROOT, check=True,
                    env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed},
                ).stdout
            )["score"]
            for seed in ("1", "2", "3")
        }  # fmt: skip
        assert len(scores) == 1
