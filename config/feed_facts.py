"""What the live streams ask the database: few queries each, however many tabs are open."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import User
from core import live, slots


def signed_in(sessions: Iterable[str], *, at: datetime) -> dict[str, UUID]:
    """Return whose these sessions are, without those that are over or nobody's any more."""
    rows = Session.objects.filter(session_key__in=list(sessions), expire_date__gt=at)
    decoded = {row.session_key: SessionStore().decode(row.session_data) for row in rows}
    known = {
        key: data
        for key, data in decoded.items()
        if data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    }
    people = User.objects.active().in_bulk([UUID(data[SESSION_KEY]) for data in known.values()])
    return {
        key: person.pk
        for key, data in known.items()
        if (person := people.get(UUID(data[SESSION_KEY])))
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    }


def watchers(things: Iterable[str], *, at: datetime) -> dict[str, set[UUID]]:
    """Return who may know that these things moved."""
    return live.watchers(things, at=at)


def lamps(*, at: datetime) -> list[tuple[str, str]]:
    """Return how the lamps of the health strip stand at `at`, by name and tone."""
    request = HttpRequest()
    request.user = AnonymousUser()
    return [(lamp.key, lamp.tone) for lamp in slots.health.gather(request)]


def topic(kind: str) -> str:
    """Return the topic that an event of `kind` belongs to.

    `acted` for what is done behind doors, `told` for a message to the reader, else `moved`.
    """
    if kind == live.TOLD:
        return kind
    return "acted" if kind.startswith("action.") else "moved"
