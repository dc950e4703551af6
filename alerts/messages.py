"""What a message says, before it takes the form of a channel.

It speaks the recipient's language, whoever acted. The words of an event are one template,
`templates/email/<kind>.txt`; its first line is the subject. They are plain text, and each channel
escapes them as a whole. What people wrote is never among them: it stands apart, quoted line by
line, so that nobody can speak in our name.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.policy import why_not_see_erasures
from alerts import belonging
from alerts.models import Delivery
from alerts.stories import Story
from alerts.templatetags.letters import instant
from audit.events import title_of
from audit.models import State
from breakglass import links, policy
from breakglass.models import DecisionLink, Request
from core import refs
from core.speech import shown
from core.templatetags.ui import listed
from core.words import minutes_words
from reviews import monthly
from reviews.policy import why_not_oversee

Audience = Delivery.Audience
_LONGEST_SUBJECT = 150
# What the record is about, where that has a page of its own, and who is led there.
_LED_THERE = frozenset({Audience.ASSIGNED, Audience.REVIEWER, Audience.JUDGE, Audience.COMPLIANCE})
_THINGS = {
    "review": gettext_lazy("Open the review"),
    "finding": gettext_lazy("Open the finding"),
    "obligation": gettext_lazy("Open the task"),
}
_QUOTED = {
    "justification": gettext_lazy("Reason"),
    "intent": gettext_lazy("Plan"),
    "comment": gettext_lazy("Comment"),
    "reason": gettext_lazy("Reason"),
    "question": gettext_lazy("Question"),
    "answer": gettext_lazy("Answer"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Words:
    """What a message says, before it takes the form of a channel."""

    subject: str
    text: str
    facts: list[tuple[str, str]]
    quotes: list[tuple[str, list[str]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """One delivery in words: what every channel is given. `actions` are labels with addresses."""

    delivery: Delivery
    story: Story
    words: Words
    actions: list[tuple[str, str]]
    because: str
    state: State
    at: datetime

    @property
    def context(self) -> dict[str, object]:
        """What the layouts of messages take."""
        return {
            "words": self.words,
            "drill": self.story.drill,
            "actions": self.actions,
            "because": self.because,
            "entry": self.story.entry.seq,
            "size": self.state.size,
            "root": self.state.tree.root.hex(),
            "home": settings.BASE_URL,
        }


def compose(delivery: Delivery, story: Story, *, at: datetime) -> Message:
    """Return what a delivery says, as things stand at `at`, in its reader's language."""
    with reading_as(delivery.recipient):
        words = words_of(story, reader=delivery.recipient)
        if delivery.audience == Audience.ASKED:
            words = _seated(words, story, delivery.recipient, at=at)
        if not delivery.channel.quotes:
            words = dataclasses.replace(words, quotes=[])
        return Message(
            delivery=delivery,
            story=story,
            words=words,
            actions=_actions(delivery, story, at=at),
            because=delivery.get_audience_display(),
            state=State.objects.get(),
            at=at,
        )


def words_of(story: Story, *, reader: User | None) -> Words:
    """Return what `reader` is told of a story, in the current language and time zone."""
    asked = story.request
    text = render_to_string(f"email/{story.entry.kind}.txt", _context(story, reader)).strip()
    subject, _line, body = text.partition("\n")
    case = _("[Case %(case)s]") % {"case": asked.case} if asked else ""
    drill = _("DRILL:") if story.drill else ""
    return Words(
        subject=one_line(f"{case} {drill} {subject}")[:_LONGEST_SUBJECT],
        text=body.strip(),
        facts=facts_of(asked) if asked else _other_facts(story, reader),
        quotes=[] if _why_untold(story, reader) else _quotes(story),
    )


def _other_facts(story: Story, reader: User | None) -> list[tuple[str, str]]:
    """Return what there is to know of what belongs to no case."""
    if report := _report(story):
        return [(one_line(label), one_line(value)) for label, value in report.facts]
    return _standing_in(story) or _rights(story, reader)


def _report(story: Story) -> monthly.Told | None:
    """Return the figures of a month, where it is about them."""
    event = story.event
    return monthly.told(event, at=story.at) if isinstance(event, monthly.ReportWritten) else None


def _seated(words: Words, story: Story, reader: User | None, *, at: datetime) -> Words:
    """Say first in whose place somebody is asked, where it is not their own."""
    seat = policy.seat_for(story.asked, by=reader, at=at) if reader and story.request else None
    if seat is None or seat.instead_of is None:
        return words
    place = (_("You stand in for"), one_line(str(seat.instead_of)))
    return dataclasses.replace(words, facts=[place, *words.facts])


