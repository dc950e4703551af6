"""A million malformed notes, tiles, entries, receipts and bundles, under a limit of memory.

Usage: python -m bench.fuzz_verifier [MUTATIONS] [SEED]        (1,000,000 and 1 if not given)

What is asked of each: an exit code of 1, 2 or 3 and a sentence; never 0 where it means something
else than was signed; never more than 256 MB. `tests/audit/core/fuzzing.py` says what is mutated.
Returns 1 and prints the mutation's number where one was answered falsely.
"""

import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.audit.core import fuzzing
from tests.audit.core.fuzzing import Subject

MOST = 256 * 1024 * 1024  # bytes more than before the first mutation
SLOW = 5.0  # seconds of a core; nothing as small as these inputs may take longer
# Shares of a thousand: what is read by itself is tried often, what takes a whole log less.
SHARES = {
    "checkpoint": 160, "receipt": 160, "entry under a receipt": 150, "leaf": 160, "policy": 140,
    "key": 130, "log in a folder": 30, "pruned log in a folder": 10, "signed words": 15,
    "case in a zip": 25, "log in a zip": 20,
}  # fmt: skip


def main(mutations: int, seed: int) -> int:
    """Mutate and print; return 1 when anything was answered falsely."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder, fuzzing.quick():
        everything = fuzzing.subjects(Path(folder))
        before = _limit_memory()
        for name, share in SHARES.items():
            count = mutations * share // sum(SHARES.values())
            failed |= _try(name, everything[name], count, seed)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    print(f"memory: at most {max(0, most) / 1e6:.0f} MB more than before, limited to 268 MB")
    return failed


def _limit_memory() -> int:
    """Forbid this process to take 256 MB more than it has; return how many bytes it holds."""
    words = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    size, held = (int(words[key].split()[0]) * 1024 for key in ("VmSize", "VmRSS"))
    resource.setrlimit(resource.RLIMIT_AS, (size + MOST, size + MOST))
    return held


def _try(name: str, subject: Subject, count: int, seed: int) -> int:
    chance, codes, stumbles = random.Random(f"{seed} {name}"), Counter[int](), Counter[str]()
    slowest, failed, began = 0.0, 0, time.monotonic()
    for number in range(count):
        start = time.process_time()
        outcome = subject(chance)
        took = time.process_time() - start
        slowest = max(slowest, took)
        codes[outcome.code] += 1
        stumbles[outcome.stumble] += 1
        if wrong := outcome.wrong or ("too slow" if took > SLOW else ""):
            print(f"WRONG: {name}, mutation {number} of seed {seed}: {wrong}: {outcome}")
            failed = 1
    del stumbles[""]
    exits = ", ".join(f"{code}: {codes[code]:,}" for code in sorted(codes))
    print(f"{name:<22}{count:>9,} in {time.monotonic() - began:4.0f} s, exits {exits}")
    print(f"    slowest {slowest * 1000:.0f} ms, unforeseen {dict(stumbles)}", flush=True)
    return failed


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(asked + [1_000_000, 1][len(asked) :])))
