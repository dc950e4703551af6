"""`manage.py check --deploy --database default`: whether the record is protected here."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from audit import rights
from audit.retention import rules


@checks.register(checks.Tags.database, deploy=True)
def protection(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Look whether the triggers stand and whether we could switch them off."""
    found: list[checks.CheckMessage] = []
    if not databases:
        return found
    missing, owned = rights.protection()
    if missing:
        names = ", ".join(missing)
        hint = "Find out who switched them off; `ALTER TABLE … ENABLE ALWAYS TRIGGER …` restores."
        text = f"The record is not append-only: {names}."
        found.append(checks.Error(text, hint=hint, id="audit.E001"))
    if owned:
        hint = f"Connect as {rights.APPLICATION}; only migrations need the owner."
        text = "The application owns the tables of the record and could change it."
        found.append(checks.Warning(text, hint=hint, id="audit.W001"))
    return found


@checks.register(checks.Tags.compatibility)
def policy(**_: Any) -> list[checks.CheckMessage]:
    """Look whether the retention policy can be read: a wrong one would stop every night."""
    try:
        rules.rules()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="audit.E002")]
    return []
