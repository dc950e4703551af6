"""Every line of a log is read once, however it is cut, rotated, removed or interrupted."""

from datetime import timedelta
from typing import Any, cast

import pytest

from audit import log
from audit.models import Pending
from targets import collect
from targets.drivers.base import Driver, TargetError
from targets.events import LogGap
from targets.models import Door, LogPosition, Target
from tests import record
from tests.make import NOON
from tests.targets.make import LOG_STARTED, FakeLog, line, make_door, open_door

pytestmark = pytest.mark.django_db


def one(door: Door, text: str) -> bytes:
    return line(door.handle, f"statement: {text}") + line(door.handle, "duration: 0.100 ms")


def read(door: Door, fake: FakeLog) -> int:
    return collect.read(door.target, cast(Driver, fake), at=NOON)


@pytest.fixture
def door() -> Door:
    """Return an open door on whose target reading starts at the beginning of `a.json`."""
    door = open_door()
    LogPosition.objects.create(target=door.target, file="a.json", offset=0, modified_at=LOG_STARTED)
    return door


def test_reads_what_is_new_and_no_more(door: Door) -> None:
    fake = FakeLog(a_json=one(door, "SELECT 1"))
    assert (read(door, fake), read(door, fake)) == (1, 0)
    fake.files["a.json"] += one(door, "SELECT 2")
    assert (read(door, fake), read(door, fake)) == (1, 0)


def test_waits_for_the_rest_of_a_line(door: Door) -> None:
    text = one(door, "SELECT 1")
    fake = FakeLog(a_json=text[:-10])
    assert read(door, fake) == 0
    fake.files["a.json"] = text
    assert read(door, fake) == 1


def test_goes_on_in_the_next_file(door: Door) -> None:
    begin, end = line(door.handle, "statement: SELECT 1"), line(door.handle, "duration: 0.100 ms")
    fake = FakeLog(a_json=begin, b_json=end, c_json=one(door, "SELECT 2"))
    assert read(door, fake) == 2
    assert LogPosition.objects.get().file == "c.json"


def test_begins_anew_in_a_file_that_became_shorter(door: Door) -> None:
    fake = FakeLog(a_json=one(door, "SELECT 'a long one to begin with'"))
    read(door, fake)
    fake.files["a.json"] = one(door, "SELECT 1")
    assert read(door, fake) == 1


