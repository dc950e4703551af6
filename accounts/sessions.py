"""The browsers in which a person is signed in."""

import dataclasses
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from accounts.models import User

SEEN = "seen"  # in a session: when it was last noted that somebody used it, in seconds since 1970
# The first that stands in what a browser says of itself; many claim to be several.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class SignedIn:
    """One browser: what it is, where it is, since when, and whether it is the one that asks."""

    device: str
    address: str
    since: datetime
    seen: datetime
    current: bool


def of(user: User, *, current: str, at: datetime) -> list[SignedIn]:
    """Return where `user` is signed in, the browser that asks (its session is `current`) first."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at"))
    keys = [row.session_key for row in rows]
    standing = Session.objects.filter(session_key__in=keys, expire_date__gt=at)
    live = set(standing.values_list("session_key", flat=True))
    found = [
        SignedIn(
            device=device(row.user_agent),
            address=row.ip,
            since=row.created_at,
            seen=row.last_seen_at,
            current=row.session_key == current,
        )
        for row in rows
        if row.session_key in live
    ]
    return sorted(found, key=lambda each: not each.current)


def end_others(user: User, *, keep: str) -> int:
    """Sign `user` out everywhere but in the session `keep`; return in how many browsers."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    ended = Session.objects.filter(session_key__in=keys)
    count = ended.count()
    ended.delete()
    rows.delete()
    return count


def end_all(user: User) -> None:
    """Sign `user` out everywhere, in browsers of which no list is kept as well."""
    end_others(user, keep="")
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def device(user_agent: str) -> str:
    """Say what a browser is, in the words of people."""
    names = [
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    if all(names):
        return _("%(browser)s on %(system)s") % {"browser": names[0], "system": names[1]}
    return names[0] or names[1] or _("Another program")
