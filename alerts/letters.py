"""Write the mail of one delivery: the same words as plain text and as HTML.

It speaks the recipient's language, whoever acted. The words of an event are one template,
`templates/email/<kind>.txt`; its first line is the subject. They are plain text, and the HTML
part escapes them as a whole. What people wrote is never among them: it stands apart, quoted line
by line, so that nobody can speak in our name.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime, formataddr
from time import monotonic, sleep
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
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
from audit import heads
from audit.events import title_of
from audit.models import Entry, State
from breakglass import links, policy
from breakglass.models import DecisionLink, Request
from core.speech import shown
from core.templatetags.ui import listed
from core.words import minutes_words

Audience = Delivery.Audience
_LONGEST_SUBJECT = 150
_PATIENCE, _LOOK = 1.0, 0.05  # seconds to wait for a receipt, and between two looks for it
_PROVED = frozenset(
    {
        "decision.approved", "decision.denied", "decision.ratified", "request.approved",
        "grant.activated", "grant.scheduled", "breakglass.activated", "ratification.confirmed",
        "ratification.refused",
    }
)  # fmt: skip
_HOLDERS = frozenset({Audience.REQUESTER, Audience.APPROVER, Audience.ASKED})
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


def write(delivery: Delivery, story: Story, *, at: datetime) -> EmailMultiAlternatives:
    """Return the mail that tells a delivery's recipient its story, as things stand at `at`."""
    with _reading_as(delivery.recipient):
        words = words_of(story, reader=delivery.recipient)
        state = State.objects.get()
        context = {
            "words": words,
            "drill": story.drill,
            "actions": _actions(delivery, story, at=at),
            "because": delivery.get_audience_display(),
            "entry": story.entry.seq,
            "size": state.size,
            "root": state.tree.root.hex(),
            "home": settings.BASE_URL,
        }
        text = render_to_string("email/layout.txt", context).strip()
        html = render_to_string("email/layout.html", context).strip()
    mail = EmailMultiAlternatives(
        subject=words.subject,
        body=text,
        to=[formataddr((one_line(str(delivery.recipient)), delivery.recipient.email))],
        headers=_headers(delivery, story.entry, state, at=at),
    )
    mail.attach_alternative(html, "text/html")
    if receipt := _receipt(delivery, story, at=at):
        mail.attach(f"entry-{story.entry.seq}.tlog-proof", receipt, "text/plain")
    return mail


def _receipt(delivery: Delivery, story: Story, *, at: datetime) -> str | None:
    """Return the receipt of a decision for those it binds; it waits a moment for the signature.

    Never longer, and not at all while nobody signs: a receipt can be had later, news cannot.
    """
    if story.entry.kind not in _PROVED or delivery.audience not in _HOLDERS:
        return None
    until = monotonic() + (_PATIENCE if heads.is_signing(at) else 0)
    while not (receipt := heads.receipt(story.entry.seq)) and monotonic() < until:
        sleep(_LOOK)
    return receipt


def words_of(story: Story, *, reader: User) -> Words:
    """Return what `reader` is told of a story, in the current language and time zone."""
    asked = story.request
    text = render_to_string(f"email/{story.entry.kind}.txt", _context(story, reader)).strip()
    subject, _line, body = text.partition("\n")
    case = _("[Case %(case)s]") % {"case": asked.case} if asked else ""
    drill = _("DRILL:") if story.drill else ""
    return Words(
        subject=one_line(f"{case} {drill} {subject}")[:_LONGEST_SUBJECT],
        text=body.strip(),
        facts=_facts(asked) if asked else _rights(story, reader),
        quotes=[] if _why_untold(story, reader) else _quotes(story),
    )


def _rights(story: Story, reader: User) -> list[tuple[str, str]]:
    """What somebody whose groups were changed may do now, by all of them."""
    if not belonging.differs(story.event):
        return []
    found = belonging.facts(reader, story.at)
    return [(one_line(label), one_line(value)) for label, value in found]


def one_line(text: str) -> str:
    """Return text for a heading: no line breaks, nothing that reorders or hides what follows."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@contextmanager
def _reading_as(person: User) -> Iterator[None]:
    """Speak a person's language and their time zone. Whoever chose no language is told in ours."""
    language = person.language or settings.LANGUAGE_CODE
    with timezone.override(ZoneInfo(person.time_zone)), translation.override(language):
        yield


