from django.db import migrations, models


class Migration(migrations.Migration):
    """A reviewer's finding may name the action that it is about."""

    dependencies = [("reviews", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(
            model_name="finding", name="finding_by_a_person_or_from_the_record"
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_by__isnull", False), ("entry_seq__isnull", False), _connector="OR"
                ),
                name="finding_by_a_person_or_from_the_record",
            ),
        ),
    ]
