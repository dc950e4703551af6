"""A case as a file that a stranger verifies."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from audit import evidence, heads, notes
from audit.anchors import witnesses
from audit.models import Checkpoint, Entry, Key
from audit.outside import Cosignature
from tests.audit.core.make import WITNESSES, ask, write
from tests.audit.make import NOON, ORIGIN, happen, sequence

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
    assert said.startswith(f"GOOD: 4 entries of case:1, among the 12 of {ORIGIN}.")
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
    with django_assert_num_queries(11):
        evidence.case_file("case:1")
    cases(60)
    seal()
    assert Entry.objects.filter(case="case:1").count() == 21
    with django_assert_num_queries(11):
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


@pytest.fixture
def cosign(settings: Settings) -> Callable[[], None]:
    """Have two of three witnesses sign the newest head; two are enough."""
    settings.LEDGER_WITNESSES = [
        f"{notes.vkey(name, key.public_key(), kind=notes.WITNESS)} https://{name}.example.org"
        for name, key in WITNESSES.items()
    ]

    def run() -> None:
        head = Checkpoint.objects.latest("size")
        text, seconds = head.note.partition("\n\n")[0] + "\n", int(NOON.timestamp())
        for each in witnesses.configured()[:2]:
            line = notes.cosign(text, name=each.name, key=WITNESSES[each.name], at=seconds)
            Cosignature.objects.create(checkpoint=head, witness=str(each.key), line=line, at=NOON)

    return run


def asked(kind: str, file: Path, folder: Path) -> int:
    """Ask the verifier with the policy file that this record gives away."""
    (folder / "policy").write_text(witnesses.policy_file())
    return ask(kind, file, "--policy", folder / "policy")[0]


def test_23_what_witnesses_signed_goes_with_everything_that_leaves(
    seal: Callable[[], None], cosign: Callable[[], None], tmp_path: Path
) -> None:
    cases(6)
    seal()
    cosign()

    case, log = tmp_path / "case.zip", tmp_path / "log"
    case.write_bytes(evidence.case_file("case:1") or b"")
    write(dict(evidence.record_files()), log)
    receipt = heads.receipt(3) or ""

    assert (asked("bundle", case, tmp_path), asked("log", log, tmp_path)) == (0, 0)
    assert receipt.count("\n— ") == 3
    head = log / "checkpoint"
    head.write_text("".join(head.read_text().splitlines(keepends=True)[:-1]))
    assert asked("log", log, tmp_path) == 2


def test_a_case_that_went_on_without_witnesses_is_whole_all_the_same(
    seal: Callable[[], None], cosign: Callable[[], None], tmp_path: Path
) -> None:
    cases(3)
    seal()
    cosign()
    assert heads.best() == witnesses.newest()
    cases(3)
    seal()

    case = tmp_path / "case.zip"
    case.write_bytes(evidence.case_file("case:1") or b"")

    with zipfile.ZipFile(case) as bundle:
        assert len([name for name in bundle.namelist() if name.startswith("entries/")]) == 2
    assert asked("bundle", case, tmp_path) == 2  # as long as the witnesses have not signed


def test_a_receipt_is_under_the_first_head_that_witnesses_signed(
    seal: Callable[[], None], cosign: Callable[[], None]
) -> None:
    for _ in range(3):
        cases(3)
        seal()
    assert "\n3\n" in (heads.receipt(1) or "")

    cosign()

    assert "\n9\n" in (heads.receipt(1) or "")
    assert heads.wait_for("request:1", "test.happened", patience=0, witnessed=True)