def _context(story: Story, reader: User) -> dict[str, object]:
    """Return what the words of an event are made of."""
    asked, event, freeze = story.request, story.event, story.freeze
    return {
        "joined": one_line(belonging.joined(event)),
        "left": one_line(belonging.left(event)),
        "rights": _rights(story, reader),
        "story": story,
        "event": event,
        "asked": asked,
        "actor": one_line(str(story.actor)) if story.actor else "Breakglass",
        "requester": one_line(str(asked.requester)) if asked else "",
        "targets": listed(one_line(name) for name in story.targets),
        "length": minutes_words(asked.minutes) if asked else "",
        "about": title_of(getattr(event, "about", "")),
        "frozen": one_line(shown(freeze.what)) if freeze else "",
        "why_untold": _why_untold(story, reader),
        "changed": one_line(getattr(event, "name", "")),
        "deadline": instant(asked.ratify_by or asked.lapse_at) if asked else "",
    }


def _why_untold(story: Story, reader: User) -> str | None:
    """Why the reader is not told what somebody wrote of a freeze; None where they are."""
    return policy.why_not_read_reason(story.freeze, by=reader) if story.freeze else None


def _facts(asked: Request) -> list[tuple[str, str]]:
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
    return [
        (str(label), [line for raw in text.splitlines() if (line := one_line(raw))])
        for label, text in found
        if text
    ]


def _actions(delivery: Delivery, story: Story, *, at: datetime) -> list[tuple[str, str]]:
    """Return the words and the address of the button, and of the second one if there is one."""
    asked, person = story.request, delivery.recipient
    alert = _absolute(delivery.get_absolute_url())
    found = []
    deciding = delivery.audience in (Audience.ASKED, Audience.ASKER)
    if asked and deciding and (link := _link(asked, person, at=at)):
        verb = _("Ratify or refuse") if asked.ratify_by else _("Decide")
        found = [(verb, _absolute(reverse("decision-link", args=[links.token(link)])))]
    elif asked and Request.objects.visible_to(person, at).filter(pk=asked.original.pk).exists():
        found = [(_("Open the case"), _absolute(asked.get_absolute_url()))]
    elif story.change and not policy.why_not_see_change(story.change, by=person):
        found = [(_("Look at the change"), _absolute(story.change.get_absolute_url()))]
    elif story.erasure and not why_not_see_erasures(by=person):
        found = [(_("Look at the erasure"), _absolute(story.erasure.get_absolute_url()))]
    elif belonging.differs(story.event):
        found = [(_("See what you may do"), _absolute(reverse("profile")))]
    elif story.entry.kind.startswith("hold.") and person.may_verify_record:
        found = [(_("Look at the holds"), _absolute(reverse("ledger-retention")))]
    if delivery.receipt:
        found.append((_("Say that you have read this"), alert))
    return found or [(_("Open the alert"), alert)]


def _link(asked: Request, person: User, *, at: datetime) -> DecisionLink | None:
    """Return the person's own link, unless there is nothing left for them to decide."""
    if not Request.objects.undecided(at).filter(pk=asked.pk).exists():
        return None
    if policy.why_not_decide(asked, by=person, at=at):
        return None
    return links.issue(asked, person=person, at=at)


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def _headers(delivery: Delivery, entry: Entry, state: State, *, at: datetime) -> dict[str, str]:
    """One case is one thread; a mail that is sent twice is the same mail."""
    host = urlsplit(settings.BASE_URL).hostname or "breakglass"
    key = f"{entry.event_id.hex}.{delivery.recipient_id.hex}"
    headers = {
        "Message-ID": f"<{key}@{host}>",
        "Date": format_datetime(at),
        "Auto-Submitted": "auto-generated",
        "X-Breakglass-Record": f"entry={entry.seq}; size={state.size}; "
        f"root={state.tree.root.hex()}",
    }
    if entry.case:
        thread = f"<{entry.case.replace(':', '.')}@{host}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    if delivery.urgent:
        headers["Importance"] = "high"
    return headers