def test_goes_on_when_its_file_was_removed(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeLog(b_json=one(door, "SELECT 1"), c_json=one(door, "SELECT 2"))
    assert read(door, fake) == 2
    assert "a.json was removed" in caplog.text


def test_what_was_removed_unread_is_a_gap_in_each_case_once(door: Door) -> None:
    other = open_door(door.target, case="request:other")
    for fake in (FakeLog(b_json=b""), FakeLog(b_json=one(door, "SELECT 1"))):
        read(door, fake)
    assert {each["case"] for each in record.envelopes("log.gap")} == {door.case, other.case}
    told = record.facts("log.gap")
    assert len(told) == 2
    assert (told[0]["file"], told[0]["why"]) == ("a.json", LogGap.REMOVED)
    assert told[0]["since"] == LOG_STARTED.isoformat()


def test_what_was_begun_anew_is_a_gap_as_well(door: Door) -> None:
    fake = FakeLog(a_json=one(door, "SELECT 'a long one to begin with'"))
    read(door, fake)
    assert not record.facts("log.gap")
    fake.files["a.json"] = one(door, "SELECT 1")
    read(door, fake)
    assert [each["why"] for each in record.facts("log.gap")] == [LogGap.BEGUN_ANEW]


def test_a_line_that_nobody_can_read_is_a_gap_in_the_case_that_it_is_about(door: Door) -> None:
    open_door(door.target, case="request:other")
    broken = line(door.handle, "statement: SELECT 1").replace(b'"message"', b"message")
    assert read(door, FakeLog(a_json=broken + one(door, "SELECT 2"))) == 1
    assert [each["case"] for each in record.envelopes("log.gap")] == [door.case]
    assert [each["why"] for each in record.facts("log.gap")] == [LogGap.UNREADABLE]


def test_a_gap_behind_doors_that_are_read_to_their_end_concerns_nobody(door: Door) -> None:
    Door.objects.update(collected_at=NOON)
    assert read(door, FakeLog(b_json=b"1\n")) == 0
    assert LogPosition.objects.get().file == "b.json"
    assert not record.facts("log.gap")


def test_says_that_all_files_are_gone(door: Door) -> None:
    with pytest.raises(TargetError, match=r"a\.json is gone"):
        read(door, FakeLog())


def test_reads_a_line_longer_than_a_chunk(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "CHUNK", 512)
    huge = line(door.handle, "statement: SELECT '" + "x" * 5000 + "'")
    fake = FakeLog(a_json=huge[:-1])
    assert read(door, fake) == 0
    assert LogPosition.objects.get().offset == 0
    fake.files["a.json"] = huge + line(door.handle, "duration: 0.100 ms") + one(door, "SELECT 2")
    assert read(door, fake) == 2


def test_stops_collecting_a_line_that_never_ends(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "CHUNK", 512)
    monkeypatch.setattr(collect, "_LONGEST_LINE", 2048)
    fake = FakeLog(a_json=line(door.handle, "x" * 9000) + one(door, "SELECT 1"))
    assert read(door, fake) == 1


def test_takes_no_entry_of_a_stranger(door: Door) -> None:
    stranger = line("bg_stranger", "statement: SELECT 1") + line("bg_stranger", "duration: 0.1 ms")
    before = Pending.objects.count()
    read(door, FakeLog(a_json=stranger))
    assert Pending.objects.count() == before


def test_moves_no_further_than_the_record(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise RuntimeError("the record is down")

    fake = FakeLog(a_json=one(door, "SELECT 1"))
    with monkeypatch.context() as patch:
        patch.setattr(log, "record", refuse)
        with pytest.raises(RuntimeError):
            read(door, fake)
    assert LogPosition.objects.get().offset == 0
    assert read(door, fake) == 1


def test_reads_an_unknown_zone_as_utc(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeLog(a_json=one(door, "SELECT 1"))
    fake.zone = "<+03>-03"
    assert read(door, fake) == 1
    assert "is not known" in caplog.text


def test_gives_up_an_end_that_will_never_come(door: Door) -> None:
    fake = FakeLog(a_json=line(door.handle, "statement: SELECT pg_sleep(9)"))
    assert read(door, fake) == 0
    Door.objects.update(
        state="closed", closing_at=NOON, closed_at=NOON - timedelta(seconds=5), verified_at=NOON
    )
    assert (read(door, fake), read(door, fake)) == (1, 0)
    assert Door.objects.get().collected_at == NOON
    assert LogPosition.objects.get().running == {}


def test_waits_longer_from_failure_to_failure(door: Door) -> None:
    fake = FakeLog(a_json=one(door, "SELECT 1"))
    fake.broken = True
    pauses = []
    for _ in range(8):
        collect.read_quietly(door.target, cast(Driver, fake), at=NOON)
        again = LogPosition.objects.get().next_attempt_at
        assert again
        pauses.append((again - NOON).seconds)
    assert pauses == [3, 6, 12, 24, 48, 96, 192, 300]
    fake.broken = False
    collect.read_quietly(door.target, cast(Driver, fake), at=NOON)
    assert LogPosition.objects.get().last_error == ""


class TestStartReading:
    def test_begins_at_the_end_of_the_log(self) -> None:
        door = make_door()
        collect.start_reading(door, cast(Driver, FakeLog(a_json=b"1\n", b_json=b"22\n")))
        position = LogPosition.objects.get()
        assert (position.file, position.offset) == ("b.json", 3)

    def test_skips_what_nobody_of_ours_did(self, door: Door) -> None:
        Door.objects.update(collected_at=NOON)
        collect.start_reading(make_door(door.target), cast(Driver, FakeLog(a_json=b"1\n")))
        assert LogPosition.objects.get().offset == 2

    def test_goes_back_behind_no_open_door(self, door: Door) -> None:
        collect.start_reading(make_door(door.target), cast(Driver, FakeLog(a_json=b"1\n")))
        assert LogPosition.objects.get().offset == 0

    def test_refuses_a_target_without_a_log(self) -> None:
        with pytest.raises(TargetError, match="keeps no log that we can read"):
            collect.start_reading(make_door(), cast(Driver, FakeLog()))


def test_nothing_is_read_where_no_door_was_ever_opened_by_us() -> None:
    past = NOON - timedelta(hours=1)
    stamps: dict[str, Any] = {
        "opened_at": past,
        "closing_at": past,
        "closed_at": past,
        "verified_at": past,
    }
    told = make_door(state="closed", **stamps)  # as the demonstration's past is
    assert read(told, FakeLog(a_json=b"1\n")) == 0
    assert not Target.objects.with_log_to_read().exists()
