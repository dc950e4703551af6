import ast
import re
from pathlib import Path

import pytest
from sigma.collection import SigmaCollection
from sigma.validation import SigmaValidator
from sigma.validators.core import validators
from sigma.validators.core.tags import ATTACKTagValidator, D3FENDTagValidator

from judgement.facts import Breadth, Facts, Kind, Verb
from judgement.sigma.fields import DATABASE, RECORD, SHELL, of_entry, of_statement
from judgement.sigma.rules import OURS, load

RULES = load(OURS)
ROOMS = ("accounts", "alerts", "audit", "breakglass", "config", "core", "reviews", "targets")
ROOT = Path(__file__).resolve().parents[3]

# For each rule statements that it finds, and behind the bar some that look alike and are not.
STATEMENTS = {
    "db_superuser_made": (
        ["CREATE ROLE x LOGIN SUPERUSER", "alter user x with superuser",
         "CREATE/**/ROLE x\nSUPERUSER"],
        ["CREATE ROLE x NOSUPERUSER", "SELECT 'superuser'", "CREATE ROLE x; SELECT superuser"],
    ),
    "db_role_passes_row_security": (
        ["ALTER ROLE x BYPASSRLS", "CREATE ROLE x REPLICATION LOGIN", "CREATE USER x CREATEROLE"],
        ["ALTER ROLE x NOBYPASSRLS", "CREATE ROLE x LOGIN"],
    ),
    "db_granted_to_public": (
        ["GRANT SELECT ON orders TO PUBLIC", "grant usage on schema s to public;"],
        ["GRANT SELECT ON public.orders TO alice", "REVOKE ALL ON orders FROM PUBLIC"],
    ),
    "db_powerful_role_granted": (
        ["GRANT pg_execute_server_program TO alice", "GRANT rds_superuser TO bob"],
        ["GRANT reader TO alice", "REVOKE pg_read_all_data FROM alice"],
    ),
    "db_password_store_read": (
        ["SELECT rolname, rolpassword FROM pg_authid", "SELECT * FROM pg_catalog.pg_shadow"],
        ["SELECT rolname FROM pg_roles", "SELECT * FROM pg_user"],
    ),
    "db_copy_program": (
        ["COPY t FROM PROGRAM 'id'", "COPY (SELECT 1) TO PROGRAM 'curl -T - x'"],
        ["COPY t FROM STDIN", "SELECT program FROM copy"],
    ),
    "db_written_to_server_file": (
        ["COPY orders TO '/tmp/o.csv'", "SELECT lo_export(1, '/tmp/x')",
         "SELECT 1 INTO OUTFILE 'x'"],
        ["COPY orders TO STDOUT", "COPY orders TO PROGRAM 'x'"],
    ),
    "db_logging_weakened": (
        ["SET log_statement = 'none'", "ALTER SYSTEM SET pgaudit.log TO 'none'",
         "ALTER ROLE x SET log_min_duration_statement = -1", "DROP EXTENSION pgaudit",
         "SELECT set_config('log_statement', 'none', false)"],
        ["SHOW log_statement", "SELECT * FROM log_statement", "SET search_path = x"],
    ),
    "db_triggers_disabled": (
        ["ALTER TABLE orders DISABLE TRIGGER ALL", "SET session_replication_role = 'replica'",
         "ALTER EVENT TRIGGER t DISABLE"],
        ["ALTER TABLE orders ENABLE TRIGGER ALL", "SET session_replication_role = DEFAULT"],
    ),
    "db_every_row_changed": (
        ["DELETE FROM orders", "update orders set price = 0;",
         "DELETE FROM ONLY s.orders o RETURNING *"],
        ["DELETE FROM orders WHERE id = 1", "SELECT * FROM orders FOR UPDATE",
         "UPDATE orders SET price = 0 WHERE id = 1"],
    ),
    "db_table_dropped_or_emptied": (
        ["DROP TABLE orders", "truncate orders", "DROP SCHEMA s CASCADE"],
        ["DROP TABLE IF EXISTS tmp_orders", "SELECT truncated FROM t", "DROP INDEX i"],
    ),
    "db_connection_to_outside": (
        ["SELECT * FROM dblink('host=x', 'select 1') AS t(a int)", "CREATE EXTENSION postgres_fdw",
         "CREATE SERVER s FOREIGN DATA WRAPPER w", "CREATE SUBSCRIPTION s CONNECTION 'x'"],
        ["CREATE EXTENSION pg_trgm", "SELECT * FROM server"],
    ),
    "db_server_file_read": (
        ["SELECT pg_read_file('/etc/passwd')", "COPY t FROM '/etc/passwd'",
         "SELECT pg_ls_dir('/')"],
        ["COPY t FROM STDIN WITH CSV", "SELECT pg_relation_filepath('t')"],
    ),
    "db_untrusted_language": (
        ["CREATE EXTENSION plpython3u",
         "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plperlu AS $$ 1; $$",
         "CREATE FUNCTION f() RETURNS int AS 'x.so', 'f' LANGUAGE C"],
        ["CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN END $$",
         "CREATE EXTENSION citext"],
    ),
    "db_row_security_off": (
        ["ALTER TABLE orders DISABLE ROW LEVEL SECURITY", "SET row_security = off",
         "DROP POLICY p ON orders"],
        ["ALTER TABLE orders ENABLE ROW LEVEL SECURITY", "SET row_security = on"],
    ),
    "db_function_with_owners_rights": (
        ["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"],
        ["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY INVOKER AS 'SELECT 1'"],
    ),
    "db_other_role_taken": (
        ["SET ROLE admin", "SET SESSION AUTHORIZATION postgres", "SET LOCAL ROLE x"],
        ["SET ROLE NONE", "UPDATE t SET role = 1", "SET SESSION AUTHORIZATION DEFAULT"],
    ),
    "db_password_changed": (
        ["ALTER ROLE x PASSWORD 'y'", "CREATE USER x WITH ENCRYPTED PASSWORD 'y'"],
        ["ALTER ROLE x PASSWORD NULL", "SELECT password FROM t"],
    ),
    "db_owner_changed": (
        ["ALTER TABLE t OWNER TO x", "REASSIGN OWNED BY x TO y"],
        ["SELECT owner FROM t", "DROP OWNED BY x"],
    ),
    "db_sessions_of_others_ended": (
        ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity", "SELECT pg_cancel_backend(7)"],
        ["SELECT pid FROM pg_stat_activity"],
    ),
    "db_server_reconfigured": (
        ["ALTER SYSTEM SET work_mem = '1GB'", "SELECT pg_reload_conf()"],
        ["SET work_mem = '1GB'", "SHOW ALL"],
    ),
    "db_traces_removed": (
        ["SELECT pg_stat_statements_reset()", "DELETE FROM audit.log WHERE id = 1",
         "TRUNCATE orders_history"],
        ["SELECT * FROM audit.log", "DELETE FROM orders WHERE id = 1"],
    ),
    "db_whole_table_copied_out": (
        ["COPY orders TO STDOUT", "COPY (SELECT * FROM orders) TO STDOUT WITH CSV"],
        ["COPY (SELECT * FROM orders WHERE id = 1) TO STDOUT", "COPY orders FROM STDIN"],
    ),
}  # fmt: skip
NOT_BY_STATEMENT = {"db_refused_again_and_again"}


