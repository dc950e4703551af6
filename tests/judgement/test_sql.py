"""What SQL does: one line, one claim."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judgement import sql, sqlfiles
from judgement.facts import Condition, Kind, Quality
from tests.judgement.tables import rows

# statement -> verbs : objects
VERBS = r"""
SELECT a FROM orders WHERE id = 5 -> read : orders
SELECT version() -> neutral
SELECT table_name FROM information_schema.tables -> neutral : information_schema.tables
SHOW TABLES -> neutral : tables
\d users -> neutral : users
BEGIN -> neutral
SET search_path = x -> neutral
EXPLAIN SELECT * FROM orders -> neutral : orders
EXPLAIN ANALYZE DELETE FROM orders WHERE id = 3 -> delete : orders
EXPLAIN (ANALYZE, BUFFERS) SELECT a FROM t -> read : t
INSERT INTO orders (id) VALUES (1) -> write : orders
REPLACE INTO orders VALUES (1) -> write : orders
UPDATE orders SET a = 1 WHERE id = 5 -> write : orders
UPDATE orders SET a = NULL WHERE id = 5 -> write delete : orders
UPDATE logins SET locked_at = NULL, hold_reason = NULL WHERE id = 5 -> write : logins
DELETE FROM orders WHERE id = 5 -> delete : orders
MERGE INTO a USING b ON a.i = b.i WHEN MATCHED THEN DELETE -> write delete : a b
WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d -> delete read : orders
SELECT TOP 5 * FROM users -> read : users
TRUNCATE a, b -> delete : a b
DROP TABLE IF EXISTS old CASCADE -> schema delete : old
DROP INDEX ix -> schema : ix
ALTER TABLE orders ADD COLUMN x int -> schema : orders
ALTER TABLE orders DROP COLUMN x -> schema delete : orders x
CREATE INDEX CONCURRENTLY ix ON orders (a) -> schema : orders
CREATE TABLE copy_of AS SELECT * FROM users -> schema export read : copy_of users
SELECT * INTO copy_of FROM users -> schema export read : copy_of users
CREATE TEMP TABLE t AS SELECT * FROM users -> read : users
UPDATE logins SET locked = 'N', lock_note = NULL, tries = 0 WHERE id = 5 -> write : logins
DELETE o FROM orders o JOIN dups d USING (id) -> delete : orders dups
UPDATE parcels SET track_code = 'x' WHERE id = 5 -> write : parcels
ALTER TABLE track_points ADD COLUMN x int -> schema : track_points
CREATE TEMPORARY TABLE ids (id int) -> neutral : ids
SELECT op, row_id FROM orders_hist WHERE id = 5 -> read : orders_hist
SELECT zip_code, opinion FROM api_tokens -> read : api_tokens
SELECT user_id, created_at FROM api_tokens -> read : api_tokens
SELECT percent FROM promo_tokens WHERE token = 'MAY-10' -> read : promo_tokens
SELECT pan FROM cards WHERE holder = 'x' -> secret read : cards
SELECT failed_pins FROM badges WHERE card_no = 4 -> read : badges
UPDATE copies SET hold_token = NULL, shelf = 'A7' WHERE id = 4 -> write : copies
UPDATE badges SET pin_hash = SHA2('0000', 256) WHERE card_no = 4 RETURNING card_no -> write : badges
UPDATE badges SET pin_hash = SHA2(CONCAT('0000', pin_salt), 256) WHERE card_no = 4 -> write : badges
UPDATE badges SET tries = 0 WHERE card_no = 4 RETURNING * , pin_hash -> secret write : badges
UPDATE badges SET note = pin_hash WHERE card_no = 4 -> secret write : badges
SELECT count(pin_hash), pin_hash IS NULL FROM badges WHERE pin_hash LIKE 'a%' -> read : badges
INSERT INTO found SELECT pin_hash FROM badges -> secret read write : badges
SELECT pickup_code FROM parcels WHERE id = 4 -> secret read : parcels
SELECT session_cookie, unicast_key FROM devices -> secret read : devices
SELECT zip_code, cookie_policy, group_key FROM devices -> read : devices
COPY (SELECT * FROM users WHERE id = 4) TO '/tmp/u.csv' CSV -> export read : users
\copy users TO '/tmp/u.csv' csv header -> export read : users
SELECT * FROM users INTO OUTFILE '/tmp/u.txt' FIELDS TERMINATED BY ',' -> export read : users
SELECT * INTO OUTFILE '/tmp/u.txt' FROM users -> export read : users
COPY users FROM '/tmp/u.csv' -> write : users
COPY x FROM PROGRAM 'id' -> exec write : x
BACKUP DATABASE shop TO DISK = '/x.bak' -> export read : shop
VACUUM INTO '/tmp/x.db' -> export
.dump users -> export read
\o /tmp/out.txt -> export
\! id -> exec : id
GRANT SELECT, INSERT ON orders TO bob, alice -> privilege : orders bob alice
GRANT app_owner TO mallory -> privilege : app_owner mallory
REVOKE ALL ON orders FROM 'app'@'%' -> privilege : orders app@%
ALTER ROLE kim SUPERUSER -> privilege : kim
CREATE USER kim WITH PASSWORD 'changeme' -> privilege : kim
ALTER TABLE orders OWNER TO bob -> privilege : orders bob
ALTER TABLE orders DISABLE ROW LEVEL SECURITY -> privilege tamper : orders
SET ROLE postgres -> privilege : postgres
ALTER TABLE orders DISABLE TRIGGER audit_trg -> tamper schema : orders
SET log_statement = 'none' -> tamper : log_statement
SET log_statement = 'all' -> write : log_statement
SET pgaudit.log = 'none' -> tamper : pgaudit.log
SET GLOBAL general_log = 'OFF' -> tamper write : general_log
SELECT set_config('log_statement', 'none', false) -> tamper write : log_statement
SET session_replication_role = replica -> tamper : session_replication_role
ALTER SYSTEM SET log_min_duration_statement = 250 -> write : log_min_duration_statement
TRUNCATE pgaudit_log -> tamper delete : pgaudit_log
DELETE FROM audit_log WHERE username = current_user -> tamper delete : audit_log
PURGE BINARY LOGS BEFORE '2026-01-01' -> tamper delete
SELECT usename, passwd FROM pg_shadow -> secret read : pg_shadow
SELECT user, authentication_string FROM mysql.user -> secret read : mysql.user
SELECT * FROM api_keys -> secret read : api_keys
SELECT password_hash FROM users -> secret read : users
SELECT password_changed_at FROM users -> read : users
SELECT pg_read_file('/etc/passwd') -> secret read
SELECT * FROM dblink('host=x', 'select 1') AS t(a int) -> export network read : dblink
CREATE EXTENSION plpython3u -> exec schema : plpython3u
CREATE FUNCTION sys_exec RETURNS int SONAME 'udf.so' -> exec persistence : sys_exec
CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f() -> schema persistence : t
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1 -> schema persistence : e
VACUUM FULL orders -> exec : orders
SELECT pg_terminate_backend(4) -> exec
SELECT pg_drop_replication_slot('a') -> exec delete
EXEC xp_cmdshell 'whoami' -> exec
DO $$ BEGIN DELETE FROM orders; END $$ -> exec delete : orders
DO $$ BEGIN SELECT a INTO v FROM orders; DELETE FROM b; END $$ -> exec read delete : orders b
UPDATE b SET pin = crypt(:'new', gen_salt('bf')) WHERE id = 7 -> write : b
ALTER EVENT nightly DISABLE -> exec : nightly
PREPARE s FROM 'drop table old' -> schema delete : old
/*!50000 DROP TABLE old */ -> schema delete : old
SELECT 'x; DROP TABLE y' FROM t -- ; DELETE FROM z -> read : t
SELECT a FROM t WHERE id = 5 \gx -> read : t
SELECT a FROM t \g /tmp/out -> read export : t
SELECT id INTO @x FROM t WHERE a = 1 -> read : t
UPDATE users SET is_admin = true WHERE id = 4 -> write privilege : users
INSERT INTO user_roles (user_id, role) VALUES (4, 'editor') -> write privilege : user_roles
UPDATE users SET role = 'editor' WHERE id = 4 -> write : users
SET GLOBAL slow_query_log = ON -> write : slow_query_log
SELECT billing.resume_run(412) -> exec : billing.resume_run
SELECT drop_chunks('points', '2026-01-01'::date) -> exec delete : drop_chunks
CALL purge_carts(12, 'x') -> exec delete : purge_carts
SELECT coalesce(a, b), my_label(a) FROM t -> read : t
COPY INTO 's3://bucket/x' FROM users -> export read : users
UNLOAD ('SELECT a FROM users') TO 's3://bucket/x' -> export read : users
EXEC sp_addsrvrolemember 'bob', 'sysadmin' -> privilege : bob
ALTER SERVER ROLE sysadmin ADD MEMBER bob -> privilege : sysadmin
ALTER SERVER AUDIT a WITH (STATE=OFF) -> tamper
SELECT a FROM t; DELETE FROM u WHERE id = 1 -> read delete : t u
INSERT INTO notes (a) VALUES ('GRANT ALL, log_statement = none, pg_read_file(1)') -> write : notes
"""

BREADTH = """
DELETE FROM t -> no_where
UPDATE t SET a = 1 -> no_where
DELETE FROM t LIMIT 10 ->
DELETE FROM t WHERE id = 4 ->
DELETE FROM t WHERE 1=1 -> no_where inverted
UPDATE t SET a = 1 WHERE true OR id = 4 -> no_where inverted
DELETE FROM t WHERE name LIKE '%' -> no_where inverted
DELETE FROM t WHERE 1=1 AND id = 4 ->
DELETE FROM t WHERE id <> 4 -> inverted
DELETE FROM t WHERE NOT (id = 4) -> inverted
DELETE FROM t WHERE id NOT IN (1, 2) -> inverted
DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM u) -> inverted
DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.u_id) ->
DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.u_id AND u.name = 'x') -> inverted
DELETE FROM t WHERE u_id NOT IN (SELECT id FROM u) ->
DELETE FROM t WHERE u_id NOT IN (SELECT id FROM u WHERE name = 'x') -> inverted
DELETE t FROM t JOIN u USING (id) ->
DELETE t FROM t LEFT JOIN u USING (id) -> no_where
DELETE FROM t WHERE name NOT LIKE 'a%' -> inverted
DELETE FROM t WHERE id IS NOT NULL -> inverted
DELETE FROM t WHERE deleted_at IS NOT NULL ->
DELETE FROM t WHERE id <> 4 AND kind = 'x' ->
TRUNCATE t -> everything
DROP DATABASE shop -> everything
SELECT * FROM t -> whole_table
SELECT * FROM t LIMIT 5 ->
SELECT * FROM t WHERE id = 1 ->
GRANT SELECT ON t TO PUBLIC -> open_to_all
"""

EVERYDAY = r"""
SELECT pid, state, wait_event FROM pg_stat_activity WHERE state <> 'idle'
SELECT * FROM pg_locks WHERE NOT granted
SELECT pg_size_pretty(pg_database_size('shop'))
SELECT pg_cancel_backend(4711)
SELECT user_id, created_at FROM password_resets WHERE user_id = 4
SELECT count(*) FROM sessions WHERE expires_at > now()
SELECT * FROM audit_log WHERE object_id = 881
SELECT prompt_tokens, secret_level, pass_rate, salt_content FROM usage
SELECT * FROM orders WHERE id IN (1, 2, 3) FOR UPDATE
UPDATE users SET email = 'a@example.org' WHERE id = 4
BEGIN; UPDATE stock SET qty = qty - 1 WHERE sku = 'x'; COMMIT;
INSERT INTO countries (code, name) VALUES ('XK', 'Kosovo')
SHOW GRANTS
VACUUM (VERBOSE, ANALYZE) orders
SET LOCAL lock_timeout = '2s'
REFRESH MATERIALIZED VIEW sales_by_day
REINDEX INDEX CONCURRENTLY ix_orders
CREATE INDEX CONCURRENTLY ix ON orders (status)
"""


class TestVerbs:
    @pytest.mark.parametrize(("statement", "verbs", "objects"), rows(VERBS))
    def test_a_statement_does_this_to_that(self, statement: str, verbs: str, objects: str) -> None:
        facts = sql.facts(statement)
        assert facts.kind is Kind.SQL
        assert {*facts.verbs} == {*verbs.split()}
        assert {*objects.split()} <= {*facts.objects}

    @pytest.mark.parametrize(("statement", "breadth", "_"), rows(BREADTH))
    def test_it_reaches_this_far(self, statement: str, breadth: str, _: str) -> None:
        assert {*sql.facts(statement).breadth} == {*breadth.split()}

    def test_graver_is_what_cannot_be_mended(self) -> None:
        rising = ["SELECT 1", "SELECT a FROM t", "DELETE FROM t WHERE id = 1", "DROP DATABASE shop"]
        severities = [sql.facts(statement).severity for statement in rising]
        assert severities == sorted(set(severities))

    @pytest.mark.parametrize(
        ("statement", "intervenes"),
        [
            ("VACUUM FULL orders", True),
            ("VACUUM (FULL, ANALYZE) orders", True),
            ("CLUSTER orders USING ix", True),
            ("REINDEX TABLE orders", True),
            ("OPTIMIZE TABLE orders", True),
            ("REFRESH MATERIALIZED VIEW sales", True),
            ("SELECT pg_terminate_backend(4)", True),
            ("VACUUM (VERBOSE, FULL false) orders", False),
            ("VACUUM ANALYZE orders", False),
            ("REINDEX INDEX CONCURRENTLY ix", False),
            ("ANALYZE orders", False),
        ],
    )
    def test_what_locks_others_out_intervenes(self, statement: str, *, intervenes: bool) -> None:
        assert (sql.facts(statement).severity >= 0.4) is intervenes

    def test_what_an_emergency_asks_every_day_is_nothing_grave(self) -> None:
        grave = {"tamper", "persistence", "secret", "privilege", "export", "delete"}
        for statement in EVERYDAY.strip().splitlines():
            facts = sql.facts(statement)
            assert not grave & {*facts.verbs}, statement
            assert facts.severity < 0.6, statement
            assert facts.quality is Quality.WHOLE, statement


class TestDetails:
    def test_a_value_stands_with_its_column_and_operator(self) -> None:
        facts = sql.facts("UPDATE t SET a = 'x' WHERE id >= 881 AND NOT kind = 'b' AND c IN (1)")
        assert set(facts.conditions) == {
            Condition("a", "set", "x"),
            Condition("id", ">=", "881"),
            Condition("kind", "<>", "b"),
            Condition("c", "in", "1"),
        }
        assert {"x", "881", "b", "1"} <= set(facts.literals)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE t SET a = 'x' FROM (SELECT 881 AS n UNION ALL SELECT 882) w WHERE t.id = w.n",
            "UPDATE t SET a = 'x' FROM (VALUES (881), (882)) AS w(n) WHERE w.n = t.id",
            "WITH w(n) AS (VALUES (881), (882)) SELECT a FROM t WHERE id IN (SELECT n FROM w)",
            "SELECT a FROM t WHERE (id, kind) IN ((881, 'x'), (882, 'y'))",
            "SELECT a FROM t WHERE id = ANY (ARRAY[881, 882])",
        ],
    )
    def test_rows_are_picked_by_the_values_of_a_list(self, statement: str) -> None:
        conditions = sql.facts(statement).conditions
        picked = {each.value for each in conditions if (each.column, each.operator) == ("id", "in")}
        assert picked == {"881", "882"}

    def test_what_a_list_has_for_a_column_is_what_it_is_set_to(self) -> None:
        statement = "UPDATE t SET a = w.b FROM (VALUES (4, 'x')) AS w(n, b) WHERE t.id = w.n"
        assert set(sql.facts(statement).conditions) == {
            Condition("a", "set", "x"),
            Condition("id", "in", "4"),
        }

    def test_two_columns_that_differ_do_not_take_all_rows_but_some(self) -> None:
        statement = "DELETE a FROM t a JOIN t b ON a.name = b.name WHERE a.id <> b.id"
        assert not sql.facts(statement).breadth

    def test_a_comparison_is_read_from_the_side_of_the_column(self) -> None:
        assert Condition("id", ">", "4") in sql.facts("SELECT a FROM t WHERE 4 < id").conditions

    def test_a_name_in_double_quotes_may_be_a_value(self) -> None:
        facts = sql.facts('SELECT a FROM t WHERE city = "Bern"')
        assert Condition("city", "=", "Bern") in facts.conditions

    def test_columns_are_named_without_the_alias_of_their_table(self) -> None:
        facts = sql.facts("SELECT o.Total FROM Orders AS o JOIN users u ON o.user_id = u.id")
        assert facts.objects == ("orders", "users")
        assert set(facts.columns) == {"total", "user_id", "id"}

    def test_the_values_with_which_a_procedure_is_called_are_named(self) -> None:
        assert {"W-9", "25"} <= {*sql.facts("CALL post_credit('W-9', 25, a1)").literals}

    def test_a_limit_is_a_number_of_rows(self) -> None:
        assert sql.facts("SELECT a FROM t LIMIT 20").limit == 20

    def test_where_data_goes_is_a_destination(self) -> None:
        assert sql.facts("COPY t TO '/tmp/a.csv'").destinations == ("/tmp/a.csv",)  # noqa: S108

    def test_programs_that_a_statement_starts_are_named(self) -> None:
        assert sqlfiles.programs(r"\! rm -rf /") == ("rm -rf /",)
        assert sqlfiles.programs("COPY t FROM PROGRAM 'cat ''a'''") == ("cat 'a'",)


class TestWhatCannotBeRead:
    def test_what_no_parser_knows_is_partial(self) -> None:
        facts = sql.facts("DELETE FROM orders WHERE ((((")
        assert facts.quality is Quality.PARTIAL
        assert {*facts.verbs} == {"delete"}
        assert facts.objects == ("orders",)

    def test_nothing_is_known_of_what_is_no_sql(self) -> None:
        for text in ("", "garbage here", "\0\1\2", "-- nothing", ";;;"):
            assert sql.facts(text).quality is Quality.NONE

    def test_a_statement_of_five_megabytes_is_searched_for_dangerous_words(self) -> None:
        text = "INSERT INTO t VALUES (1);" * 200_000 + "DROP TABLE orders"
        began = time.perf_counter()
        facts = sql.facts(text)
        assert time.perf_counter() - began < 3
        assert facts.quality is Quality.PARTIAL
        assert {"write", "delete"} <= {*facts.verbs}

    @pytest.mark.parametrize("part", ["(", ";", "$a", "/*", "copy (", "into outfile a ", "not "])
    def test_whatever_is_repeated_is_read_soon(self, part: str) -> None:
        began = time.perf_counter()
        sql.facts("select " + part * (19_000 // len(part)))
        assert time.perf_counter() - began < 3

    @settings(max_examples=200, deadline=None)
    @given(st.text() | st.text("selctdrop fom;'\"$\\/*()-,=<>1"))
    def test_nothing_makes_it_crash(self, text: str) -> None:
        facts = sql.facts(text)
        assert 0 <= facts.severity <= 1
        assert (facts.quality is Quality.NONE) == (not facts.verbs)
