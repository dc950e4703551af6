"""What the simulator page asks for. It is sent by GET: nothing changes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models import Request, Scenario
from core.forms import Segmented


class SimulatorForm(forms.Form):
    """As whom, in which scenario, when and how."""

    person = forms.ModelChoiceField(
        label=_("As this person"),
        queryset=User.objects.order_by("name"),
        empty_label=_("Choose one"),
    )
    scenario = forms.ModelChoiceField(
        label=_("In this scenario"),
        queryset=Scenario.objects.filter(versions__isnull=False).distinct(),
        to_field_name="slug",
        empty_label=_("Choose one"),
    )
    urgency = forms.ChoiceField(
        label=_("How"),
        choices=Request.Urgency.choices,
        initial=Request.Urgency.NORMAL,
        widget=Segmented,
    )
    at = forms.DateTimeField(
        label=_("At this time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In your time zone; now when left empty."),
    )
    minutes = forms.IntegerField(
        label=_("For how many minutes"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("The usual length when left empty."),
    )


class TryForm(SimulatorForm):
    """The same beside a scenario that is being edited; without a person nothing is told."""

    scenario = None  # type: ignore[assignment] # the one on the page
    person = forms.ModelChoiceField(
        label=_("As this person"),
        queryset=User.objects.order_by("name"),
        empty_label=_("Choose one"),
        required=False,
    )
