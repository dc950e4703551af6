"""An older copy of the database that was put back is noticed, and both roads lead on from it."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from audit import evidence, key_file, notes, recovery, restore, sealer
from audit.anchors import copies
from audit.anchors.courier import Courier
from audit.anchors.stores import Folder
from audit.core.note import LOG, read_key
from audit.core.policy import Policy
from audit.management.commands import audit_sealer
from audit.models import Checkpoint, Entry, Key, Payload, Pending, State
from audit.sealer import MemoryFile, Refused
from audit.verify import verify
from tests.audit.core.make import NEXT_VKEY, WITNESSES, ask, write
from tests.audit.make import NOON, ORIGIN, happen, put_back, sequence
from tests.audit.witness import running
from tests.record import facts

pytestmark = pytest.mark.django_db
ANEW = "breakglass.example.com/breakglass/2"  # after ORIGIN, which ends with 1
W1 = notes.vkey("w1", WITNESSES["w1"].public_key(), kind=notes.WITNESS)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    """Where the sealer of these tests has its key and its memory."""
    settings.LEDGER_KEY_PATH = str(tmp_path / "key")
    settings.LEDGER_MEMORY_PATH = str(tmp_path / "memory")
    key_file.make(tmp_path / "key", ORIGIN)
    return tmp_path


@pytest.fixture
def copy(home: Path, settings: Settings) -> Path:
    place = home / "copy"
    place.mkdir()
    settings.LEDGER_COPIES = [str(place)]
    return place


def seal() -> None:
    """Sign as a sealer that has just been started does."""
    key = key_file.read(Path(django_settings.LEDGER_KEY_PATH).read_text())
    file = MemoryFile(Path(django_settings.LEDGER_MEMORY_PATH), key.origin)
    sealer.seal(key, file, sealer.remembered(file), at=NOON)


def grow(count: int) -> None:
    for _ in range(count):
        happen(f"thing:{State.objects.get().size % 3}", words="Words.")
        sequence()
    seal()


def bring_back(copy: Path) -> recovery.BroughtBack:
    policy = Policy([read_key(Key.objects.latest("pk").vkey, LOG)], quorum="none")
    return recovery.bring_back(copy, policy, at=NOON)


class TestNoticing:
    def test_all_is_well_as_long_as_nobody_knows_of_more(self, copy: Path) -> None:
        assert restore.why_not_go_on() == ""
        grow(5)
        copies.bring(Folder(copy))
        assert restore.why_not_go_on() == ""

    def test_38_by_the_memory_of_the_sealer(self) -> None:
        grow(5)
        put_back(3)
        why = restore.why_not_go_on()
        assert why.startswith("The sealer has seen 5 entries, but the database has 3: an older")
        assert "audit_recover" in why
        with pytest.raises(Refused):
            restore.check()

    def test_38_by_a_copy_where_the_memory_was_put_back_too(self, copy: Path, home: Path) -> None:
        grow(3)
        older = (home / "memory").read_bytes()
        grow(2)
        copies.bring(Folder(copy))
        put_back(3)
        (home / "memory").write_bytes(older)

        assert restore.why_not_go_on().startswith(f"The copy in {copy} has seen 5 entries, but")

    def test_38_by_a_witness_where_everything_else_was_put_back(
        self, home: Path, settings: Settings
    ) -> None:
        grow(3)
        older = (home / "memory").read_bytes()
        with running(home / "w", Key.objects.get().vkey) as witness:
            settings.LEDGER_WITNESSES = [witness.setting]
            assert restore.why_not_go_on() == ""
            grow(2)
            (known,) = [each for each in restore.known_outside() if each.place == witness.name]
            assert known.size == 3  # as it was asked
            Courier.of(witness.known).bring(Checkpoint.objects.latest("size"), at=timezone.now())
            put_back(3)
            (home / "memory").write_bytes(older)

            assert restore.why_not_go_on().startswith("w1.example.org has seen 5 entries, but")

    def test_by_other_entries_in_the_places_of_those_that_were_lost(self, copy: Path) -> None:
        grow(5)
        copies.bring(Folder(copy))
        put_back(3)
        for _ in range(3):
            happen()
        sequence()

        assert "has seen other entries among the first 5" in restore.why_not_go_on()

    def test_who_cannot_be_asked_stops_nothing(self, home: Path, settings: Settings) -> None:
        grow(3)
        settings.LEDGER_COPIES = [str(home / "gone"), "s3+http://k:s@127.0.0.1:9/b"]
        settings.LEDGER_WITNESSES = [f"{W1} http://127.0.0.1:9"]
        (home / "memory").write_text("{")
        assert restore.why_not_go_on() == ""


class TestBringingBack:
    def test_makes_the_record_whole_again(self, copy: Path) -> None:
        grow(300)
        before = list(Entry.objects.order_by("seq").values_list("leaf", "subject", "version", "at"))
        copies.bring(Folder(copy))
        put_back(200)

        came = bring_back(copy)

        assert (came.first, came.last, came.wordless) == (200, 299, 200)
        after = list(Entry.objects.order_by("seq").values_list("leaf", "subject", "version", "at"))
        assert [bytes(row[0]) for row in after] == [bytes(row[0]) for row in before]
        assert [row[1:] for row in after] == [row[1:] for row in before]
        assert restore.why_not_go_on() == ""
        (said,) = facts("audit.recovered")
        assert said == {"first": 200, "last": 299}
        sequence()
        seal()
        assert verify().why == ""

    def test_satisfies_the_auditors_who_keep_the_heads_of_before(
        self, copy: Path, home: Path
    ) -> None:
        grow(5)
        (home / "pin").write_text(Checkpoint.objects.latest("size").note)
        copies.bring(Folder(copy))
        put_back(3)
        bring_back(copy)
        grow(2)

        folder = write(dict(evidence.record_files()), home / "log")
        words = ["log", folder, "--vkey", Key.objects.get().vkey, "--pin", home / "pin"]
        assert ask(*words)[0] == 0

    def test_words_that_still_waited_when_the_copy_was_made_are_kept(self, copy: Path) -> None:
        grow(3)
        happen("thing:9", words="Waiting words.")
        waiting = Pending.objects.get()
        sequence()
        seal()
        copies.bring(Folder(copy))
        put_back(3)
        waiting.save(force_insert=True)

        assert bring_back(copy).wordless == 0
        assert b"Waiting words." in bytes(Payload.objects.get(entry=3, part="p").body)

    def test_what_happened_since_follows_as_the_next_of_its_object(self, copy: Path) -> None:
        grow(9)  # three events of each object
        copies.bring(Folder(copy))
        put_back(3)
        for _ in range(2):
            happen("thing:1", words="After the copy was put back.")
        bring_back(copy)
        sequence()
        happen("thing:1")
        sequence()
        seal()

        versions = Entry.objects.filter(subject="thing:1").order_by("seq")
        assert list(versions.values_list("version", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert not Entry.objects.filter(kind__in=["audit.gap", "audit.pending_altered"]).exists()
        assert verify().why == ""

    def test_is_refused_where_the_copy_is_not_good(self, copy: Path) -> None:
        grow(5)
        copies.bring(Folder(copy))
        put_back(3)
        bundle = copy / "tile" / "entries" / "000.p" / "5"
        bundle.write_bytes(bundle.read_bytes().replace(b"thing:1", b"thing:9"))

        with pytest.raises(Refused, match="The copy cannot be used"):
            bring_back(copy)
        assert State.objects.get().size == 3

    def test_is_refused_where_the_copy_has_no_more_or_another_past(self, copy: Path) -> None:
        grow(5)
        copies.bring(Folder(copy))
        with pytest.raises(Refused, match="The copy has 5 entries, the database 5"):
            bring_back(copy)
        put_back(3)
        happen()
        sequence()
        with pytest.raises(Refused, match="other entries than the copy among its 4"):
            bring_back(copy)


class TestGoingOnAnew:
    def test_signs_under_a_new_name_and_says_what_was_lost(self, home: Path) -> None:
        grow(5)
        old = Key.objects.get().vkey
        root = State.objects.get().tree.root.hex()
        put_back(3)

        vkey = recovery.go_on_anew(home / "key", home / "memory", restore.known_outside, at=NOON)

        assert vkey.startswith(f"{ANEW}+")
        assert restore.why_not_go_on() == ""
        assert facts("audit.log_continued") == [
            {"old": ORIGIN, "new": ANEW, "size": 5, "root": root, "kept": 3}
        ]
        assert (home / "key.1").exists()
        assert (home / "memory.1").exists()
        sequence()
        grow(2)
        assert verify().why == ""
        assert Checkpoint.objects.latest("size").note.startswith(f"{ANEW}\n6\n")
        folder = write(dict(evidence.record_files()), home / "log")
        assert ask("log", folder, "--vkey", vkey)[0] == 0
        assert ask("log", folder, "--vkey", old)[0] == 1

    def test_counts_on(self, home: Path) -> None:
        for lost in (1, 2, 3):
            grow(5)
            put_back(State.objects.get().size - 2)
            recovery.go_on_anew(home / "key", home / "memory", restore.known_outside, at=NOON)
            sequence()
            assert f"breakglass/{lost + 1}+" in Key.objects.latest("pk").vkey

    def test_is_refused_while_nothing_is_lost(self, home: Path) -> None:
        grow(5)
        with pytest.raises(Refused, match="Nothing that was signed is missing"):
            recovery.go_on_anew(home / "key", home / "memory", restore.known_outside, at=NOON)
        assert not (home / "key.1").exists()


class TestCommand:
    def test_brings_back(self, copy: Path) -> None:
        grow(5)
        copies.bring(Folder(copy))
        put_back(3)
        out = StringIO()

        call_command("audit_recover", folder=copy, vkey=Key.objects.get().vkey, stdout=out)

        assert "Entries 3 to 4 are back." in out.getvalue()
        assert "4 payloads are gone" in out.getvalue()

    def test_begins_a_new_log(self) -> None:
        grow(5)
        put_back(3)
        out = StringIO()
        call_command("audit_recover", "--as-new-log", stdout=out)
        assert f"{ANEW}+" in out.getvalue()

    def test_believes_no_key_but_the_one_it_is_given(self, copy: Path, home: Path) -> None:
        grow(5)
        copies.bring(Folder(copy))
        put_back(3)
        (home / "policy").write_text(f"log {NEXT_VKEY}\nquorum none\n")

        with pytest.raises(CommandError, match="No trusted key"):
            call_command("audit_recover", folder=copy, policy=home / "policy")
        with pytest.raises(CommandError, match="no Ed25519 key"):
            call_command("audit_recover", folder=copy, vkey="x")
        with pytest.raises(CommandError, match="--vkey or --policy"):
            call_command("audit_recover", folder=copy)

    def test_wants_the_others_stopped(self, copy: Path) -> None:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [audit_sealer.Command.lock])
            with pytest.raises(CommandError, match="The sealer is running"):
                call_command("audit_recover", "--as-new-log")
        other.close()

    def test_does_not_touch_a_key_that_lies_elsewhere(self, settings: Settings) -> None:
        settings.LEDGER_KEY = "PRIVATE+KEY+…"
        with pytest.raises(CommandError, match="move it to the file"):
            call_command("audit_recover", "--as-new-log")
