"""Where and when somebody wants to be told: one part of the form for each channel."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alerts.channels import Trouble
from alerts.models import MAIL, Channel, Contact, Quiet
from alerts.slack import people
from core.speech import shown

_OFF = "off"


class ReachForm(forms.Form):
    """A person's address on one channel, and what comes there."""

    address = forms.CharField(label=gettext_lazy("Your address there"), max_length=200)
    takes = forms.ChoiceField(label=gettext_lazy("What comes there"))

    def __init__(
        self, data: Any, *, person: User, channel: Channel, contact: Contact | None
    ) -> None:
        self.person, self.channel, self.contact = person, channel, contact
        initial = {
            "address": contact.address if contact else "",
            "takes": contact.takes if contact else Contact.Takes.ALL if self.is_mail else _OFF,
        }
        super().__init__(data, prefix=channel.pk.hex, initial=initial)
        choices = list(Contact.Takes.choices)
        takes: Any = self.fields["takes"]
        takes.choices = choices if self.is_mail else [*choices, (_OFF, _("Nothing"))]
        self.fields["address"].required = False
        if self.is_mail or self.is_slack:
            del self.fields["address"]

    @property
    def is_mail(self) -> bool:
        """Whether this is about mail, where everybody is reached anyway."""
        return self.channel.pk == MAIL

    @property
    def is_slack(self) -> bool:
        """Whether this is about Slack, where nobody types who they are: buttons act as them."""
        return self.channel.kind == Channel.Kind.SLACK

    def clean(self) -> dict[str, Any] | None:
        """Ask for an address where something is to come; in Slack it is looked up."""
        found = self.cleaned_data
        if self.is_slack and found.get("takes", _OFF) != _OFF:
            found["address"] = self.contact.address if self.contact else self._looked_up()
        elif not self.is_mail and found.get("takes") != _OFF and not found.get("address"):
            self.add_error("address", _("Enter where you are there, or choose that nothing comes."))
        return found

    def _looked_up(self) -> str:
        """Return who the person is in Slack, by the address they sign in with."""
        try:
            member = people.member_with(self.person.email, self.channel)
        except Trouble as trouble:
            raise ValidationError(trouble.error) from trouble
        if member is None:
            said = _("Slack knows nobody with the address %(email)s. Ask an administrator.")
            raise ValidationError(said % {"email": self.person.email})
        if why := people.why_not_link(self.person, member, self.channel):
            raise ValidationError(shown(why))
        return member

    @property
    def wish(self) -> tuple[str, str | None]:
        """Return the address and what comes there; None for nothing of its own."""
        takes = self.cleaned_data["takes"]
        usual = _OFF if not self.is_mail else Contact.Takes.ALL
        return self.cleaned_data.get("address", ""), None if takes == usual else takes


class QuietForm(forms.Form):
    """When what is not urgent waits."""

    starts = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"})
    )
    ends = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False, widget=forms.TimeInput({"type": "time"})
    )
    daily_at = forms.TimeField(
        label=gettext_lazy("Or once a day, at"),
        required=False,
        widget=forms.TimeInput({"type": "time"}),
        help_text=gettext_lazy("Everything that is not urgent then comes as one message."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse quiet hours that begin and never end, or that a daily message would outlive."""
        found = self.cleaned_data
        if bool(found.get("starts")) != bool(found.get("ends")):
            raise ValidationError(_("Quiet hours need both a beginning and an end."))
        if found.get("starts") and found.get("daily_at"):
            self.add_error(
                "daily_at",
                _("Choose quiet hours or once a day: with both, only the second counts."),
            )
        return found


def forms_of(person: User, data: Any = None) -> tuple[list[ReachForm], QuietForm]:
    """Return the parts of the form for a person."""
    contacts = {each.channel_id: each for each in person.contacts.all()}
    channels = Channel.objects.in_use().personal()
    ordered = sorted(channels, key=lambda each: (each.pk != MAIL, each.name))
    parts = [
        ReachForm(data, person=person, channel=each, contact=contacts.get(each.pk))
        for each in ordered
    ]
    quiet = Quiet.objects.filter(person=person).first()
    initial = {name: getattr(quiet, name) for name in ("starts", "ends", "daily_at") if quiet}
    return parts, QuietForm(data, initial=initial)
