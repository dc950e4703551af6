"""How pages look to one browser: theme, density, and whether single keys do something.

Remembered in a cookie, so that the first byte of a page already has the right theme; nothing of
it is anybody's secret, and each device has its own light.
"""

import dataclasses
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core.forms import Segmented

COOKIE = "looks"
_AGE = 400 * 86_400  # seconds; no browser keeps one longer
_CHOICES = {
    "theme": [("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    "density": [("normal", _("Comfortable")), ("compact", _("Compact"))],
    "keys": [("on", _("On")), ("off", _("Off"))],
}


@dataclasses.dataclass(frozen=True)
class Looks:
    """What one browser has chosen; the defaults follow the device."""

    theme: str = "system"
    density: str = "normal"
    keys: str = "on"


class LooksForm(forms.Form):
    """The choices."""

    theme = forms.ChoiceField(label=_("Theme"), choices=_CHOICES["theme"], widget=Segmented)
    density = forms.ChoiceField(label=_("Tables"), choices=_CHOICES["density"], widget=Segmented)
    keys = forms.ChoiceField(
        label=_("Shortcuts with single keys"),
        choices=_CHOICES["keys"],
        widget=Segmented,
        help_text=_("Switch them off if you speak to your computer or press keys by accident."),
    )


def of(request: HttpRequest) -> Looks:
    """Return what the browser has chosen; a cookie that is none of ours counts for nothing."""
    words = request.COOKIES.get(COOKIE, "").split(".")
    known: dict[str, Any] = {
        name: word
        for (name, choices), word in zip(_CHOICES.items(), words, strict=False)
        if word in dict(choices)
    }
    return Looks(**known)


def remember(looks: Looks, response: HttpResponse) -> None:
    """Have the browser keep its choice."""
    response.set_cookie(
        COOKIE,
        ".".join(dataclasses.astuple(looks)),
        max_age=_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
