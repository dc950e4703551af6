"""What may stand in the address of the list of messages."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alerts.models import Delivery
from alerts.preview import CHAT, HTML, TEXT
from alerts.routes import ROUTES
from audit.events import title_of

UNREAD = "unread"  # no state of a message: what waits for whoever looks
ALL = "all"  # nor is this: what anybody was told
_SHOWS = {
    "queued": "Queued",
    "retrying": "Tried again",
    "dead": "Undelivered",
    "sent": "Sent",
    UNREAD: "Waits for me",
    ALL: "Everything",
}


class Place(forms.RegexField):
    """The last message of a page: its entry and its id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^\d{1,18}\.[0-9a-f]{32}$", **options)

    def clean(self, value: Any) -> tuple[int, UUID] | None:
        """Return the entry's number and the message's id."""
        text = super().clean(value)
        if not text:
            return None
        seq, __, key = text.partition(".")
        return int(seq), UUID(key)


class FilterForm(forms.Form):
    """Filters; anything else in the address is an error, never ignored."""

    state = forms.ChoiceField(required=False, choices=list(_SHOWS.items()))
    case = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    person = forms.ModelChoiceField(User.objects.order_by("name"), required=False)
    before = Place(required=False)

    def why_not(self) -> str | None:
        """Why this address lists nothing."""
        if unknown := sorted(set(self.data) - set(self.fields)):
            known = ", ".join(self.fields)
            return _("This list has no filter “%(name)s”. It knows %(known)s.") % {
                "name": unknown[0],
                "known": known,
            }
        if not self.is_valid():
            name = next(iter(self.errors))
            return _("“%(value)s” is not something to filter “%(name)s” by.") % {
                "value": self.data.get(name, ""),
                "name": name,
            }
        return None

    @property
    def is_own(self) -> bool:
        """Whether nothing is chosen but one's own alerts, with which the list opens."""
        return not any(self.cleaned_data[name] for name in ("state", "case", "person"))

    def condition(self) -> Q:
        """Return what the chosen filters let through."""
        chosen, found = self.cleaned_data, Q()
        if chosen["state"] not in ("", UNREAD, ALL):
            found &= Q(state=Delivery.State(chosen["state"]))
        if chosen["person"]:
            found &= Q(recipient=chosen["person"])
        if chosen["before"]:
            seq, key = chosen["before"]
            found &= Q(entry_seq__lte=seq) & (Q(entry_seq__lt=seq) | Q(pk__lt=key))
        return found


def _kinds() -> list[tuple[str, str]]:
    """Return the kinds of messages by what people call them, for a list to choose from."""
    named = [(kind, f"{title_of(kind)} ({kind})") for kind in ROUTES]
    return sorted(named, key=lambda each: each[1].casefold())


class PreviewForm(forms.Form):
    """Which kind of message to show, in which form."""

    kind = forms.ChoiceField(label=gettext_lazy("Event"), choices=_kinds)
    form = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=[
            (HTML, gettext_lazy("Mail")),
            (TEXT, gettext_lazy("Mail as plain text")),
            (CHAT, gettext_lazy("Chat without cards")),
        ],
    )
