"""What one may ask the record for."""

from typing import Any

from django import forms

from audit.events import known


def _reference(label: str, example: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": example, "autocomplete": "off"})
    return forms.CharField(label=label, max_length=80, required=False, widget=widget)


class _Moment(forms.DateTimeField):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class LedgerFilter(forms.Form):
    """Which entries to show; references as the record writes them, times in one's own zone."""

    kind = forms.CharField(
        label="Event",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "kinds", "autocomplete": "off"}),
    )
    actor = _reference("Actor", "user:…")
    subject = _reference("Subject", "grant:…")
    case = _reference("Case", "request:…")
    since = _Moment(label="From")
    until = _Moment(label="Until")
    before = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def unknown(self) -> list[str]:
        """Return the parameters of the address that are none of ours."""
        return sorted(set(self.data) - set(self.fields))

    @staticmethod
    def kinds() -> list[str]:
        """Return every kind of event that may be asked for."""
        return sorted(known())
