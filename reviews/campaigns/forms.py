"""What compliance officers fill in to begin a campaign. The verb has the last word on all of it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breakglass.models import Scenario
from core import zones
from core.forms import Cards, SegmentedMany, hush
from reviews.campaigns import rhythm
from reviews.campaigns.populations import Scope
from reviews.campaigns.sampling import Size
from reviews.campaigns.transitions import Plan
from reviews.models import Campaign

Kind, Rhythm = Campaign.Kind, Campaign.Rhythm
_NOTES = {
    "cases": _("Look again at cases that are drawn by chance: were they used and reviewed well?"),
    "rights": _("Keep or remove: what groups may do, and who is in them, with their last use."),
    "follow_up": _("Findings and obligations that are still open: what is done, and what is not?"),
}


class DayInput(forms.DateInput):
    """A day, chosen with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CampaignForm(forms.Form):
    """What to look at, of which days, until when; of cases also how many and drawn how."""

    kind = forms.TypedChoiceField(
        label=_("What is looked at"),
        coerce=Kind,
        choices=Kind.choices,
        widget=Cards(notes=_NOTES),
        error_messages={"required": _("Choose what is looked at.")},
    )
    first = forms.DateField(label=_("From"), widget=DayInput())
    last = forms.DateField(
        label=_("Until"),
        widget=DayInput(),
        help_text=_("The last day. Rights are those that stand when the campaign begins."),
    )
    due = forms.DateField(label=_("To be done by"), widget=DayInput())
    scenarios = forms.ModelMultipleChoiceField(
        Scenario.objects.in_use(),
        label=_("Scenarios"),
        help_text=_("Choose none for all of them."),
        to_field_name="slug",
        required=False,
        widget=SegmentedMany,
    )
    wanted = forms.IntegerField(
        label=_("How many cases"), min_value=1, max_value=2000, required=False
    )
    share = forms.IntegerField(label=_("or per cent"), min_value=1, max_value=100, required=False)
    by_scenario = forms.BooleanField(
        label=_("From each scenario its part"),
        help_text=_("Rounded up, so that no scenario is left out."),
        required=False,
    )
    seed = forms.CharField(
        label=_("Seed"),
        help_text=_("Words or numbers that an auditor brought. Without them it is the head of the"
                    " record, which nobody chose."),
        max_length=80,
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hush(self.fields["wanted"], self.fields["share"])  # one of the two

    def plan(self) -> Plan:
        """Return what the form says; call it once the form is valid."""
        said = self.cleaned_data
        sampled = said["kind"] == Kind.CASES
        scope = Scope(
            kind=said["kind"],
            first=said["first"],
            last=said["last"],
            scenarios=tuple(said["scenarios"]),
            size=Size(wanted=said["wanted"], share=said["share"]) if sampled else Size(),
            by_scenario=sampled and said["by_scenario"],
        )
        return Plan(scope=scope, due_at=zones.day_end(said["due"]), seed=said["seed"])


def usual(at: datetime) -> dict[str, Any]:
    """Return what stands in the form before anybody has written anything."""
    first, last = rhythm.last_period(Rhythm.MONTHLY, at=at)
    return {
        "kind": Kind.CASES.value,
        "first": first,
        "last": last,
        "due": zones.today(at + timedelta(days=14)),
        "wanted": 25,
    }
