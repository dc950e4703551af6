"""Let two approval steps of a scenario change places within one transaction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("breakglass", "0004_cases_by_time")]

    operations = [
        migrations.RemoveConstraint("approvalstep", "step_position_once"),
        migrations.AddConstraint(
            "approvalstep",
            models.UniqueConstraint(
                fields=["scenario", "position"],
                name="step_position_once",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ),
    ]
