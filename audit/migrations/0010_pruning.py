"""The beginning of the record may be pruned, under an entry that says so, and in no other way.

A function of the database deletes what lies below a signed entry `audit.pruned`, after it has kept
the last version of every object there; triggers let nothing else go, whoever asks.
"""

from importlib import import_module

from django.db import migrations, models

_APPEND_ONLY = import_module("audit.migrations.0002_append_only")
_TREE = import_module("audit.migrations.0003_tree")
_ERASURES = import_module("audit.migrations.0006_erasures")
SAID = r"""
CREATE FUNCTION audit_pruning_said(pruning bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT convert_from(p.body, 'UTF8')::jsonb
    FROM audit_entry e
    JOIN audit_payload p ON p.entry_id = e.seq AND p.part = 'd'
    CROSS JOIN LATERAL (SELECT convert_from(e.leaf, 'UTF8')::jsonb) l (leaf)
    WHERE e.seq = pruning AND l.leaf ->> 'ev' = 'audit.pruned'
        AND l.leaf -> 'pc' ->> 'd' = encode(
            sha256('bg.payload.v1'::bytea || '\x00'::bytea || p.salt || p.body), 'hex')
        AND EXISTS (SELECT FROM audit_checkpoint c WHERE c.size > pruning)
$$
"""
BELOW = """
CREATE FUNCTION audit_pruned_below() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT COALESCE(max(below), 0) FROM audit_pruned
$$
"""
# The last version of every object below a cut, as JSON: an entry holds its hash, exports itself.
CARRIED = """
CREATE FUNCTION audit_carried(cut bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '{' || COALESCE(string_agg(
        to_json(ref)::text || ':' || version, ',' ORDER BY ref COLLATE "C"), '') || '}'
    FROM (
        SELECT ref, max(version) AS version FROM (
            SELECT ref, version FROM audit_last_version
            UNION ALL
            SELECT subject, version FROM audit_entry WHERE seq < cut
        ) every_one GROUP BY ref
    ) last_ones
$$
"""
STAYS = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    IF TG_TABLE_NAME = 'audit_entry' THEN
        last := OLD.seq;
    ELSIF TG_TABLE_NAME = 'audit_tile' THEN
        last := CASE WHEN OLD.level = 0 THEN OLD.index * 256 + 255 END;
    ELSE
        last := OLD.entry_id;
    END IF;
    IF (last < audit_pruned_below()) IS NOT TRUE THEN
        RAISE EXCEPTION '% is append-only: % is refused without a pruning', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$
"""
PAYLOAD_STAYS = """
CREATE OR REPLACE FUNCTION audit_payload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.entry_id >= audit_pruned_below() AND NOT EXISTS (
        SELECT FROM audit_erased x WHERE x.entry_id = OLD.entry_id AND x.part = OLD.part
    ) THEN
        RAISE EXCEPTION '% is append-only: % is refused without an erasure', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$
"""
COVERED = """
CREATE FUNCTION audit_pruned_covered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (audit_pruning_said(NEW.seq) ->> 'below')::bigint IS DISTINCT FROM NEW.below
        OR NEW.below > NEW.seq OR NEW.below % 256 <> 0
    THEN
        RAISE EXCEPTION 'no signed entry of the record prunes this'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