def _rights(story: Story, reader: User | None) -> list[tuple[str, str]]:
    """What somebody whose groups were changed may do now, by all of them."""
    if reader is None or not belonging.differs(story.event):
        return []
    found = belonging.facts(reader, story.at)
    return [(one_line(label), one_line(value)) for label, value in found]


def _standing_in(story: Story) -> list[tuple[str, str]]:
    """Return who stands in for whom and when, where it is about that."""
    made = story.substitution
    if made is None:
        return []
    return [
        (_("Person"), one_line(str(made.person))),
        (_("Stands in"), one_line(str(made.substitute))),
        (_("From"), instant(made.since)),
        (_("Until"), instant(made.until)),
    ]


def one_line(text: str) -> str:
    """Return text for a heading: no line breaks, nothing that reorders or hides what follows."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@contextmanager
def reading_as(person: User | None) -> Iterator[None]:
    """Speak a person's language and their time zone.

    Whoever chose no language is told in ours, and so are places, where many read.
    """
    language = person.language if person and person.language else settings.LANGUAGE_CODE
    zone = ZoneInfo(person.time_zone) if person else timezone.get_default_timezone()
    with timezone.override(zone), translation.override(language):
        yield


def _context(story: Story, reader: User | None) -> dict[str, object]:
    """Return what the words of an event are made of."""
    asked, event, freeze = story.request, story.event, story.freeze
    return {
        "joined": one_line(belonging.joined(event)),
        "left": one_line(belonging.left(event)),
        "rights": _rights(story, reader),
        "story": story,
        "event": event,
        "asked": asked,
        "actor": one_line(story.voice),
        **_pair(story, reader),
        **_round(story),
        "requester": one_line(str(asked.requester)) if asked else "",
        "targets": listed(one_line(name) for name in story.targets),
        "length": minutes_words(asked.minutes) if asked else "",
        "about": title_of(getattr(event, "about", "")),
        "frozen": one_line(shown(freeze.what)) if freeze else "",
        "why_untold": shown(_why_untold(story, reader) or ""),
        "changed": one_line(getattr(event, "name", "")),
        "month": monthly.title(event) if isinstance(event, monthly.ReportWritten) else "",
        "deadline": instant(asked.ratify_by or asked.lapse_at) if asked else "",
    }


def _round(story: Story) -> dict[str, object]:
    """Return which campaign it is about, whose it is, and how much of it is left."""
    campaign = story.campaign
    if campaign is None:
        return {}
    return {
        "kind": campaign.get_kind_display(),
        "period": campaign.period,
        "owner": one_line(str(campaign.owner)),
        "due": instant(campaign.due_at),
        "left": getattr(story.event, "left", 0),
    }


def _pair(story: Story, reader: User | None) -> dict[str, object]:
    """Return who stands in for whom, where it is about that, and whether the reader is the one."""
    made = story.substitution
    if made is None:
        return {}
    person, substitute = (one_line(str(each)) for each in (made.person, made.substitute))
    return {
        "person": person,
        "substitute": substitute,
        "is_substitute": reader == made.substitute,
    }


def _why_untold(story: Story, reader: User | None) -> str | None:
    """Why the reader is not told what somebody wrote of a freeze; None where they are."""
    if story.freeze is None:
        return None
    if reader is None:
        return _("Why stands in Breakglass, for those who look into it.")
    return policy.why_not_read_reason(story.freeze, by=reader)


def facts_of(asked: Request) -> list[tuple[str, str]]:
    """Return what is asked for, as labels with values."""
    person, length = str(asked.requester), minutes_words(asked.minutes)
    if asked.filed_by != asked.requester:
        person = _("%(person)s, filed by %(other)s") % {"person": person, "other": asked.filed_by}
    if asked.read_only:
        length = _("%(length)s, read-only") % {"length": length}
    facts = [
        (_("Case"), str(asked.case)),
        (_("Scenario"), asked.rules.name),
        (_("Person"), person),
        (_("Targets"), ", ".join(target.name for target in asked.targets.all())),
        (_("Length"), length),
        (_("Start"), instant(asked.starts_at)),
        (_("Reference"), asked.reference),
    ]
    return [(name, one_line(value)) for name, value in facts if value]


def _quotes(story: Story) -> list[tuple[str, list[str]]]:
    """What people wrote, line by line; whoever is asked anew reads the request's own words."""
    source: object = story.event
    if story.request and story.entry.kind in ("request.escalated", "counter.declined"):
        source = story.request
    found = [(label, getattr(source, field, "")) for field, label in _QUOTED.items()]
    if belonging.differs(story.event):
        return []  # why somebody's rights change is between administrators and the record
    if weakenings := getattr(source, "weakenings", []):
        found = [(gettext_lazy("What it weakens"), "\n".join(weakenings)), *found]
    if wrong := getattr(source, "wrong", []):
        found = [(gettext_lazy("What stands in the way"), "\n".join(wrong)), *found]
    return [
        (str(label), [line for raw in text.splitlines() if (line := one_line(raw))])
        for label, text in found
        if text
    ]


