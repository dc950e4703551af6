"""Words of people are kept encrypted, each person's and each case's with a key of its own.

When the last word under a key is erased, the key goes with it: what copies of the database still
hold of those words cannot be read any more once the key that wraps all keys was changed as well.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

_ERASURES = import_module("audit.migrations.0006_erasures")
ERASE = """
CREATE OR REPLACE FUNCTION audit_erase(erasure bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
    keys bigint[];
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
    WITH erased AS (
        DELETE FROM audit_payload p USING audit_erased x
        WHERE x.by_id = erasure AND p.entry_id = x.entry_id AND p.part = x.part
        RETURNING p.key_id
    )
    SELECT count(*), array_agg(DISTINCT key_id) INTO gone, keys FROM erased;
    DELETE FROM audit_data_key k WHERE k.id = ANY(keys)
        AND NOT EXISTS (SELECT FROM audit_payload p WHERE p.key_id = k.id);
    RETURN gone;
END $$
"""
TRIGGERS = {
    "audit_data_key_no_truncate": "BEFORE TRUNCATE ON audit_data_key"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}


def install(name: str, trigger: str) -> str:
    return (
        f"CREATE TRIGGER {name} {trigger};"
        f" ALTER TABLE audit_data_key ENABLE ALWAYS TRIGGER {name}"
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_outside")]
    operations = [
        migrations.CreateModel(
            name="DataKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=80, unique=True)),
                ("wrapped", models.BinaryField()),
            ],
            options={"db_table": "audit_data_key"},
        ),
        migrations.AddField(
            "payload",
            "key",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="payloads",
                to="audit.datakey",
            ),
        ),
        migrations.RunSQL(
            [ERASE, *(install(*item) for item in TRIGGERS.items())],
            [
                _ERASURES.ERASE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
                *(f"DROP TRIGGER {name} ON audit_data_key" for name in TRIGGERS),
            ],
        ),
    ]
