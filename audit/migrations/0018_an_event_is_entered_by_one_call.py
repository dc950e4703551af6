"""An event is entered by a function, whose plans the server keeps while a process is connected.

The same in one statement was planned anew for each event, for longer than it took to carry out.
Whoever calls it needs the rights on both tables, as before: it runs as its caller.
"""

from django.db import migrations

ENTER = """
CREATE FUNCTION audit_enter(
    reference text, event uuid, before bytea, after bytea, sealed bytea, at_once boolean,
    tags bytea, earliest bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    version bigint;
    tag bytea;
BEGIN
    INSERT INTO audit_subject AS known (ref, versions) VALUES (reference, 1)
        ON CONFLICT (ref) DO UPDATE SET versions = known.versions + 1
        RETURNING known.versions INTO version;
    IF version >= earliest AND version - earliest < length(tags) / 32 THEN
        tag := substr(tags, 32 * (version - earliest)::int + 1, 32);
        INSERT INTO audit_pending (event_id, envelope, payload, critical, producer, mac)
            VALUES (event, before || version::text::bytea || after, sealed, at_once,
                'breakglass', tag);
    END IF;
    RETURN version;
END $$;
COMMENT ON FUNCTION audit_enter IS
    'Takes the object''s next version, and enters the event when a tag for that one is there.'
"""
BEFORE = "DROP FUNCTION audit_enter"


class Migration(migrations.Migration):
    dependencies = [("audit", "0017_rings_say_what_is_critical")]
    operations = [migrations.RunSQL(ENTER, reverse_sql=BEFORE)]
