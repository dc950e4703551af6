"""Figures and lists ask for the cases of a period."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Index cases by when they were asked for."""

    dependencies = [("breakglass", "0003_versions_never_change")]
    operations = [
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=Q(extends=None), fields=["submitted_at"], name="request_asked_at"
            ),
        )
    ]
