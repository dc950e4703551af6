"""The command: what it asks for, what it says, how it exits."""

import hashlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit import notes
from audit.core import cli, tiles
from tests.audit.core.make import (
    NEXT_KEY,
    NEXT_VKEY,
    NOON,
    TREE_ONLY,
    VKEY,
    WITNESSED,
    ask,
    edit,
    made,
    pruned_files,
    sparse,
    verify,
    write,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 300 entries in a folder, which nobody changes."""
    return write(made().files(), tmp_path_factory.mktemp("log"))


def test_known_vectors_pass_on_this_machine() -> None:
    code, said = ask("selftest")

    assert (code, said) == (0, "GOOD: 62 known vectors.")


@pytest.mark.parametrize("kind", ["signed", "not signed", "notes", "roots", "inclusion"])
def test_a_verifier_that_does_not_work_says_so(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = json.loads((Path(cli.__file__).parent / "vectors.json").read_text())
    key, message, signature = vectors["signed"][1]
    vectors[kind][-1] = {
        "signed": [key, message + "00", signature],
        "not signed": [key, message, signature],
        "notes": [VKEY, vectors["notes"][0][1]],
        "roots": vectors["roots"][0],
        "inclusion": [7, 8, vectors["roots"][0]],
    }[kind]
    if kind == "notes":
        vectors[kind][-1] = [vectors["notes"][0][0], vectors["notes"][0][1].replace("an", "no")]
    monkeypatch.setattr(pkgutil, "get_data", lambda *_: json.dumps(vectors).encode())

    assert ask("selftest")[0] == 1


def test_a_receipt_is_verified(tmp_path: Path) -> None:
    log = made(20)
    (tmp_path / "r.tlog-proof").write_text(log.receipt(7))
    (tmp_path / "leaf").write_bytes(log.leaves[7])
    (tmp_path / "other").write_bytes(log.leaves[8])
    receipt = ["proof", tmp_path / "r.tlog-proof", "--vkey", VKEY, "--leaf"]

    code, said = ask(*receipt, tmp_path / "leaf")
    assert code == 0
    assert said.startswith("GOOD: entry 7 of the 20 of example.org/breakglass/1.\nIt is test.")
    assert ask(*receipt, tmp_path / "other") == (
        1,
        "TAMPERED: The proof of entry 7 does not lead to the signed root.",
    )


def test_a_receipt_needs_the_witnesses_that_the_policy_asks_for(tmp_path: Path) -> None:
    log = made(20)
    (tmp_path / "policy").write_text(WITNESSED)
    (tmp_path / "leaf").write_bytes(log.leaves[7])
    for seen_by, code in [(("w1",), 2), (("w1", "w3"), 0)]:
        (tmp_path / "receipt").write_text(log.receipt(7, log.note(seen_by=seen_by)))
        asked = ["--policy", tmp_path / "policy", "--leaf", tmp_path / "leaf"]
        assert ask("proof", tmp_path / "receipt", *asked)[0] == code


def test_one_log_goes_on_another(folder: Path, tmp_path: Path) -> None:
    log = made()
    (tmp_path / "a").write_text(log.note(123))
    (tmp_path / "b").write_text(log.note())
    edit(log, 5, actor="user:eve")
    (tmp_path / "c").write_text(log.note(200))
    tiles = ["--tiles", folder, "--vkey", VKEY]

    assert ask("consistency", tmp_path / "a", tmp_path / "b", *tiles) == (
        0,
        "GOOD: the log of 300 entries goes on that of 123.",
    )
    assert ask("consistency", tmp_path / "c", tmp_path / "b", *tiles) == (
        1,
        "TAMPERED: The first 200 entries are not the signed ones: it was rewritten.",
    )
    assert ask("consistency", tmp_path / "b", tmp_path / "a", *tiles)[0] == 1


def test_only_what_is_behind_a_known_head_is_looked_at(tmp_path: Path) -> None:
    log = made()
    folder = write(log.files(), tmp_path / "log")
    (tmp_path / "known").write_text(log.note(260))
    since = ["--vkey", VKEY, "--since", tmp_path / "known"]
    assert ask("log", folder, *since)[1].endswith("Payloads: 80 opened, 0 erased.")

    (folder / "tile/entries/000").unlink()  # was verified before, and is not needed again
    assert ask("log", folder, *since)[0] == 0
    edit(log, 100, actor="user:eve")
    (tmp_path / "known").write_text(log.note(260))
    assert ask("log", folder, *since) == (
        1,
        "TAMPERED: The first 260 entries are not the signed ones: it was rewritten.",
    )


def test_a_full_tile_serves_where_the_partial_one_is_gone(tmp_path: Path) -> None:
    """As when an older head is verified with the files of a log that went on."""
    log, longer = made(300), made(512)
    gone = {"tile/0/001.p/44", "tile/entries/001.p/44"}
    files = {name: data for name, data in log.files().items() if name not in gone}
    whole = longer.files()
    files |= {name: whole[name] for name in ("tile/0/001", "tile/entries/001")}

    assert verify(files, tmp_path)[0] == 0


def test_tiles_lie_where_the_specification_says() -> None:
    assert tiles.path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.path("entries", 5, 7) == "tile/entries/005.p/7"


def test_checkpoints_of_different_logs_are_not_compared(folder: Path, tmp_path: Path) -> None:
    text = notes.checkpoint_text("example.org/other", 1, bytes(32))
    other = notes.note(text, [notes.sign(text, name="example.org/other", key=NEXT_KEY)])
    write({"other": other.encode(), "own": made().note().encode()}, tmp_path)
    key = notes.vkey("example.org/other", NEXT_KEY.public_key())
    trust = ["--vkey", VKEY, "--vkey", key]

    words = ["consistency", tmp_path / "other", tmp_path / "own", "--tiles", folder, *trust]
    assert ask(*words) == (1, "TAMPERED: The two checkpoints are of different logs.")
    words = ["log", folder, "--pin", tmp_path / "other", *trust]
    assert ask(*words) == (1, "TAMPERED: The checkpoints are of different logs.")


def test_nothing_new_is_good_news(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "known").write_text(made().note())

    assert ask("log", folder, "--vkey", VKEY, "--since", tmp_path / "known")[0] == 0


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_logs_of_every_shape_are_good(size: int, tmp_path: Path) -> None:
    files = made(size, with_words=10).files()
    for jobs in (1, 2):
        assert verify(files, tmp_path / str(jobs), "--jobs", jobs)[0] == 0


def test_several_processes_find_the_same_first_fault(tmp_path: Path) -> None:
    log = made(800, with_words=10)
    files = log.files()
    edit(log, 700, actor="user:eve")
    edit(log, 790, actor="user:eve")
    spoilt = {name: data for name, data in log.files().items() if "entries" in name}

    for jobs in (1, 2, 3):
        assert verify(files | spoilt, tmp_path, "--jobs", jobs) == (
            1,
            "TAMPERED: Entry 700 is not the one that was signed at its place.",
        )


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_time_that_goes_back_between_two_processes_is_found(jobs: int, tmp_path: Path) -> None:
    log = made(512)
    edit(log, 256, at=(NOON - 10) * 1_000_000)

    assert verify(log.files(), tmp_path, "--jobs", jobs) == (
        1,
        "TAMPERED: Entry 256 has an earlier time than the entry before it.",
    )


def test_a_log_may_be_pruned_where_an_entry_says_so(tmp_path: Path) -> None:
    files = pruned_files()
    for jobs in (1, 2):
        assert verify(files, tmp_path / str(jobs), "--jobs", jobs)[0] == 0

    without = {name: files[name] for name in files if not name.endswith("/001")}
    code, said = verify(without, tmp_path / "more")
    assert (code, said) == (1, "TAMPERED: Entry 0 is missing, and no pruning is on the record.")


def test_what_follows_a_pruning_has_to_follow_what_was_kept(tmp_path: Path) -> None:
    def said_of(name: str, kept: bytes, **changed: object) -> str:
        own = {"carried": hashlib.sha256(kept).hexdigest()}
        files = pruned_files(**own | changed) | {"carried/256.0": kept, "carried/256.1": b""}
        code, said = verify(files, tmp_path / name)
        assert code == 1
        return said

    files = pruned_files()
    kept = files["carried/256.0"] + files["carried/256.1"]
    assert "but event 1 is due" in said_of("nothing", b"{}")
    assert "has an earlier time" in said_of("late", kept, at=(NOON + 300) * 1_000_000)
    strange = "carried/256 is not what was kept, as entry 600 pruned it."
    assert strange in said_of("other", kept, carried="0" * 64)
    for number, odd in enumerate((b"", b"[]", b"[" * 5000)):
        assert strange in said_of(f"odd {number}", odd)


def test_changes_of_the_key_outlive_a_pruning(tmp_path: Path) -> None:
    rotated = {"seq": 9, "old": VKEY, "new": NEXT_VKEY, "until": 300}
    for name, keys in (("kept", [rotated]), ("lost", [])):
        files = pruned_files(keys=keys)
        log = sparse()
        files["checkpoints/100"] = log.note(100).encode()
        files["checkpoints/500"] = log.note(500, keys=(NEXT_KEY,)).encode()
        write(files, tmp_path / name)
        code, said = ask("log", tmp_path / name, "--vkey", VKEY, "--vkey", NEXT_VKEY)
        assert (code, "A key signed" in said) == (1, keys != []), said


def test_witnesses_bound_when_an_entry_was_made(tmp_path: Path) -> None:
    log = made(300)
    first = log.note(100, seen_by=("w1", "w2"), at=NOON + 120).encode()
    sha = hashlib.sha256(first).hexdigest()
    log.enter("audit.anchor", "record:1", d={"sha256": sha})
    log.enter()
    last = log.note(seen_by=("w1", "w2"), at=NOON + 400)
    files = log.files(checkpoint=last) | {"checkpoints/100": first}
    write(files, tmp_path / "log")
    (tmp_path / "policy").write_text(WITNESSED)

    def asked(seq: object) -> tuple[int, str]:
        return ask("time", seq, tmp_path / "log", "--policy", tmp_path / "policy")

    assert asked(50) == (
        0,
        "GOOD: entry 50 was made after: unknown\nand before: 2026-11-02T12:02:00+00:00",
    )
    assert asked(301) == (
        0,
        "GOOD: entry 301 was made after: 2026-11-02T12:02:00+00:00\n"
        "and before: 2026-11-02T12:06:40+00:00",
    )
    assert asked(302) == (3, "NOT ASKED RIGHT: The log has no entry 302.")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["log"],
        ["log", "DIR"],
        ["log", "DIR", "--jobs", "many"],
        ["log", "/nowhere", "--vkey", VKEY],
        ["log", "DIR", "--vkey", "nonsense"],
        ["log", "DIR", "--policy", "/nowhere"],
        ["log", "DIR", "--vkey", VKEY, "--pin", "/nowhere"],
        ["proof", "/nowhere", "--vkey", VKEY],
        ["proof", "/nowhere", "--vkey", VKEY, "--leaf", "/nowhere"],
        ["bundle", "/nowhere", "--vkey", VKEY],
        ["bundle", "DIR", "--vkey", VKEY],
        ["consistency", "/nowhere", "/nowhere", "--vkey", VKEY, "--tiles", "DIR"],
    ],
)
def test_what_cannot_be_answered_exits_with_3(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ask(*(folder if word == "DIR" else word for word in words))

    assert code == 3
    assert said.startswith("NOT ASKED RIGHT: ") or "error: " in capsys.readouterr().err


def test_the_help_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ask("--help")

    assert code == 0
    assert "--policy FILE" in said


def test_a_finding_has_no_sign_that_a_terminal_would_obey(tmp_path: Path) -> None:
    log = made(3)
    log.leaves[2] = log.leaves[2].replace(b'"v":1', b'"v":1,"\x1b[2Jx":1')
    log.leaves[1] = log.leaves[1].replace(b"request:1", "request:\u202e\u009b1".encode())

    code, said = verify(log.files(), tmp_path)

    assert code == 1
    assert said.isascii()
    assert said.isprintable()


def test_whatever_goes_wrong_inside_is_never_good(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "verify_log", stumble)

    assert ask("log", folder, "--vkey", VKEY) == (
        1,
        "TAMPERED: It cannot be read (ZeroDivisionError: ).",
    )


def test_the_verifier_needs_nothing_but_python(folder: Path) -> None:
    """It runs without the libraries of the application, and shares no module with it."""
    core = Path(cli.__file__).parent
    ours = {f"audit.core.{path.stem}" for path in core.glob("*.py")}
    program = (
        "import sys; from audit.core.cli import main; code = main(sys.argv[1:]);"
        "print(*(n for n in sys.modules if n.split('.')[0] not in sys.stdlib_module_names))"
    )
    found = f"import sys; sys.path.insert(0, {str(core.parent.parent)!r}); {program}"
    words = [sys.executable, "-I", "-S", "-c", found, "log", str(folder), "--vkey", VKEY]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()

    assert lines[0].startswith("GOOD: 300 entries")
    assert {*lines[-1].split()} <= {"__main__", "audit", "audit.core", *ours}


def test_the_verifier_is_short_enough_to_be_read() -> None:
    files = Path(cli.__file__).parent.glob("*.py")
    lines = [line for path in files for line in path.read_text().splitlines() if line.strip()]

    assert len(lines) <= 900


def test_a_policy_file_trusts_as_well_as_a_key(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(TREE_ONLY)

    assert ask("log", folder, "--policy", tmp_path / "policy")[0] == 0
