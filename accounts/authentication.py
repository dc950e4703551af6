"""Bearer tokens: how programs sign in to the API."""

import hashlib
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import ApiToken, User
from audit import log
from core.errors import Attempt, NotAllowed

FAILURES = 20  # wrong tokens from one address before it is told to wait
WINDOW = timedelta(minutes=1)
USED_AGAIN = timedelta(minutes=1)  # `last_used_at` is written at most this often


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer bgp_…`. A token of scope “read” may only look."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the person and their token, or None where the header is absent.

        Raises AuthenticationFailed for a wrong token, NotAllowed for one of the wrong scope.
        """
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        token = ApiToken.objects.of_secret(secret.strip()).select_related("user").first()
        if token is None:
            raise _refusal(request, "This token is unknown. Check that all of it was copied.")
        if token.revoked_at:
            raise _refusal(request, "This token was revoked. Make a new one on your profile page.")
        if token.expires_at <= now:
            raise _refusal(request, "This token has expired. Make a new one on your profile page.")
        if not token.user.is_active:
            raise _refusal(request, "The account of this token is switched off.")
        if token.last_used_at is None or token.last_used_at < now - USED_AGAIN:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        if token.scope == ApiToken.Scope.READ and request.method not in SAFE_METHODS:
            raise _out_of_scope(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="breakglass"'


def _out_of_scope(token: ApiToken) -> NotAllowed:
    """Return the refusal of an act with a token that may only look, and put it on the record."""
    refusal = NotAllowed(
        "This token may only look. Make one with the scope “write” on your profile page.",
        actor=token.user.ref,
        subject=token.ref,
        at=timezone.now(),
    )
    if isinstance(refusal.attempt, Attempt):
        log.refused(refusal, refusal.attempt, verb="act_with_a_reading_token")
    return refusal


def _refusal(request: Request, sentence: str) -> AuthenticationFailed | Throttled:
    """Return the refusal of a bad token; too many from one address are told to wait.

    Only failures are counted: nobody can keep a person with a good token out.
    """
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()
    key = f"bad-token:{address}"
    cache.add(key, 0, timeout=WINDOW.total_seconds())
    if cache.incr(key) > FAILURES:
        return Throttled(int(WINDOW.total_seconds()))
    return AuthenticationFailed(sentence)
