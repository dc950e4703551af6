"""How sign-in behaves: nobody makes an account for themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up: administrators make accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures by account *and* address, where allauth counts by account alone.

        Otherwise anybody could lock a person out of their emergency by typing their address.
        """
        by_account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{by_account}|{self.get_client_ip(request)}"
