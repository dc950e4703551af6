"""A field of a form that names a person by their mail address, or by a name that is one alone."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext

from accounts.models import User


def meant(typed: str) -> User:
    """Return whom an address or a name means. Raises ValidationError unless it is one person."""
    typed = typed.strip()
    people = User.objects.active().filter(Q(email__iexact=typed) | Q(name__iexact=typed))
    named: list[User] = list(people[:2])
    if len(named) != 1:
        raise forms.ValidationError(gettext("Write the name or address of somebody who is here."))
    return named[0]


class PersonField(forms.CharField):
    """Reads an address or a name, and holds the person; None where it may be empty and is.

    `offers` is the id of the list of those whom one most probably means.
    """

    def __init__(self, *, offers: str = "", **kwargs: Any) -> None:
        attrs = {"autocomplete": "off"} | ({"list": offers} if offers else {})
        super().__init__(max_length=254, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the person."""
        typed = super().clean(value)
        return meant(typed) if typed else None
