"""Forms of the profile page, and of people and groups in the admin."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Case, Q, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import ApiToken, Part, User, validate_time_zone
from accounts.parts import parts_of
from core import zones
from core.forms import Pick, SegmentedMany


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
        for name in ("password1", "password2"):
            self.fields[name].error_messages["required"] = gettext(
                "Give the password twice, or let them choose one by mail."
            )

    def clean_usable_password(self) -> str:
        """Take what is chosen as Django knows it: a password now, or none."""
        chosen: str = self.cleaned_data["usable_password"]
        self.invites = chosen == "mail"
        return "true" if chosen == "true" else "false"


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    """A person, and why they are changed."""

    groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        label=_("Groups"),
        required=False,
        widget=Pick,
        help_text=_("All rights come from groups: the parts they play, and their permits."),
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

    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who is in it"),
        required=False,
        widget=Pick,
        help_text=_(
            "They may do at once whatever the group may. Each person's page says the same."
        ),
    )

    class Meta:
        model = Group
        fields = ("name",)
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = (
            User.objects.filter(groups=self.instance.pk)
            if self.instance.pk
            else User.objects.none()
        )
        people = User.objects.filter(Q(is_active=True) | Q(pk__in=inside.values("pk")))
        self.fields["members"].queryset = people.order_by(  # type: ignore[attr-defined]
            Case(When(pk__in=inside.values("pk"), then=0), default=1), "name", "email"
        )
        if self.instance.pk:
            self.initial["parts"] = [part.value for part in parts_of(self.instance)]
            self.initial["members"] = list(inside.values_list("pk", flat=True))
