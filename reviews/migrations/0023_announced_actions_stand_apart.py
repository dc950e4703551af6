from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0022_what_somebody_has_in_hand"),
    ]

    operations = [
        migrations.AlterField(
            model_name="judgedaction",
            name="standing",
            field=models.CharField(
                choices=[
                    ("outside", "Out of scope"),
                    ("unexplained", "Unexplained"),
                    ("unjudged", "Cannot be judged"),
                    ("announced", "Announced, but outside of the scenario"),
                    ("explained", "Explained"),
                    ("neutral", "Neutral"),
                ],
                max_length=11,
            ),
        ),
        migrations.RemoveConstraint(model_name="judgedaction", name="judged_standing_known"),
        migrations.AddConstraint(
            model_name="judgedaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "standing__in",
                        ["outside", "unexplained", "unjudged", "announced", "explained", "neutral"],
                    )
                ),
                name="judged_standing_known",
            ),
        ),
        migrations.AddField(
            model_name="judgedcase",
            name="announced",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
