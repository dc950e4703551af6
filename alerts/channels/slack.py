"""Slack: a card for each case and reader, redrawn as the case moves, with each event below it.

What is secret about a channel: `bot_token`, `signing_secret` (of its buttons), `team_id` as
`trial` found it, and `app_token` where it listens by Socket Mode. A personal channel writes to
each person's member id, any other to the room whose id is its `place`.
"""

import dataclasses
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from alerts.channels.base import Line, Trouble
from alerts.channels.slack_api import GONE, client, error_of, trouble_of
from alerts.messages import Message
from alerts.models import Channel, SlackCard
from alerts.slack import blocks, cards
from alerts.slack.blocks import Drawn
from alerts.slack.cards import Reading
from alerts.taming import tame

logger = logging.getLogger(__name__)

_QUIET = {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
# Their words are those of the card, which begins with them.
_OPENING = frozenset({"request.submitted", "request.filed", "breakglass.activated"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """What Slack says of a token: whose workspace it is for, and who writes there."""

    team: str
    team_id: str
    bot: str


def trial(token: str) -> Trial:
    """Ask Slack whose token this is. Raises Trouble with a sentence where it is nobody's."""
    try:
        said = client(token).auth_test()
    except Exception as error:
        raise trouble_of(error) from error
    names = {"team": "team", "team_id": "team_id", "bot": "user"}
    return Trial(**{name: str(said.get(key) or "") for name, key in names.items()})


class SlackLine(Line):
    """One workspace, with one app."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._client = client(channel.unsealed()["bot_token"])

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Write to one reader. Raises Trouble when Slack did not take it."""
        first = messages[0]
        room = self._room_of(first.delivery.recipient)
        try:
            if len(messages) > 1:
                self._post(room, cards.of_many(messages))
                self._redraw(messages)
            elif first.story.request:
                self._tell(room, first)
            else:
                self._post(room, cards.of_event(first))
        except Trouble:
            raise
        except Exception as error:
            raise trouble_of(error) from error

    def say(self, title: str, text: str, *, to: User | None, at: datetime) -> None:
        """Write words that are in no entry. Raises Trouble when Slack did not take them."""
        drawn = Drawn(text=title, blocks=[blocks.title(title), blocks.words(tame(text))])
        try:
            self._post(self._room_of(to), drawn)
        except Trouble:
            raise
        except Exception as error:
            raise trouble_of(error) from error

    def probe(self, *, at: datetime) -> None:
        """Ask Slack whose token this is. Raises Trouble where it is nobody's."""
        trial(self.channel.unsealed()["bot_token"])

    def _room_of(self, reader: User | None) -> str:
        """Return where a reader is: a member's id, or that of the room. Raises Trouble for none."""
        room = self.address_of(reader) if self.channel.personal else self.channel.place
        if not room:
            raise Trouble(_("The channel names no room."), final=True)
        return room

    def _tell(self, room: str, message: Message) -> None:
        """Redraw the card, then put the event below it.

        In this order another attempt repeats nothing that people would see twice.
        """
        card, reading = self._card_of(message), self._reading(message)
        original = message.story.asked.original
        drawn = cards.of_case(original, reading, text=message.words.subject)
        if card is None or not self.redraw(card, drawn):
            card = self._begin(room, message, drawn)
            if message.story.entry.kind in _OPENING and reading.sees(original):
                return
        below: dict[str, Any] = {"thread_ts": card.ts}
        if message.delivery.urgent:
            below["reply_broadcast"] = True
        self._post(card.room, cards.of_event(message), **below)

    def _begin(self, room: str, message: Message, drawn: Drawn) -> SlackCard:
        """Post a card and keep where it is. If we crash in between, another one is posted."""
        posted_in, ts = self._post(room, drawn)
        made, _created = SlackCard.objects.update_or_create(
            channel=self.channel,
            recipient=message.delivery.recipient,
            case=message.delivery.case,
            defaults={"room": posted_in, "ts": ts, "made_at": message.at},
        )
        return made

    def redraw(self, card: SlackCard, drawn: Drawn) -> bool:
        """Redraw a card; return whether it is still there. Raises as the client does."""
        try:
            self._client.chat_update(channel=card.room, ts=card.ts, **drawn.arguments)
        except Exception as error:
            if error_of(error) in GONE:
                return False
            raise
        return True

    def _post(self, room: str, drawn: Drawn, **more: Any) -> tuple[str, str]:
        """Post a message; return where it is: the room as Slack calls it, and its time stamp."""
        given = {**drawn.arguments, **_QUIET, **more}
        said = self._client.chat_postMessage(channel=room, **given)
        return str(said.get("channel") or room), str(said["ts"])

    def _redraw(self, messages: Sequence[Message]) -> None:
        """Redraw the cards of cases that moved in a flood, until Slack has enough of it.

        The messages were taken; a card that is left as it was is redrawn by the next event of its
        case, or when somebody presses one of its buttons.
        """
        newest = {each.delivery.case: each for each in messages if each.story.request}
        for message in newest.values():
            if card := self._card_of(message):
                original = message.story.asked.original
                try:
                    self.redraw(card, cards.of_case(original, self._reading(message)))
                except Exception:
                    logger.exception("The cards of %s stay as they are for now.", self.channel)
                    return

    def _card_of(self, message: Message) -> SlackCard | None:
        rows = SlackCard.objects.filter(channel=self.channel, case=message.delivery.case)
        return rows.filter(recipient=message.delivery.recipient).first()

    def _reading(self, message: Message) -> Reading:
        return Reading(channel=self.channel, reader=message.delivery.recipient, at=message.at)