def name(file: str) -> str:
    return Path(file).stem


def found(said: dict[str, object] | object, source: object = DATABASE) -> set[str]:
    assert isinstance(said, dict)
    return {name(rule.file) for rule in RULES.matches(said, source)}  # type: ignore[arg-type]


class TestRules:
    def test_every_one_can_be_used(self) -> None:
        assert not RULES.problems

    def test_there_are_as_many_as_the_paper_says(self) -> None:
        told = re.search(r"(\d+) for databases and (\d+) for", (ROOT / "docs/sigma.md").read_text())
        assert told
        counts = [
            sum(rule.source == source for rule in RULES.rules) for source in (DATABASE, RECORD)
        ]
        assert [int(number) for number in told.groups()] == counts

    def test_they_are_what_the_validators_of_sigma_ask_for(self) -> None:
        """Two fetch lists of MITRE from the network, and are left out."""
        chosen = [each for each in validators.values()
                  if each not in {ATTACKTagValidator, D3FENDTagValidator}]  # fmt: skip
        rules = SigmaCollection.load_ruleset([OURS]).rules
        assert not [str(each) for each in SigmaValidator(chosen).validate_rules(iter(rules))]  # type: ignore[arg-type]

    def test_each_says_who_wrote_it_and_when_it_is_wrong(self) -> None:
        assert not [
            rule.file
            for rule in RULES.rules
            if rule.author != "Breakglass" or not rule.false_positives or not rule.description
        ]


