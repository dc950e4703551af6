from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0019_answers_count_from_when_asked"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["owed_at"],
                name="review_owed_since",
            ),
        ),
    ]
