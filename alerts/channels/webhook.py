"""Events as signed JSON for other programs, by the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

The id of a message is that of its delivery, so whoever gets it twice can tell. While a secret is
being changed each message bears the signatures of the new one and of the old one.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from django.conf import settings
from standardwebhooks import Webhook

from accounts.models import User
from alerts.channels.base import Line, Trouble, rest_of
from alerts.messages import Message
from alerts.models import Channel
from alerts.no_answer import why_no_answer
from core.speech import phrase
from targets.vault import VaultError

TIMEOUT = (3, 10)  # seconds to connect, and to answer
_GONE = 410  # the specification's word for "never again"


def why_not_address(url: str) -> str | None:
    """Why events are not posted to this address: they name people, so others must not read them."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return phrase("This is no address of the web. It begins with https://.")
    if parts.scheme == "http" and not _near(parts.hostname):
        return phrase("Use https:// there: events name people, and anybody on the way could read.")
    return None


def host_of(channel: Channel) -> str:
    """Return the host that events are posted to, and no more of the address: the rest opens.

    Nothing either where it is no webhook or what is sealed cannot be opened.
    """
    if channel.kind != Channel.Kind.WEBHOOK:
        return ""
    try:
        return urlsplit(channel.unsealed().get("url", "")).hostname or ""
    except VaultError:
        return ""


def why_not_secret(secret: str) -> str | None:
    """Why a secret does not sign: the specification asks for 24 to 64 bytes in base64."""
    try:
        length = len(b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError:
        length = 0
    if 24 <= length <= 64:
        return None
    return phrase("A secret is whsec_ and 24 to 64 random bytes in base64. Leave the one we made.")


def new_secret() -> str:
    """Return a secret that nobody knows yet."""
    return f"whsec_{b64encode(token_bytes(32)).decode()}"


def _near(host: str) -> bool:
    """Whether a host is in one's own network, as far as its name says."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".localhost"))


class WebhookLine(Line):
    """One endpoint. Programs want each event as it is: nothing is joined."""

    joins = False

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        secret = channel.unsealed()
        self._url: str = secret["url"]
        self._signers = [Webhook(each) for each in secret["secrets"]]
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy or password that happens to lie on the machine

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Post one event. Raises Trouble for anything but an answer of success."""
        message = messages[0]
        self._post(f"msg_{message.delivery.pk.hex}", payload(message), at=message.at)

    def say(self, title: str, text: str, *, to: User | None, at: datetime) -> None:
        """Post words that are in no entry, as `breakglass.test`."""
        said = {"title": title, "text": text, "from": settings.BASE_URL}
        body = {"type": "breakglass.test", "timestamp": at.isoformat(), "data": said}
        self._post(f"msg_{uuid4().hex}", body, at=at)

    def probe(self, *, at: datetime) -> None:
        """Post the test that it answers as it would answer an event."""
        text = "Every night Breakglass tries whether events would be taken here."
        self.say("The nightly self-test", text, to=None, at=at)

    def _post(self, key: str, said: dict[str, Any], *, at: datetime) -> None:
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        at = at.astimezone(UTC)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Breakglass",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(each.sign(key, at, body) for each in self._signers),
        }
        try:
            answer = self._session.post(
                self._url, body.encode(), headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            raise Trouble(why_no_answer(error, self._url), server=True) from None
        _judge(answer)

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def _judge(answer: requests.Response) -> None:
    if answer.ok and not answer.is_redirect:
        return
    said = f"It answered {answer.status_code}."
    if answer.status_code in (429, 503) and (rest := rest_of(answer.headers.get("Retry-After"))):
        raise Trouble(said, again_in=rest)
    if answer.status_code == _GONE:
        raise Trouble(f"{said} It wants no more messages.", final=True)
    raise Trouble(said, server=answer.status_code >= 500)


def payload(message: Message) -> dict[str, Any]:
    """Return what a program is told: `type`, `timestamp` and `data`, as the specification says."""
    entry, story = message.story.entry, message.story
    return {
        "type": entry.kind,
        "timestamp": entry.occurred_at.astimezone(UTC).isoformat(),
        "data": {
            "entry": entry.seq,
            "subject": entry.subject,
            "actor": entry.actor,
            "case": story.request.case if story.request else None,
            "title": message.words.subject,
            "text": message.words.text,
            "facts": dict(message.words.facts),
            "said": {label: "\n".join(lines) for label, lines in message.words.quotes},
            "targets": [*story.targets],
            "urgent": message.delivery.urgent,
            "break_glass": story.broken,
            "drill": story.drill,
            "links": dict(message.actions),
            "record": {"size": message.state.size, "root": message.state.tree.root.hex()},
            "from": settings.BASE_URL,
        },
    }
