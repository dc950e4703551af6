"""Forms behind the administration of scenarios."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.models import Group, Permission
from django.db import connection, models
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from breakglass.models import ApprovalStep, GroupPermit, Permit, Scenario
from breakglass.models.scenario import working_week
from breakglass.wording import DAYS, LABELS
from core.errors import BadInput, DomainError
from core.forms import Pick, Segmented, SegmentedMany
from targets.models import Target

_POSITIVE = (
    "ratify_within", "answer_within", "default_minutes", "max_minutes", "max_concurrent",
    "review_within_hours",
)  # fmt: skip

_CALLED_AS_ELSEWHERE = (
    "severity", "expected_verbs", "expected_objects", "reference_pattern", "reference_hint",
    "time_zone",
)  # fmt: skip


class ReasonActionForm(ActionForm):
    """The line of actions above a list, with a reason."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=500)


class ScenarioForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A scenario, and why it is changed.

    `refusal` is what publishing it has just said; a form that is `held` is looked at, not saved.
    """

    refusal: DomainError | None = None
    held = False

    reason = forms.CharField(
        label=_("Why this change"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why you change it; it stands in the history.")},
        help_text=_("Stands in the record and in the history of versions."),
    )
    let_go = forms.BooleanField(
        label=_("Take the permit to decide from groups that no step asks"),
        required=False,
        help_text=_(
            "Requests that are open already still ask the groups of their version: wait until"
            " those are decided."
        ),
    )
    targets = forms.ModelMultipleChoiceField(
        Target.objects.all(), label=LABELS["targets"], required=False, widget=Pick
    )
    alert_groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        label=LABELS["alert_groups"],
        required=False,
        widget=Pick,
        help_text=_("Told at once, on every channel, when somebody breaks the glass."),
    )
    working_days = forms.TypedMultipleChoiceField(
        label=LABELS["working_days"],
        choices=[(number, _(day)) for number, day in enumerate(DAYS)],
        coerce=int,
        required=False,
        initial=working_week,
        widget=SegmentedMany,
    )

    class Meta:
        model = Scenario
        exclude = ("archived_at",)  # noqa: DJ006 - the admin's fieldsets say which are shown
        labels = {
            **{name: LABELS[name] for name in _CALLED_AS_ELSEWHERE},
            "name": _("Name"),
            "slug": _("Short name"),
            "use_when": _("Use when"),
            "not_for": _("Not for"),
            "drill": _("This is an exercise"),
            "answer_within": _("A request lapses unanswered after (minutes)"),
            "chat_decides": _("It may be decided from a chat"),
            "break_glass": _("Access may start before approval"),
            "ratify_within": _("Then it must be ratified within (minutes)"),
            "default_minutes": _("Usual length (minutes)"),
            "max_minutes": _("At most (minutes)"),
            "working_from": _("From"),
            "working_until": _("Until"),
            "review_within_hours": _("Reviewed within (hours after the end)"),
            "strict_review": _("Two people review"),
            "stop_on_breach": _("It ends at once when a hard rule is broken"),
            "retention_class": _("Kept as"),
            "reference_required": _("A ticket or incident must be named"),
            "intent_required": _("A plan must be written"),
        }
        widgets = {
            "use_when": forms.Textarea(attrs={"rows": 3}),
            "not_for": forms.Textarea(attrs={"rows": 2}),
            "severity": Segmented,
            "expected_verbs": forms.TextInput,
            "expected_objects": forms.TextInput,
            "working_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "working_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        error_messages = {
            "slug": {"unique": _("Another scenario has this address. Choose another.")}
        }
        help_texts = {
            "slug": _("Stands in links: lower-case letters, digits and hyphens."),
            "use_when": _("In the words of somebody who is woken up: what do they see?"),
            "not_for": _("What people might try it for, and should not."),
            "expected_verbs": _("Separated by commas: select, update. Anything else is flagged."),
            "expected_objects": _("Separated by commas: orders, payments."),
            "chat_decides": _(
                "If not, buttons in a chat open the page, where one decides after signing in."
            ),
            "break_glass": _("Everybody who would have been asked is told at once."),
            "stop_on_breach": _(
                "Tampering with the trail, stored secrets, new administrators, mass destruction,"
                " unless the reason names them. If not, those who oversee it are only told."
            ),
            "time_zone": _("Such as Europe/Berlin."),
            "reference_pattern": _("A regular expression that the whole reference must fit."),
            "reference_hint": _("Shown to people as an example."),
            "retention_class": _("How long the record of its cases is kept."),
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
                self.add_error(name, gettext("Choose 1 or more."))
        default, most = data.get("default_minutes"), data.get("max_minutes")
        if default and most and default > most:
            words = gettext("Less than the usual %(minutes)s minutes.")
            self.add_error("max_minutes", words % {"minutes": default})
        if zone := data.get("time_zone"):
            try:
                validate_time_zone(zone)
            except forms.ValidationError as error:
                self.add_error("time_zone", error)
        if self.refusal:
            field = self.refusal.field if isinstance(self.refusal, BadInput) else ""
            self.add_error(field if field in self.fields else None, self.refusal.sentence)
        if self.held:
            self.add_error(None, gettext("Look at what changes, then save."))
        return data


class StepForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """One approval step. Where it stands is checked with its neighbours, which may move too."""

    class Meta:
        model = ApprovalStep
        fields = ("position", "group", "quorum", "escalate_after", "stands_in")
        labels = {
            "position": _("Number"),
            "group": _("Group that is asked"),
            "quorum": _("How many must agree"),
            "escalate_after": _("Silent so long: ask the next step (minutes)"),
            "stands_in": _("Answers for the step before it, when that is silent"),
        }

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "position"}  # type: ignore[misc] # Django's own


class StepFormSet(BaseInlineFormSet):  # type: ignore[type-arg] # not generic at run time
    """The steps of a scenario; they may change places in one go."""

    def clean(self) -> None:
        """Refuse two steps with one number."""
        super().clean()
        seen: set[int] = set()
        for form in self.forms:
            number = form.cleaned_data.get("position") if form.is_valid() else None
            if number is None or form.cleaned_data.get("DELETE"):
                continue
            if number in seen:
                words = gettext("Two steps have the number %(number)s. Number them 1, 2, 3.")
                form.add_error("position", words % {"number": number})
            seen.add(number)

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's
        """Save all; between two of them, two steps may have one number."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS step_position_once DEFERRED")
            saved = super().save(commit)
            cursor.execute("SET CONSTRAINTS step_position_once IMMEDIATE")
        return saved


class PermitChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The permits of a scenario, by their own names."""

    def label_from_instance(self, permission: models.Model) -> str:
        """Return the name without the model in front."""
        assert isinstance(permission, Permission)  # noqa: S101 - for the type checker
        if permission.codename == Permit.APPROVE:
            return gettext("May decide, when a step asks it")
        return str(Permit(permission.codename).label)


class GroupPermitForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which group may do what here, and until when."""

    permission = PermitChoiceField(
        empty_label=_("Choose one"),
        label=_("What it may do"),
        queryset=Permission.objects.filter(
            content_type__app_label="breakglass", codename__in=Permit.values
        ).order_by("pk"),
    )
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty for good."),
    )

    class Meta:
        model = GroupPermit
        fields = ("group", "permission", "until")
        labels = {"group": _("Group")}
