"""Channels in the admin: what each kind needs, and what is wrong with it before it is saved."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Reason
from alerts.channels import Trouble, slack, slack_api, through_apprise, webhook
from alerts.models import MAIL, Channel
from core.speech import shown

Kind = Channel.Kind
_PROPERTIES = ("name", "place", "personal", "enabled", "quotes", "falls_back_to")


class _Secret(forms.CharField):
    """A secret of somebody else's making: written, checked for its form, never read back."""

    def __init__(
        self, label: Any, *, why_not: Callable[[str], str | None], begins: str = "", **kw: Any
    ) -> None:
        super().__init__(
            label=label,
            max_length=200,
            widget=forms.PasswordInput({"autocomplete": "new-password", "placeholder": begins}),
            **kw,
        )
        self._why_not = why_not

    def clean(self, value: Any) -> str:
        """Return the secret. Raises ValidationError where it has not the form of one."""
        text = str(super().clean(value))
        if text and (why := self._why_not(text)):
            raise forms.ValidationError(shown(why))
        return text


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """What all channels have. Secrets are written and never read back."""

    reason = Reason()

    class Meta:
        model = Channel
        fields = [*_PROPERTIES]
        labels = {"name": _("Name"), "place": _("Where it leads")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.kind
        if other := self.fields.get("falls_back_to"):
            rows = Channel.objects.in_use().exclude(pk=self.instance.pk)
            other.queryset = rows  # type: ignore[attr-defined]
            other.empty_label = _("Nothing else")  # type: ignore[attr-defined]

    kind: Kind

    def require(self, *names: str) -> None:
        """Ask for what is sealed where nothing is yet; later, leaving it empty keeps it."""
        for name in names:
            self.fields[name].required = not self.instance.secret

    def clean(self) -> dict[str, Any] | None:
        """Refuse a stand-in that reaches others than this channel does."""
        other, personal = self.cleaned_data.get("falls_back_to"), self.is_personal()
        if other and other.personal != personal:
            self.add_error("falls_back_to", self._why_not(other))
        return self.cleaned_data

    def is_personal(self) -> bool:
        """Whether it reaches each person, by what is entered or else by what it is."""
        entered = self.cleaned_data.get("personal")
        return bool(self.instance.personal if entered is None else entered)

    def _why_not(self, other: Channel) -> str:
        if other.personal:
            return str(_("%(other)s reaches people; this is one place.") % {"other": other})
        return str(_("%(other)s is one place; this reaches each person.") % {"other": other})

    def secret(self) -> dict[str, Any] | None:
        """Return what is to be sealed, or None where it stays as it is."""
        return None

    def _kept(self) -> dict[str, Any]:
        """Return what is sealed now; nothing where it cannot be opened, which it need not be."""
        return self.instance.unsealed() if self.instance.secret else {}


class MailForm(ChannelForm):
    """Mail is always there; its server is a setting of the installation."""

    kind = Kind.MAIL

    class Meta(ChannelForm.Meta):
        fields = ["quotes", "falls_back_to"]


class WebhookForm(ChannelForm):
    """One endpoint of another program."""

    kind = Kind.WEBHOOK
    url = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=500,
        help_text=_("Events are posted there. It is kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    signing_secret = forms.CharField(
        label=_("Signing secret"),
        required=False,
        max_length=120,
        help_text=_("Give it to the other program now: it is never shown again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    forget_old = forms.BooleanField(
        label=_("The program knows the new secret: sign with it alone"),
        required=False,
        help_text=_("Until then each message bears the signatures of both."),
    )

    class Meta(ChannelForm.Meta):
        fields = ["name", "place", "enabled", "quotes", "falls_back_to"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.require("url", "signing_secret")
        if not self.instance.secret:
            self.initial["signing_secret"] = webhook.new_secret()
            del self.fields["forget_old"]
        else:
            words = _("Empty keeps the one that is set. A new one signs beside it at first.")
            self.fields["signing_secret"].help_text = words
            facts = {"host": webhook.host_of(self.instance)}
            self.fields["url"].help_text = _("Now on %(host)s; empty keeps it.") % facts

    def clean_url(self) -> str:
        """Refuse an address that events must not go to."""
        url = str(self.cleaned_data["url"])
        if url and (why := webhook.why_not_address(url)):
            raise forms.ValidationError(shown(why))
        return url

    def clean_signing_secret(self) -> str:
        """Refuse a secret that cannot sign."""
        secret = str(self.cleaned_data["signing_secret"])
        if secret and (why := webhook.why_not_secret(secret)):
            raise forms.ValidationError(shown(why))
        return secret

    def secret(self) -> dict[str, Any] | None:
        """Return address and secrets, the newest first."""
        new, url = self.cleaned_data["signing_secret"], self.cleaned_data["url"]
        if not (new or url or self.cleaned_data.get("forget_old")):
            return None
        kept = self._kept()
        old = kept.get("secrets", [])
        known = [new, *(each for each in old if each != new)][:2] if new else old
        if self.cleaned_data.get("forget_old"):
            known = known[:1]
        return {"url": url or kept["url"], "secrets": known}


class AppriseForm(ChannelForm):
    """Any of the services that Apprise speaks."""

    kind = Kind.APPRISE
    url = forms.CharField(
        label=_("Address of Apprise"),
        required=False,
        max_length=500,
        help_text=_(
            "As its documentation says, such as tgram://token/{address}. Kept encrypted; leave it"
            " empty to keep the one that is set."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta(ChannelForm.Meta):
        fields = ["name", "place", "personal", "enabled", "quotes", "falls_back_to"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.require("url")

    def clean(self) -> dict[str, Any] | None:
        """Refuse an address that Apprise does not know, or that does not fit who is reached."""
        found = super().clean()
        if "url" not in self.cleaned_data:
            return found
        url = str(self.cleaned_data["url"]) or self._kept().get("url", "")
        if why := through_apprise.why_not_address(url, personal=self.is_personal()):
            self.add_error("url", shown(why))
        return found

    def secret(self) -> dict[str, Any] | None:
        """Return the address, where one was entered."""
        url = self.cleaned_data["url"]
        return {"url": url} if url else None


class SlackForm(ChannelForm):
    """A workspace of Slack: a room, or each person."""

    kind = Kind.SLACK
    bot_token = _Secret(_("Bot token"), why_not=slack_api.why_not_token, begins="xoxb-")
    signing_secret = _Secret(
        _("Signing secret"),
        why_not=slack_api.why_not_signing_secret,
        help_text=_("By it we know that a button was pressed in Slack."),
    )
    app_token = _Secret(
        _("App token"),
        why_not=slack_api.why_not_app_token,
        begins="xapp-",
        required=False,
        help_text=_("Only for Socket Mode, where Slack cannot call this server."),
    )

    class Meta(ChannelForm.Meta):
        fields = ["name", "personal", "place", "enabled", "quotes", "falls_back_to"]
        help_texts = {"place": _("The id of the room, C0123ABCD; empty where it reaches people.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.require("bot_token", "signing_secret")
        self._found: slack.Trial | None = None

    def clean(self) -> dict[str, Any] | None:
        """Refuse a room without an id, and a token that Slack does not know."""
        found = super().clean()
        room = self.cleaned_data.get("place", "")
        if not self.is_personal() and (why := slack_api.why_not_room(room)):
            self.add_error("place", shown(why))
        if token := self.cleaned_data.get("bot_token"):
            try:
                self._found = slack.trial(token)
            except Trouble as trouble:
                self.add_error("bot_token", trouble.error)
        return found

    def secret(self) -> dict[str, Any] | None:
        """Return what was entered, with whose workspace the token is for."""
        names = ("bot_token", "signing_secret", "app_token")
        entered = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
        if not entered:
            return None
        team = {"team_id": self._found.team_id} if self._found else {}
        return {**self._kept(), **entered, **team}


FORMS: dict[str, type[ChannelForm]] = {
    Kind.SLACK: SlackForm,
    Kind.MAIL: MailForm,
    Kind.WEBHOOK: WebhookForm,
    Kind.APPRISE: AppriseForm,
}
OFFERED = [kind for kind in Kind if kind in FORMS and kind != Kind.MAIL]


def form_for(channel: Channel | None, kind: str) -> type[ChannelForm]:
    """Return the form of a channel, or of a new one of that kind."""
    return FORMS[channel.kind if channel else kind]


def seal(form: ChannelForm, *, at: datetime) -> None:
    """Put what was entered as a secret into the form's channel; the caller saves it."""
    channel: Channel = form.instance
    if channel.kind == Kind.WEBHOOK:
        channel.personal = False
    if channel.pk != MAIL and (secret := form.secret()) is not None:
        channel.seal(secret, at=at)
