"""Whatever bytes come, the verifier answers with an exit code and a sentence, and never falsely.

`python -m bench.fuzz_verifier` does the same a million times, with a limit of memory.
"""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.audit.core import fuzzing

SUBJECTS = (
    "checkpoint", "receipt", "entry under a receipt", "leaf", "policy", "key", "log in a folder",
    "pruned log in a folder", "signed words", "case in a zip", "log in a zip",
)  # fmt: skip
# What takes a whole log is tried less.
COUNTS = {"log in a folder": 150, "pruned log in a folder": 50, "log in a zip": 200}
# A payload of another form, signed by the key; a receipt whose name is no number.
FORESEEN = {
    "signed words": {"", "TypeError", "KeyError", "AttributeError", "ValueError"},
    "case in a zip": {"", "ValueError"},
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_no_mutation_is_answered_falsely(name: str, tmp_path: Path) -> None:
    chance, codes = random.Random(name), Counter[int]()  # noqa: S311
    with fuzzing.quick():
        subject = fuzzing.subjects(tmp_path)[name]
        for number in range(COUNTS.get(name, 400)):
            outcome = subject(chance)
            assert not outcome.wrong, (number, outcome)
            assert outcome.stumble in FORESEEN.get(name, {""}), (number, outcome)
            codes[outcome.code] += 1

    assert codes.total() - codes[0] > codes.total() / 4


def test_what_is_good_though_it_means_something_else_is_told() -> None:
    assert fuzzing.Outcome(0, "GOOD", same=False).wrong
    assert fuzzing.Outcome(1, "", same=True).wrong
    assert not fuzzing.Outcome(0, "GOOD", same=True).wrong
    assert fuzzing.Outcome(1, "It cannot be read (KeyError: 'x').", same=True).stumble == "KeyError"
