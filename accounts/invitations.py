"""Ask a new person to choose a password."""

from allauth.account.forms import ResetPasswordForm
from allauth.core.context import request_context
from django.http import HttpRequest

from accounts.models import User


def invite(request: HttpRequest, person: User) -> None:
    """Mail the person a link by which they choose one, as they get it who have forgotten theirs."""
    form = ResetPasswordForm({"email": person.email})
    with request_context(request):  # also once the transaction is over
        if form.is_valid():
            form.save(request)
