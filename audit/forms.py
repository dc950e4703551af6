"""What one may ask the record for."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.events import known
from core import refs


class ReferenceField(forms.CharField):
    """A thing as the record names it (`user:…`), or as people call it, when that is one thing."""

    def __init__(self, kinds: tuple[str, ...], label: Any, example: Any) -> None:
        widget = forms.TextInput(attrs={"placeholder": example, "autocomplete": "off"})
        super().__init__(label=label, max_length=80, required=False, widget=widget)
        self.kinds = kinds  # which things are meant; any when empty

    def clean(self, value: Any) -> str:
        """Return a reference; a name that means none or several things is refused."""
        name: str = super().clean(value)
        if not name or ":" in name:
            return name
        found = self._meant(name)
        if len(found) == 1:
            return found[0]
        sentence = (
            _("Several are called “%(name)s”. Use the search and choose one.")
            if found
            else _("Nothing is called “%(name)s”. Use a name, an address or a case number.")
        )
        raise forms.ValidationError(sentence % {"name": name})

    def prepare_value(self, value: Any) -> Any:
        """Write a thing by its name where that name means it alone, else as the record does."""
        if not isinstance(value, str) or ":" not in value:
            return value
        name = refs.labels([value])[value].text
        return name if self._meant(name) == [value] else value

    def _meant(self, name: str) -> list[str]:
        """Return what people may mean by a name, of the things that are meant here."""
        found = refs.find(name)
        return [each for each in found if not self.kinds or each.partition(":")[0] in self.kinds]


class _Moment(forms.DateTimeField):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class LedgerFilter(forms.Form):
    """Which entries to show; things by name or as the record writes them, times in one's zone."""

    q = forms.CharField(
        label=gettext_lazy("Search the ledger"),
        max_length=80,
        required=False,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": gettext_lazy("Case 147, a name, an event"),
                "autocomplete": "off",
            }
        ),
    )
    kind = forms.CharField(
        label=gettext_lazy("Event"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "kinds", "autocomplete": "off"}),
    )
    actor = ReferenceField(
        ("user", "system"), gettext_lazy("Who"), gettext_lazy("Name, address or user:…")
    )
    subject = ReferenceField((), gettext_lazy("About what"), gettext_lazy("Name or grant:…"))
    case = ReferenceField(("request",), gettext_lazy("Case"), gettext_lazy("Number or request:…"))
    since = _Moment(label=gettext_lazy("From"))
    until = _Moment(label=gettext_lazy("Until"))
    before = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def unknown(self) -> list[str]:
        """Return the parameters of the address that are none of ours."""
        return sorted(set(self.data) - set(self.fields))

    @staticmethod
    def kinds() -> list[str]:
        """Return every kind of event that may be asked for."""
        return sorted(known())
