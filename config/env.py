"""Read settings from the environment, and refuse to start rather than guess."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return a variable, or the content of the file that `NAME_FILE` names."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error}") from error
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable; anything but "yes" or "no" refuses to start."""
    value = text(name, "yes" if default else "no")
    if value not in ("yes", "no"):
        raise ImproperlyConfigured(f'{name}={value!r}: use "yes" or "no".')
    return value == "yes"


def number(name: str, *, default: int) -> int:
    """Return a whole number of zero or more."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name}={value!r}: use a whole number.")
    return int(value)


def one_of(name: str, *known: str, default: str) -> str:
    """Return one of a few words; anything else refuses to start."""
    value = text(name, default)
    if value not in known:
        raise ImproperlyConfigured(f"{name}={value!r}: use one of {', '.join(known)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without empty items."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str, default: str) -> dict[str, object]:
    """Return Django's settings for a `postgresql://user:password@host:port/name` address."""
    url = urlsplit(text(name, default))
    if url.scheme not in ("postgresql", "postgres") or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name}: use postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_HEALTH_CHECKS": True,
        **_kept_open(number("DATABASE_POOL", default=0)),
    }


def _kept_open(connections: int) -> dict[str, object]:
    """Return how connections are kept: one for each thread, or so many shared by all.

    An ASGI server serves each request in a thread of its own, which would connect anew.

    When the database is away, the pool asks for it with ever longer pauses, up to minutes, and
    lets everybody wait. Ours gives up just before a request does: the next one asks anew, so that
    pages answer seconds after the database does.
    """
    if not connections:
        return {"CONN_MAX_AGE": 60}
    patience = {"timeout": 10, "reconnect_timeout": 9}  # seconds: of a request, of the pool
    return {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": connections, **patience}},
    }


def mail(name: str) -> dict[str, object]:
    """Return Django's e-mail settings for `smtp[s]://user:password@host:port`; empty is none."""
    if not (value := text(name)):
        return {}
    url = urlsplit(value)
    if url.scheme not in ("smtp", "smtps", "smtp+tls") or not url.hostname:
        raise ImproperlyConfigured(f"{name}: use smtp://, smtp+tls:// or smtps://host:port.")
    return {
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }
