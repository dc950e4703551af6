"""On-call schedules in the admin: what each kind needs, and what is wrong before it is saved."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import Reason
from accounts.models import User
from alerts import feeds, schedule_transitions
from alerts.models import Schedule
from core.errors import DomainError
from core.forms import InOrder
from core.speech import phrase

Kind = Schedule.Kind
NOTES = {
    Kind.ROTATION: _("People here take turns, a week each, in an order that you give."),
    Kind.CALENDAR: _(
        "Read every hour from an iCalendar address, as PagerDuty, Opsgenie and Google have it, or"
        " once from a file."
    ),
}


class PeopleInOrder(forms.MultipleChoiceField):
    """People in the order of their turns, cleaned to themselves."""

    widget = InOrder

    def offer(self, people: list[User]) -> None:
        """Let these be chosen."""
        self._people = {str(person.pk): person for person in people}
        self.choices = [(key, f"{each.name} ({each.email})") for key, each in self._people.items()]

    def to_python(self, value: Any) -> list[str]:
        """Leave out the places that are empty."""
        return [each for each in super().to_python(value) if each]

    def clean(self, value: Any) -> list[User]:
        """Return the people. Refuses who is not offered, and nobody at all."""
        return [self._people[key] for key in super().clean(value)]


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """What all schedules have."""

    reason = Reason()
    kind: Kind
    at: datetime  # given by the page, since forms ask no clock

    class Meta:
        model = Schedule
        fields = ["name", "time_zone", "enabled"]
        labels = {"name": _("Name")}
        help_texts = {"time_zone": _("Such as Europe/Berlin.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.kind
        if not self.instance.pk or self.instance._state.adding:  # noqa: SLF001 - Django's own way
            self.initial.setdefault("time_zone", timezone.get_default_timezone_name())


class RotationForm(ScheduleForm):
    """People who take turns week by week."""

    kind = Kind.ROTATION
    people = PeopleInOrder(
        label=_("Who takes turns"),
        help_text=_("In this order, a week each. After you have saved it there is room for more."),
        error_messages={"required": _("Choose at least one person.")},
    )

    class Meta(ScheduleForm.Meta):
        fields = [*ScheduleForm.Meta.fields, "hands_over_on", "hands_over_at", "begins_on"]
        labels = {
            **ScheduleForm.Meta.labels,
            "hands_over_on": _("Hands over on"),
            "hands_over_at": _("At"),
            "begins_on": _("The first week begins on"),
        }
        help_texts = {
            "time_zone": _("Such as Europe/Berlin. Handovers follow its clocks."),
            "begins_on": _("The first person is on call from then to the next handover."),
        }
        widgets = {
            "hands_over_at": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "begins_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        turns = list(self.instance.turns.select_related("person"))
        mine = [turn.person for turn in turns]
        people = User.objects.active().order_by("name", "email")
        field: Any = self.fields["people"]
        field.offer([*dict.fromkeys([*people, *mine])])
        self.initial["people"] = [str(person.pk) for person in mine]
        self.fields["begins_on"].required = True
        self.initial.setdefault("begins_on", timezone.localdate())
        if self.initial["begins_on"] is None:
            self.initial["begins_on"] = timezone.localdate()


class CalendarForm(ScheduleForm):
    """A calendar that another program keeps; it is read before it is saved."""

    kind = Kind.CALENDAR
    trust: bool | str = True  # a file of certificates, or those that are known
    url = forms.CharField(
        label=_("Address of the calendar"),
        required=False,
        max_length=500,
        help_text=_(
            "The private iCalendar address. Kept encrypted and never shown; leave it empty to keep"
            " the one that is set."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("An .ics file, a megabyte at most. It replaces an address that is set."),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    text: str | None = None

    class Meta(ScheduleForm.Meta):
        help_texts = {"time_zone": _("Such as Europe/Berlin. For whole days in the calendar.")}

    def clean(self) -> dict[str, Any] | None:
        """Read what was given, or again what is kept where the time zone is another one."""
        url, file = self.cleaned_data.get("url"), self.cleaned_data.get("file")
        kept = self.instance.calendar
        if url and file:
            self.add_error("file", str(_("Give an address or a file, not both.")))
        elif not (url or file or kept):
            self.add_error("url", str(_("Give the address of a calendar, or a file.")))
        elif not self.errors:
            self._read("file" if file else "url")
        return self.cleaned_data

    def _read(self, field: str) -> None:
        url, file = self.cleaned_data.get("url"), self.cleaned_data.get("file")
        self.instance.time_zone = self.cleaned_data["time_zone"]
        try:
            if file and file.size > feeds.LARGEST:
                raise feeds.Unread(phrase("It is larger than a megabyte."))
            given = file.read().decode("utf-8", "replace") if file else ""
            text = feeds.fetch(url, trust=self.trust) if url else given or self.instance.calendar
            schedule_transitions.checked(text, self.instance, at=self.at)
            self.text = text
        except DomainError as error:
            self.add_error(field, error.sentence)

    def set_source(self, *, at: datetime) -> None:
        """Put where the calendar comes from into the schedule; the caller saves it."""
        if url := self.cleaned_data.get("url"):
            self.instance.seal(url, at=at)
            self.instance.file_name = ""
        elif file := self.cleaned_data.get("file"):
            self.instance.secret, self.instance.secret_set_at = b"", None
            self.instance.file_name = file.name[:100]


FORMS: dict[str, type[ScheduleForm]] = {
    Kind.ROTATION: RotationForm,
    Kind.CALENDAR: CalendarForm,
}


class CoverForm(forms.Form):
    """Who stands in, and from when to when."""

    prefix = "cover"
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Who stands in"), empty_label=_("Choose one")
    )
    starts = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput)
    ends = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput)
    why = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = User.objects.active().order_by("name", "email")
        for name in ("starts", "ends"):
            self.fields[name].widget = forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )
