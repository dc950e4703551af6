"""Make targets and doors on real servers, and look at them from outside."""

import dataclasses
import json
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from audit import sequencer
from audit.models import Entry
from targets import demo, transitions
from targets.credentials import Credentials
from targets.models import Door, Target

HOLDER = f"user:{uuid.UUID(int=7).hex}"
CASE = f"request:{uuid.UUID(int=8).hex}"


@dataclasses.dataclass(frozen=True)
class Shop:
    """The demonstration's shop on a server of its own."""

    superuser: str
    password: str

    def admin(self, query: str, database: str = "shop") -> list[tuple[Any, ...]]:
        """Run `query` as the superuser of the server and return its rows."""
        dsn = make_conninfo(self.superuser, dbname=database)
        with psycopg.connect(dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def roles(self) -> set[str]:
        """Return the roles of doors that the server has."""
        return {
            name for (name,) in self.admin("SELECT rolname FROM pg_roles WHERE rolname ^@ 'bg_'")
        }

    def drop(self, role: str) -> None:
        """Take a door's role away behind our back."""
        self.admin(
            f"SET ROLE breakglass_admin; REVOKE CONNECT ON DATABASE shop FROM {role}; RESET ROLE;"
            f" DROP OWNED BY {role}; DROP ROLE {role}"
        )

    def server_log(self) -> str:
        """Return everything that the server has written down."""
        files = self.admin("SELECT pg_read_file('log/' || name) FROM pg_ls_logdir()")
        return "\n".join(text for (text,) in files)


def make_target(shop: Shop, **fields: Any) -> Target:
    """Return a target that leads to `shop`."""
    address = conninfo_to_dict(shop.superuser)
    defaults: dict[str, Any] = {
        "slug": f"shop-{Target.objects.count()}",
        "name": "shop-db",
        "host": address["host"],
        "port": int(address["port"] or 5432),
        "database": demo.DATABASE,
        "sslmode": Target.Tls.PREFER,
        "admin_user": demo.ADMIN,
        "template_role": demo.TEMPLATE,
        "read_only_role": demo.READ_ONLY,
    }
    target = Target(**(defaults | fields))
    target.seal_secret(shop.password, at=timezone.now())
    target.save()
    return target


def make_door(
    target: Target,
    *,
    seconds: float = 600,
    at: datetime | None = None,
    read_only: bool = False,
    grant: uuid.UUID | None = None,
) -> Door:
    """Return a door that is to be open from now (or `at`) on for some seconds."""
    at = at or timezone.now()
    return transitions.intend(
        target,
        grant=grant or uuid.uuid4(),
        holder=HOLDER,
        case=CASE,
        starts_at=at,
        until=at + timedelta(seconds=seconds),
        read_only=read_only,
        actor=HOLDER,
        at=at,
    )


def login(credentials: Credentials, **fields: Any) -> "psycopg.Connection[tuple[Any, ...]]":
    """Go through a door as its holder would."""
    return psycopg.connect(
        host=credentials.host,
        port=credentials.port,
        user=credentials.user,
        password=credentials.password,
        dbname=fields.pop("dbname", credentials.database),
        autocommit=True,
        connect_timeout=3,
        **fields,
    )


def recorded(kind: str) -> list[dict[str, Any]]:
    """Return the facts of all entries of a kind, oldest first, with `actor`, `subject`, `case`."""
    while sequencer.run_once(at=timezone.now()):
        pass
    found = []
    for entry in Entry.objects.filter(kind=kind).order_by("seq"):
        facts: dict[str, Any] = {
            "actor": entry.actor,
            "subject": entry.subject,
            "case": entry.case,
            "occurred_at": entry.occurred_at,
        }
        for payload in entry.payloads.all():
            facts |= json.loads(bytes(payload.body))
        found.append(facts)
    return found


def eventually(truth: Callable[[], Any], *, seconds: float = 5) -> Any:
    """Return the first true answer of `truth` within some seconds."""
    deadline = time.monotonic() + seconds
    while not (found := truth()):
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.02)
    return found
