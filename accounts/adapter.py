"""How sign-in behaves: nobody makes an account for themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import translation


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up: administrators make accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], **more: Any
    ) -> Any:
        """Write a mail in its recipient's language; the browser's where they chose none."""
        chosen = context["user"].language if "user" in context else ""
        with translation.override(chosen or translation.get_language()):
            return super().render_mail(template_prefix, email, context, **more)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures by account *and* address, where allauth counts by account alone.

        Otherwise anybody could lock a person out of their emergency by typing their address.
        """
        by_account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{by_account}|{self.get_client_ip(request)}"
