"""Who proposes to lift a freeze says why; proposals from before have no reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("breakglass", "0011_reasons_of_versions_may_be_erased")]
    operations = [
        migrations.AddField("freeze", "lift_reason", models.TextField(blank=True, db_default=""))
    ]
