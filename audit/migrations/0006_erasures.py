"""Payloads may be erased, each under an entry that says so, and in no other way.

`audit_erased` says of each compartment that is gone which entry took it. A trigger lets only that
in which a signed entry `audit.erased` covers, and another lets a payload go only when it stands
there. What the verifier needs is covered by nothing.
"""

import django.db.models.deletion
from django.db import migrations, models

SAID = r"""
CREATE FUNCTION audit_erasure_said(erasure bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT convert_from(p.body, 'UTF8')::jsonb
    FROM audit_entry e
    JOIN audit_payload p ON p.entry_id = e.seq AND p.part = 'd'
    CROSS JOIN LATERAL (SELECT convert_from(e.leaf, 'UTF8')::jsonb) l (leaf)
    WHERE e.seq = erasure AND l.leaf ->> 'ev' = 'audit.erased'
        AND l.leaf -> 'pc' ->> 'd' = encode(
            sha256('bg.payload.v1'::bytea || '\x00'::bytea || p.salt || p.body), 'hex')
        AND EXISTS (SELECT FROM audit_checkpoint c WHERE c.size > erasure)
$$
"""
COVERED = """
CREATE FUNCTION audit_erasure_covers(erasure bigint) RETURNS TABLE (seq bigint, part text)
LANGUAGE sql STABLE AS $$
    SELECT e.seq, said ->> 'compartment'
    FROM audit_erasure_said(erasure) said, audit_entry e
    WHERE e.seq < erasure
        AND e.kind <> ALL('{audit.anchor,audit.erased,audit.key_rotated,audit.pruned}')
        AND (
            e.seq = ANY(ARRAY(SELECT jsonb_array_elements_text(said -> 'seqs')::bigint))
            OR e.seq BETWEEN (said -> 'range' ->> 0)::bigint AND (said -> 'range' ->> 1)::bigint
        )
$$
"""
CHECK = """
CREATE FUNCTION audit_erased_covered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT n.entry_id, n.part::text, n.by_id FROM new_rows n
        EXCEPT
        SELECT c.seq, c.part, b.by_id
        FROM (SELECT DISTINCT by_id FROM new_rows) b, LATERAL audit_erasure_covers(b.by_id) c
    ) THEN
        RAISE EXCEPTION 'no signed entry of the record erases this'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
STAYS = """
CREATE FUNCTION audit_payload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM audit_erased x WHERE x.entry_id = OLD.entry_id AND x.part = OLD.part
    ) THEN
        RAISE EXCEPTION '% is append-only: % is refused without an erasure', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$
"""
# Runs as the tables' owner, whoever calls it: it is the one way for a payload to go.
ERASE = """
CREATE FUNCTION audit_erase(erasure bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF audit_erasure_said(erasure) IS NULL THEN
        RAISE EXCEPTION 'entry % is no signed erasure', erasure
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO audit_erased (entry_id, part, by_id)
        SELECT c.seq, c.part, erasure
        FROM audit_erasure_covers(erasure) c
        JOIN audit_payload p ON p.entry_id = c.seq AND p.part = c.part
        ON CONFLICT DO NOTHING;
    DELETE FROM audit_payload p USING audit_erased x
        WHERE x.by_id = erasure AND p.entry_id = x.entry_id AND p.part = x.part;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""
FUNCTIONS = {
    "audit_erase(bigint)": ERASE,
    "audit_payload_stays()": STAYS,
    "audit_erased_covered()": CHECK,
    "audit_erasure_covers(bigint)": COVERED,
    "audit_erasure_said(bigint)": SAID,
}
TRIGGERS = {
    "audit_payload_no_change": "BEFORE UPDATE ON audit_payload"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_payload_stays": "BEFORE DELETE ON audit_payload"
    " FOR EACH ROW EXECUTE FUNCTION audit_payload_stays()",
    "audit_erased_covered": "AFTER INSERT ON audit_erased REFERENCING NEW TABLE AS new_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_erased_covered()",
    "audit_erased_no_change": "BEFORE UPDATE OR DELETE ON audit_erased"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_erased_no_truncate": "BEFORE TRUNCATE ON audit_erased"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}
BEFORE = "BEFORE UPDATE OR DELETE ON audit_payload FOR EACH ROW EXECUTE FUNCTION audit_refuse()"


def install(name: str, trigger: str) -> str:
    table = trigger.split(" ON ")[1].split()[0]
    return f"CREATE TRIGGER {name} {trigger}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_verification_runs")]
    operations = [
        migrations.CreateModel(
            name="Erased",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="gone",
                        to="audit.entry",
                    ),
                ),
                ("part", models.CharField(max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="audit.entry",
                    ),
                ),
            ],
            options={"db_table": "audit_erased"},
        ),
        migrations.RunSQL(
            [
                *reversed(FUNCTIONS.values()),
                "REVOKE ALL ON FUNCTION audit_erase(bigint) FROM PUBLIC",
                "DROP TRIGGER audit_payload_no_change ON audit_payload",
                *(install(*item) for item in TRIGGERS.items()),
            ],
            [
                "DROP TRIGGER audit_payload_no_change ON audit_payload",
                *(f"DROP FUNCTION {name} CASCADE" for name in FUNCTIONS),
                "DROP TRIGGER audit_erased_no_change ON audit_erased",
                "DROP TRIGGER audit_erased_no_truncate ON audit_erased",
                install("audit_payload_no_change", BEFORE),
            ],
        ),
    ]
