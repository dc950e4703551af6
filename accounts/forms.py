"""Forms of the profile page, and of people and groups in the admin."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import ApiToken, Membership, Part, User, validate_time_zone
from accounts.parts import parts_of
from core import zones
from core.forms import PickUntil, SegmentedMany, hush
from core.speech import shown


class ReadingForm(forms.Form):
    """In which zone a person reads times, and in which language words."""

    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=50,
        validators=[validate_time_zone],
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        help_text=_("Start typing a city. Times are shown in this zone, with UTC beside them."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser asks")), *settings.LANGUAGES],
        help_text=_("Arabic is not complete; the rest is in English."),
    )

    @staticmethod
    def zones() -> list[str]:
        """Return what to offer: places, and UTC."""
        known = sorted(zones.known())
        return ["UTC", *(zone for zone in known if "/" in zone and not zone.startswith("Etc/"))]


class TokenForm(forms.Form):
    """What a new token is for, what it may do and for how long."""

    name = forms.CharField(label=_("What is it for?"), max_length=60)
    scope = forms.ChoiceField(
        label=_("What may it do?"), choices=ApiToken.Scope.choices, initial="read"
    )
    days = forms.IntegerField(
        label=_("Works for (days)"), min_value=1, max_value=policy.LONGEST_DAYS, initial=90
    )


class Reason(forms.CharField):
    """Why configuration is changed; it stands in the record beside the difference."""

    def __init__(self) -> None:
        super().__init__(label=_("Why this change?"), max_length=500)


class PersonCreationForm(AdminUserCreationForm):  # type: ignore[type-arg] # nor at run time
    """A new person, by mail address. `invites` is whether they choose a password by mail."""

    invites = False
    usable_password = forms.ChoiceField(
        label=_("Password"),
        choices=[
            ("mail", _("They choose one, by a link in a mail")),
            ("true", _("I give them one")),
            ("false", _("None: they sign in another way")),
        ],
        initial="mail",
        widget=forms.RadioSelect,
    )
    reason = Reason()

    class Meta:
        model = User
        fields = ("email", "name")
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "username"}),
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = gettext("The one that I give")
        self.fields["password2"].label = gettext("The same again")
        hush(self.fields["password1"], self.fields["password2"])
        for name in ("password1", "password2"):
            self.fields[name].error_messages["required"] = gettext(
                "Give the password twice, or let them choose one by mail."
            )

    def clean_usable_password(self) -> str:
        """Take what is chosen as Django knows it: a password now, or none."""
        chosen: str = self.cleaned_data["usable_password"]
        self.invites = chosen == "mail"
        return "true" if chosen == "true" else "false"


class MembershipsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People or groups, each with an optional last day; cleaned to what ends when, or never.

    Give the ends there are with `begin`: what is not touched stays exactly as it is.
    """

    widget = PickUntil

    def begin(self, ends: Mapping[Any, datetime | None]) -> dict[Any, str]:
        """Take the memberships there are, by the key of what is chosen; return what is shown."""
        self.ends = ends
        self.widget.today = zones.today().isoformat()
        return {key: zones.last_day(end).isoformat() if end else "" for key, end in ends.items()}

    def prepare_value(self, value: Any) -> Any:
        """Keep the days that belong to the keys."""
        return value if isinstance(value, dict) else super().prepare_value(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether somebody else is chosen, or another day."""
        before = {str(key): day for key, day in (initial or {}).items()}
        return before != {str(key): day for key, day in (data or {}).items()}

    def clean(self, value: Any) -> Any:
        """Return the end of each, by its row. Refuses days that are over, and what is no day."""
        days = value or {}
        return {row: self._end(row, days[str(row.pk)]) for row in super().clean(list(days))}

    def _end(self, row: Any, written: str) -> datetime | None:
        had = self.ends.get(row.pk)
        if not written or (had and written == zones.last_day(had).isoformat()):
            return had if written else None
        try:
            day = date.fromisoformat(written)
            end = zones.day_end(day)
        except (ValueError, OverflowError) as error:
            text = gettext("“%(text)s” is no day. Write it like 2027-03-31.")
            raise forms.ValidationError(text % {"text": written}) from error
        if day < zones.today():
            text = gettext("%(day)s is over. Untick %(name)s to end the membership now.")
            raise forms.ValidationError(text % {"day": shown(day), "name": row})
        return end


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    """A person, and why they are changed."""

    memberships = MembershipsField(
        Group.objects.order_by("name"),
        label=_("Groups"),
        required=False,
        help_text=_(
            "All rights come from groups: the parts they play, and their permits. A membership with"
            " a day ends when that day is over in %(zone)s."
        ),
    )
    reason = Reason()

    class Meta(UserChangeForm.Meta):
        model = User
        labels = {
            "email": _("Mail address"),
            "name": _("Name"),
            "time_zone": _("Time zone"),
            "is_active": _("May sign in"),
            "is_staff": _("May open the administration"),
        }
        help_texts = {
            "is_active": _(
                "Switch it off instead of removing a person: the record speaks of them."
            ),
            "is_staff": _("What they may do there comes from their groups."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if password := self.fields.get("password"):
            hush(password)
            password.help_text = gettext("Kept as a hash alone: nobody can read it.")
        if field := self.fields.get("memberships"):
            rows = self.instance.memberships.values_list("group", "until")
            self.initial["memberships"] = field.begin(dict(rows))  # type: ignore[attr-defined]
            field.help_text = _in_zone(field.help_text)


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group and the parts that its members play."""

    reason = Reason()

    parts = forms.MultipleChoiceField(
        label=_("Parts it plays"),
        choices=Part.choices,
        required=False,
        widget=SegmentedMany,
        help_text=_(
            "Parts in the whole house. Who may request and decide is set in each scenario."
        ),
    )

    members = MembershipsField(
        User.objects.none(),
        label=_("Who is in it"),
        required=False,
        help_text=_(
            "They may do at once whatever the group may; each person's page says the same. A"
            " membership with a day ends when that day is over in %(zone)s."
        ),
    )

    class Meta:
        model = Group
        fields = ("name",)
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group, field = self.instance, self.fields["members"]
        rows = Membership.objects.filter(group=group.pk).values_list("user", "until")
        ends = dict(rows) if group.pk else {}
        people = User.objects.filter(Q(is_active=True) | Q(pk__in=ends))
        field.queryset = people.order_by(  # type: ignore[attr-defined]
            Case(When(pk__in=list(ends), then=0), default=1), "name", "email"
        )
        self.initial["members"] = field.begin(ends)  # type: ignore[attr-defined]
        field.help_text = _in_zone(field.help_text)
        if group.pk:
            self.initial["parts"] = [part.value for part in parts_of(group)]


def _in_zone(text: Any) -> str:
    return str(text) % {"zone": timezone.get_default_timezone_name()}
