"""The form in which somebody names who decides in their place."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.naming import meant
from core import zones

_OFFERED = 50
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SubstituteForm(forms.Form):
    """Who, from which day, and until which; days are those of the installation."""

    substitute = forms.CharField(
        label=_("Who decides in your place?"),
        max_length=254,
        widget=forms.TextInput(attrs={"list": "colleagues", "autocomplete": "off"}),
        help_text=_("Their mail address. They are told at once, and so is compliance."),
    )
    since = forms.DateField(label=_("From"), widget=_DAY)
    until = forms.DateField(label=_("Last day"), widget=_DAY)

    def __init__(self, data: Any = None, *, person: User, at: datetime, **kwargs: Any) -> None:
        super().__init__(data, initial={"since": zones.today(at)}, **kwargs)
        self.person, self.at = person, at

    def colleagues(self) -> list[User]:
        """Return whom to offer: those who are in a group with the person."""
        groups = self.person.groups_at(self.at)
        found = User.objects.active().in_groups(groups, self.at).exclude(pk=self.person.pk)
        return list(found.order_by("name")[:_OFFERED])

    def clean_substitute(self) -> User:
        """Find whom the address or the name means, and nobody else."""
        return meant(self.cleaned_data["substitute"])

    def period(self) -> tuple[datetime, datetime]:
        """Return from when until when; what begins today begins now."""
        begin = zones.day_end(self.cleaned_data["since"] - timedelta(days=1))
        today = self.cleaned_data["since"] == zones.today(self.at)
        return self.at if today else begin, zones.day_end(self.cleaned_data["until"])


class AwayForm(SubstituteForm):
    """The same by an administrator, for somebody who is away; `person` is who sends it."""

    away = forms.CharField(
        label=_("Who is away?"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Their mail address."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why; it stands in the record.")},
    )
    field_order = ("away", "substitute", "since", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="away_%s", **kwargs)
        self.fields["substitute"].label = _("Who decides in their place?")
        self.fields["substitute"].help_text = _(
            "Their mail address. Both are told, and so is compliance, once it is accepted."
        )

    def clean_away(self) -> User:
        """Find who is meant."""
        return meant(self.cleaned_data["away"])
