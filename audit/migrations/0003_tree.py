"""A Merkle tree takes the place of the chain of links.

The tree is built over the hashes of the entries that there are: the record goes on as it is.
"""

from collections.abc import Iterator

from django.db import migrations, models

import audit.models
from audit import tree

GROWS = """
CREATE FUNCTION audit_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.level, NEW.index) IS DISTINCT FROM (OLD.level, OLD.index)
        OR length(NEW.data) <= length(OLD.data)
        OR substr(NEW.data, 1, length(OLD.data)) IS DISTINCT FROM OLD.data
    THEN
        RAISE EXCEPTION 'a tile of the record only gets more hashes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = {
    "audit_tile_grows": "BEFORE UPDATE ON audit_tile"
    " FOR EACH ROW EXECUTE FUNCTION audit_tile_grows()",
    "audit_tile_stays": "BEFORE DELETE OR TRUNCATE ON audit_tile"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}
HEAD = "INSERT INTO audit_state (id, size, frontier, last_at, clock_regressed)"
FIRST = f"{HEAD} VALUES (1, 0, decode(repeat('00', 8), 'hex'), 'epoch', false)"
_BATCH = 65_536


def build(apps, schema_editor):
    """Build the tree of the entries that were made before there was one."""
    entries = apps.get_model("audit", "Entry").objects.order_by("seq")
    tiles: dict[tuple[int, int], bytes] = {}
    frontier = tree.Frontier()
    last = b""  # the hashes of the last tile of level 0, which is not full

    def read(level: int, index: int) -> bytes:
        return tiles[level, index] if level else last

    for hashes in _batches(entries.values_list("leaf_hash", flat=True).iterator(_BATCH)):
        frontier, changed = tree.grow(frontier, hashes, read)
        tiles |= {(tile.level, tile.index): tile.data for tile in changed}
        held = frontier.size % tree.WIDTH
        last = (last + b"".join(hashes))[len(last) + len(hashes) * tree.HASH - held * tree.HASH :]
    Tile = apps.get_model("audit", "Tile")
    for (level, index), data in tiles.items():
        Tile.objects.create(level=level, index=index, data=data)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_state DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_state SET frontier = %s", [bytes(frontier)])
        cursor.execute("ALTER TABLE audit_state ENABLE ALWAYS TRIGGER audit_state_grows")
        cursor.execute("ALTER TABLE audit_state ENABLE ALWAYS TRIGGER audit_state_stays")
        cursor.execute("DELETE FROM audit_verification")  # verified as a chain; begin anew


def _batches(hashes) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for data in hashes:
        batch.append(bytes(data))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def install(name: str, trigger: str) -> str:
    return (
        f"CREATE TRIGGER {name} {trigger}; ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER {name}"
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level",
                        "index",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("data", models.BinaryField(max_length=8192)),
            ],
            options={"db_table": "audit_tile"},
        ),
        # Hashes do not compress: keep them apart, and do not try.
        migrations.RunSQL("ALTER TABLE audit_tile ALTER COLUMN data SET STORAGE EXTERNAL", ""),
        migrations.AddField("state", "frontier", models.BinaryField(default=audit.models.EMPTY)),
        migrations.AddField(
            "verification", "frontier", models.BinaryField(default=audit.models.EMPTY)
        ),
        migrations.RunPython(build, migrations.RunPython.noop),
        migrations.RunSQL([GROWS, *(install(*item) for item in TRIGGERS.items())], [
            "DROP FUNCTION audit_tile_grows() CASCADE",
        ]),
        migrations.RemoveField("state", "link"),
        migrations.RemoveField("verification", "link"),
        migrations.RemoveField("entry", "link"),
    ]
