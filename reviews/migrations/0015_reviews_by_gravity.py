from django.db import migrations, models

GRAVITIES = [
    (0, 'Explained'),
    (1, 'Mostly explained'),
    (2, 'Cannot be judged'),
    (3, 'Doubtful'),
    (4, 'Unexplained'),
    (5, 'Grave'),
]
# What waits for review now is judged once more, with what is kept from here on.
JUDGE_AGAIN = """
INSERT INTO reviews_judgedcase
    ("case", score, flagged, worded, actions, telling, odd, grave, unjudged, severity, stale)
SELECT 'request:' || replace(g.request_id::text, '-', ''), 0, false, true, 0, 0, 0, 0, 0, 0, true
FROM reviews_review r JOIN breakglass_grant g ON g.id = r.grant_id
WHERE r.state <> 'closed'
ON CONFLICT ("case") DO UPDATE SET stale = true
"""


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0014_patterns_of_nights'),
    ]

    operations = [
        migrations.AddField(
            model_name='judgedcase',
            name='worded',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='actions',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='telling',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='odd',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='grave',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='unjudged',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='severity',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='judgedcase',
            name='stale',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='judgedcase',
            name='score',
            field=models.FloatField(default=0),
        ),
        migrations.AlterField(
            model_name='judgedcase',
            name='flagged',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='judgedcase',
            name='judged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='gravity',
            field=models.PositiveSmallIntegerField(choices=GRAVITIES, default=2),
        ),
        migrations.AddIndex(
            model_name='judgedcase',
            index=models.Index(condition=models.Q(('stale', True)), fields=['case'], name='judged_to_do'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['-gravity', 'due_at', 'id'], name='review_gravest'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('gravity__gte', 0), ('gravity__lte', 5)), name='review_gravity_known'),
        ),
        migrations.RunSQL(JUDGE_AGAIN, migrations.RunSQL.noop),
    ]
