"""How many cases are grave or unexplained is counted with the rest; what stands is counted anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0023_announced_actions_stand_apart")]
    operations = [
        migrations.AddField("cell", "startling", models.IntegerField(db_default=0)),
        migrations.AddField("crewcell", "startling", models.IntegerField(db_default=0)),
        migrations.RunSQL("UPDATE reviews_span SET stale = true", migrations.RunSQL.noop),
    ]
