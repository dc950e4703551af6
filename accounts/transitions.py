"""The verbs of tokens and profiles: lock, check, change, record."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import connection

from accounts import events, policy, sessions
from accounts.models import ApiToken, Part, User
from accounts.parts import give_part
from audit import log
from audit.config import changing
from core.errors import BadInput, NotAllowed, WrongState
from core.speech import phrase

_FIRST = 0xF1257  # any number: names the advisory lock of whoever comes first


@log.transition
def claim_installation(*, email: str, name: str, password: str, at: datetime) -> User:
    """Make the first person of an empty installation, who administers it.

    Raises WrongState when somebody is there already; of two at the same instant one wins.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST])
    if User.objects.exists():
        raise WrongState(phrase("This installation is set up already. Sign in."))
    person = User(email=email.lower(), name=name, is_staff=True)
    person.set_password(password)
    with changing(actor=person.ref, reason="The installation is set up."):
        person.save()
        group, _ = Group.objects.get_or_create(name="Administrators")
        give_part(group, Part.ADMINISTRATOR)
        person.groups.add(group)
    log.record(events.InstallationClaimed(), actor=person.ref, subject=person.ref, at=at)
    return person


@log.transition
def issue_token(
    holder: User, *, name: str, scope: str, days: int, actor: str, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token for `holder` and return it with its secret, which is never seen again.

    Raises BadInput for a bad name, scope or number of days, NotAllowed when the holder may
    have none.
    """
    holder = User.objects.select_for_update().get(pk=holder.pk)
    _check_token(holder, name, scope, days)
    if why := policy.why_not_issue_token(holder, at=at):
        raise NotAllowed(why, actor=actor, subject=holder.ref, at=at)
    secret = ApiToken.PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=holder,
        name=name,
        digest=ApiToken.digest_of(secret),
        scope=scope,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    event = events.TokenIssued(
        token=token.pk.hex, name=name, scope=scope, expires_at=token.expires_at.isoformat()
    )
    log.record(event, actor=actor, subject=holder.ref, at=at)
    return token, secret


@log.transition
def revoke_token(token: ApiToken, *, by: User, at: datetime) -> ApiToken:
    """End a token at once.

    Raises WrongState when it is revoked already, NotAllowed when `by` may not end it.
    """
    token = ApiToken.objects.select_for_update(of=["self"]).select_related("user").get(pk=token.pk)
    if token.revoked_at:
        raise WrongState(phrase("This token is revoked already."))
    if why := policy.why_not_revoke_token(token, by=by):
        raise NotAllowed(why, actor=by.ref, subject=token.user.ref, at=at)
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    event = events.TokenRevoked(token=token.pk.hex, name=token.name)
    log.record(event, actor=by.ref, subject=token.user.ref, at=at)
    return token


@log.transition
def set_reading(user: User, *, time_zone: str, language: str) -> User:
    """Let `user` read times in `time_zone` and words in `language` (empty: the browser's).

    The change of the row is tracked and so recorded.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    user.time_zone, user.language = time_zone, language
    with changing(actor=user.ref):
        user.save(update_fields=["time_zone", "language"])
    return user


@log.transition
def end_other_sessions(user: User, *, keep: str, at: datetime) -> int:
    """Sign `user` out in every browser but that of the session `keep`; return how many.

    Raises WrongState when there is no other one.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    count = sessions.end_others(user, keep=keep)
    if not count:
        raise WrongState(phrase("You are signed in nowhere else."))
    log.record(events.SessionsRevoked(count=count), actor=user.ref, subject=user.ref, at=at)
    return count


def _check_token(holder: User, name: str, scope: str, days: int) -> None:
    if not 1 <= len(name.strip()) <= 60 or not name.isprintable():
        raise BadInput(phrase("Give the token a name of 1 to 60 characters."), field="name")
    if holder.tokens.filter(name=name, revoked_at=None).exists():
        why = phrase("There is a token “%(name)s” already. Choose another name.", name=name)
        raise BadInput(why, field="name")
    if scope not in ApiToken.Scope.values:
        raise BadInput(phrase("The scope is “read” or “write”."), field="scope")
    if not 1 <= days <= policy.LONGEST_DAYS:
        why = phrase("Choose 1 to %(most)s days.", most=policy.LONGEST_DAYS)
        raise BadInput(why, field="days")
