from django.db import migrations, models


class Migration(migrations.Migration):
    """Count the waivers of cases; what was counted without them is counted anew by and by."""

    dependencies = [
        ("breakglass", "0017_waivers"),
        ("reviews", "0012_when_pairs_were_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="cell",
            name="waived",
            field=models.IntegerField(db_default=0),
        ),
        migrations.RunSQL("UPDATE reviews_span SET stale = true", migrations.RunSQL.noop),
    ]