def _actions(delivery: Delivery, story: Story, *, at: datetime) -> list[tuple[str, str]]:
    """Return the words and the address of the button, and of the second one if there is one."""
    if delivery.recipient is None:
        return _for_a_place(story)
    found = _leading(delivery, story, delivery.recipient, at=at)
    if receipt := Delivery.objects.receipt_of(delivery):
        page = absolute(receipt.get_absolute_url())
        found.append((_("Say that you have read this"), page))
    return found or [(_("Open the alert"), absolute(delivery.get_absolute_url()))]


def _leading(
    delivery: Delivery, story: Story, person: User, *, at: datetime
) -> list[tuple[str, str]]:
    """Return where it leads: to the decision, or to what it is about as far as they may see it."""
    asked = story.request
    if delivery.audience in _LED_THERE and (place := _to_thing(story)):
        return [place]
    deciding = delivery.audience in (Audience.ASKED, Audience.ASKER)
    if asked and deciding and (link := own_link(asked, person, at=at)):
        verb = _("Ratify or refuse") if asked.ratify_by else _("Decide")
        return [(verb, absolute(reverse("decision-link", args=[links.token(link)])))]
    if asked and Request.objects.visible_to(person, at).filter(pk=asked.original.pk).exists():
        return [_to_case(story, asked)]
    if (report := _report(story)) and not why_not_oversee(by=person):
        return [(one_line(label), absolute(url)) for label, url in report.links]
    return _leading_elsewhere(story, person)


def _to_thing(story: Story) -> tuple[str, str] | None:
    """Return the words and the address of the review, the finding or the task that it is about."""
    words = _THINGS.get(story.entry.subject.partition(":")[0])
    page = refs.labels([story.entry.subject])[story.entry.subject].url
    return (str(words), absolute(page)) if words and page else None


def _to_case(story: Story, asked: Request) -> tuple[str, str]:
    """Return the words and the address of the case; of a question, where it is answered."""
    kind, _colon, key = story.entry.subject.partition(":")
    if kind != "question":
        return _("Open the case"), absolute(asked.get_absolute_url())
    verb = _("Answer") if story.entry.kind == "question.asked" else _("Open the case")
    return verb, absolute(reverse("question", args=[UUID(key)]))


def _leading_into_the_house(story: Story) -> tuple[str, str] | None:
    if story.entry.kind == "alerts.self_tested":
        return _("Put it right"), absolute(reverse("admin:index"))
    if story.campaign:
        return _("Look at the campaign"), absolute(story.campaign.get_absolute_url())
    if story.substitution:
        return _("See who stands in for whom"), absolute(reverse("substitutes"))
    return None


def _leading_elsewhere(story: Story, person: User) -> list[tuple[str, str]]:
    if story.change and not policy.why_not_see_change(story.change, by=person):
        return [(_("Look at the change"), absolute(story.change.get_absolute_url()))]
    if story.erasure and not why_not_see_erasures(by=person):
        return [(_("Look at the erasure"), absolute(story.erasure.get_absolute_url()))]
    if belonging.differs(story.event):
        return [(_("See what you may do"), absolute(reverse("profile")))]
    if (found := _leading_into_the_house(story)) is not None:
        return [found]
    if story.entry.kind.startswith("hold.") and person.may_verify_record:
        return [(_("Look at the holds"), absolute(reverse("ledger-retention")))]
    return []


def _for_a_place(story: Story) -> list[tuple[str, str]]:
    """Return where a room of people may look: each of them as far as they may, once signed in."""
    if story.request:
        return [(_("Open the case"), absolute(story.request.get_absolute_url()))]
    entry = reverse("ledger-entry", args=[story.entry.seq])
    return [(_("Look at the entry"), absolute(entry))]


def own_link(asked: Request, person: User, *, at: datetime) -> DecisionLink | None:
    """Return the person's own link, unless there is nothing left for them to decide."""
    if not Request.objects.undecided(at).filter(pk=asked.pk).exists():
        return None
    if policy.why_not_decide(asked, by=person, at=at):
        return None
    return links.issue(asked, person=person, at=at)


def absolute(path: str) -> str:
    """Return the whole address of a page."""
    return f"{settings.BASE_URL}{path}"
