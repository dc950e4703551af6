"""Legal holds: their table, from which nothing is ever deleted."""

import uuid
from django.db import migrations, models


TRIGGERS = {
    "audit_hold_stays": "BEFORE DELETE ON audit_hold"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_hold_no_truncate": "BEFORE TRUNCATE ON audit_hold"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}


def install(name: str, trigger: str) -> str:
    return f"CREATE TRIGGER {name} {trigger}; ALTER TABLE audit_hold ENABLE ALWAYS TRIGGER {name}"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0010_pruning'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('case', 'A case'), ('person', 'A person'), ('everything', 'Everything')], max_length=10)),
                ('ref', models.CharField(blank=True, max_length=80)),
                ('reason', models.TextField()),
                ('placed_at', models.DateTimeField()),
                ('placed_by', models.CharField(max_length=80)),
                ('lift_reason', models.TextField(blank=True)),
                ('lift_proposed_at', models.DateTimeField(null=True)),
                ('lift_proposed_by', models.CharField(blank=True, max_length=80)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'db_table': 'audit_hold',
                'ordering': ['-placed_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'everything'), ('ref', '')), models.Q(('kind__in', ['case', 'person']), models.Q(('ref', ''), _negated=True)), _connector='OR'), name='hold_names_what_it_holds'), models.CheckConstraint(condition=models.Q(models.Q(('lift_proposed_at', None), ('lift_proposed_by', ''), ('lift_reason', '')), models.Q(('lift_proposed_at__isnull', False), models.Q(('lift_proposed_by', ''), _negated=True), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='hold_lift_is_proposed_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', '')), models.Q(('lift_proposed_at__isnull', False), ('lifted_at__isnull', False), models.Q(('lifted_by', ''), _negated=True), models.Q(('lifted_by', models.F('lift_proposed_by')), _negated=True)), _connector='OR'), name='hold_lifted_by_two'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('kind', 'ref'), name='hold_once')],
            },
        ),
        migrations.RunSQL(
            [install(*item) for item in TRIGGERS.items()],
            [f"DROP TRIGGER {name} ON audit_hold" for name in TRIGGERS],
        ),
    ]
