"""Which cases are of a target is read from an index alone, beside what else they are asked for by.

The table is Django's own, so no model can name the index. It does all that the one of targets did.
"""

from django.db import migrations

OLD = "breakglass_request_targets_target_id_0c7c3248"


class Migration(migrations.Migration):
    dependencies = [("breakglass", "0017_waivers")]
    operations = [
        migrations.RunSQL(
            [
                "CREATE INDEX request_of_target"
                " ON breakglass_request_targets (target_id, request_id)",
                f"DROP INDEX {OLD}",
            ],
            [
                f"CREATE INDEX {OLD} ON breakglass_request_targets (target_id)",
                "DROP INDEX request_of_target",
            ],
        ),
    ]
