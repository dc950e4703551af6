"""A fresh installation: whoever can read its log makes the first administrator."""

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import transitions
from accounts.models import User
from core.errors import DomainError
from core.forms import refused
from targets.models import Installation

logger = logging.getLogger(__name__)

_ENTRANCES = ("/", "/accounts/login/", "/admin/")  # where a first visitor comes


def code() -> str:
    """Return what only somebody with the log of this installation knows; works while it is empty.

    It is made from the secret key, so that every process knows the same and none keeps it.
    """
    secret, mark = settings.SECRET_KEY.encode(), Installation.mark()
    digest = hmac.digest(secret, f"first run of {mark}".encode(), hashlib.sha256)
    text = base64.b32encode(digest).decode()[:12]
    return "-".join(text[start : start + 4] for start in (0, 4, 8))


class SetUpForm(forms.Form):
    """The first administrator, and the proof that the log is theirs to read."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The server has printed it in its log just now."),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a few words are easy to remember."),
    )
    again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_code(self) -> None:
        """Compare without telling by the time how much of it was right."""
        given = "".join(filter(str.isalnum, self.cleaned_data["code"])).upper()
        if not hmac.compare_digest(given.encode(), code().replace("-", "").encode()):
            words = gettext("This is not the code. Look for “set-up” in the server's log.")
            raise forms.ValidationError(words)

    def clean(self) -> dict[str, Any]:
        """Check the password as everywhere else."""
        data = super().clean() or {}
        password = data.get("password", "")
        if password and password != data.get("again"):
            self.add_error("again", gettext("The two passwords differ."))
        elif password:
            person = User(email=data.get("email", ""), name=data.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return {name: data.get(name) for name in ("name", "email", "password")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; once somebody is there, this page is only a way to sign in."""
    if User.objects.exists():
        return redirect("account_login")
    if request.method != "POST":
        logger.warning("The code for the set-up page %s is %s", settings.BASE_URL, code())
    form = SetUpForm(request.POST or None)
    if form.is_valid():
        try:
            person = transitions.claim_installation(at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            refused(form, error)
        else:
            login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, gettext("You administer this installation now."))
            return redirect("admin:index")
    status = 422 if form.errors else 200
    return render(request, "first_run/set_up.html", {"form": form}, status=status)


class FirstRunMiddleware:
    """Leads the first visitor of an empty installation to its set-up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._inhabited = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._inhabited and request.method == "GET" and request.path_info in _ENTRANCES:
            self._inhabited = User.objects.exists()  # people are never removed: asked until yes
            if not self._inhabited:
                return redirect("set-up")
        return self.get_response(request)
