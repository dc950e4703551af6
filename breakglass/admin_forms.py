"""Forms behind the administration of scenarios."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.models import Permission
from django.db import models

from accounts.models import validate_time_zone
from breakglass.models import GroupPermit, Permit, Scenario
from breakglass.wording import DAYS
from core.errors import BadInput, DomainError

_POSITIVE = (
    "ratify_within", "answer_within", "default_minutes", "max_minutes", "max_concurrent",
    "review_within_hours",
)  # fmt: skip


class ReasonActionForm(ActionForm):
    """The line of actions above a list, with a reason."""

    reason = forms.CharField(label="Why", required=False, max_length=500)


class ScenarioForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A scenario, and why it is changed. `refusal` is what publishing it has just said."""

    refusal: DomainError | None = None

    reason = forms.CharField(
        label="Why this change",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
        error_messages={"required": "Say why you change it; it stands in the history."},
        help_text="Stands in the record and in the history of versions.",
    )
    working_days = forms.TypedMultipleChoiceField(
        choices=list(enumerate(DAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Scenario
        exclude = ("archived_at",)  # noqa: DJ006 - the admin's fieldsets say which are shown
        widgets = {
            "expected_verbs": forms.TextInput(attrs={"size": 80}),
            "expected_objects": forms.TextInput(attrs={"size": 80}),
            "working_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "working_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "expected_verbs": "Separated by commas: select, update. Anything else is flagged.",
            "expected_objects": "Separated by commas: orders, payments.",
            "time_zone": "Such as Europe/Berlin.",
            "reference_pattern": "A regular expression that the whole reference must fit.",
            "retention_class": "How long the record of its cases is kept.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _POSITIVE:
            if name in self.fields:
                self.fields[name].min_value = 1  # type: ignore[attr-defined]
                self.fields[name].widget.attrs["min"] = 1

    def clean(self) -> dict[str, Any]:
        """Say beside each field what the database would refuse, and what publishing refused."""
        data = super().clean() or {}
        for name in _POSITIVE:
            if data.get(name) == 0:
                self.add_error(name, "Choose 1 or more.")
        default, most = data.get("default_minutes"), data.get("max_minutes")
        if default and most and default > most:
            self.add_error("max_minutes", f"Less than the usual {default} minutes.")
        if zone := data.get("time_zone"):
            try:
                validate_time_zone(zone)
            except forms.ValidationError as error:
                self.add_error("time_zone", error)
        if self.refusal:
            field = self.refusal.field if isinstance(self.refusal, BadInput) else ""
            self.add_error(field if field in self.fields else None, str(self.refusal))
        return data


class PermitChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The permits of a scenario, by their own names."""

    def label_from_instance(self, permission: models.Model) -> str:
        """Return the name without the model in front."""
        assert isinstance(permission, Permission)  # noqa: S101 - for the type checker
        return Permit(permission.codename).label


class GroupPermitForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which group may do what here, and until when."""

    permission = PermitChoiceField(
        queryset=Permission.objects.filter(
            content_type__app_label="breakglass", codename__in=Permit.values
        )
    )

    class Meta:
        model = GroupPermit
        fields = ("permission", "group", "until")
        help_texts = {"until": "Empty for good."}
