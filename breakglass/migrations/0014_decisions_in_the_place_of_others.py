"""A decision may be made in the place of somebody else; the two count once, together."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breakglass', '0013_substitutions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='instead_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions_by_others', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(models.F('request'), django.db.models.functions.comparison.Coalesce('instead_of', 'by'), condition=models.Q(('kind', 'counter'), _negated=True), name='decision_once_with_substitutes'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('instead_of', None), models.Q(('instead_of', models.F('by')), _negated=True), _connector='OR'), name='decision_never_instead_of_oneself'),
        ),
    ]
