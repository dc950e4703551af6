"""What a pressed button does: who pressed is looked up, and then the verbs of the pages are called.

What needs words opens a view, and comes back as a submission. No rule is in here. What one may not
do is said to whoever pressed alone, and is on the record.
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
from alerts.slack import calls, cards, events, modals, people
from alerts.slack.blocks import Drawn, safe
from alerts.slack.cards import Reading
from alerts.slack.heard import Act, Press, Submission, View
from audit import log
from breakglass import access, answers
from breakglass import transitions as decisions
from breakglass.models import Decision, Request
from breakglass.transitions import Voice
from core.errors import BadInput, DomainError, WrongState
from core.forms import refused
from core.speech import phrase

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What Slack is told: a sentence for one person, and the card as it is now.

    `view` is to be opened instead of both, if Slack still does. `reply` is what a view that was
    sent is answered at once, where it does not just close.
    """

    channel: Channel
    act: Act
    said: str
    card: SlackCard | None
    at: datetime
    view: View | None = None
    reply: dict[str, Any] | None = None

    def drawn(self) -> Drawn | None:
        """Draw the card anew, whatever came of the press: others may have been faster."""
        if self.card is None:
            return None
        case = self.card.case.partition(":")[2]
        original = Request.objects.told().filter(pk=case).first()
        reading = Reading(channel=self.card.channel, reader=self.card.recipient, at=self.at)
        return cards.of_case(original, reading) if original else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Came:
    """What came of an act: see `Answer`."""

    said: str = ""
    view: View | None = None
    reply: dict[str, Any] | None = None


def handle(press: Press, channels: Sequence[Channel], *, at: datetime) -> Answer:
    """Do what a button stands for, if whoever pressed it may. `channels` are those of its app."""

    def act(person: User) -> _Came:
        if press.verb in cards.WORDED:
            late = _("Slack did not open it in time. Press again, or open the case in Breakglass.")
            return _Came(view=_ask_for_words(press, person, at), said=late)
        return _Came(said=_VERBS[press.verb](press.value, person, at))

    def no(sentence: str) -> _Came:
        return _Came(said=sentence)

    return _answered(press, channels, act, no, at=at)


def submit(given: Submission, channels: Sequence[Channel], *, at: datetime) -> Answer:
    """Do what a view that was sent stands for, if whoever sent it may."""

    def act(person: User) -> _Came:
        return _with_words(given, person, at)

    def no(sentence: str) -> _Came:
        return _Came(reply=modals.instead(sentence))

    return _answered(given, channels, act, no, at=at)


def _answered(
    act: Act,
    channels: Sequence[Channel],
    do: Callable[[User], _Came],
    no: Callable[[str], _Came],
    *,
    at: datetime,
) -> Answer:
    """Look up who acts and let them; what stands against it is said in the way of `no`."""
    card = SlackCard.objects.filter(channel__in=channels).at(act.room, act.ts).first()
    channel = card.channel if card else channels[0]
    person = people.pressing(act.member, act.team, channels)
    if person is None:
        why = phrase("Nobody in Breakglass is this member of the workspace.")
        calls.refused("unmapped", why, member=act.member, at=at)
        came = no(_("Breakglass does not know who you are in Slack, so nothing was done."))
    else:
        card = card or _stray(act, person, channels)
        with reading_as(person):
            _record(act, person, channel, case=card.case if card else "", at=at)
            came = _tried(act, person, do, no)
    return Answer(channel=channel, act=act, card=card, at=at, **vars(came))


def _stray(act: Act, person: User, channels: Sequence[Channel]) -> SlackCard | None:
    """Return the card that was pressed where no row keeps it: we crashed once it was posted.

    Another one was posted then; this one is redrawn for whoever presses it. What is drawn in a room
    is for a room: only a conversation with us, whose id begins with D, is one person's.
    """
    try:
        asked = _request(act.value) if act.verb != cards.ACKNOWLEDGE else None
    except WrongState:
        asked = None  # the verb says so
    alone = act.room.startswith("D")
    here = [each for each in channels if (each.personal if alone else each.place == act.room)]
    if asked is None or not here:
        return None
    reader = person if alone else None
    return SlackCard(channel=here[0], recipient=reader, case=asked.original.ref)


def _tried(
    act: Act, person: User, do: Callable[[User], _Came], no: Callable[[str], _Came]
) -> _Came:
    try:
        return do(person)
    except DomainError as error:
        return no(error.sentence)
    except Exception:
        logger.exception("The button %s of Slack broke off.", act.verb)
        return no(_("It did not work. Open the case in Breakglass."))


@transaction.atomic
def _record(act: Act, person: User, channel: Channel, *, case: str, at: datetime) -> None:
    """Put an act on the record; a button that only asks for words has its three dots there, too."""
    opens = isinstance(act, Press) and act.verb in cards.WORDED
    event = events.SlackPressed(button=f"{act.verb}…" if opens else act.verb, member=act.member)
    log.record(event, actor=person.ref, subject=channel.ref, at=at, case=case)


def _approve(value: str, person: User, at: datetime) -> str:
    decisions.approve(_asked(value, person, at), voice=Voice(by=person), at=at)
    return _("Approved.")


def _ratify(value: str, person: User, at: datetime) -> str:
    decisions.ratify(_asked(value, person, at), voice=Voice(by=person), at=at)
    return _("Ratified.")


def _ask_for_words(press: Press, person: User, at: datetime) -> View:
    """Return the view of an answer. Raises as the answer would, before anybody writes a word."""
    asked = _asked(press.value, person, at)
    answers.check(asked, Decision.Kind(press.verb), by=person, at=at)
    return modals.of_answer(asked, press, by=person, at=at)


def _with_words(given: Submission, person: User, at: datetime) -> _Came:
    """Answer by the form of the page; what is wrong in it is said beside its input."""
    form = modals.filled(given, _asked(given.value, person, at))
    if form.is_valid():
        try:
            done = answers.give(form, voice=Voice(by=person, comment=form.said), at=at)
        except BadInput as error:
            refused(form, error)
        else:
            return _Came(said=done)
    return _Came(reply=modals.wrong(form))


def _asked(value: str, person: User, at: datetime) -> Request:
    """Return the request that a button decides on. Raises NotAllowed where no button may."""
    asked = _request(value)
    if asked is None:
        raise WrongState(phrase("This request does not exist."))
    if why := policy.why_not_by_chat(asked):
        raise access.refused(why, verb="decide_by_chat", by=person, subject=asked, at=at)
    return asked


def _request(value: str) -> Request | None:
    return Request.objects.told().filter(pk=_key(value)).first()


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
    act = given.act
    try:
        slack = client(given.channel.unsealed()["bot_token"])
        if given.view and _opens(slack, given):
            return
        if card := given.drawn():
            _redraw(slack, card, act)
        if given.said:
            slack.chat_postEphemeral(channel=act.room, user=act.member, text=safe(given.said))
    except Exception:
        logger.exception("Slack was not told what came of a press.")


def _opens(slack: Any, given: Answer) -> bool:
    """Open a view; return whether Slack has, which waits for it three seconds only."""
    trigger = given.act.trigger if isinstance(given.act, Press) else ""
    try:
        slack.views_open(trigger_id=trigger, view=given.view)
    except Exception:
        logger.exception("Slack opened no view.")
        return False
    return True


def _redraw(slack: Any, card: Drawn, act: Act) -> None:
    try:
        slack.chat_update(channel=act.room, ts=act.ts, **card.arguments)
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
