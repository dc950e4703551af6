"""Whether a scenario may be decided from a chat; what held before goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("breakglass", "0014_decisions_in_the_place_of_others")]
    operations = [
        migrations.AddField(
            "scenario",
            "chat_decides",
            models.BooleanField(
                "may be decided from a chat", default=True, db_default=True
            ),
        )
    ]
