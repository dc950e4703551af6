"""The sealer signs what goes on from what it signed before, and nothing else."""

import base64
import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from audit import heads, key_file, notes, sealer
from audit.core.checkpoint import read_checkpoint
from audit.core.merkle import verify_inclusion
from audit.core.note import read_key
from audit.key_file import SigningKey
from audit.models import Checkpoint, Entry, Key, Sealing, State
from audit.sealer import Memory, MemoryFile, Refused
from audit.tree import Frontier
from audit.verify import verify
from tests.audit.make import NOON, happen, sequence, sql, unprotected
from tests.audit.processes import wait_until

pytestmark = pytest.mark.django_db
ORIGIN = "breakglass.example.com/breakglass/1"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return key_file.make(tmp_path / "key", ORIGIN)


@pytest.fixture
def file(tmp_path: Path) -> MemoryFile:
    return MemoryFile(tmp_path / "memory", ORIGIN)


@pytest.fixture
def seal(key: SigningKey, file: MemoryFile) -> Callable[[], Memory]:
    """Sign as a sealer that has just been started does."""

    def run(*, trust_database: bool = False) -> Memory:
        memory = sealer.remembered(file, trust_database=trust_database)
        return sealer.seal(key, file, memory, at=NOON)

    return run


def entered(count: int) -> list[Entry]:
    first = State.objects.get().size
    for number in range(count):
        happen(f"thing:{first + number}", what=str(number), words="Words.")
    return sequence(NOON + timedelta(seconds=first))


class TestSeal:
    def test_signs_the_head_so_that_others_can_verify_it(
        self, key: SigningKey, seal: Callable[[], Memory]
    ) -> None:
        entered(3)

        seal()

        head = Checkpoint.objects.get()
        origin, size, root, note = read_checkpoint(head.note.encode())
        state = State.objects.get()
        assert (origin, size, root) == (ORIGIN, 3, state.tree.root)
        assert note.signed_by(read_key(key.vkey, notes.LOG)) is not None
        assert Key.objects.get().vkey == key.vkey
        assert heads.why_not_signed(head, state.tree, heads.public_keys()) is None

    def test_remembers_before_it_signs(self, file: MemoryFile, seal: Callable[[], Memory]) -> None:
        entered(3)

        memory = seal()

        assert file.read() == memory
        assert memory.tree == State.objects.get().tree

    def test_signs_nothing_twice_and_nothing_that_is_empty(
        self, seal: Callable[[], Memory]
    ) -> None:
        seal()
        assert not Checkpoint.objects.exists()
        entered(2)

        assert seal() == seal()
        assert Checkpoint.objects.count() == 1

    def test_goes_on_from_what_it_signed(self, seal: Callable[[], Memory]) -> None:
        for size in (2, 5, 300):
            entered(size)
            seal()

        sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
        assert sizes == [2, 7, 307]
        assert verify().why == ""

    def test_publishes_after_a_crash_what_it_had_remembered(
        self, file: MemoryFile, seal: Callable[[], Memory]
    ) -> None:
        entered(2)
        file.write(Memory(State.objects.get().tree, Entry.objects.get(seq=1).envelope["at"]))

        seal()

        assert Checkpoint.objects.get().size == 2

    def test_refuses_a_record_that_got_shorter(self, seal: Callable[[], Memory]) -> None:
        entered(3)
        seal()
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id = 2")
            sql("DELETE FROM audit_entry WHERE seq = 2")
            hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.order_by("seq")]
            grown = bytes(Frontier().append(hashes))
            sql("UPDATE audit_state SET size = 2, frontier = %s", grown)

        with pytest.raises(Refused, match="holds 2 entries, but 3 were signed"):
            seal()

    def test_refuses_a_past_that_was_rewritten_with_all_its_hashes(
        self, seal: Callable[[], Memory]
    ) -> None:
        entered(3)
        seal()
        entered(1)
        with unprotected():
            other = [b"\1" * 32, *(bytes(e.leaf_hash) for e in Entry.objects.filter(seq__gt=0))]
            sql("UPDATE audit_state SET frontier = %s", bytes(Frontier().append(other)))

        with pytest.raises(Refused, match="do not make the tree of the head"):
            seal()

    @pytest.mark.parametrize("change", ['"seq":1,', '"at":', "{"])
    def test_refuses_a_leaf_that_is_none(self, change: str, seal: Callable[[], Memory]) -> None:
        entered(3)
        with unprotected():
            sql("UPDATE audit_entry SET leaf = replace(convert_from(leaf, 'UTF8'), %s, '')::bytea"
                " WHERE seq = 1", change)  # fmt: skip

        with pytest.raises(Refused, match="Entry 1 is none"):
            seal()

    def test_refuses_when_an_entry_is_missing(self, seal: Callable[[], Memory]) -> None:
        entered(3)
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id = 2")
            sql("DELETE FROM audit_entry WHERE seq = 2")

        with pytest.raises(Refused, match="Entry 2 is missing"):
            seal()


class TestMemory:
    def test_that_is_lost_is_missed(self, file: MemoryFile, seal: Callable[..., Memory]) -> None:
        entered(3)
        seal()
        file.path.unlink()

        with pytest.raises(Refused, match="is missing, yet heads up to 3 entries were signed"):
            seal()
        assert seal(trust_database=True).tree == State.objects.get().tree

    def test_that_is_damaged_or_of_another_record_is_refused(self, file: MemoryFile) -> None:
        for damaged in ("{", "[]", "{}", json.dumps({"origin": ORIGIN, "frontier": "00"})):
            file.path.write_text(damaged)
            with pytest.raises(Refused, match="damaged"):
                file.read()
        MemoryFile(file.path, "example.org/other").write(Memory())
        with pytest.raises(Refused, match="another record"):
            file.read()


