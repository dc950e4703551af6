"""A new key is introduced by an entry, signs beside the old one, and then alone."""

import json
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit import evidence, key_file, key_life, notes, sealer
from audit.anchors import witnesses
from audit.core.note import LOG, read_key, read_note
from audit.key_life import KeyRing
from audit.models import Checkpoint, Key, Payload
from audit.sealer import MemoryFile, Refused
from audit.verify import verify
from tests.audit.core.make import ask, write
from tests.audit.make import NOON, ORIGIN, happen, sequence
from tests.record import facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path, settings: Settings) -> Path:
    settings.LEDGER_KEY_PATH = str(tmp_path / "key")
    key_file.make(tmp_path / "key", ORIGIN)
    return tmp_path / "key"


@pytest.fixture
def grow(path: Path) -> Callable[[int], Checkpoint]:
    """Enter some events and sign each head, as a sealer that is started each time does."""

    def run(count: int) -> Checkpoint:
        file = MemoryFile(path.with_name("memory"), ORIGIN)
        for _ in range(count):
            happen()
            sequence()
            keys = KeyRing(path, key_file.read(path.read_text()))
            sealer.seal(keys, file, sealer.remembered(file), at=NOON)
        return Checkpoint.objects.latest("size")

    return run


def signers(head: Checkpoint) -> list[str]:
    """Return the keys that signed a head, the first one first."""
    note = read_note(head.note.encode())
    known = [read_key(key.vkey, LOG) for key in Key.objects.order_by("pk")]
    return [str(key) for key in known if note.signed_by(key) is not None]


def rotate(path: Path, overlap: int = 3) -> str:
    return key_life.rotate(path, overlap=overlap, by="system:operator", at=NOON).vkey


def exported(folder: Path) -> Path:
    return write(dict(evidence.record_files()), folder)


def test_both_sign_for_a_while_and_then_the_new_one_alone(
    path: Path, grow: Callable[[int], Checkpoint], tmp_path: Path
) -> None:
    old = key_file.read(path.read_text()).vkey
    assert signers(grow(3)) == [old]
    new = rotate(path, overlap=4)
    (said,) = facts("audit.key_rotated")
    assert (said["old"], said["new"], said["until"]) == (old, new, 7)

    found = [signers(grow(1)) for _ in range(4)]

    assert found == [[old, new], [old, new], [old, new], [new]]  # of 5, 6, 7 and 8 entries
    assert key_file.read(path.read_text()).vkey == new
    assert not key_life.beside(path).exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert verify().why == ""
    (tmp_path / "policy").write_text(witnesses.policy_file())
    assert witnesses.policy_file().startswith(f"log {old}\nlog {new}\n")
    assert ask("log", exported(tmp_path / "log"), "--policy", tmp_path / "policy")[0] == 0


def test_an_auditor_who_knows_the_old_key_alone_follows_as_long_as_it_signs(
    path: Path, grow: Callable[[int], Checkpoint], tmp_path: Path
) -> None:
    old = key_file.read(path.read_text()).vkey
    grow(3)
    rotate(path, overlap=5)
    grow(2)
    assert ask("log", exported(tmp_path / "log"), "--vkey", old)[0] == 0
    grow(3)
    assert ask("log", exported(tmp_path / "later"), "--vkey", old)[0] == 1


def test_44_a_key_that_no_entry_introduces_is_found(
    path: Path, grow: Callable[[int], Checkpoint], tmp_path: Path
) -> None:
    grow(3)
    path.unlink()
    key_file.make(path, ORIGIN)  # somebody else's, who has the machine of the sealer
    grow(2)
    (tmp_path / "policy").write_text(witnesses.policy_file())

    code, said = ask("log", exported(tmp_path / "log"), "--policy", tmp_path / "policy")

    assert (code, "No entry introduces the key" in said) == (1, True)


def test_the_new_key_signs_that_it_is_the_new_one(
    path: Path, grow: Callable[[int], Checkpoint]
) -> None:
    grow(1)
    new = rotate(path)
    sequence()
    said = json.loads(bytes(Payload.objects.get(entry__kind="audit.key_rotated").body))
    text = f"{said['old']}\n{said['new']}\n"
    note = read_note(notes.note(text, [f"{said['signed']}\n"]).encode())
    assert note.signed_by(read_key(new, LOG)) == 0


def test_it_does_not_sign_before_its_entry_is_in_the_record(
    path: Path, grow: Callable[[int], Checkpoint]
) -> None:
    grow(3)
    rotate(path)
    ring = KeyRing(path, key_file.read(path.read_text()))
    assert len(ring.signers(3)) == 1
    sequence()
    assert len(ring.signers(3)) == 1
    assert len(ring.signers(4)) == 2


def test_one_at_a_time(path: Path, grow: Callable[[int], Checkpoint]) -> None:
    grow(1)
    rotate(path)
    with pytest.raises(Refused, match="A new key is taking over already, after 4 entries"):
        rotate(path)
    key_life.beside(path).write_text("x")
    with pytest.raises(Refused, match="is damaged; remove it"):
        rotate(path)


def test_one_whose_entry_never_came_is_replaced(
    path: Path, grow: Callable[[int], Checkpoint]
) -> None:
    grow(1)
    lost = notes.secret(ORIGIN, key_file.read(path.read_text()).private)
    key_life.beside(path).write_text(f"{lost}\n{'0' * 32} 9\n")
    assert len(KeyRing(path, key_file.read(path.read_text())).signers(1)) == 1

    rotate(path)
    grow(2)
    assert Key.objects.count() == 2


class TestCommand:
    def test_says_whom_to_tell(self, path: Path, grow: Callable[[int], Checkpoint]) -> None:
        grow(1)
        out = StringIO()
        call_command("audit_rotate_key", "--overlap=9", stdout=out)
        assert f"{ORIGIN}+" in out.getvalue()
        assert facts("audit.key_rotated")[0]["until"] == 10

    def test_refuses_with_a_sentence(self, path: Path, settings: Settings) -> None:
        with pytest.raises(CommandError, match="at least one"):
            call_command("audit_rotate_key", "--overlap=0")
        settings.LEDGER_KEY_PATH = str(path.with_name("gone"))
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("audit_rotate_key")
        for name in ("LEDGER_KEY_COMMAND", "LEDGER_KEY"):
            setattr(settings, name, "PRIVATE+KEY+…")
            with pytest.raises(CommandError, match=f"comes by {name}; move it to the file"):
                call_command("audit_rotate_key")
