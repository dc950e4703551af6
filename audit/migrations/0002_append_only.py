"""Append-only in the database itself: accident protection and a speed bump, not the proof.

Every trigger is ENABLE ALWAYS, so that `session_replication_role = replica` does not silence it.
Who owns the tables can still switch them off, hence the application connects as another role.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
DENSE = """
CREATE FUNCTION audit_entry_dense() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    size bigint;
    added record;
BEGIN
    SELECT s.size INTO size FROM audit_state s WHERE s.id = 1;
    SELECT count(*) AS n, min(seq) AS first, max(seq) AS last INTO added FROM new_entries;
    IF added.n > 0 AND (
        added.first IS DISTINCT FROM size OR added.last IS DISTINCT FROM size + added.n - 1
    ) THEN
        RAISE EXCEPTION 'entries % to % do not continue a record of % entries',
            added.first, added.last, size
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
GROWS = """
CREATE FUNCTION audit_state_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= OLD.size OR NEW.last_at < OLD.last_at
        OR NEW.size IS DISTINCT FROM (SELECT max(seq) + 1 FROM audit_entry)
    THEN
        RAISE EXCEPTION 'the head of the record only moves on with its entries'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
RING = """
CREATE FUNCTION audit_pending_ring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('audit_pending', '');
    RETURN NULL;
END $$
"""
TRIGGERS = {
    "audit_entry_no_change": "BEFORE UPDATE OR DELETE ON audit_entry"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_entry_no_truncate": "BEFORE TRUNCATE ON audit_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "audit_entry_dense": "AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS new_entries"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_dense()",
    "audit_payload_no_change": "BEFORE UPDATE OR DELETE ON audit_payload"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_payload_no_truncate": "BEFORE TRUNCATE ON audit_payload"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "audit_state_grows": "BEFORE UPDATE ON audit_state"
    " FOR EACH ROW EXECUTE FUNCTION audit_state_grows()",
    "audit_state_stays": "BEFORE DELETE OR TRUNCATE ON audit_state"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "audit_pending_ring": "AFTER INSERT ON audit_pending"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_pending_ring()",
}
FUNCTIONS = ["audit_refuse", "audit_entry_dense", "audit_state_grows", "audit_pending_ring"]
HEAD = "INSERT INTO audit_state (id, size, link, last_at, clock_regressed)"
FIRST = f"{HEAD} VALUES (1, 0, decode(repeat('00', 32), 'hex'), 'epoch', false)"


def install(name: str, trigger: str) -> str:
    table = trigger.split(" ON ")[1].split()[0]
    return f"CREATE TRIGGER {name} {trigger}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [REFUSE, DENSE, GROWS, RING, FIRST, *(install(*item) for item in TRIGGERS.items())],
            reverse_sql=[
                *(f"DROP FUNCTION {name}() CASCADE" for name in FUNCTIONS),
                "DELETE FROM audit_state",
            ],
        )
    ]
