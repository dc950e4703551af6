"""Signed heads, and the keys that signed them: append-only as the entries are."""

from django.db import migrations, models

TRIGGERS = {
    f"{table}_no_{how}": f"BEFORE {events} ON {table} FOR EACH {each} EXECUTE FUNCTION audit_refuse()"
    for table in ("audit_checkpoint", "audit_key")
    for how, events, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
}


def install(name: str, trigger: str) -> str:
    table = trigger.split(" ON ")[1].split()[0]
    return f"CREATE TRIGGER {name} {trigger}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_tree")]
    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_checkpoint"},
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vkey", models.CharField(max_length=300, unique=True)),
                ("from_size", models.BigIntegerField()),
            ],
            options={"db_table": "audit_key", "ordering": ["from_size"]},
        ),
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("why", models.TextField(blank=True)),
            ],
            options={
                "db_table": "audit_sealing",
                "constraints": [
                    models.CheckConstraint(name="sealing_is_one_row", condition=models.Q(("id", 1)))
                ],
            },
        ),
        migrations.RunSQL(
            [install(*item) for item in TRIGGERS.items()],
            [f"DROP TRIGGER {name} ON {name.split('_no_')[0]}" for name in TRIGGERS],
        ),
    ]
