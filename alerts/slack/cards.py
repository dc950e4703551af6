"""How a case looks in Slack as things stand, and how one event does.

The card says who, what, why and how long, and has the buttons of its reader. What a button does is
decided when it is pressed, by the rules of the pages: a card that is old offers too much, and
gives away nothing.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from alerts import plain
from alerts import policy as ours
from alerts.messages import Message, absolute, facts_of, one_line, own_link, reading_as
from alerts.models import Channel, Delivery
from alerts.models.delivery import DeliveryQuerySet
from alerts.slack import blocks
from alerts.slack.blocks import Block, Drawn
from alerts.taming import tame
from alerts.templatetags.letters import instant
from audit.models import State
from breakglass import links, policy
from breakglass.models import Grant, Request
from core.speech import shown
from core.words import minutes_words

APPROVE, RATIFY, ACKNOWLEDGE = "approve", "ratify", "acknowledge"
DENY, REFUSE, LESS = "deny", "refuse", "counter"
WORDED = frozenset({DENY, REFUSE, LESS})  # what needs words opens a view, and is done from there
VERBS = WORDED | {APPROVE, RATIFY, ACKNOWLEDGE}
_READ_BY = 10  # names


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """Who reads a case where, and when: one person, or the people of a room (`reader` is None)."""

    channel: Channel
    reader: User | None
    at: datetime

    def sees(self, original: Request) -> bool:
        """Whether they read what somebody wrote in a case: a person, as far as its page goes."""
        if not self.channel.quotes or self.reader is None:
            return self.channel.quotes
        seen = Request.objects.visible_to(self.reader, self.at)
        return seen.filter(pk=original.pk).exists()


def of_case(original: Request, reading: Reading, *, text: str = "") -> Drawn:
    """Draw a case. `text` is what has just happened, for notifications."""
    with reading_as(reading.reader):
        asked = _open_in(original, reading.at) or original
        heading = one_line(
            f"{_('DRILL:') if asked.rules.drill else ''} {original.title} · {asked.requester} · "
            f"{', '.join(target.name for target in asked.targets.all())}"
        )
        drawn = [
            blocks.title(heading),
            *([blocks.words(_("This is a DRILL."))] if asked.rules.drill else []),
            blocks.words(_stands(asked)),
            *blocks.facts(facts_of(asked)),
            *(_reasons(asked) if reading.sees(original) else []),
            *_notes(original, asked, reading),
            *blocks.row(_buttons(original, asked, reading)),
            *_newest_witness(original, reading),
        ]
        return Drawn(text=text or heading, blocks=drawn)


def of_event(message: Message) -> Drawn:
    """Draw one event by itself: a reply below the card of its case, or what has no case."""
    with reading_as(message.delivery.recipient):
        said = message.words
        drawn = [
            *([blocks.words(_("This is a DRILL."))] if message.story.drill else []),
            blocks.words(tame(f"{said.subject}\n{said.text}")),
            *(blocks.quote(label, lines) for label, lines in said.quotes),
            *([] if message.story.request else blocks.facts(said.facts)),
            *blocks.row(_leads(message)),
            blocks.small(_witness(message.story.entry.seq, message.state)),
        ]
        return Drawn(text=said.subject, blocks=drawn)


def of_many(messages: Sequence[Message]) -> Drawn:
    """Draw many events as one message."""
    with reading_as(messages[0].delivery.recipient):
        found = [
            blocks.words(f"{tame(each.words.subject)}\n{_first(each)}") for each in messages[:_MANY]
        ]
        left = len(messages) - len(found)
        more = ngettext("and %(number)s more", "and %(number)s more", left) % {"number": left}
        drawn = [
            blocks.title(plain.title(messages)),
            *found,
            *([blocks.words(more)] if left else []),
            *blocks.row([blocks.link(_("Your alerts"), absolute(reverse("alerts")))]),
            blocks.small(_witness(messages[-1].story.entry.seq, messages[-1].state)),
        ]
        return Drawn(text=plain.title(messages), blocks=drawn)


_MANY = 45  # of the 50 blocks that Slack takes


def _first(message: Message) -> str:
    """Return the first line of what a message says, and where it leads."""
    leads = "".join(f"\n{url}" for _label, url in message.actions[:1])
    return tame(message.words.text.partition("\n")[0]) + leads


def _open_in(original: Request, at: datetime) -> Request | None:
    """Return what waits for a decision in a case: the request, or more time of its access."""
    of_case = Q(pk=original.pk) | Q(extends__request=original.pk)
    rows = (
        Request.objects.undecided(at)
        .filter(of_case)
        .filter(Q(extends=None) | Q(extends__status__in=Grant.STANDING))
    )
    return rows.told().order_by("-submitted_at").first()


def _stands(asked: Request) -> str:
    """Say where a request stands, and until when."""
    said = [asked.get_state_display()]
    if asked.state in Request.OPEN:
        said = [
            _("%(state)s, until %(time)s") % {"state": said[0], "time": instant(asked.lapse_at)}
        ]
    if asked.ratify_by and asked.ratification == Request.Ratification.PENDING:
        facts = {"state": asked.get_ratification_display(), "time": instant(asked.ratify_by)}
        said.append(_("%(state)s, until %(time)s") % facts)
    elif asked.ratify_by:
        said.append(asked.get_ratification_display())
    if (grant := asked.held) and grant.status in Grant.STANDING:
        facts = {"state": grant.get_status_display(), "time": instant(grant.ends_at)}
        said.append(_("%(state)s, until %(time)s") % facts)
    elif grant:
        said.append(grant.get_status_display())
    return "\n".join(said)


def _reasons(asked: Request) -> list[Block]:
    written = [(_("Reason"), asked.justification), (_("Plan"), asked.intent)]
    return [blocks.quote(label, _lines(text)) for label, text in written if text.strip()]


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := one_line(raw))]


def _notes(original: Request, asked: Request, reading: Reading) -> list[Block]:
    """Say what keeps the buttons from deciding, and who has read about the case."""
    said = []
    if _decides(asked, reading) and (why := ours.why_not_by_chat(asked)):
        said.append(shown(why))
    if names := _readers(original):
        said.append(_("Read by %(people)s") % {"people": tame(", ".join(names))})
    return [blocks.small(each) for each in said]


def _readers(original: Request) -> list[str]:
    rows = Delivery.objects.of_case(original.ref).exclude(acknowledged_by=None)
    people = User.objects.filter(pk__in=rows.order_by().values("acknowledged_by"))
    return [one_line(str(person)) for person in people.order_by("name")[:_READ_BY]]


def _decides(asked: Request, reading: Reading) -> bool:
    """Whether the buttons of a decision belong on the card: somebody in a room may well decide."""
    if not Request.objects.undecided(reading.at).filter(pk=asked.pk).exists():
        return False
    if reading.reader is None:
        return True
    return policy.why_not_decide(asked, by=reading.reader, at=reading.at) is None


def _buttons(original: Request, asked: Request, reading: Reading) -> list[Block]:
    found = _deciding(asked, reading) if _decides(asked, reading) else []
    if newest := _to_acknowledge(original, reading):
        found.append(blocks.button(_("Acknowledge"), ACKNOWLEDGE, newest.pk.hex))
    case = absolute(original.get_absolute_url())
    return [*found, blocks.link(_("Open the case"), case, 9)]


def _deciding(asked: Request, reading: Reading) -> list[Block]:
    """Return the buttons of a decision; where a chat decides nothing, one that opens the page."""
    ratifying, value = asked.ratify_by is not None, asked.pk.hex
    if ours.why_not_by_chat(asked):
        label = _("Ratify or refuse") if ratifying else _("Decide")
        page = page_of(asked, reading.reader, at=reading.at)
        return [blocks.link(label, page, 1, main=True)]
    ask = in_short(asked)
    if ratifying:
        yes = blocks.button(_("Ratify"), RATIFY, value, ask=ask, main=True)
        return [yes, blocks.button(_("Refuse…"), REFUSE, value)]
    return [
        blocks.button(_("Approve"), APPROVE, value, ask=ask, main=True),
        blocks.button(_("Less…"), LESS, value),
        blocks.button(_("Deny…"), DENY, value),
    ]


def in_short(asked: Request) -> str:
    """Say in a line what is decided on."""
    facts = {
        "person": one_line(str(asked.requester)),
        "targets": ", ".join(target.name for target in asked.targets.all()),
        "length": minutes_words(asked.minutes),
    }
    return _("%(person)s, on %(targets)s, for %(length)s.") % facts


def page_of(asked: Request, reader: User | None, *, at: datetime) -> str:
    """Return where one decides on a page: a person by their own link, a room after signing in."""
    if reader and (mine := own_link(asked, reader, at=at)):
        return absolute(reverse("decision-link", args=[links.token(mine)]))
    return absolute(reverse("decision", args=[asked.pk]))


def _to_acknowledge(original: Request, reading: Reading) -> Delivery | None:
    """Return the newest message of the case here, where its reader is to say that they have read.

    By it the button knows up to where they have.
    """
    here = _told_here(original, reading)
    if reading.reader is None:
        return here.last() if here.filter(urgent=True).exists() else None
    mine = Delivery.objects.of_case(original.ref).filter(recipient=reading.reader)
    return here.last() if mine.unread().exists() else None


def _told_here(original: Request, reading: Reading) -> DeliveryQuerySet:
    """Return what the reader was told of a case on this channel, oldest first."""
    rows = Delivery.objects.of_case(original.ref)
    return rows.filter(recipient=reading.reader, channel=reading.channel)


def _leads(message: Message) -> list[Block]:
    """Return where an event leads; what has no card is acknowledged here."""
    found = [
        blocks.link(label, url, place) for place, (label, url) in enumerate(message.actions[:1])
    ]
    receipt = Delivery.objects.receipt_of(message.delivery)
    if receipt and not receipt.acknowledged_at and message.story.request is None:
        found.append(blocks.button(_("Acknowledge"), ACKNOWLEDGE, message.delivery.pk.hex))
    return found


def _newest_witness(original: Request, reading: Reading) -> list[Block]:
    """Say where the newest event of the case that is told here stands in the record."""
    newest = _told_here(original, reading).last()
    return [blocks.small(_witness(newest.entry_seq, State.objects.get()))] if newest else []


def _witness(entry: int, state: State) -> str:
    """Say where an event stands in the record, so that this message is a witness of it, too."""
    facts = {"entry": entry, "size": state.size, "head": state.tree.root.hex()[:16]}
    return _("Entry %(entry)s of the record. Its head: %(size)s, %(head)s") % facts
