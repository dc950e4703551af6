"""What people fill in about obligations. Forms read and hold words; the transitions ask rules."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.naming import PersonField
from core import zones
from core.forms import KeptForm, ReasonForm, Segmented
from reviews.models import Obligation
from reviews.obligation_transitions import Task
from reviews.obligations import WITHIN

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_WORDS = forms.Textarea(attrs={"rows": 3})


class TaskForm(KeptForm):
    """What has to be done, by whom, and until the end of which day of the installation."""

    kind = forms.TypedChoiceField(
        label=_("What has to be done"),
        coerce=Obligation.Kind,
        choices=Obligation.Kind.choices,
        widget=Segmented,
        error_messages={"required": _("Choose what has to be done.")},
    )
    text = forms.CharField(
        label=_("Which one, and how"),
        max_length=5000,
        widget=_WORDS,
        error_messages={"required": _("Say what has to be done.")},
    )
    owner = PersonField(
        label=_("Who does it"),
        help_text=_("Their name or mail address. They are told at once."),
        error_messages={"required": _("Name who has to do it.")},
        offers="people",
    )
    due = forms.DateField(label=_("Until the end of"), widget=_DAY)

    def __init__(self, data: Any = None, *, at: datetime, owner: str = "") -> None:
        super().__init__(data, auto_id="task_%s")
        self.fields["owner"].initial = owner
        self.fields["due"].initial = zones.last_day(at + WITHIN)

    def task(self) -> Task:
        """Return what was filled in."""
        said = self.cleaned_data
        return Task(
            kind=said["kind"],
            text=said["text"],
            owner=said["owner"],
            due_at=zones.day_end(said["due"]),
        )


class HandOnForm(ReasonForm):
    """Who does it instead, or until when, and why."""

    owner = PersonField(
        label=_("Who does it"), help_text=_("Their name or mail address."), offers="people"
    )
    due = forms.DateField(label=_("Until the end of"), widget=_DAY)
    field_order = ("owner", "due", "reason")

    def __init__(self, data: Any = None, *, obligation: Obligation) -> None:
        super().__init__(data, auto_id="hand_%s")
        self.fields["owner"].initial = obligation.owner.email if obligation.owner else ""
        self.fields["due"].initial = zones.last_day(obligation.due_at)


class EvidenceForm(forms.Form):
    """What shows that it is done."""

    evidence = forms.CharField(
        label=_("What was done, and what shows it"),
        help_text=_("For example the ticket, the new version of the secret, or what a check said."),
        max_length=5000,
        widget=_WORDS,
        error_messages={
            "required": _("Say what was done and what shows it; it stands in the record.")
        },
    )


class WaiveForm(ReasonForm):
    """Why it can be left undone."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="waive_%s")
        self.fields["reason"].label = _("Why it can be left undone")
