"""Writes sign-ins into the record, and shows people by their names."""

from typing import Any
from uuid import UUID

from allauth.account import signals as allauth_signals
from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from accounts import events
from accounts.models import ApiToken, Erasure, User
from accounts.sessions import SEEN, end_others
from audit import log
from audit.events import Event
from core import refs
from core.refs import Label

NOBODY = "system:nobody"
SYSTEMS = {
    "breakglass": "Breakglass",
    "command-line": gettext_lazy("Somebody at the command line"),
    "nobody": gettext_lazy("Somebody unknown"),
    "sequencer": gettext_lazy("The sequencer"),
}


@receiver(user_logged_in)
def started(request: HttpRequest, user: User, **_: Any) -> None:
    """Record that `user` signed in."""
    event = events.SessionStarted(method=_method(request), address=_address(request))
    _record(event, actor=user.ref, subject=user.ref)


@receiver(allauth_signals.user_logged_in)
def seen(request: HttpRequest, **_: Any) -> None:
    """Begin to note when this browser is used (the library has made its row)."""
    request.session[SEEN] = timezone.now().timestamp()


@receiver(user_logged_out)
def ended(user: User | None, **_: Any) -> None:
    """Record that `user` signed out; a session that had nobody in it is no event."""
    if user is not None:
        _record(events.SessionEnded(), actor=user.ref, subject=user.ref)


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Record a failed sign-in: of whom, if we know them. What was typed is kept out.

    People type passwords into the wrong field, and unknown addresses are none of our business.
    """
    typed = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=typed).first()
    event = events.SignInFailed(known=user is not None, address=_address(request))
    _record(event, actor=NOBODY, subject=user.ref if user else NOBODY)


@receiver([password_changed, password_set])
def changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Record that `user` chose a new password, with which only this browser goes on."""
    end_others(user, keep=request.session.session_key or "")
    _record(events.PasswordChanged(how="themselves"), actor=user.ref, subject=user.ref)


@receiver(password_reset)
def reset(user: User, **_: Any) -> None:
    """Record that `user` came by the link in a mail and chose a new password.

    Sessions of the old password are worth nothing any more, so they leave the list, too.
    """
    end_others(user, keep="")
    _record(events.PasswordChanged(how="link"), actor=user.ref, subject=user.ref)


def _record(event: Event, *, actor: str, subject: str) -> None:
    with transaction.atomic():
        log.record(event, actor=actor, subject=subject, at=timezone.now())


def _method(request: HttpRequest) -> str:
    """Return how the person proved who they are, as allauth remembers it."""
    done = request.session.get("account_authentication_methods") or [{}]
    return str(done[-1].get("method") or "password")


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR") or "") if request else ""


def _people(keys: list[str]) -> dict[str, Label]:
    known = {key: UUID(key) for key in keys if len(key) == 32}
    names = dict(User.objects.filter(pk__in=known.values()).values_list("pk", "name"))
    return {key: Label(names[pk]) for key, pk in known.items() if names.get(pk)}


def _tokens(keys: list[str]) -> dict[str, Label]:
    known = {key: UUID(key) for key in keys if len(key) == 32}
    found = ApiToken.objects.select_related("user").in_bulk(list(known.values()))
    return {
        key: Label(gettext("token %(name)s") % {"name": found[pk]})
        for key, pk in known.items()
        if pk in found
    }


def _groups(keys: list[str]) -> dict[str, Label]:
    found = Group.objects.in_bulk([int(key) for key in keys if key.isdecimal() and len(key) < 10])
    return {
        str(pk): Label(gettext("group %(name)s") % {"name": group.name})
        for pk, group in found.items()
    }


def _erasures(keys: list[str]) -> dict[str, Label]:
    rows = Erasure.objects.told().filter(pk__in=map(UUID, keys))
    text = gettext("Erasure of %(name)s")
    return {row.pk.hex: Label(text % {"name": row.person}, row.get_absolute_url()) for row in rows}


def _systems(keys: list[str]) -> dict[str, Label]:
    return {key: Label(str(SYSTEMS[key])) for key in keys if key in SYSTEMS}


def _called(words: str) -> dict[str, Label]:
    """Find people by name or address, and groups by name."""
    people = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words))
    groups = Group.objects.filter(name__icontains=words).order_by("name")[: refs.FOUND]
    return {
        **{each.ref: Label(str(each)) for each in people.order_by("name")[: refs.FOUND]},
        **{
            f"group:{each.pk}": Label(gettext("group %(name)s") % {"name": each.name})
            for each in groups[: refs.FOUND]
        },
    }


refs.provide_finder(_called)
refs.provide("user", _people)
refs.provide("token", _tokens)
refs.provide("group", _groups, named=True)
refs.provide("erasure", _erasures)
refs.provide("system", _systems, named=True)
