"""Anybody draws the same sample again, with nothing but a hash."""

import hashlib
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.campaigns.sampling import Size, digest, draw

CASES = {case: "shop" if case % 10 else "health" for case in range(1, 101)}
SEED = "4711"


def by_hand(seed: str, cases: list[int]) -> list[int]:
    return sorted(cases, key=lambda case: hashlib.sha256(f"{seed}:{case}".encode()).hexdigest())


def test_the_sample_is_the_cases_of_lowest_hash() -> None:
    assert draw(CASES, seed=SEED, size=Size(wanted=7)) == by_hand(SEED, list(CASES))[:7]


def test_a_shell_draws_the_same_sample() -> None:
    script = (
        "for case in $(seq 1 100); do"
        f' printf "%s %s\\n" "$(printf %s "{SEED}:$case" | sha256sum | cut -c1-64)" "$case";'
        " done | LC_ALL=C sort | head -n 7 | cut -d' ' -f2"
    )
    drawn = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)

    assert [int(line) for line in drawn.stdout.split()] == draw(
        CASES, seed=SEED, size=Size(wanted=7)
    )


def test_another_seed_draws_others() -> None:
    assert draw(CASES, seed="1", size=Size(wanted=7)) != draw(CASES, seed="2", size=Size(wanted=7))


def test_a_share_is_rounded_up_and_never_more_than_all() -> None:
    assert Size(share=10).of(101) == 11
    assert Size(share=100).of(3) == 3
    assert Size(wanted=25).of(3) == 3
    assert Size(wanted=25).of(0) == 0


def test_by_scenario_none_is_left_out() -> None:
    drawn = draw(CASES, seed=SEED, size=Size(wanted=5), by_scenario=True)

    health = [case for case in CASES if case % 10 == 0]
    assert [case for case in drawn if case % 10 == 0] == by_hand(SEED, health)[:1]
    assert len(drawn) == 1 + 5  # 10 of 100, and 90 of 100: a half, and four and a half


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 40), st.integers(1, 9), st.booleans())
def test_a_sample_is_of_the_population_and_each_case_once(
    count: int,
    wanted: int,
    scenarios: int,
    split: bool,  # noqa: FBT001
) -> None:
    cases = {7 * number: number % scenarios for number in range(count)}

    drawn = draw(cases, seed=SEED, size=Size(wanted=wanted), by_scenario=split)

    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(cases)
    assert len(drawn) >= min(wanted, len(cases))


def test_a_digest_is_that_of_a_file_of_lines() -> None:
    assert digest([1, 2]) == hashlib.sha256(b"1\n2\n").hexdigest()
