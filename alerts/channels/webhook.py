"""Events as signed JSON for other programs, by the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

The id of a message is that of its delivery, so whoever gets it twice can tell. While a secret is
being changed each message bears the signatures of the new one and of the old one.
"""

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

import requests
from django.conf import settings
from standardwebhooks import Webhook

from alerts.channels.base import Line, Trouble
from alerts.messages import Message
from alerts.models import Channel

TIMEOUT = (3, 10)  # seconds to connect, and to answer
_LONGEST_REST = timedelta(minutes=15)
_GONE = 410  # the specification's word for "never again"


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
        body = json.dumps(payload(message), ensure_ascii=False, separators=(",", ":"))
        key, at = f"msg_{message.delivery.pk.hex}", message.at.astimezone(UTC)
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
            # The address may hold a secret, and these errors repeat it.
            raise Trouble(f"{type(error).__name__}: no answer.", server=True) from None
        _judge(answer)

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def _judge(answer: requests.Response) -> None:
    if answer.ok and not answer.is_redirect:
        return
    said = f"It answered {answer.status_code}."
    if answer.status_code in (429, 503) and (rest := waits(answer.headers.get("Retry-After"))):
        raise Trouble(said, again_in=rest)
    if answer.status_code == _GONE:
        raise Trouble(f"{said} It wants no more messages.", final=True)
    raise Trouble(said, server=answer.status_code >= 500)


def waits(said: str | None) -> timedelta | None:
    """Return how long a service asks us to wait (`Retry-After` in seconds, RFC 9110, 10.2.3)."""
    if not said or not said.strip().isdecimal():
        return None
    return min(timedelta(seconds=max(int(said), 1)), _LONGEST_REST)


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
