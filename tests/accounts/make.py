"""Make tokens for tests, and clients that carry them."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import transitions
from accounts.models import ApiToken, User


def make_token(holder: User, *, scope: str = "write", **fields: Any) -> tuple[ApiToken, str]:
    """Return a token of `holder` with its secret; `fields` are written over it afterwards."""
    token, secret = transitions.issue_token(
        holder,
        name=f"test {holder.tokens.count()}",
        scope=scope,
        days=30,
        actor=holder.ref,
        at=timezone.now(),
    )
    if fields:
        ApiToken.objects.filter(pk=token.pk).update(**fields)
        token.refresh_from_db()
    return token, secret


def bearer(holder: User, *, scope: str = "write") -> Client:
    """Return a client that sends a fresh token of `holder`."""
    _token, secret = make_token(holder, scope=scope)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def sign_in(client: Client, email: str, password: str, **extra: Any) -> int:
    """Sign in as people do; return the status of the answer."""
    given = {"login": email, "password": password}
    return client.post(reverse("account_login"), given, **extra).status_code
