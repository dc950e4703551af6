"""How well the unusual is found in simulated activity, and what a session costs.

    python -m bench.bench_unusual FILE [FILE ...]     (or JSON lines on standard input)

Each file is one run of a simulator `simulate(seed)`, which may need libraries that this project
does not have:

    PYTHONPATH=FOLDER python -c "import json, simulate; [print(json.dumps(each,
        default=lambda number: number.item())) for each in simulate.simulate(0)]" > 0.jsonl

It has JSON lines with `t` (seconds), `user`, `team`, `rteam`,
`res`, `sens`, `appr`, `latency`, `denied`, `logrows`, `nact`, `writes`, `loc`, `lat`, `lon`,
`tick`, `tick_self`, `tick_age` (minutes), `dur` (minutes), `oncall`, `y` (1 where it was planted)
and `kind`. The first 30 days warm up. Precision is that of the highest scores, recall that of
two alerts a day; both as the mean of the runs. Pairs are also judged at the end of each run.
"""

import collections
import json
import math
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.ground import Goals
from judgement.unusual.detector import Detector
from judgement.unusual.pairs import pairs
from judgement.unusual.session import Session

_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_WARM = 30 * 86400
_A_DAY = 2.0
_PAIRS = "collusion"  # a kind that the nightly report is for

Row = dict[str, Any]


def session_of(number: int, row: Row) -> Session:
    """Return a simulated session as the product knows it."""
    return Session(
        id=str(number),
        at=_MONDAY + timedelta(seconds=row["t"]),
        person=row["user"],
        team=str(row["team"]),
        target=row["res"],
        owner=str(row["rteam"]),
        sensitive=row["sens"],
        approver=row["appr"],
        latency=row["latency"],
        refused=row["denied"],
        rows=math.expm1(max(row["logrows"], 0)),
        actions=row["nact"],
        writes=row["writes"],
        minutes=row["dur"],
        place=row["loc"],
        latitude=row["lat"],
        longitude=row["lon"],
        shared_address=row["loc"] == "VPN",
        ticket=row["tick"],
        ticket_by_requester=row["tick_self"],
        ticket_age=row["tick_age"],
        on_call=row["oncall"],
        holiday=bool(row.get("holiday")),
        scenario=row.get("scenario", ""),
    )


class Run:
    """One simulation, judged."""

    def __init__(self, rows: Sequence[Row]) -> None:
        detector = Detector(alerts_a_day=_A_DAY)
        sessions = [session_of(number, row) for number, row in enumerate(rows)]
        start = time.process_time()
        verdicts = [detector.judge(session) for session in sessions]
        self.cost = (time.process_time() - start) / len(rows) * 1000
        self.detector = detector
        judged = [
            (verdict, row) for verdict, row in zip(verdicts, rows, strict=True) if row["t"] >= _WARM
        ]
        self.days = (judged[-1][1]["t"] - _WARM) / 86400
        self.ranked = sorted(judged, key=lambda each: -each[0].score)
        self.alerts = [each for each in judged if each[0].alert]
        self.planted = sum(1 for _, row in judged if row["y"])

    def precision(self, count: int) -> float:
        return sum(1 for _, row in self.ranked[:count] if row["y"]) / count

    def average_precision(self) -> float:
        found, total = 0, 0.0
        for at, (_, row) in enumerate(self.ranked, start=1):
            if row["y"]:
                found += 1
                total += found / at
        return total / self.planted

    def recall(self, *, pairs: bool) -> float:
        """Return the share of the planted among as many as two alerts a day are."""
        told = self.ranked[: round(_A_DAY * self.days)]
        every = [row for _, row in self.ranked if row["y"] and (pairs or row["kind"] != _PAIRS)]
        return sum(1 for _, row in told if row["y"] and (pairs or row["kind"] != _PAIRS)) / len(
            every
        )

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Return how many of each kind were told, of how many."""
        told = {verdict.session for verdict, _ in self.ranked[: round(_A_DAY * self.days)]}
        found: dict[str, tuple[int, int]] = collections.defaultdict(lambda: (0, 0))
        for verdict, row in self.ranked:
            if row["y"]:
                hits, of = found[row["kind"]]
                found[row["kind"]] = hits + (verdict.session in told), of + 1
        return found


def _read(lines: Iterable[str]) -> list[Row]:
    return sorted((json.loads(line) for line in lines if line.strip()), key=lambda row: row["t"])


def _mean(values: Iterable[float]) -> float:
    return statistics.mean(values)


def main(files: Sequence[str]) -> int:
    runs = [Run(_read(Path(file).read_text().splitlines())) for file in files]
    runs = runs or [Run(_read(sys.stdin))]
    goals = Goals()
    for count, least in ((25, 0.80), (50, 0.65)):
        goals.least(f"P@{count}", _mean(run.precision(count) for run in runs), least=least)
    print(f"{'P@N':<34}{_mean(run.precision(run.planted) for run in runs):8.2f}")
    print(f"{'AP':<34}{_mean(run.average_precision() for run in runs):8.2f}")
    goals.least("recall, without pairs", _mean(run.recall(pairs=False) for run in runs), least=0.8)
    print(f"{'recall, with pairs':<34}{_mean(run.recall(pairs=True) for run in runs):8.2f}")
    print(f"{'alerts a day as they came':<34}{_mean(len(r.alerts) / r.days for r in runs):8.2f}")
    goals.most("a session", _mean(run.cost for run in runs), most=0.2)
    total: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for run in runs:
        for kind, (hits, of) in run.by_kind().items():
            total[kind][0] += hits
            total[kind][1] += of
    for run in runs:
        told = [pair for pair in pairs(run.detector.memory) if pair.suspicious]
        print(f"  pairs: {', '.join(f'{pair.one} and {pair.other}' for pair in told)}")
    for kind, (hits, of) in sorted(total.items()):
        print(f"  {kind:<32}{hits / of:8.2f}  of {of}")
    return goals.missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
