"""Judge sessions from lines of JSON, with neither settings nor database.

Each line has `id`, `kind`, `justification` and a list of `actions`, and gets `id`, `score` (higher
is more suspicious), `flag`, `findings`, `explained` and `ms` of processor time.
"""

import dataclasses
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from judgement.facts import Kind
from judgement.grounds import Said
from judgement.judge import judge
from judgement.reading import facts_of
from judgement.reasons import read
from judgement.scope import Scope

_NEEDS = "It needs id, kind, justification and a list of actions."


def score(lines: Iterable[str], out: TextIO, errors: TextIO) -> int:
    """Write what is thought of each line; return how many could not be read.

    Those are told on `errors` by their number, and the others are judged all the same.
    """
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parsed(line)
        except ValueError as error:
            errors.write(f"Line {number}: {error}\n")
            bad += 1
        else:
            out.write(json.dumps(scored(row)) + "\n")
    return bad


def main(inputs: TextIO, out: TextIO, errors: TextIO) -> int:
    """Run as a program; return its exit code: 1 if any line was bad."""
    bad = score(inputs, out, errors)
    if bad:
        errors.write(f"{bad} lines could not be read; the others were judged.\n")
    return int(bool(bad))


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
    judgement = judge(read(row["justification"]), Scope(), actions)
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
