"""Whatever a superuser changes with the triggers off, the verifier finds and names."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import leaf, tasks, tree
from audit.models import Entry, Pending, State, Verification
from audit.tree import Frontier
from audit.verify import tree_of, verify
from tests.audit.make import NOON, happen, sequence, sql, unprotected
from tests.shared import made_once

pytestmark = pytest.mark.django_db

EDIT = "UPDATE audit_entry SET {} WHERE seq = 3"
TAMPERINGS = {
    "a byte of the leaf": (
        EDIT.format("leaf = set_byte(leaf, 12, 88)"),
        3,
        "column actor does not agree",
    ),
    "a leaf that is no JSON": (EDIT.format("leaf = leaf || ' '::bytea"), 3, "not canonical JSON"),
    "a leaf of nothing but depth": (
        EDIT.format("leaf = repeat('[', 100000)::bytea"),
        3,
        "not canonical JSON",
    ),
    "a leaf that is a list": (EDIT.format("leaf = '[]'"), 3, "not canonical JSON"),
    "a leaf with a key twice": (
        EDIT.format(
            """leaf = replace(convert_from(leaf, 'UTF8'), '"v":1', '"v":1,"v":1')::bytea"""
        ),
        3,
        "not canonical JSON",
    ),
    "a leaf of another version": (
        EDIT.format("""leaf = replace(convert_from(leaf, 'UTF8'), '"v":1', '"v":2')::bytea"""),
        3,
        "unknown version 2",
    ),
    "a leaf with one field more": (
        EDIT.format(
            """leaf = replace(convert_from(leaf, 'UTF8'), '"v":1', '"v":1,"w":1')::bytea"""
        ),
        3,
        "other fields",
    ),
    "the actor": (EDIT.format("actor = 'user:eve'"), 3, "column actor"),
    "the kind": (EDIT.format("kind = 'test.other'"), 3, "column kind"),
    "the subject": (EDIT.format("subject = 'thing:9'"), 3, "column subject"),
    "the case": (EDIT.format("\"case\" = 'request:9'"), 3, "column case"),
    "the version": (EDIT.format("version = 9"), 3, "column version"),
    "the id": (EDIT.format("event_id = gen_random_uuid()"), 3, "column event_id"),
    "the time it was entered": (EDIT.format("at = at + interval '1 us'"), 3, "column at"),
    "the time it happened": (EDIT.format("occurred_at = now()"), 3, "column occurred_at"),
    "the hash": (EDIT.format("leaf_hash = sha256('x')"), 3, "not the hash of its leaf"),
    "an entry removed": (
        "DELETE FROM audit_payload WHERE entry_id = 3; DELETE FROM audit_entry WHERE seq = 3",
        3,
        "Entry 3 is missing: entry 4 follows",
    ),
    "the first removed": (
        "DELETE FROM audit_payload WHERE entry_id = 0; DELETE FROM audit_entry WHERE seq = 0",
        0,
        "Entry 0 is missing",
    ),
    "the last removed": (
        "DELETE FROM audit_payload WHERE entry_id = 5; DELETE FROM audit_entry WHERE seq = 5",
        5,
        "Entry 5 is missing",
    ),
    "two exchanged": (
        "UPDATE audit_entry SET seq = -1 WHERE seq = 2;"
        " UPDATE audit_entry SET seq = 2 WHERE seq = 3;"
        " UPDATE audit_entry SET seq = 3 WHERE seq = -1",
        2,
        "its leaf says that it is entry 3",
    ),
    "an entry in front": (
        "INSERT INTO audit_entry SELECT -1, gen_random_uuid(), leaf, leaf_hash, kind, actor,"
        ' subject, "case", version, at, occurred_at FROM audit_entry WHERE seq = 0',
        0,
        "before the first place",
    ),
    "an entry behind": (
        "INSERT INTO audit_entry SELECT 6, gen_random_uuid(), leaf, leaf_hash, kind, actor,"
        ' subject, "case", version, at, occurred_at FROM audit_entry WHERE seq = 0',
        0,
        "Entry 6 lies behind the head",
    ),
    "the words": (
        """UPDATE audit_payload SET body = '{"words":"No."}' WHERE entry_id = 3 AND part = 'p'""",
        3,
        "payload 'p' is not what was committed to",
    ),
    "the salt": (
        "UPDATE audit_payload SET salt = sha256('x') WHERE entry_id = 3 AND part = 'd'",
        3,
        "payload 'd' is not what was committed to",
    ),
    "words removed in silence": (
        "DELETE FROM audit_payload WHERE entry_id = 3 AND part = 'p'",
        3,
        "payload 'p' is missing, and no erasure is on the record",
    ),
    "words added": (
        "INSERT INTO audit_payload (entry_id, part, salt, body) VALUES (3, 'x', '', '{}')",
        3,
        "a payload 'x' that it never committed to",
    ),
    "words of two entries exchanged": (
        "UPDATE audit_payload SET entry_id = 7 - entry_id WHERE entry_id IN (3, 4) AND part = 'p'",
        3,
        "payload 'p' is not what was committed to",
    ),
    "the head set back": ("UPDATE audit_state SET size = 5", 0, "Entry 5 lies behind the head"),
    "the head moved on": ("UPDATE audit_state SET size = 7", 6, "Entry 6 is missing"),
    "the head's tree": (
        "UPDATE audit_state SET frontier = set_byte(frontier, 20, get_byte(frontier, 20) # 1)",
        6,
        "do not make the tree of the head",
    ),
    "the head's time": ("UPDATE audit_state SET last_at = now()", 6, "head does not fit"),
    "the head removed": ("DELETE FROM audit_state", 0, "head of the record is missing"),
}


@pytest.fixture
def six() -> list[Entry]:
    """Six entries of two objects, each with words."""
    for number in range(6):
        happen(f"thing:{number % 2}", what=str(number), words=f"Words {number}.")
        sequence(NOON + timedelta(seconds=number))
    return list(Entry.objects.order_by("seq"))


def tamper(statements: str) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # else what is pending forbids to alter the tables
    sql("ALTER TABLE audit_payload DROP CONSTRAINT IF EXISTS audit_payload_pkey")
    sql("ALTER TABLE audit_entry DROP CONSTRAINT IF EXISTS audit_entry_pkey CASCADE")
    with unprotected():
        for statement in statements.split(";"):
            sql(statement.replace("%", "%%"))


def regrow(start: int) -> None:
    """Be careful: hash everything from `start` on anew, and grow another tree for the head."""
    with unprotected():
        for entry in Entry.objects.filter(seq__gte=start):
            hashed = leaf.leaf_hash(bytes(entry.leaf))
            sql("UPDATE audit_entry SET leaf_hash = %s WHERE seq = %s", hashed, entry.seq)
        hashes = Entry.objects.order_by("seq").values_list("leaf_hash", flat=True)
        grown, tiles = tree.grow(Frontier(), [bytes(each) for each in hashes], lambda *_: b"")
        for tile in tiles:
            place = [tile.level, tile.index]
            sql("UPDATE audit_tile SET data = %s WHERE level = %s AND index = %s",
                tile.data, *place)  # fmt: skip
        sql("UPDATE audit_state SET frontier = %s", bytes(grown))


def rewrite_with_another_actor(entry: Entry) -> None:
    fields = entry.envelope | {"actor": "user:eve"}
    with unprotected():
        sql(
            "UPDATE audit_entry SET leaf = %s, actor = 'user:eve' WHERE seq = %s",
            leaf.canonical(fields),
            entry.seq,
        )
    regrow(entry.seq)


class TestVerify:
    def test_an_empty_record_is_whole(self) -> None:
        verdict = verify()

        assert (verdict.why, verdict.checked, verdict.tree) == ("", 0, Frontier())

    def test_a_whole_record_is_found_whole(self, six: list[Entry]) -> None:
        verdict = verify()

        assert (verdict.why, verdict.checked, verdict.seq) == ("", 6, 5)
        assert verdict.tree == State.objects.get().tree

    def test_signs_of_every_kind_in_references_do_no_harm(self) -> None:
        happen('thing:"\\/\n\x7f€😀', actor="user:\x1f\b")
        sequence()

        assert verify().why == ""

    @pytest.mark.parametrize("case", TAMPERINGS.values(), ids=list(TAMPERINGS))
    def test_names_the_first_bad_entry_and_what_is_wrong(
        self, six: list[Entry], case: tuple[str, int, str]
    ) -> None:
        statements, bad, why = case
        tamper(statements)

        verdict = verify()

        assert why in verdict.why
        assert verdict.bad == bad

    def test_a_time_that_goes_back_is_found_though_all_hashes_fit(self, six: list[Entry]) -> None:
        early = NOON - timedelta(hours=1)
        fields = six[3].envelope | {"at": leaf.microseconds(early)}
        with unprotected():
            sql(
                "UPDATE audit_entry SET leaf = %s, at = %s WHERE seq = 3",
                leaf.canonical(fields),
                early,
            )
        regrow(3)

        assert "its time lies before" in verify().why

    def test_an_event_removed_before_it_was_entered_is_found(self, six: list[Entry]) -> None:
        happen("thing:1")
        happen("thing:1")
        Pending.objects.order_by("pk").first().delete()  # type: ignore[union-attr]
        for seconds in (10, 20):
            sequence(NOON + timedelta(seconds=seconds))

        verdict = verify()

        assert verdict.bad == 6
        assert "it is event 5 of thing:1, but event 4 is due" in verdict.why

    @pytest.mark.parametrize("start", [1, 3, 5])
    def test_may_begin_at_any_entry(self, six: list[Entry], start: int) -> None:
        verdict = verify(after=tree_of(start))

        assert (verdict.why, verdict.checked) == ("", 6 - start)

    def test_goes_through_a_long_record_piece_by_piece(
        self, six: list[Entry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.verify._CHUNK", 2)

        assert [verify(after=tree_of(start)).why for start in (0, 1)] == ["", ""]

    def test_sees_gaps_of_objects_whose_beginning_it_has_not_seen(self, six: list[Entry]) -> None:
        fields = six[5].envelope | {"ov": 4}
        with unprotected():
            sql(
                "UPDATE audit_entry SET leaf = %s, version = 4 WHERE seq = 5",
                leaf.canonical(fields),
            )
        regrow(5)

        assert "but event 3 is due" in verify(after=tree_of(4)).why


def _long() -> None:
    for number in range(600):
        happen(f"thing:{number}")
        if number in (100, 400):
            sequence(NOON)
    sequence(NOON + timedelta(seconds=1))


long = made_once(_long, scope="class")


@pytest.mark.usefixtures("long")
class TestTiles:
    """A record of more than one full tile."""

    @pytest.mark.parametrize("chunk", [5000, 256, 100])
    def test_are_what_the_entries_make(self, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("audit.verify._CHUNK", chunk)

        assert [verify(after=tree_of(size)).why for size in (0, 1, 255, 256, 300, 600)] == [""] * 6

    @pytest.mark.parametrize("chunk", [5000, 100])
    def test_name_the_entry_that_was_rewritten_with_its_hash(
        self, chunk: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.verify._CHUNK", chunk)
        entry = Entry.objects.get(seq=290)
        body = leaf.canonical(entry.envelope | {"actor": "user:eve"})
        with unprotected():
            sql("UPDATE audit_entry SET leaf = %s, leaf_hash = %s, actor = 'user:eve'"
                " WHERE seq = 290", body, leaf.leaf_hash(body))  # fmt: skip

        verdict = verify()

        assert (verdict.why, verdict.bad) == (
            "Entry 290: the record's tree has another hash in its place.",
            290,
        )

    @pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 1), (1, 0)])
    def test_that_were_changed_are_found(self, level: int, index: int) -> None:
        with unprotected():
            sql("UPDATE audit_tile SET data = set_byte(data, 40, get_byte(data, 40) # 1)"
                " WHERE level = %s AND index = %s", level, index)  # fmt: skip

        verdict = verify()

        assert verdict.why
        assert verdict.bad == (600 if level else index * 256 + 1)

    def test_that_were_removed_are_found(self) -> None:
        with unprotected():
            sql("DELETE FROM audit_tile WHERE level = 0 AND index = 1")

        assert "Entry 256: the record's tree has another hash" in verify().why


class TestVerifyNew:
    def test_goes_on_from_the_last_good_entry(self, six: list[Entry]) -> None:
        tasks.verify_new()
        happen()
        sequence(NOON + timedelta(minutes=1))

        tasks.verify_new()

        assert (Verification.objects.get().seq, Verification.objects.get().why) == (6, "")

    def test_notices_that_what_was_good_was_rewritten_with_care(self, six: list[Entry]) -> None:
        tasks.verify_new()
        rewrite_with_another_actor(six[0])
        assert verify().why == ""

        tasks.verify_new()

        assert "not those that were verified before" in Verification.objects.get().why

    def test_notices_that_the_tail_is_gone(self, six: list[Entry]) -> None:
        tasks.verify_new()
        tamper(
            "DELETE FROM audit_payload WHERE entry_id = 5; DELETE FROM audit_entry WHERE seq = 5;"
            " UPDATE audit_state SET size = 5"
        )

        tasks.verify_new()

        found = Verification.objects.get()
        assert (found.why, found.seq) == ("Entry 5 is missing.", 5)


class TestCommand:
    def test_says_that_all_is_well(self, six: list[Entry]) -> None:
        out = StringIO()
        call_command("verify_log", stdout=out)

        assert "Whole: 6 entries verified up to entry 5, none missing." in out.getvalue()
        assert State.objects.get().tree.root.hex() in out.getvalue()

    def test_exits_with_1_and_the_sentence(self, six: list[Entry]) -> None:
        tamper("UPDATE audit_entry SET actor = 'user:eve' WHERE seq = 3")

        with pytest.raises(CommandError, match="Entry 3: its column actor") as caught:
            call_command("verify_log")
        assert caught.value.returncode == 1

    def test_begins_where_it_is_told(self, six: list[Entry]) -> None:
        out = StringIO()
        call_command("verify_log", "--from=4", stdout=out)

        assert "Whole: 2 entries" in out.getvalue()

    def test_refuses_a_place_before_the_first(self) -> None:
        with pytest.raises(CommandError, match="0 or more") as caught:
            call_command("verify_log", "--from=-1")
        assert caught.value.returncode == 3
