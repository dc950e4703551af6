"""Witnesses' signatures, anchors and the places outside; what was signed there is append-only."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = {
    f"{table}_no_{how}": f"BEFORE {events} ON {table} FOR EACH {each} EXECUTE FUNCTION audit_refuse()"
    for table in ("audit_cosignature", "audit_anchor")
    for how, events, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
}


def install(name: str, trigger: str) -> str:
    table = trigger.split(" ON ")[1].split()[0]
    return f"CREATE TRIGGER {name} {trigger}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0006_erasures"),
    ]

    operations = [
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('witness', 'Witness'), ('copy', 'Copy'), ('mail', 'Mail'), ('stamp', 'Stamp')], max_length=10)),
                ('name', models.CharField(max_length=300)),
                ('size', models.BigIntegerField(default=0)),
                ('at', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('why', models.TextField(blank=True)),
                ('contradicts', models.BooleanField(default=False)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'audit_place',
                'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='place_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['witness', 'copy', 'mail', 'stamp'])), name='place_of_known_kind'), models.CheckConstraint(condition=models.Q(models.Q(('contradicts', False), ('failing_since', None), ('why', '')), models.Q(('failing_since__isnull', False), models.Q(('why', ''), _negated=True)), _connector='OR'), name='place_fails_with_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Anchor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('entry', 'Entry'), ('mail', 'Mail'), ('stamp', 'Stamp')], max_length=10)),
                ('target', models.CharField(blank=True, max_length=300)),
                ('note', models.TextField()),
                ('token', models.BinaryField(default=b'')),
                ('at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='anchors', to='audit.checkpoint')),
            ],
            options={
                'db_table': 'audit_anchor',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'kind', 'target'), name='anchored_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['entry', 'mail', 'stamp'])), name='anchor_of_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('witness', models.CharField(max_length=300)),
                ('line', models.TextField()),
                ('at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='cosignatures', to='audit.checkpoint')),
            ],
            options={
                'db_table': 'audit_cosignature',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'witness'), name='cosigned_once')],
            },
        ),
        migrations.RunSQL(
            [install(*item) for item in TRIGGERS.items()],
            [f"DROP TRIGGER {name} ON {name.split('_no_')[0]}" for name in TRIGGERS],
        ),
    ]
