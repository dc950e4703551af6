"""A version of a scenario is never altered: past requests were decided by what it says.

The application's role may not truncate the table; the trigger refuses the rest to everybody.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION breakglass_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a scenario version never changes: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER breakglass_version_no_change
    BEFORE UPDATE OR DELETE ON breakglass_scenarioversion
    FOR EACH ROW EXECUTE FUNCTION breakglass_version_refuse();
ALTER TABLE breakglass_scenarioversion ENABLE ALWAYS TRIGGER breakglass_version_no_change;
"""
BACKWARD = """
DROP TRIGGER breakglass_version_no_change ON breakglass_scenarioversion;
DROP FUNCTION breakglass_version_refuse();
"""


class Migration(migrations.Migration):
    """Refuse UPDATE and DELETE of scenario versions."""

    dependencies = [("breakglass", "0002_case_numbers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
