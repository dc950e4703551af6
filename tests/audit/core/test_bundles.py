"""Bundles of evidence: whole logs and single cases in a zip that nobody has to trust."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audit.core.make import VKEY, Log, ask, edit, made, zipped


@pytest.fixture(scope="module")
def log() -> Log:
    """A log of 40 entries about five cases."""
    return made(40, objects=5)


def verify(files: dict[str, bytes], folder: Path) -> tuple[int, str]:
    return ask("bundle", zipped(files, folder / "bundle.zip"), "--vkey", VKEY)


def test_a_whole_log_is_verified_where_it_lies(log: Log, tmp_path: Path) -> None:
    code, said = verify(log.files(), tmp_path)

    assert code == 0
    assert said.startswith("GOOD: 40 entries of example.org/breakglass/1, the last of 2026-11-02")
    assert said.endswith("Payloads: 80 opened, 0 erased.")


def test_a_case_is_verified_by_its_receipts(log: Log, tmp_path: Path) -> None:
    code, said = verify(log.case_files("case:2"), tmp_path)

    assert code == 0
    assert said.startswith("GOOD: 8 entries of case:2, among the 40 of example.org/breakglass/1.")
    assert said.endswith("Payloads: 16 opened, 0 erased.")


def test_an_erasure_comes_along_with_the_case(tmp_path: Path) -> None:
    log = made(20, objects=5)
    erasure = log.enter("audit.erased", "record:1", d={"compartment": "p", "seqs": [7]})
    del log.payloads[7, "p"]

    assert verify(log.case_files("case:2", erasure), tmp_path)[0] == 0
    assert verify(log.case_files("case:2"), tmp_path) == (
        1,
        "TAMPERED: Entry 7: its payload 'p' is missing, but not erased.",
    )


def without(*places: str) -> Callable[[dict[str, bytes]], None]:
    def take_out(files: dict[str, bytes]) -> None:
        for place in places:
            del files[place]

    return take_out


def exchange(files: dict[str, bytes]) -> None:
    files["entries/7.json"] = files["entries/7.json"].replace(b"user:ada", b"user:eve")


def another_head(files: dict[str, bytes]) -> None:
    files["proofs/7.tlog-proof"] = made(30, objects=5).receipt(7).encode()


def move(files: dict[str, bytes]) -> None:
    receipt = files["proofs/7.tlog-proof"]
    files["proofs/7.tlog-proof"] = receipt.replace(b"index 7", b"index 8")


SPOILT: dict[str, tuple[Callable[[dict[str, bytes]], None], int, str]] = {
    "an entry with its receipt": (
        without("entries/7.json", "proofs/7.tlog-proof"),
        1,
        "Entry 12 is event 3 of request:2, but event 2 is due",
    ),
    "an entry": (without("entries/7.json"), 2, "Entry 7 is not there together with its receipt."),
    "a receipt": (without("proofs/37.tlog-proof"), 2, "There are entries without a receipt."),
    "the checkpoint": (without("checkpoint"), 2, "There is no checkpoint."),
    "a payload": (
        without("payloads/7.d.json", "payloads/7.d.salt"),
        1,
        "Entry 7: its payload 'd' is missing, but not erased.",
    ),
    "an entry exchanged": (exchange, 1, "The proof of entry 7 does not lead to the signed root."),
    "a receipt of another head": (another_head, 1, "is of another checkpoint than the bundle."),
    "a receipt of another place": (move, 1, "The proof of entry 8 does not lead to the signed"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_case_that_lacks_something_is_refused(name: str, log: Log, tmp_path: Path) -> None:
    files, (spoil, code, sentence) = log.case_files("case:2"), SPOILT[name]
    spoil(files)

    found, said = verify(files, tmp_path)

    assert found == code
    assert sentence in said


def archive(write: Callable[[zipfile.ZipFile], None], place: Path) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as bundle:
        write(bundle)
    return place


def test_a_file_that_is_larger_than_it_says_is_no_way_around(log: Log, tmp_path: Path) -> None:
    bomb = zipped(log.files() | {"zzz": bytes(1000)}, tmp_path / "liar.zip")
    data = bytearray(bomb.read_bytes())
    entry = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, entry + 24, 10)
    bomb.write_bytes(data)

    assert ask("bundle", bomb, "--vkey", VKEY)[0] in {0, 1}  # nobody reads it


def test_a_bundle_that_somebody_packed_anew_is_still_good(log: Log, tmp_path: Path) -> None:
    def write(bundle: zipfile.ZipFile) -> None:
        bundle.mkdir("payloads")
        for name, data in reversed(log.files().items()):
            bundle.writestr(name, data)

    assert ask("bundle", archive(write, tmp_path / "anew.zip"), "--vkey", VKEY)[0] == 0


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip" * 100, b"PK\5\6", b"PK\5\6" + bytes(18)])
def test_what_is_no_bundle_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(data)

    code, said = ask("bundle", tmp_path / "no.zip", "--vkey", VKEY)

    assert code in {2, 3}  # an empty zip is a bundle, in which there is no checkpoint
    assert said.count("\n") == 0


WHOLE = made(12, objects=3)
BUNDLES = [WHOLE.files(), WHOLE.case_files("case:1")]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_byte_of_a_bundle_can_be_turned_unnoticed(data: st.DataObject, tmp_path: Path) -> None:
    """Where it is good all the same, nothing that was signed is another."""
    files = data.draw(st.sampled_from(BUNDLES))
    whole = bytearray(zipped(files, tmp_path / "bundle.zip").read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "bundle.zip").write_bytes(whole)

    code, said = ask("bundle", tmp_path / "bundle.zip", "--vkey", VKEY)

    assert code in {0, 1, 2, 3}
    assert said.split(":")[0] in {"GOOD", "TAMPERED", "INCOMPLETE", "NOT ASKED RIGHT"}
    if code == 0:
        with zipfile.ZipFile(io.BytesIO(bytes(whole))) as bundle:
            read = {name: bundle.read(name) for name in files if name != "README.txt"}
        assert all(files[name] == body for name, body in read.items())


def test_a_case_out_of_order_is_refused(tmp_path: Path) -> None:
    log = made(10, objects=2)
    edit(log, 4, ov=9)

    code, said = verify(log.case_files("case:0"), tmp_path)

    assert code == 1
    assert "Entry 4 is event 9 of request:0, but event 3 is due" in said
