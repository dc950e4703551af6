"""`manage.py score_alignment < pairs.jsonl > scores.jsonl`: judge sessions without a database."""

import dataclasses
import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from judgement.facts import Kind
from judgement.grounds import Said
from judgement.judge import Judgement, judge
from judgement.reading import facts_of
from judgement.reasons import read
from judgement.scope import Scope

_NEEDS = "It needs id, kind, justification and a list of actions."


class Command(BaseCommand):
    """Read `{id, kind, justification, actions[]}`, write `{id, score, flag, findings[], ms}`."""

    help = "Judge sessions, one JSON object a line; a higher score is more suspicious."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take files for the streams, for those who cannot redirect."""
        parser.add_argument("--input", default="-", help="a file instead of standard input")

    def handle(self, *_args: object, **options: Any) -> None:
        """Judge each line. Bad ones are told on standard error; the rest is judged all the same.

        Raises:
            CommandError: at the end, if any line was bad.
        """
        with open_text(options["input"]) as lines:
            bad = sum(not self._line(number, line) for number, line in enumerate(lines, start=1))
        if bad:
            raise CommandError(f"{bad} lines could not be read; the others were judged.")

    def _line(self, number: int, line: str) -> bool:
        if not line.strip():
            return True
        try:
            row = parsed(line)
        except ValueError as error:
            self.stderr.write(f"Line {number}: {error}")
            return False
        self.stdout.write(json.dumps(scored(row)))
        return True


def open_text(name: str) -> TextIO:
    """Open a file, or standard input for `-`; bytes that are no UTF-8 are replaced by a mark."""
    source = 0 if name == "-" else name
    return open(source, encoding="utf-8", errors="replace", closefd=source != 0)


def parsed(line: str) -> Mapping[str, Any]:
    """Return the object of a line.

    Raises:
        ValueError: with a sentence that says what is wrong.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"This is no JSON: {error}.") from error
    if not isinstance(row, dict) or not {"id", "kind", "justification", "actions"} <= row.keys():
        raise ValueError(_NEEDS)
    if row["kind"] not in set(Kind):
        raise ValueError(f"The kind {row['kind']!r} is none of {', '.join(Kind)}.")
    if why := _why_not(row):
        raise ValueError(why)
    return row


def _why_not(row: Mapping[str, Any]) -> str | None:
    if not isinstance(row["justification"], str) or not isinstance(row["actions"], list):
        return _NEEDS
    if not all(isinstance(each, str | dict) for each in row["actions"]):
        return "Each action is a text or an object."
    return None


def scored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Judge one session; `ms` are milliseconds of processor time."""
    start = time.process_time()
    kind = Kind(row["kind"])
    actions = [Said.of(_text(each), facts_of(kind, each)) for each in row["actions"]]
    judgement: Judgement = judge(read(row["justification"]), Scope(), actions)
    return {
        "id": row["id"],
        "score": round(judgement.score, 6),
        "flag": judgement.flag,
        "findings": [dataclasses.asdict(finding) for finding in judgement.findings],
        "explained": judgement.coverage,
        "ms": round((time.process_time() - start) * 1000, 3),
    }


def _text(action: str | Mapping[str, Any]) -> str:
    return action if isinstance(action, str) else json.dumps(action)
