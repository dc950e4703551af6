from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0020_owed_since"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                fields=["gravity", "-owed_at", "-id"],
                name="review_by_gravity",
            ),
        ),
    ]
