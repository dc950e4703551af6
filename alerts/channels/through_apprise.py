"""Everything that Apprise speaks: Teams, PagerDuty, Opsgenie, Telegram, SMS gateways and more.

A channel is one of its addresses, `tgram://token/chat`. On a personal channel the address holds
`{address}`, in whose place the address of each reader comes.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import apprise
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import plain
from alerts.channels.base import Line, Trouble
from alerts.messages import Message
from core.speech import phrase

HOLE = "{address}"
_MOST_WORDS = 300  # characters of an error that are kept


def why_not_address(url: str, *, personal: bool) -> str | None:
    """Why Apprise cannot send to this address."""
    if personal and HOLE not in url:
        return phrase("Put {address} where the address of each person belongs.")
    if not personal and HOLE in url:
        return phrase("This is one place: name its own address instead of {address}.")
    if not apprise.Apprise().add(url.replace(HOLE, "1234567890")):
        return phrase("Apprise does not know this address. Its documentation lists them all.")
    return None


class AppriseLine(Line):
    """One address of Apprise. None of its services can be tried without a message."""

    proves = False

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Notify one reader. Raises Trouble with what Apprise has to say when it failed."""
        self._notify(
            plain.title(messages),
            plain.text(messages),
            to=messages[0].delivery.recipient,
            urgent=any(message.delivery.urgent for message in messages),
        )

    def say(self, title: str, text: str, *, to: User | None, at: datetime) -> None:
        """Notify somebody, or the place, of something that is in no entry."""
        self._notify(title, text, to=to, urgent=False)

    def probe(self, *, at: datetime) -> None:
        """Find out whether Apprise still understands the address, which a release may change."""
        url = self.channel.unsealed()["url"]
        if why := why_not_address(url, personal=self.channel.personal):
            raise Trouble(str(why), server=True)

    def _notify(self, title: str, text: str, *, to: User | None, urgent: bool) -> None:
        url = self.channel.unsealed()["url"]
        if self.channel.personal:
            url = url.replace(HOLE, quote(self.address_of(to), safe=""))
        service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Breakglass", async_mode=False))
        if not service.add(url):
            raise Trouble(_("Apprise does not know this address."), final=True)
        with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
            taken = service.notify(
                title=title,
                body=text,
                body_format=apprise.NotifyFormat.TEXT,
                notify_type=apprise.NotifyType.WARNING if urgent else apprise.NotifyType.INFO,
            )
            words = " ".join(said.getvalue().split())
        if not taken:
            why = _without(words, url)[:_MOST_WORDS] or _("The service did not take it.")
            raise Trouble(why, server=True)


def _without(words: str, url: str) -> str:
    """Return what Apprise said without the secrets that are in the address."""
    for secret in sorted(url.replace("://", "/").split("/"), key=len, reverse=True):
        if len(secret) > 5:
            words = words.replace(secret, "…")
    return words
