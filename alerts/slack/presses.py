"""What a pressed button does: who pressed is looked up, and then the verbs of the pages are called.

No rule is in here. What one may not do is said to whoever pressed alone, and is on the record.
"""

import dataclasses
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import policy, transitions
from alerts.channels.slack_api import GONE, client, error_of
from alerts.messages import reading_as
from alerts.models import Channel, Delivery, SlackCard
from alerts.slack import calls, cards, events, people
from alerts.slack.blocks import Drawn, safe
from alerts.slack.cards import Reading
from audit import log
from breakglass import access
from breakglass import transitions as decisions
from breakglass.models import Request
from breakglass.transitions import Voice
from core.errors import DomainError, WrongState
from core.speech import phrase, shown

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Press:
    """One button, pressed by a member of a workspace, on a message in a room."""

    verb: str
    value: str
    member: str
    team: str
    room: str
    ts: str

    @classmethod
    def read(cls, payload: Any) -> "Press | None":
        """Return the press that a call tells of; None for all else, such as buttons that open."""
        try:
            if payload["type"] != "block_actions":
                return None
            [action], user, place = payload["actions"], payload["user"], payload["container"]
            found = cls(
                verb=str(action["action_id"]),
                value=str(action.get("value", "")),
                member=str(user["id"])[:40],
                team=str(user.get("team_id") or payload["team"]["id"]),
                room=str(place["channel_id"]),
                ts=str(place["message_ts"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return found if found.verb in _VERBS else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What Slack is told after a press: a sentence for one person, and the card as it is now."""

    channel: Channel
    press: Press
    said: str
    card: SlackCard | None
    at: datetime

    def drawn(self) -> Drawn | None:
        """Draw the card anew, whatever came of the press: others may have been faster."""
        if self.card is None:
            return None
        case = self.card.case.partition(":")[2]
        original = Request.objects.told().filter(pk=case).first()
        reading = Reading(channel=self.card.channel, reader=self.card.recipient, at=self.at)
        return cards.of_case(original, reading) if original else None


def handle(press: Press, channels: Sequence[Channel], *, at: datetime) -> Answer:
    """Do what a button stands for, if whoever pressed it may. `channels` are those of its app."""
    card = SlackCard.objects.filter(channel__in=channels).at(press.room, press.ts).first()
    channel = card.channel if card else channels[0]
    person = people.pressing(press.member, press.team, channels)
    if person is None:
        why = phrase("Nobody in Breakglass is this member of the workspace.")
        calls.refused("unmapped", why, member=press.member, at=at)
        said = _("Breakglass does not know who you are in Slack, so nothing was done.")
    else:
        with reading_as(person):
            _record(press, person, channel, case=card.case if card else "", at=at)
            said = _act(press, person, at=at)
    return Answer(channel=channel, press=press, said=said, card=card, at=at)


def _act(press: Press, person: User, *, at: datetime) -> str:
    """Return what is said to the person: that it is done, or why it is not."""
    try:
        return _VERBS[press.verb](press.value, person, at)
    except DomainError as error:
        return shown(error.args[0])
    except Exception:
        logger.exception("The button %s of Slack broke off.", press.verb)
        return _("It did not work. Open the case in Breakglass.")


@transaction.atomic
def _record(press: Press, person: User, channel: Channel, *, case: str, at: datetime) -> None:
    event = events.SlackPressed(button=press.verb, member=press.member)
    log.record(event, actor=person.ref, subject=channel.ref, at=at, case=case)


def _approve(value: str, person: User, at: datetime) -> str:
    decisions.approve(_asked(value, person, at), voice=Voice(by=person), at=at)
    return _("Approved.")


def _ratify(value: str, person: User, at: datetime) -> str:
    decisions.ratify(_asked(value, person, at), voice=Voice(by=person), at=at)
    return _("Ratified.")


def _asked(value: str, person: User, at: datetime) -> Request:
    """Return the request that a button decides on. Raises NotAllowed where no button may."""
    asked = Request.objects.told().filter(pk=_key(value)).first()
    if asked is None:
        raise WrongState(phrase("This request does not exist."))
    if why := policy.why_not_by_chat(asked):
        raise access.refused(why, verb="decide_by_chat", by=person, subject=asked, at=at)
    return asked


def _acknowledge(value: str, person: User, at: datetime) -> str:
    """Say for a person that they have read what stands up to the message of the button."""
    found = Delivery.objects.filter(pk=_key(value)).first()
    if found is None:
        raise WrongState(phrase("This message does not exist."))
    if found.recipient_id not in (None, person.pk) or not person.is_active:
        transitions.acknowledge(found, by=person, at=at)
    waits = list(Delivery.objects.waiting_with(found, reader=person))
    if not waits:
        raise WrongState(phrase("Nothing here waits for you to say that you have read it."))
    for each in waits:
        transitions.acknowledge(each, by=person, at=at)
    return _("Noted: you have read it.")


_VERBS: dict[str, Callable[[str, User, datetime], str]] = {
    cards.APPROVE: _approve,
    cards.RATIFY: _ratify,
    cards.ACKNOWLEDGE: _acknowledge,
}


def _key(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise WrongState(phrase("This button is none of ours.")) from error


def answer(given: Answer) -> None:
    """Tell Slack. What is done is done: where Slack does not listen, the next event redraws."""
    press = given.press
    try:
        slack = client(given.channel.unsealed()["bot_token"])
        if card := given.drawn():
            _redraw(slack, card, press)
        slack.chat_postEphemeral(channel=press.room, user=press.member, text=safe(given.said))
    except Exception:
        logger.exception("Slack was not told what came of a press.")


def _redraw(slack: Any, card: Drawn, press: Press) -> None:
    try:
        slack.chat_update(channel=press.room, ts=press.ts, **card.arguments)
    except Exception as error:
        if error_of(error) not in GONE:
            raise


_answering = ThreadPoolExecutor(4, thread_name_prefix="slack")


def answer_later(given: Answer) -> None:
    """Tell Slack after it has had its own answer, for which it waits three seconds at most."""
    _answering.submit(_answer_apart, given)


def _answer_apart(given: Answer) -> None:
    with closing(connection):  # it is this thread's own
        answer(given)