LAST = """
CREATE FUNCTION audit_last_version_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version IS DISTINCT FROM (
        SELECT max(e.version) FROM audit_entry e
        WHERE e.subject = NEW.ref AND e.seq < audit_pruned_below()
    ) THEN
        RAISE EXCEPTION 'this is not the last version of what was pruned'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
# Runs as the tables' owner, whoever calls it: it is the one way for entries to go.
PRUNE = """
CREATE FUNCTION audit_prune(pruning bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said jsonb := audit_pruning_said(pruning);
    cut bigint := (said ->> 'below')::bigint;
    gone bigint;
    keys bigint[];
BEGIN
    IF cut IS NULL THEN
        RAISE EXCEPTION 'entry % is no signed pruning', pruning
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF cut <= audit_pruned_below() THEN
        RETURN 0;
    END IF;
    IF encode(sha256(convert_to(audit_carried(cut), 'UTF8')), 'hex') <> said ->> 'carried' THEN
        RAISE EXCEPTION 'entry % was made for other entries than those below %', pruning, cut
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO audit_pruned (below, seq, at) VALUES (cut, pruning, now());
    INSERT INTO audit_last_version (ref, version)
        SELECT subject, max(version) FROM audit_entry WHERE seq < cut GROUP BY subject
        ON CONFLICT (ref) DO UPDATE SET version = excluded.version;
    DELETE FROM audit_set_aside WHERE entry_id < cut AND resolved_at IS NOT NULL;
    DELETE FROM audit_erased WHERE entry_id < cut;
    WITH pruned AS (DELETE FROM audit_payload WHERE entry_id < cut RETURNING key_id)
    SELECT array_agg(DISTINCT key_id) INTO keys FROM pruned;
    DELETE FROM audit_data_key k WHERE k.id = ANY(keys)
        AND NOT EXISTS (SELECT FROM audit_payload p WHERE p.key_id = k.id);
    DELETE FROM audit_tile WHERE level = 0 AND index < cut / 256;
    DELETE FROM audit_entry WHERE seq < cut;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""
FUNCTIONS = {
    "audit_pruning_said(bigint)": SAID,
    "audit_pruned_below()": BELOW,
    "audit_carried(bigint)": CARRIED,
    "audit_stays()": STAYS,
    "audit_pruned_covered()": COVERED,
    "audit_last_version_is()": LAST,
    "audit_prune(bigint)": PRUNE,
}
_ROW, _ALL = " FOR EACH ROW EXECUTE FUNCTION ", " FOR EACH STATEMENT EXECUTE FUNCTION "
TRIGGERS = {
    "audit_entry_no_change": f"BEFORE UPDATE ON audit_entry{_ROW}audit_refuse()",
    "audit_entry_stays": f"BEFORE DELETE ON audit_entry{_ROW}audit_stays()",
    "audit_erased_no_change": f"BEFORE UPDATE ON audit_erased{_ROW}audit_refuse()",
    "audit_erased_stays": f"BEFORE DELETE ON audit_erased{_ROW}audit_stays()",
    "audit_tile_no_truncate": f"BEFORE TRUNCATE ON audit_tile{_ALL}audit_refuse()",
    "audit_tile_stays": f"BEFORE DELETE ON audit_tile{_ROW}audit_stays()",
    "audit_pruned_covered": f"BEFORE INSERT ON audit_pruned{_ROW}audit_pruned_covered()",
    "audit_pruned_no_change": f"BEFORE UPDATE OR DELETE ON audit_pruned{_ROW}audit_refuse()",
    "audit_pruned_no_truncate": f"BEFORE TRUNCATE ON audit_pruned{_ALL}audit_refuse()",
    "audit_last_version_is":
        f"BEFORE INSERT OR UPDATE ON audit_last_version{_ROW}audit_last_version_is()",
    "audit_last_version_stays": f"BEFORE DELETE ON audit_last_version{_ROW}audit_refuse()",
    "audit_last_version_no_truncate":
        f"BEFORE TRUNCATE ON audit_last_version{_ALL}audit_refuse()",
}
REPLACED = {
    "audit_entry_no_change": _APPEND_ONLY.TRIGGERS["audit_entry_no_change"],
    "audit_erased_no_change": _ERASURES.TRIGGERS["audit_erased_no_change"],
    "audit_tile_stays": _TREE.TRIGGERS["audit_tile_stays"],
}


def table_of(trigger: str) -> str:
    return trigger.split(" ON ")[1].split()[0]


def drop(name: str, trigger: str) -> str:
    return f"DROP TRIGGER {name} ON {table_of(trigger)}"


def install(name: str, trigger: str) -> str:
    table = table_of(trigger)
    return f"CREATE TRIGGER {name} {trigger}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_replay")]
    operations = [
        migrations.CreateModel(
            name="Pruned",
            fields=[
                ("below", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "audit_pruned", "ordering": ["-below"]},
        ),
        migrations.CreateModel(
            name="LastVersion",
            fields=[
                ("ref", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("version", models.PositiveBigIntegerField()),
            ],
            options={"db_table": "audit_last_version"},
        ),
        migrations.RunSQL(
            [
                *FUNCTIONS.values(),
                PAYLOAD_STAYS,
                "REVOKE ALL ON FUNCTION audit_prune(bigint) FROM PUBLIC",
                *(drop(*item) for item in REPLACED.items()),
                *(install(*item) for item in TRIGGERS.items()),
            ],
            [
                *(drop(*item) for item in TRIGGERS.items()),
                *(install(*item) for item in REPLACED.items()),
                _ERASURES.STAYS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
                *(f"DROP FUNCTION {name} CASCADE" for name in reversed(FUNCTIONS)),
            ],
        ),
    ]
