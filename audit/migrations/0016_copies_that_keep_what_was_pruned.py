"""A copy that has what was pruned here is named, so that somebody replaces it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0015_pruning_in_steps")]
    operations = [
        migrations.AddField("place", "keeps_pruned", models.BooleanField(default=False)),
    ]
