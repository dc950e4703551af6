"""Write the mail of one delivery: the same words as plain text and as HTML.

The words of an event are one template, `templates/email/<kind>.txt`; its first line is the
subject. They are plain text, and the HTML part escapes them as a whole. What people wrote is
never among them: it stands apart, quoted line by line, so that nobody can speak in our name.
"""

import dataclasses
from datetime import datetime, timedelta
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alerts.models import Delivery
from alerts.routes import title_of
from alerts.stories import Story
from audit.models import Entry, State
from breakglass import links, policy
from breakglass.models import DecisionLink, Request
from core.words import duration_words

Audience = Delivery.Audience
_LONGEST_SUBJECT = 150
_QUOTED = {
    "justification": "Reason",
    "intent": "Plan",
    "comment": "Comment",
    "reason": "Reason",
    "question": "Question",
    "answer": "Answer",
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
    with timezone.override(ZoneInfo(delivery.recipient.time_zone)):
        words = words_of(story)
        state = State.objects.get()
        context = {
            "words": words,
            "drill": story.drill,
            "actions": _actions(delivery, story, at=at),
            "because": delivery.get_audience_display(),
            "entry": story.entry.seq,
            "size": state.size,
            "link": bytes(state.link).hex(),
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
    return mail


def words_of(story: Story) -> Words:
    """Return what is said of a story, with times in the time zone that is current."""
    asked, event = story.request, story.event
    context = {
        "story": story,
        "event": event,
        "asked": asked,
        "actor": one_line(str(story.actor)) if story.actor else "Breakglass",
        "requester": one_line(str(asked.requester)) if asked else "",
        "targets": [one_line(name) for name in story.targets],
        "length": duration_words(timedelta(minutes=asked.minutes)) if asked else "",
        "scenario": one_line(asked.rules.name) if asked else "",
        "about": title_of(getattr(event, "about", "")),
        "deadline": (asked.ratify_by or asked.lapse_at) if asked else None,
    }
    text = render_to_string(f"email/{story.entry.kind}.txt", context).strip()
    subject, _, body = text.partition("\n")
    case = f"[Case {asked.case}] " if asked else ""
    drill = "DRILL: " if story.drill else ""
    return Words(
        subject=one_line(f"{case}{drill}{subject}")[:_LONGEST_SUBJECT],
        text=body.strip(),
        facts=_facts(asked) if asked else [],
        quotes=_quotes(story),
    )


def one_line(text: str) -> str:
    """Return text for a heading: no line breaks, nothing that reorders or hides what follows."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _facts(asked: Request) -> list[tuple[str, str]]:
    filed = "" if asked.filed_by == asked.requester else f", filed by {asked.filed_by}"
    less = ", read-only" if asked.read_only else ""
    facts = [
        ("Case", str(asked.case)),
        ("Scenario", asked.rules.name),
        ("Person", f"{asked.requester}{filed}"),
        ("Targets", ", ".join(target.name for target in asked.targets.all())),
        ("Length", f"{duration_words(timedelta(minutes=asked.minutes))}{less}"),
        ("Reference", asked.reference),
    ]
    return [(name, one_line(value)) for name, value in facts if value]


def _quotes(story: Story) -> list[tuple[str, list[str]]]:
    """What people wrote, line by line; whoever is asked anew reads the request's own words."""
    source: object = story.event
    if story.request and story.entry.kind in ("request.escalated", "counter.declined"):
        source = story.request
    found = [(label, getattr(source, field, "")) for field, label in _QUOTED.items()]
    return [
        (label, [line for raw in text.splitlines() if (line := one_line(raw))])
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
        verb = "Ratify or refuse" if asked.ratify_by else "Decide"
        found = [(verb, _absolute(reverse("decision-link", args=[links.token(link)])))]
    elif asked and Request.objects.visible_to(person, at).filter(pk=asked.original.pk).exists():
        found = [("Open the case", _absolute(asked.get_absolute_url()))]
    if delivery.receipt:
        found.append(("Say that you have read this", alert))
    return found or [("Open the alert", alert)]


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
        f"head={bytes(state.link).hex()}",
    }
    if entry.case:
        thread = f"<{entry.case.replace(':', '.')}@{host}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    if delivery.urgent:
        headers["Importance"] = "high"
    return headers
