"""A payload comes with its entry, in one transaction, and never later: a statement is asked once.

The foreign key asked for each row at the end of the transaction, and locked the entry to do so,
which wrote it once more. It also let a payload be added to an entry that was long there. Entries
go only by `audit_prune`, which takes their payloads first.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

_PRUNING = import_module("audit.migrations.0010_pruning")
COME = """
CREATE FUNCTION audit_payload_comes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The head moves on behind entries and payloads: what it has not counted yet is new.
    IF EXISTS (
        SELECT FROM new_payloads n WHERE (
            n.entry_id >= (SELECT s.size FROM audit_state s)
            AND n.entry_id <= (SELECT max(e.seq) FROM audit_entry e)
        ) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'a payload only comes with its entry'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = {
    "audit_payload_comes": "AFTER INSERT ON audit_payload REFERENCING NEW TABLE AS new_payloads"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_payload_comes()",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0012_fewer_indexes")]
    operations = [
        migrations.RunSQL(
            [COME, *(_PRUNING.install(*item) for item in TRIGGERS.items())],
            ["DROP FUNCTION audit_payload_comes() CASCADE"],
        ),
        migrations.AlterField(
            model_name="payload",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="payloads",
                to="audit.entry",
            ),
        ),
    ]
