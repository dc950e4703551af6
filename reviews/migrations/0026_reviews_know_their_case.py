"""What lists of reviews are narrowed by stands on the review; 0027 asks for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
UPDATE reviews_review v SET request_id = r.id, asked_at = r.submitted_at,
    scenario_id = g.scenario_id, holder_id = g.holder_id
FROM breakglass_grant g JOIN breakglass_request r ON r.id = g.request_id WHERE g.id = v.grant_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("breakglass", "0017_waivers"),
        ("reviews", "0025_verdicts_that_were_reopened"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        # Each row is written anew: what is replaced in 0027 need not be.
        migrations.RemoveIndex("review", "review_done"),
        migrations.RemoveIndex("review", "review_owed_since"),
        migrations.RemoveIndex("review", "review_by_gravity"),
        migrations.AddField(
            "review",
            "request",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="breakglass.request",
            ),
        ),
        migrations.AddField("review", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "review",
            "scenario",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="breakglass.scenario",
            ),
        ),
        migrations.AddField(
            "review",
            "holder",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
