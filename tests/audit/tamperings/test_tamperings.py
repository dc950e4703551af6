"""Every tampering of the threat model's list, in one table: exit code and sentence of each.

The rows stand by kind in the modules beside this one. Those that change files ask `bgverify`; those
that change the record (37 to 42, and some that are on no list) also ask whoever refuses first.
"""

from pathlib import Path

import pytest

from tests.audit.office import Office
from tests.audit.tamperings import bundles, entries, files, heads, live, record, stamps
from tests.audit.tamperings.record import Record
from tests.audit.tamperings.scene import Row, Scene
from tests.audit.tamperings.stamps import Desk

IN_FILES = [*entries.ROWS, *files.ROWS, *heads.ROWS, *bundles.ROWS]
TABLE = [*IN_FILES, *record.ROWS, *live.ROWS, *stamps.ROWS]


def named(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=[f"{row.number} {row.what}" for row in rows])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@named(IN_FILES)
def test_a_tampering_with_files(row: Row, tmp_path: Path) -> None:
    row.check(row.do(Scene(tmp_path)))


@pytest.mark.django_db
@named(record.ROWS)
def test_a_tampering_with_the_record(row: Row, tmp_path: Path) -> None:
    row.check(row.do(Record(tmp_path)))


@pytest.mark.django_db(transaction=True)
@named(live.ROWS)
def test_a_tampering_with_processes(row: Row, tmp_path: Path) -> None:
    row.check(row.do(Record(tmp_path)))


@named(stamps.ROWS)
def test_a_tampering_with_time_stamps(row: Row, office: Office, tmp_path: Path) -> None:
    row.check(row.do(Desk(office, tmp_path)))


def test_the_honest_log_is_good(tmp_path: Path) -> None:
    code, said = Scene(tmp_path).verify()

    assert (code, said.split(",")[0]) == (0, "GOOD: 300 entries of example.org/breakglass/1")


@pytest.mark.django_db
def test_the_honest_record_is_good(tmp_path: Path) -> None:
    code, said = Record(tmp_path).both()

    assert code == 0
    assert "Whole: 6 entries" in said
    assert "GOOD: 6 entries" in said


class TestTable:
    def test_every_number_of_the_list_has_a_row(self) -> None:
        assert {row.number for row in TABLE} == {*range(50)}

    def test_47_every_row_names_an_exit_code_and_a_sentence(self) -> None:
        assert not [row for row in TABLE if row.code not in {0, 1, 2, 3} or len(row.says) < 15]

    def test_what_exits_with_0_was_refused_before_it_happened(self) -> None:
        """Or it was made good: by the database, the sealer, or the next run of the sequencer."""
        assert {row.number for row in TABLE if row.code == 0} == {0, 39, 40, 42}

    def test_no_row_passes_with_another_code_or_sentence(self) -> None:
        row = Row(1, "", lambda _: (0, ""), 1, "Entry 1 is wrong")
        for answer in [
            (0, "TAMPERED: Entry 1 is wrong."),
            (1, "TAMPERED: ?"),
            (1, "Entry 1 is wrong"),
        ]:
            with pytest.raises(AssertionError):
                row.check(answer)
        row.check((1, "TAMPERED: Entry 1 is wrong."))
