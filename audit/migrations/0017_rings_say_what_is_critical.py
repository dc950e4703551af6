"""Who writes a pending event rings; now the ring says as well whether it must be signed at once.

The sequencer can then let ordinary events of many writers gather, and lets no critical one wait.
"""

from django.db import migrations

RING = """
CREATE OR REPLACE FUNCTION audit_pending_ring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('audit_pending', CASE WHEN NEW.critical THEN 'critical' ELSE '' END);
    RETURN NULL;
END $$;
DROP TRIGGER audit_pending_ring ON audit_pending;
CREATE TRIGGER audit_pending_ring AFTER INSERT ON audit_pending
    FOR EACH ROW EXECUTE FUNCTION audit_pending_ring();
ALTER TABLE audit_pending ENABLE ALWAYS TRIGGER audit_pending_ring
"""
BEFORE = """
CREATE OR REPLACE FUNCTION audit_pending_ring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('audit_pending', '');
    RETURN NULL;
END $$;
DROP TRIGGER audit_pending_ring ON audit_pending;
CREATE TRIGGER audit_pending_ring AFTER INSERT ON audit_pending
    FOR EACH STATEMENT EXECUTE FUNCTION audit_pending_ring();
ALTER TABLE audit_pending ENABLE ALWAYS TRIGGER audit_pending_ring
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0016_copies_that_keep_what_was_pruned")]
    operations = [migrations.RunSQL(RING, reverse_sql=BEFORE)]
