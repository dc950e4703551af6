"""The beginning of the record goes in steps, each a transaction of its own.

One transaction for ten million entries took a quarter of an hour, in which nothing that anybody
deleted could be vacuumed. The first step says what is pruned and keeps the last versions; from
then on all below the cut counts as gone, and each step removes the next entries from the beginning.
"""

from importlib import import_module

from django.db import migrations

_PRUNING = import_module("audit.migrations.0010_pruning")
# Runs as the tables' owner, whoever calls it: it is the one way for entries to go.
PRUNE = """
CREATE FUNCTION audit_prune(pruning bigint, most bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said jsonb := audit_pruning_said(pruning);
    cut bigint := (said ->> 'below')::bigint;
    low bigint := (SELECT min(e.seq) FROM audit_entry e);
    until bigint := least(cut, (low / 256 + greatest(most / 256, 1)) * 256);
    gone bigint;
    keys bigint[];
BEGIN
    IF cut IS NULL THEN
        RAISE EXCEPTION 'entry % is no signed pruning', pruning
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF cut > audit_pruned_below() THEN
        IF encode(sha256(convert_to(audit_carried(cut), 'UTF8')), 'hex') <> said ->> 'carried' THEN
            RAISE EXCEPTION 'entry % was made for other entries than those below %', pruning, cut
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        INSERT INTO audit_pruned (below, seq, at) VALUES (cut, pruning, now());
        INSERT INTO audit_last_version (ref, version)
            SELECT subject, max(version) FROM audit_entry WHERE seq < cut GROUP BY subject
            ON CONFLICT (ref) DO UPDATE SET version = excluded.version;
    END IF;
    DELETE FROM audit_set_aside WHERE entry_id < until AND resolved_at IS NOT NULL;
    DELETE FROM audit_erased WHERE entry_id >= low AND entry_id < until;
    WITH pruned AS (
        DELETE FROM audit_payload WHERE entry_id >= low AND entry_id < until RETURNING key_id
    ) SELECT array_agg(DISTINCT key_id) INTO keys FROM pruned;
    DELETE FROM audit_data_key k WHERE k.id = ANY(keys)
        AND NOT EXISTS (SELECT FROM audit_payload p WHERE p.key_id = k.id);
    DELETE FROM audit_tile WHERE level = 0 AND index < until / 256;
    DELETE FROM audit_entry WHERE seq >= low AND seq < until;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""
OURS, ALONE = "FUNCTION audit_prune(bigint, bigint)", "FUNCTION audit_prune(bigint)"


class Migration(migrations.Migration):
    dependencies = [("audit", "0014_payloads_are_named_by_their_entries")]
    operations = [
        migrations.RunSQL(
            [f"DROP {ALONE}", PRUNE, f"REVOKE ALL ON {OURS} FROM PUBLIC"],
            [f"DROP {OURS}", _PRUNING.PRUNE, f"REVOKE ALL ON {ALONE} FROM PUBLIC"],
        )
    ]
