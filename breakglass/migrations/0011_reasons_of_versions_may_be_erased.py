"""Why a version of a scenario was made may be erased; what it says still never changes."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION breakglass_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason'
        AND NEW.reason LIKE '(erased on %)'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a scenario version never changes: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION breakglass_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a scenario version never changes: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("breakglass", "0010_days_may_be_none")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
