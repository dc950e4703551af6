"""Nothing is pruned that something else still needs, and the sentence says what it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from pytest_django import Settings

from audit import key_life
from audit.anchors import copies
from audit.differences import Difference
from audit.events import KeyRotated
from audit.log import record
from audit.models import Cursor, Entry, Run, SetAside
from audit.outside import Place
from audit.retention import kept
from audit.retention.kept import Kept
from audit.retention.plan import Plan, content, first_since, plan
from core.errors import WrongState
from core.speech import phrase
from tests.audit.make import erase, happen, sequence, sql
from tests.audit.retention.make import (
    CUT,
    DAY,
    NEW,
    NOW,
    OLD,
    fill,
    fill_record,
    finish,
    order,
    reader,
    seqs,
)

pytestmark = pytest.mark.django_db
Seal = Callable[[], None]


def planned() -> tuple[int, list[str]]:
    made = plan(NEW, at=NOW)
    return made.cut, [str(each.why) for each in made.obstacles]


@contextmanager
def undone() -> Iterator[None]:
    """Undo what happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class TestPlan:
    def test_goes_up_to_the_last_whole_tile_before_the_day(self) -> None:
        fill_record()

        made = plan(NEW, at=NOW)

        assert (made.low, made.wanted, made.cut, made.obstacles) == (0, CUT, CUT, [])
        assert (made.entries, made.tiles) == (CUT, 1)
        assert "no copy" in made.warnings[0]
        found = content(made)
        assert (found.payloads, found.cases) == (2 * CUT, 7)
        assert (found.first_at, found.last_at) == (OLD, OLD)
        assert plan(OLD, at=NOW).wanted == 0
        assert first_since(NEW) == 301
        assert first_since(NOW) == Entry.objects.count()

    def test_of_an_empty_record_is_empty(self) -> None:
        assert plan(NOW, at=NOW) == Plan(
            before=NOW, low=0, wanted=0, cut=0, obstacles=[], warnings=plan(NOW, at=NOW).warnings
        )
        assert first_since(NOW) == 0


class TestWhole:
    """What makes pruning wait as a whole."""

    def test_the_record_has_to_be_verified_and_whole(self) -> None:
        fill_record()
        with undone():
            Run.objects.all().delete()
            assert planned() == (
                0, ["The whole record was not verified yet: have it verified first."],
            )  # fmt: skip
        Run.objects.update(why="Entry 7 is wrong.", bad=7)
        assert planned() == (0, ["The record is not whole: Entry 7 is wrong."])

    def test_differences_have_to_be_explained_and_erasures_finished(self) -> None:
        fill_record()
        with undone():
            Difference.objects.create(subject="grant:1", case="", what="It differs.", found_at=NOW)
            assert planned()[0] == 0
        erase(5)
        assert planned() == (0, ["Words are being erased: wait until they are."])


class TestKept:
    """What keeps the record from some entry on."""

    def test_each_says_what_it_is(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        fill(600, at=OLD, cases=0)
        fill_record()
        assert planned() == (768, [])

        with undone():
            reader(299)
            assert planned() == (256, ["“test.reader” has read up to entry 299 only."])
        with undone():
            reader(2000)
            item = {"cursor": Cursor.objects.get(), "entry": Entry.objects.get(seq=700)}
            SetAside.objects.create(**item, error="It broke.")
            assert planned() == (512, ["“test.reader” could not handle entry 700 yet."])
        with undone():
            settings.LEDGER_COPIES = ["/mnt/copy"]
            Place.objects.create(kind=Place.Kind.COPY, name="/mnt/copy", size=600)
            assert planned() == (512, ["/mnt/copy has the first 600 entries only."])
        monkeypatch.setattr(kept, "_known", [])
        kept.provide(
            lambda _: [
                Kept(ref="case:3", why=phrase("It is open.")),
                Kept(seq=256, why=phrase("A finding.")),
            ]
        )
        kept.provide(lambda _: [Kept(ref="thing:unknown", why=phrase("Unknown."))])
        assert planned() == (256, ["A finding.", "It is open."])

    def test_a_case_goes_when_its_last_entry_is_old_enough(self) -> None:
        fill(300, at=OLD, cases=0)
        fill_record()
        assert planned() == (512, [])

        happen("thing:late", case="case:4", at=NEW)
        sequence(at=NEW)

        assert planned() == (256, ["case:4 went on since then."])

    def test_a_key_that_takes_over_keeps_its_entry(self) -> None:
        event = KeyRotated(old="a", new="b", until=10_000, signed="s")
        with transaction.atomic():
            record(event, actor="user:ada", subject=key_life.RECORD, at=OLD)
        sequence(at=OLD)
        fill_record()

        assert planned() == (0, ["The record's key is being changed (entry 0)."])


class TestMeanwhile:
    """What comes in the way between the entry and its being carried out is respected."""

    def test_the_bytes_stay_until_it_is_out_of_the_way(
        self, seal: Seal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill_record()
        order()
        seal()
        with undone():
            kept_now = [lambda _: [Kept(ref="thing:1", why=phrase("It is open again."))]]
            with monkeypatch.context() as patch:
                patch.setattr(kept, "_known", kept_now)
                assert finish() == 0
                assert seqs()[0] == 0
        assert finish() == CUT

    def test_witnesses_and_copies_have_to_have_its_entry(
        self, seal: Seal, settings: Settings
    ) -> None:
        fill_record()
        order()
        seal()
        settings.LEDGER_COPIES = ["/mnt/copy"]
        place = Place.objects.create(kind=Place.Kind.COPY, name="/mnt/copy", size=CUT)
        assert finish() == 0
        place.size = Entry.objects.count()
        place.save()
        assert finish() == CUT

    def test_a_second_one_waits_for_the_first(self, seal: Seal) -> None:
        fill_record()
        made = order()

        with pytest.raises(WrongState, match="waits to be carried out"):
            order()
        seal()
        finish()
        with pytest.raises(WrongState, match="nothing that could go"):
            order(made.before + DAY)


class TestCopies:
    def test_a_new_copy_begins_where_the_record_does(self, seal: Seal) -> None:
        """Its files verify by themselves; those of an old copy stay as they are."""
        fill_record()
        seal()
        old, new = Memory(), Memory()
        copies.bring(old)
        order()
        seal()
        finish()
        sql("SET CONSTRAINTS ALL IMMEDIATE")

        assert copies.bring(old) == copies.bring(new)

        assert "tile/0/000" in old.files
        assert "tile/0/000" not in new.files
        assert f"carried/{CUT}.0" in new.files
        assert not any(name.startswith("carried") for name in old.files)


class Memory:
    """A place for a copy."""

    name = "memory"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        self.files[path] = data
