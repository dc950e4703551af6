"""Copies of the record in folders: only added to, verified by strangers, contradicted aloud."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from audit import slots
from audit.anchors import copies, stores
from audit.anchors.failures import Contradicted, Failed
from audit.anchors.stores import Folder
from audit.models import Checkpoint, Key
from audit.outside import Anchor, Place
from tests.audit.core.make import ask
from tests.audit.make import NOON, happen, sequence, sql, unprotected

pytestmark = pytest.mark.django_db


@pytest.fixture
def grow(seal: Callable[[], None]) -> Callable[[int], None]:
    def run(count: int) -> None:
        for number in range(count):
            happen(f"thing:{number % 5}", words="Words that nobody outside may read.")
        sequence()
        seal()

    return run


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    place = tmp_path / "copy"
    place.mkdir()
    settings.LEDGER_COPIES = [str(place)]
    return place


def bring(folder: Path) -> int:
    return copies.bring(Folder(folder))


def verify(folder: Path) -> tuple[int, str]:
    return ask("log", folder, "--vkey", Key.objects.get().vkey)


class TestBringing:
    def test_step_by_step_makes_a_log_that_a_stranger_verifies(
        self, folder: Path, grow: Callable[[int], None]
    ) -> None:
        assert bring(folder) == 0
        for count, size in ((3, 3), (300, 303), (1, 304), (500, 804)):
            grow(count)
            assert bring(folder) == size
            code, said = verify(folder)
            assert (code, said.split(" ")[1]) == (0, str(size)), said

    def test_holds_nobodys_words(self, folder: Path, grow: Callable[[int], None]) -> None:
        grow(10)
        bring(folder)

        everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"Words" not in everything
        assert b"test.happened" in everything
        assert "No payloads came with it." in verify(folder)[1]

    def test_again_writes_nothing(self, folder: Path, grow: Callable[[int], None]) -> None:
        grow(300)
        bring(folder)
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        time.sleep(0.01)

        assert bring(folder) == 300
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before

    def test_goes_on_after_it_was_interrupted(
        self, folder: Path, grow: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grow(300)
        bring(folder)
        grow(300)
        write = Folder.write
        written: list[str] = []

        def full(store: Folder, path: str, data: bytes) -> None:
            if len(written) == 2:
                raise Failed("The disk is full.")
            written.append(path)
            write(store, path, data)

        monkeypatch.setattr(Folder, "write", full)
        with pytest.raises(Failed, match="The disk is full"):
            bring(folder)
        assert verify(folder)[1].startswith("GOOD: 300 entries")
        monkeypatch.undo()

        assert bring(folder) == 600
        assert verify(folder)[0] == 0

    def test_takes_along_what_was_anchored(self, folder: Path, grow: Callable[[int], None]) -> None:
        grow(3)
        head = Checkpoint.objects.get()
        grow(3)
        bring(folder)
        Anchor.objects.create(checkpoint=head, kind="entry", note=head.note, at=NOON)
        grow(1)
        bring(folder)

        assert (folder / "checkpoints" / "3").read_text() == head.note
        assert verify(folder)[0] == 0


class TestContradictions:
    def test_a_tile_that_says_something_else_is_not_overwritten(
        self, folder: Path, grow: Callable[[int], None]
    ) -> None:
        grow(300)
        bring(folder)
        (folder / "checkpoint").unlink()
        tile = folder / "tile" / "entries" / "000"
        tile.write_bytes(tile.read_bytes().replace(b"thing:1", b"thing:9"))
        forged = tile.read_bytes()

        with pytest.raises(Contradicted, match="tile/entries/000 there is not ours"):
            bring(folder)
        assert tile.read_bytes() == forged

    def test_38_an_older_copy_of_the_record_is_noticed(
        self, folder: Path, grow: Callable[[int], None]
    ) -> None:
        grow(3)
        grow(4)
        bring(folder)
        with unprotected():
            sql("DELETE FROM audit_checkpoint WHERE size = 7")

        with pytest.raises(Contradicted, match=r"It has 7 entries, .* beyond 3: an older copy"):
            bring(folder)

    def test_32_a_rewrite_with_the_records_own_key_is_noticed(
        self, folder: Path, grow: Callable[[int], None]
    ) -> None:
        grow(300)
        bring(folder)
        grow(1)
        with unprotected():
            sql("UPDATE audit_tile SET data = sha256('x') || substr(data, 33)")

        with pytest.raises(Contradicted, match="Its 300 entries are not the first ones"):
            bring(folder)

    def test_a_head_that_cannot_be_read_or_is_of_another_record(
        self, folder: Path, grow: Callable[[int], None]
    ) -> None:
        grow(3)
        (folder / "checkpoint").write_text("x")
        with pytest.raises(Contradicted, match="Its head cannot be read"):
            bring(folder)
        note = Checkpoint.objects.get().note
        (folder / "checkpoint").write_text(f"other/{note}")
        with pytest.raises(Failed, match="It is a copy of other/breakglass"):
            bring(folder)


class TestPlaces:
    def test_are_noted_and_shown(self, folder: Path, grow: Callable[[int], None]) -> None:
        grow(3)
        copies.bring_all(timezone.now)
        place = Place.objects.get()
        assert (place.name, place.size, place.why) == (str(folder), 3, "")
        assert lamp() == ("ok", f"{folder}: 3 entries")

        (folder / "checkpoint").write_text("x")
        grow(1)
        copies.bring_all(timezone.now)
        assert Place.objects.get().contradicts
        assert lamp()[0] == "danger"

    def test_a_disk_that_is_not_mounted_is_said(
        self, tmp_path: Path, settings: Settings, grow: Callable[[int], None]
    ) -> None:
        settings.LEDGER_COPIES = [str(tmp_path / "gone")]
        grow(1)
        copies.bring_all(timezone.now)

        assert lamp() == (
            "danger", f"{tmp_path / 'gone'}: The folder is not there; is the disk mounted?"
        )  # fmt: skip
        assert not (tmp_path / "gone").exists()

    @pytest.mark.parametrize("place", ["copy", "ftp://example.org", "s3+https://example.org/b"])
    def test_nonsense_is_refused_with_a_sentence(self, place: str, settings: Settings) -> None:
        settings.LEDGER_COPIES = [place]
        with pytest.raises(ImproperlyConfigured, match="LEDGER_COPIES: a "):
            stores.configured()

    def test_a_place_stands_once(self, settings: Settings) -> None:
        settings.LEDGER_COPIES = ["/a", "/a"]
        with pytest.raises(ImproperlyConfigured, match="a place stands twice"):
            stores.configured()


def lamp() -> tuple[str, str]:
    (shown,) = slots.anchors(RequestFactory().get("/"))
    return shown.tone, shown.detail


def test_there_is_no_lamp_without_places(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    assert slots.anchors(request) == []