class TestStatements:
    @pytest.mark.parametrize("rule", STATEMENTS)
    def test_finds_what_it_is_for_and_leaves_what_looks_alike(self, rule: str) -> None:
        wanted, alike = STATEMENTS[rule]
        for statement in wanted:
            assert rule in found(of_statement(statement)), statement
        for statement in alike:
            assert rule not in found(of_statement(statement)), statement

    def test_every_rule_is_tried(self) -> None:
        ours = {name(rule.file) for rule in RULES.rules if rule.source == DATABASE}
        assert ours == set(STATEMENTS) | NOT_BY_STATEMENT

    def test_ordinary_work_is_left_alone(self) -> None:
        for statement in (
            "SELECT id, state FROM orders WHERE id = 4711",
            "UPDATE orders SET state = 'paid' WHERE id = 4711",
            "INSERT INTO notes (text) VALUES ('superuser, COPY and DROP are words')",
            "EXPLAIN ANALYZE SELECT count(*) FROM orders",
            "BEGIN", "COMMIT", "SHOW server_version", "SET search_path TO shop",
            "CREATE INDEX CONCURRENTLY i ON orders (state)",
        ):  # fmt: skip
            assert not found(of_statement(statement)), statement

    def test_a_backup_is_no_theft(self) -> None:
        assert not found(of_statement("COPY public.orders (id) TO stdout;", application="pg_dump"))

    def test_what_the_facts_know_counts_too(self) -> None:
        facts = Facts(
            kind=Kind.SQL,
            verbs=frozenset({Verb.DELETE}),
            breadth=frozenset({Breadth.NO_WHERE}),
        )
        statement = "WITH gone AS (DELETE FROM a) SELECT 1 WHERE true"
        assert "db_every_row_changed" in found(of_statement(statement, facts))

    def test_refusals_count_when_they_are_many(self) -> None:
        for repeats, expected in ((4, set()), (5, {"db_refused_again_and_again"})):
            assert found(of_statement("SELECT 1", result="42501", repeats=repeats)) == expected


class TestRecord:
    def test_every_rule_knows_a_kind_that_the_record_has(self) -> None:
        kinds = set()
        for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
            kinds |= set(re.findall(r'kind="([a-z_]+\.[a-z_]+)"', path.read_text()))
        for rule in RULES.rules:
            if rule.source == RECORD:
                text = (OURS / rule.file).read_text()
                named = set(re.findall(r"\b[a-z_]+\.[a-z_]+\b", text.split("selection:")[1]))
                assert {each for each in named if not each.startswith("data.")} <= kinds, rule.file

    @pytest.mark.parametrize(
        ("kind", "data", "repeats", "expected"),
        [
            ("access.refused", "{}", 4, ""),
            ("access.refused", "{}", 5, "bg_burst_of_refusals"),
            ("sign_in.failed", "{}", 10, "bg_burst_of_failed_sign_ins"),
            ("breakglass.activated", "{}", 3, "bg_glass_broken_repeatedly"),
            ("freeze.lifted", "{}", 1, "bg_freeze_lifted"),
            ("freeze.kept", "{}", 1, ""),
            ("ratification.refused", "{}", 1, "bg_ratification_refused"),
            ("ratification.overdue", "{}", 1, "bg_ratification_overdue"),
            ("audit.key_rotated", "{}", 1, "bg_signing_key_changed"),
            ("audit.log_continued", "{}", 1, "bg_record_brought_back"),
            ("audit.gap", "{}", 1, "bg_record_not_whole"),
            ("audit.erased", "{}", 1, "bg_record_shortened"),
            ("audit.anchor_lost", "{}", 1, "bg_witness_behind"),
            ("audit.anchor_regained", "{}", 1, ""),
            ("audit.degraded", "{}", 1, "bg_signed_later"),
            ("alerts.self_tested", "{'things': []}", 1, ""),
            ("alerts.self_tested", "{'things': ['mail']}", 1, "bg_self_test_failing"),
            ("config.weakened_alone", "{}", 1, "bg_control_weakened_alone"),
            ("door.orphan_removed", "{}", 1, "bg_stray_login_removed"),
            ("door.close_failed", "{}", 1, "bg_door_stays_open"),
            ("review.closed", "{'verdict': 'justified'}", 1, ""),
            ("review.closed", "{'verdict': 'misuse'}", 1, "bg_misuse_found"),
        ],
    )
    def test_finds_entries(self, kind: str, data: str, repeats: int, expected: str) -> None:
        said = of_entry(
            kind, ast.literal_eval(data), actor="user:1", subject="request:2", case="request:2",
            repeats=repeats,
        )  # fmt: skip
        assert found(said, RECORD) == ({expected} if expected else set())

    def test_no_rule_of_a_database_is_asked_about_shells(self) -> None:
        assert not found({"statement": "DROP TABLE x"}, SHELL)
