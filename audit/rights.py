"""Who may do what to the tables: the roles of the application, the sequencer and the sealer.

Migrations run as the tables' owner. After them, `grant` gives the roles what they need where
the cluster has them; in a cluster without them everybody is the owner, and a lamp says so.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

APPLICATION, SEQUENCER, SEALER = "breakglass_app", "breakglass_sequencer", "breakglass_sealer"
PROTECTIONS = (
    "audit_entry_no_change",
    "audit_entry_no_truncate",
    "audit_entry_stays",
    "audit_entry_dense",
    "audit_payload_comes",
    "audit_payload_no_change",
    "audit_payload_no_truncate",
    "audit_payload_stays",
    "audit_data_key_no_truncate",
    "audit_erased_covered",
    "audit_erased_no_change",
    "audit_erased_no_truncate",
    "audit_erased_stays",
    "audit_state_grows",
    "audit_state_stays",
    "audit_tile_grows",
    "audit_tile_stays",
    "audit_tile_no_truncate",
    "audit_pruned_covered",
    "audit_pruned_no_change",
    "audit_pruned_no_truncate",
    "audit_last_version_is",
    "audit_last_version_stays",
    "audit_last_version_no_truncate",
    "audit_hold_stays",
    "audit_hold_no_truncate",
    "audit_checkpoint_no_change",
    "audit_checkpoint_no_truncate",
    "audit_key_no_change",
    "audit_key_no_truncate",
    "audit_cosignature_no_change",
    "audit_cosignature_no_truncate",
    "audit_anchor_no_change",
    "audit_anchor_no_truncate",
)
# The record's own tables, role by role; whatever is not named is refused.
RIGHTS: dict[str, dict[str, str]] = {
    APPLICATION: {
        "audit_pending": "SELECT, INSERT",
        "audit_subject": "SELECT, INSERT, UPDATE",
        "audit_entry": "SELECT",
        "audit_payload": "SELECT",
        "audit_erased": "SELECT",
        "audit_pruned": "SELECT",
        "audit_last_version": "SELECT",
        "audit_data_key": "SELECT",
        "audit_state": "SELECT",
        "audit_tile": "SELECT",
        "audit_key": "SELECT",
        "audit_checkpoint": "SELECT",
        "audit_sealing": "SELECT",
        "audit_cosignature": "SELECT",
        "audit_anchor": "SELECT, INSERT",
        "audit_place": "SELECT, INSERT, UPDATE",
        "audit_cursor": "SELECT, INSERT, UPDATE",
        "audit_set_aside": "SELECT, INSERT, UPDATE",
        "audit_verification": "SELECT, INSERT, UPDATE",
        "audit_verification_run": "SELECT, INSERT, UPDATE",
        "audit_replay": "SELECT, INSERT, UPDATE",
        "audit_difference": "SELECT, INSERT, UPDATE",
        "audit_reading": "SELECT, INSERT, UPDATE",
        "audit_hold": "SELECT, INSERT, UPDATE",
    },
    SEQUENCER: {
        "audit_pending": "SELECT, INSERT, DELETE, UPDATE (parked_at, set_aside_at)",
        "audit_subject": "SELECT, INSERT, UPDATE",
        "audit_entry": "SELECT, INSERT",
        "audit_pruned": "SELECT",
        "audit_last_version": "SELECT",
        "audit_payload": "SELECT, INSERT",
        "audit_data_key": "SELECT, INSERT",
        "audit_state": "SELECT, UPDATE",
        "audit_tile": "SELECT, INSERT, UPDATE",
        "audit_key": "SELECT",
        "audit_checkpoint": "SELECT",
    },
    SEALER: {
        "audit_entry": "SELECT",
        "audit_pruned": "SELECT",
        "audit_state": "SELECT",
        "audit_tile": "SELECT",
        "audit_key": "SELECT, INSERT",
        "audit_checkpoint": "SELECT, INSERT",
        "audit_sealing": "SELECT, INSERT, UPDATE",
        "audit_cosignature": "SELECT, INSERT",
        "audit_place": "SELECT, INSERT, UPDATE",
    },
}
# What runs as the tables' owner, and checks by itself what it is asked to do.
FUNCTIONS = ("audit_erase(bigint)", "audit_prune(bigint, bigint)")
_READ_ONLY = "django_migrations"  # the application looks, only the owner migrates


def grant(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Give the roles their rights, and take every other one away. Running twice is harmless."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND rolname <> current_user",
            [[*RIGHTS]],
        )
        roles = [role for (role,) in cursor.fetchall()]
        for role in roles:
            for statement in _statements(role):
                cursor.execute(statement)


def _statements(role: str) -> list[str]:
    everywhere = "ON ALL TABLES IN SCHEMA public"
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL {everywhere} FROM {role}",
    ]
    if role == APPLICATION:
        statements += [
            f"GRANT SELECT, INSERT, UPDATE, DELETE {everywhere} TO {role}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE INSERT, UPDATE, DELETE ON {_READ_ONLY} FROM {role}",
            *(f"REVOKE ALL ON {table} FROM {role}" for table in RIGHTS[role]),
            *(f"GRANT EXECUTE ON FUNCTION {name} TO {role}" for name in FUNCTIONS),
        ]
    return statements + [
        f"GRANT {rights} ON {table} TO {role}" for table, rights in RIGHTS[role].items()
    ]


def protection() -> tuple[list[str], bool]:
    """Return the triggers that are absent or that somebody has switched off, and whether whoever
    is connected owns the record and could switch them off.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE'), ARRAY(SELECT tgname::text"
            " FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled = 'A')"
            " FROM pg_class WHERE oid = 'audit_entry'::regclass",
            [list(PROTECTIONS)],
        )
        owned, standing = cursor.fetchone()
    return [name for name in PROTECTIONS if name not in standing], owned
