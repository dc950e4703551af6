"""Measure tier 2 on labelled pairs: `python -m bench.bench_alignment DEV.jsonl`.

How well sessions are told apart (area under the curve, and how many honest ones are looked at where
nine of ten mismatches are caught), by the way in which they are wrong; what one action costs in
processor time; what a worker needs in memory. The vignettes of the tests are measured as well.
"""

import argparse
import bisect
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.alignment_beside import Pair
from bench.alignment_data import pairs, rows
from bench.ground import Goals, quantile
from judgement.facts import Kind
from judgement.grounds import Said
from judgement.judge import Judgement, judge
from judgement.reading import facts_of
from judgement.reasons import read
from judgement.scope import Scope

_TESTS = Path(__file__).resolve().parent.parent / "tests" / "judgement"
# Written before the rules; written when those were done, in other styles, and of all kinds;
# written once more before the rules that followed, twice; and by hands that saw nothing of it.
VIGNETTES = {
    "vignettes": _TESTS / "vignettes.jsonl",
    "fresh vignettes": _TESTS / "vignettes_fresh.jsonl",
    "more vignettes": _TESTS / "vignettes_more.jsonl",
    "last vignettes": _TESTS / "vignettes_last.jsonl",
    "blind vignettes": _TESTS / "vignettes_blind.jsonl",
    "unseen vignettes": _TESTS / "vignettes_unseen.jsonl",
    "final vignettes": _TESTS / "vignettes_final.jsonl",
    "latest vignettes": _TESTS / "vignettes_latest.jsonl",
}
_LEAST = 20  # sessions, for a slice to be judged by


def area(bad: Sequence[float], good: Sequence[float]) -> float:
    """Return how often a bad session scores higher than an honest one; ties count half."""
    listed = sorted(good)
    won = sum(bisect.bisect_left(listed, each) + bisect.bisect_right(listed, each) for each in bad)
    return won / (2 * len(bad) * len(good))


def looked_at(bad: Sequence[float], good: Sequence[float]) -> float:
    """Return the share of honest sessions at the score that catches nine of ten bad ones."""
    at = sorted(bad, reverse=True)[max(0, math.ceil(0.9 * len(bad)) - 1)]
    return sum(each >= at for each in good) / len(good)


def memory() -> float:
    """Return the resident megabytes of this process."""
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def judged(pair: Pair) -> tuple[Judgement, float]:
    """Judge a session; return also the milliseconds of processor time for each action."""
    start = time.process_time()
    kind = Kind(pair.kind)
    said = [Said.of(text, facts_of(kind, text)) for text in pair.actions]
    found = judge(read(pair.reason), Scope(), said)
    return found, (time.process_time() - start) * 1000 / max(1, len(said))


def table(goals: Goals, listed: Sequence[Pair], found: Sequence[Judgement]) -> None:
    """Print the slices of a labelled set, and the goals for easy, hard and the worst of them."""
    scored = list(zip(listed, (each.score for each in found), strict=True))
    slices: dict[str, float] = {}
    for kind in ("all", "sql", "shell"):
        good = [s for p, s in scored if not p.mismatch and kind in {"all", p.kind}]
        ways = sorted({p.spoiled for p, _ in scored if p.mismatch and kind in {"all", p.kind}})
        for way in ("easy", "hard", *(each for each in ways if kind != "all")):
            bad = [s for p, s in scored if p.spoiled.startswith(way) and kind in {"all", p.kind}]
            name = f"{kind} {way}"
            print(f"{name:<34}{area(bad, good):8.3f}    looked at {looked_at(bad, good):.3f}"
                  f"    of {len(bad)}")  # fmt: skip
            if way.startswith("hard_") and len(bad) >= _LEAST:
                slices[name] = area(bad, good)
    good = [s for p, s in scored if not p.mismatch]
    for way, area_least, most in (("easy", 0.992, 0.02), ("hard", 0.965, 0.08)):
        bad = [s for p, s in scored if p.spoiled.startswith(way)]
        goals.least(f"{way}: area", area(bad, good), least=area_least)
        goals.most(f"{way}: honest looked at", looked_at(bad, good), most=most, unit="")
    goals.least("worst slice: area", min(slices.values()), least=0.9)


def vignettes(goals: Goals, called: str, *, half: str | None) -> None:
    """Print how well incidents as people write them are told apart."""
    path = VIGNETTES[called]
    listed = [
        (row, pair)
        for row, pair in zip(rows(path), pairs(path), strict=True)
        if half in {None, row["half"]}
    ]
    scored = [(row, pair, judged(pair)[0]) for row, pair in listed]
    bad = [found.score for _, pair, found in scored if pair.mismatch]
    good = [found.score for _, pair, found in scored if not pair.mismatch]
    name = f"{called}, {half or 'all'}"
    goals.least(f"{name}: area", area(bad, good), least=0.93)
    goals.most(f"{name}: honest looked at", looked_at(bad, good), most=0.16, unit="")
    flagged = [(row, found) for row, pair, found in scored if pair.mismatch and found.flag]
    named = sum(
        any(finding.action == row["injected"] for finding in found.findings)
        for row, found in flagged
    )
    goals.least(f"{name}: injected action named", named / max(1, len(flagged)), least=0.9)


def decisions(goals: Goals, listed: Sequence[Pair], found: Sequence[Judgement]) -> None:
    """Print what is flagged, and whether each flag has its finding."""
    flagged = [(pair, each) for pair, each in zip(listed, found, strict=True) if each.flag]
    honest = [each.flag for pair, each in zip(listed, found, strict=True) if not pair.mismatch]
    caught = [each.flag for pair, each in zip(listed, found, strict=True) if pair.mismatch]
    print(f"{'flagged: honest, mismatch':<34}{sum(honest) / len(honest):8.3f}"
          f"  {sum(caught) / len(caught):.3f}")  # fmt: skip
    told = sum(any(f.verb or f.object for f in each.findings) for _, each in flagged)
    goals.least("flags with a finding", told / max(1, len(flagged)), least=1.0)


def main() -> None:
    """Print figures beside their goals; end with 1 if one was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    chosen = parser.parse_args()
    listed, goals = pairs(chosen.pairs), Goals()
    before = memory()
    judged(listed[0])  # what is loaded when first used is not the cost of an action
    results = [judged(pair) for pair in listed]
    used = memory() - before
    found = [each for each, _ in results]
    # The quickest of three: what a busy machine adds is not the cost of an action either.
    again = [[judged(pair)[1] for pair in listed] for _ in range(2)]
    costs = [min(each) for each in zip((ms for _, ms in results), *again, strict=True)]
    table(goals, listed, found)
    decisions(goals, listed, found)
    for called, path in VIGNETTES.items():
        halves = {row["half"] for row in rows(path)}
        for half in (*(sorted(halves) if len(halves) > 1 else ()), None):
            vignettes(goals, called, half=half)
    goals.most("an action, 95th of 100", quantile(costs, 0.95), most=2)
    goals.most("memory after use", used, most=60, unit="MB")
    sys.exit(goals.missed)


if __name__ == "__main__":
    main()
