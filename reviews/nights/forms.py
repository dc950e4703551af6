"""What compliance officers fill in about a pattern. The verb has the last word."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import StopForm
from reviews.models import Pattern


class AsideForm(StopForm):
    """Until the end of which day something is no concern, and why."""

    field_order = ("until", "reason")
    until = forms.DateField(
        label=_("No concern until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("It comes back sooner when it has doubled."),
    )

    def __init__(self, data: Any = None, *, pattern: Pattern) -> None:
        super().__init__(data, auto_id=f"{pattern.pk.hex[:8]}_%s")


class ReportFilter(forms.Form):
    """What may stand in the address of the reports."""

    tab = forms.ChoiceField(required=False, choices=[("open", ""), ("aside", "")])
    kind = forms.ChoiceField(required=False, choices=Pattern.Kind.choices)