class TestKey:
    def test_is_for_its_owner_alone_and_never_replaced(self, tmp_path: Path) -> None:
        key = key_file.make(tmp_path / "a" / "key", ORIGIN)
        path = tmp_path / "a" / "key"

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert key_file.read(path.read_text()).vkey == key.vkey
        with pytest.raises(FileExistsError):
            key_file.make(path, ORIGIN)

    def test_names_where_the_record_is(self) -> None:
        origin = key_file.new_origin("https://breakglass.example.com")
        assert origin.startswith("breakglass.example.com/breakglass/")
        assert key_file.new_origin("https://breakglass.example.com") != origin


class TestHeads:
    def test_are_append_only(self, seal: Callable[[], Memory]) -> None:
        entered(1)
        seal()
        for attack in (
            "UPDATE audit_checkpoint SET note = ''",
            "DELETE FROM audit_checkpoint",
            "TRUNCATE audit_checkpoint CASCADE",
            "UPDATE audit_key SET vkey = ''",
            "DELETE FROM audit_key",
        ):  # fmt: skip
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                sql(attack)

    @pytest.mark.parametrize(
        ("attack", "why"),
        [
            ("UPDATE audit_checkpoint SET note = replace(note, chr(10) || '3', chr(10) || '2')",
             "that of other entries"),
            ("UPDATE audit_checkpoint SET note = 'x'", "signature lines at its end"),
            ("UPDATE audit_checkpoint SET note = replace(note, 'example.com', 'example.org')",
             "no good signature"),
            ("DELETE FROM audit_key", "no good signature"),
            ("UPDATE audit_checkpoint SET size = 9", "9 entries were signed, but the record has 3"),
        ],
    )  # fmt: skip
    def test_that_were_changed_are_found(
        self, attack: str, why: str, seal: Callable[[], Memory]
    ) -> None:
        entered(3)
        seal()
        with unprotected():
            sql(attack)

        assert why in verify().why


class TestReceipt:
    @pytest.mark.parametrize("size", [1, 2, 7, 300])
    def test_proves_each_entry_under_the_first_head_over_it(
        self, size: int, seal: Callable[[], Memory]
    ) -> None:
        entered(size)
        seal()
        entered(5)
        seal()

        for seq in {0, size // 2, size - 1}:
            receipt = heads.receipt(seq)
            assert receipt is not None
            lines, _, note = receipt.partition("\n\n")
            assert lines.split("\n")[:2] == ["c2sp.org/tlog-proof@v1", f"index {seq}"]
            assert read_checkpoint(note.encode())[1] == size

    def test_there_is_none_before_the_entry_is_signed(self) -> None:
        entered(1)
        assert heads.receipt(0) is None

    def test_leads_from_the_leaf_to_the_signed_root(self, seal: Callable[[], Memory]) -> None:
        entries = entered(300)
        seal()
        receipt = heads.receipt(17)
        assert receipt is not None
        body, _, note = receipt.partition("\n\n")
        path = [base64.b64decode(line) for line in body.split("\n")[2:]]
        _origin, size, root, _note = read_checkpoint(note.encode())
        verify_inclusion(bytes(entries[17].leaf_hash), 17, size, path, root)


def looked_at() -> datetime | None:
    """Return when somebody who waits for a signature last looked, if nothing is left to answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query_start FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle'"
            " AND query LIKE 'SELECT (SELECT seq FROM audit_entry%'"
        )
        found = cursor.fetchone()
    return found[0] if found else None


def ring(said: str) -> None:
    sql("SELECT pg_notify(%s, %s)", sealer.CHANNEL, said)


class TestWaiting:
    def test_ends_as_soon_as_it_is_signed(self, seal: Callable[[], Memory]) -> None:
        assert not heads.wait_for("thing:0", "test.happened", patience=0)
        entered(1)
        assert not heads.wait_for("thing:0", "test.happened", patience=0.02)
        seal()
        assert heads.wait_for("thing:0", "test.happened", patience=0)

    @pytest.mark.django_db(transaction=True)
    def test_is_over_when_the_sealer_rings_and_not_at_the_next_look(
        self, seal: Callable[[], Memory], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entered(1)
        answers = list[bool]()

        def wait() -> None:
            answers.append(heads.wait_for("thing:0", "test.happened", patience=50))
            connection.close()

        monkeypatch.setattr(heads, "_LOOK", 60)
        waiting = Thread(target=wait)
        waiting.start()
        wait_until(looked_at)
        first = looked_at()
        ring("0")  # of a head that is not over the entry
        assert waiting.is_alive()
        assert looked_at() == first
        ring("")  # from whoever does not say how far
        wait_until(lambda: looked_at() not in (None, first))
        seal()
        waiting.join(20)

        assert answers == [True]

    @pytest.mark.parametrize(
        ("why", "seconds", "signing"), [("", 5, True), ("", 60, False), ("It refuses.", 5, False)]
    )
    def test_is_for_a_sealer_that_is_alive(self, why: str, seconds: int, *, signing: bool) -> None:
        assert not heads.is_signing(NOON)
        sealer.report(why=why, at=NOON)
        assert Sealing.objects.get().why == why
        assert heads.is_signing(NOON + timedelta(seconds=seconds)) is signing
