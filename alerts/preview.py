"""What a kind of message says, shown with a real event of the past: nothing is sent by looking."""

import dataclasses
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import plain
from alerts.messages import Message, reading_as, words_of
from alerts.models import MAIL, Delivery
from alerts.routes import ROUTES
from alerts.stories import NothingToTell, Story, story_of
from audit.models import Entry, State
from breakglass.models import Request

_LOOKED_AT = 50  # of the newest events of a kind, until one may be shown

HTML, TEXT, CHAT = "html", "text", "chat"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preview:
    """One event as the messages about it look in one form."""

    story: Story
    subject: str
    body: str


def preview(kind: str, form: str, *, reader: User, at: datetime) -> Preview | None:
    """Show the newest event of a kind that the reader may know of; None where there is none."""
    for entry in Entry.objects.filter(kind=kind).order_by("-seq")[:_LOOKED_AT]:
        try:
            story = story_of(entry)
        except NothingToTell:
            continue  # its words were erased
        if _may_know(story, reader, at):
            return _drawn(story, form, reader=reader, at=at)
    return None


def _may_know(story: Story, reader: User, at: datetime) -> bool:
    """Whether the reader may see the case, or was told of it; in the demo all is invented."""
    if settings.DEMO or story.request is None:
        return True
    if Delivery.objects.filter(entry_seq=story.entry.seq, recipient=reader).exists():
        return True
    return Request.objects.visible_to(reader, at).filter(pk=story.request.original.pk).exists()


def _drawn(story: Story, form: str, *, reader: User, at: datetime) -> Preview:
    """Write the message as to the reader. Its buttons lead to the first page: nothing is issued."""
    delivery = Delivery(
        recipient=reader,
        channel_id=MAIL,
        audience=ROUTES[story.entry.kind].to[0],
        kind=story.entry.kind,
        entry_seq=story.entry.seq,
        urgent=ROUTES[story.entry.kind].urgent,
    )
    with reading_as(reader):
        message = Message(
            delivery=delivery,
            story=story,
            words=words_of(story, reader=reader),
            actions=[(_("A button that leads on"), f"{settings.BASE_URL}/")],
            because=delivery.get_audience_display(),
            state=State.objects.get(),
            at=at,
        )
        return Preview(story=story, subject=message.words.subject, body=_body(message, form))


def _body(message: Message, form: str) -> str:
    if form == CHAT:
        return plain.text([message])
    layout = "email/layout.html" if form == HTML else "email/layout.txt"
    return render_to_string(layout, message.context).strip()
