"""What a superuser of a target's server does once, before doors can be opened there."""

from psycopg import sql

from targets.drivers.postgresql_setup import SERVER_SETTINGS, setup
from targets.models import Target


def server_settings() -> str:
    """Return the lines of postgresql.conf; the server is started anew after them."""
    return "\n".join(f"{name} = {value}" for name, value in SERVER_SETTINGS.items())


def statements(target: Target) -> str:
    """Return the statements to run in the target's database: its roles, then what they need."""
    roles = [role for role in (target.template_role, target.read_only_role) if role]
    admin = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD '…'")
    made = [admin.format(sql.Identifier(target.admin_user))]
    made += [sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)) for role in roles]
    lines = [f"{each.as_string().strip()};" for each in made]
    lines += ["", *granted(target)]
    return "\n".join(lines)


def granted(target: Target) -> list[str]:
    """Return the statements that let the administration role open doors with its roles."""
    roles = [role for role in (target.template_role, target.read_only_role) if role]
    found = setup(target.admin_user, target.database, roles)
    return [f"{each.as_string().strip()};" for each in found]
