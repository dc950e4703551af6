"""The beginning of the record goes when an entry says so, and everything verifies without it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from audit import heads, pruned, sequencer
from audit.models import Checkpoint, Entry, Payload, Tile
from audit.pruned import LastVersion, Pruned
from audit.retention import carrying_out
from audit.verify import verify
from tests.audit.core.make import ask
from tests.audit.make import happen, sequence, sql, unprotected
from tests.audit.retention.make import (
    CUT,
    DAY,
    NEW,
    NOW,
    OLD,
    bgverify,
    fill,
    fill_record,
    finish,
    order,
    seqs,
    verify_whole,
    write_log,
)

pytestmark = pytest.mark.django_db
SAYS = (
    "UPDATE audit_payload p SET body = convert_to(replace(convert_from(body, 'UTF8'), {}), 'UTF8')"
)
OF_IT = " FROM audit_entry e WHERE e.seq = p.entry_id AND e.kind = 'audit.pruned'"
# fmt: off
TAMPERINGS = {
    "UPDATE audit_last_version SET version = 9 WHERE ref = 'thing:0'": "What is kept",
    "DELETE FROM audit_last_version WHERE ref = 'thing:0'": "What is kept",
    "DELETE FROM audit_payload WHERE entry_id = 256; DELETE FROM audit_entry WHERE seq = 256":
        "Entry 0 is missing",
    "UPDATE audit_tile SET data = sha256('') WHERE level = 1": "head that was signed",
    "DELETE FROM audit_tile WHERE level = 1": "tree is not whole",
    SAYS.format("'\"below\":256', '\"below\":512'") + OF_IT: "Entry 0 is missing",
    SAYS.format("'00Z', '01Z'") + OF_IT: "payload 'd' is not what was committed to",
}
# fmt: on
ATTACKS = (
    "DELETE FROM audit_entry",
    "DELETE FROM audit_tile WHERE level = 1",
    "TRUNCATE audit_tile",
    "DELETE FROM audit_payload",
    "INSERT INTO audit_pruned VALUES (512, 331, now())",
    "INSERT INTO audit_pruned VALUES (512, 300, now())",
    "UPDATE audit_pruned SET below = 512",
    "DELETE FROM audit_pruned",
    "TRUNCATE audit_pruned",
    "UPDATE audit_last_version SET version = 3",
    "INSERT INTO audit_last_version VALUES ('thing:x', 3)",
    "DELETE FROM audit_last_version",
    "TRUNCATE audit_last_version",
)
Seal = Callable[[], None]


@pytest.fixture
def pruned_record(seal: Seal) -> Seal:
    """A record whose first 256 entries were pruned, and signed; returns what signs on."""
    fill_record()
    seal()
    order()
    seal()
    assert finish() == CUT
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    return seal


class TestPrune:
    def test_says_so_first_and_waits_for_the_signature(self, seal: Seal) -> None:
        fill_record()
        seal()

        order()

        assert finish() == 0
        assert seqs()[0] == 0
        seal()
        assert finish() == CUT
        assert finish() == 0
        assert seqs()[0] == CUT

    @pytest.mark.usefixtures("pruned_record")
    def test_takes_entries_words_and_tiles_and_leaves_the_rest(self) -> None:
        assert not Payload.objects.filter(entry__lt=CUT).exists()
        assert sorted(Tile.objects.values_list("level", "index")) == [(1, 0)]
        assert Pruned.objects.get().below == CUT
        assert LastVersion.objects.get(ref="thing:0").version == 6
        assert Entry.objects.get(seq=CUT).version == 6

    def test_a_second_one_goes_on_from_the_first(self, pruned_record: Seal, tmp_path: Path) -> None:
        fill(200, at=NOW, cases=0)
        verify_whole(at=NOW)
        order(NOW + DAY)
        pruned_record()

        assert finish() == 256
        assert seqs()[0] == 512
        assert verify().why == ""
        code, said = bgverify(write_log(tmp_path), "--jobs", 2)
        assert code == 0, said

    @pytest.mark.usefixtures("pruned_record")
    def test_objects_go_on_counting_where_they_were(self) -> None:
        assert not Entry.objects.filter(subject="thing:dormant").exists()

        happen("thing:dormant", at=NOW)
        sequence(at=NOW)

        assert Entry.objects.get(subject="thing:dormant").version == 2
        assert not Entry.objects.filter(kind="audit.gap").exists()
        assert verify().why == ""


class TestSteps:
    """A pruning of several steps, stopped between two of them by whatever stops a process."""

    @pytest.fixture
    def stopped(self, seal: Seal, monkeypatch: pytest.MonkeyPatch) -> Seal:
        """A record of which 768 entries go in steps of 256; one of them was done."""
        monkeypatch.setattr(carrying_out, "STEP", 256)
        monkeypatch.setattr(carrying_out, "LONGEST", 0)
        happen("thing:dormant", at=OLD)
        fill(800, at=OLD, cases=7)
        fill(30, at=NEW, cases=0)
        verify_whole(at=NEW)
        seal()
        order()
        seal()
        assert finish() == 256
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        return seal

    def test_what_is_left_counts_as_gone_and_all_verifies(
        self, stopped: Seal, tmp_path: Path
    ) -> None:
        assert (seqs()[0], pruned.low()) == (256, 768)
        verdict = verify()
        assert (verdict.why, verdict.checked) == ("", len(seqs()) - 512)
        code, said = bgverify(write_log(tmp_path / "log"))
        assert code == 0, said
        payloads = (tmp_path / "log" / "payloads").iterdir()
        assert min(int(each.name.partition(".")[0]) for each in payloads) == 768
        assert not carrying_out.is_finished()

    def test_the_record_goes_on_meanwhile(self, stopped: Seal) -> None:
        before = verify().tree
        happen("thing:dormant", at=NOW)
        happen("thing:3", at=NOW)
        sequence(at=NOW)
        stopped()

        assert not Entry.objects.filter(kind="audit.gap").exists()
        assert verify().why == verify(after=before).why == ""

    def test_the_next_runs_do_the_rest(self, stopped: Seal, tmp_path: Path) -> None:
        assert [finish(), finish(), finish()] == [256, 256, 0]
        assert (seqs()[0], carrying_out.is_finished()) == (768, True)
        assert not Payload.objects.filter(entry__lt=768).exists()
        assert not Tile.objects.filter(level=0, index__lt=3).exists()
        assert verify().why == ""
        assert bgverify(write_log(tmp_path))[0] == 0

    def test_a_step_that_breaks_off_is_undone(self, stopped: Seal) -> None:
        def lost(execute: Any, statement: str, *rest: Any) -> Any:
            found = execute(statement, *rest)
            if "audit_prune" in statement:
                raise OperationalError("The server was killed.")
            return found

        with connection.execute_wrapper(lost), pytest.raises(OperationalError):
            finish()
        assert (seqs()[0], verify().why) == (256, "")
        assert finish() == 256

    @pytest.mark.usefixtures("stopped")
    def test_nobody_else_takes_what_follows(self) -> None:
        sql_refused("DELETE FROM audit_entry WHERE seq >= 768")
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id = 768")
            sql("DELETE FROM audit_entry WHERE seq = 768")

        assert verify().why == "Entry 768 is missing: entry 769 follows."


def sql_refused(statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        sql(statement)


class TestVerified:
    def test_the_record_and_its_files_are_whole(self, pruned_record: Seal, tmp_path: Path) -> None:
        happen("thing:1", at=NOW)
        happen("thing:new", at=NOW)
        sequence(at=NOW)
        pruned_record()

        verdict = verify()
        assert (verdict.why, verdict.checked) == ("", Entry.objects.count())
        assert verify(after=verdict.tree).why == ""
        code, said = bgverify(write_log(tmp_path))
        assert code == 0, said
        assert said.startswith(f"GOOD: {heads.newest().size} entries")  # type: ignore[union-attr]

    def test_in_steps_and_on_from_what_was_verified_before_it_was_pruned(self, seal: Seal) -> None:
        fill_record()
        seal()
        within = verify(most=200).tree
        at_cut = verify(most=CUT).tree
        order()
        seal()
        finish()

        step = verify(after=within, most=50)
        assert (step.why, step.tree.size, step.checked) == ("", CUT + 50, 50)
        assert verify(after=at_cut).why == ""
        assert verify(after=step.tree).why == ""

    def test_old_receipts_and_heads_stay_good(self, seal: Seal, tmp_path: Path) -> None:
        fill_record()
        seal()
        receipt, leaf = heads.receipt(3), bytes(Entry.objects.get(seq=3).leaf)
        order()
        seal()
        finish()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        (tmp_path / "receipt").write_text(receipt or "")
        (tmp_path / "leaf").write_bytes(leaf)
        folder = write_log(tmp_path / "log")
        (tmp_path / "old").write_text(heads.cosigned(Checkpoint.objects.order_by("size")[0]))
        vkey = ["--vkey", heads.public_keys()[0]]

        kept = ask("proof", tmp_path / "receipt", "--leaf", tmp_path / "leaf", *vkey)
        assert kept[0] == 0, kept[1]
        goes_on = ask(
            "consistency", tmp_path / "old", folder / "checkpoint", "--tiles", folder, *vkey
        )
        assert goes_on[0] == 0, goes_on[1]
        assert heads.receipt(CUT) is not None

    @pytest.mark.usefixtures("pruned_record")
    def test_tampering_is_found(self, tmp_path: Path) -> None:
        for number, (tamper, why) in enumerate(TAMPERINGS.items()):
            with transaction.atomic():
                with unprotected():
                    sql(tamper)
                assert why in verify().why, tamper
                code, said = bgverify(write_log(tmp_path / str(number)))
                assert code == 1, (tamper, said)
                transaction.set_rollback(True)

    def test_without_the_entry_a_missing_beginning_is_found(
        self, seal: Seal, tmp_path: Path
    ) -> None:
        fill_record()
        seal()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with unprotected():
            sql("DELETE FROM audit_payload WHERE entry_id < %s", CUT)
            sql("DELETE FROM audit_tile WHERE level = 0 AND index < %s", CUT // 256)
            sql("DELETE FROM audit_entry WHERE seq < %s", CUT)
            sql("INSERT INTO audit_pruned VALUES (%s, 300, now())", CUT)

        assert "Entry 0 is missing" in verify().why
        assert bgverify(write_log(tmp_path)) == (
            1,
            "TAMPERED: Entry 0 is missing, and no pruning is on the record.",
        )


class TestFiles:
    """The files of a pruned record, tampered with."""

    @pytest.mark.usefixtures("pruned_record")
    def test_what_is_kept_must_be_there_and_true(self, tmp_path: Path) -> None:
        folder = write_log(tmp_path)
        kept = folder / f"carried/{CUT}.0"
        text = kept.read_text()
        changed = ["{}", text.replace('"thing:1":6', '"thing:1":5')]

        for each in changed:
            kept.write_text(each)
            code, said = bgverify(folder)
            assert (code, "is not what was kept" in said) == (1, True)
        kept.unlink()
        assert bgverify(folder)[0] == 1


class TestDatabase:
    """Nobody makes entries go, or pretends that they may, without a signed entry."""

    @pytest.mark.usefixtures("pruned_record")
    def test_refuses(self) -> None:
        before = seqs()
        for attack in ATTACKS:
            with pytest.raises(IntegrityError, match=r"is|no signed"), transaction.atomic():
                sql(attack)
        assert seqs() == before

    def test_refuses_a_pruning_that_is_none(self, seal: Seal) -> None:
        fill_record()
        order()
        seq = Entry.objects.get(kind="audit.pruned").seq
        for unsigned in (seq, 5):
            with pytest.raises(IntegrityError, match="no signed pruning"), transaction.atomic():
                sql("SELECT audit_prune(%s, 256)", unsigned)
        seal()
        with unprotected():
            sql("INSERT INTO audit_last_version VALUES ('thing:0', 99)")
        with pytest.raises(IntegrityError, match="other entries"), transaction.atomic():
            sql("SELECT audit_prune(%s, 256)", seq)

    def test_what_is_pruned_stays_away_for_the_sequencer(self, pruned_record: Seal) -> None:
        happen("thing:0", at=NEW)

        assert sequencer.run_once(at=NOW)
        assert pruned.low() == CUT
        assert verify().why == ""
