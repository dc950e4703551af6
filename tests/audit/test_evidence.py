"""A case as a file that a stranger verifies."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from audit import evidence
from audit.models import Entry, Key
from tests.audit.core.make import ask, write
from tests.audit.make import ORIGIN, happen, sequence

pytestmark = pytest.mark.django_db


def cases(count: int) -> None:
    """Enter some events of three cases in turn."""
    for number in range(count):
        happen(f"request:{number % 3}", case=f"case:{number % 3}", words=f"Words of {number}.")
    sequence()


def verify(bundle: bytes | None, folder: Path) -> tuple[int, str]:
    (folder / "case.zip").write_bytes(bundle or b"")
    return ask("bundle", folder / "case.zip", "--vkey", Key.objects.get().vkey)


def test_a_case_is_verified_by_a_stranger(seal: Callable[[], None], tmp_path: Path) -> None:
    cases(12)
    seal()

    code, said = verify(evidence.case_file("case:1"), tmp_path)

    assert code == 0
    assert said.startswith(f"GOOD: 4 entries of case:1, in the 12 of {ORIGIN}.")
    assert said.endswith("Payloads: 8 opened, 0 erased.")


def test_the_file_says_how_it_is_verified(seal: Callable[[], None]) -> None:
    cases(3)
    seal()

    with zipfile.ZipFile(BytesIO(evidence.case_file("case:1") or b"")) as bundle:
        readme = bundle.read("README.txt").decode()
    assert "case:1: 1 entries" in readme
    assert Key.objects.get().vkey in readme


def test_the_same_case_is_the_same_bytes(seal: Callable[[], None]) -> None:
    cases(6)
    seal()

    assert evidence.case_file("case:1") == evidence.case_file("case:1")


def test_what_is_not_signed_yet_is_left_out(seal: Callable[[], None], tmp_path: Path) -> None:
    cases(3)
    assert evidence.case_file("case:1") is None
    seal()
    cases(3)

    code, said = verify(evidence.case_file("case:1"), tmp_path)

    assert code == 0
    assert said.startswith("GOOD: 1 entries of case:1")
    assert evidence.case_file("case:9") is None


def test_a_longer_case_costs_no_more_questions(
    seal: Callable[[], None], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases(3)
    seal()
    with django_assert_num_queries(8):
        evidence.case_file("case:1")
    cases(60)
    seal()
    assert Entry.objects.filter(case="case:1").count() == 21
    with django_assert_num_queries(8):
        evidence.case_file("case:1")


@pytest.mark.parametrize("count", [3, 300])
def test_the_whole_record_is_verified_by_a_stranger(
    count: int, seal: Callable[[], None], tmp_path: Path
) -> None:
    assert dict(evidence.record_files()) == {}
    cases(count)
    seal()
    cases(3)
    seal()
    cases(260)  # not signed yet: neither they nor what they did to the tiles belong to it

    folder = write(dict(evidence.record_files()), tmp_path / "log")
    code, said = ask("log", folder, "--vkey", Key.objects.get().vkey)

    assert code == 0
    assert said.startswith(f"GOOD: {count + 3} entries of {ORIGIN}, the last of")
    assert said.endswith(f"Payloads: {2 * count + 6} opened, 0 erased.")
    assert (folder / "checkpoints" / str(count)).exists()
