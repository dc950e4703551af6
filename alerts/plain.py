"""Messages as plain text, for channels that draw nothing."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.translation import ngettext

from alerts.messages import Message, reading_as


def title(messages: Sequence[Message]) -> str:
    """Return the heading of messages for one reader."""
    if len(messages) == 1:
        return messages[0].words.subject
    with reading_as(messages[0].delivery.recipient):
        number = len(messages)
        said = ngettext("%(number)s message", "%(number)s messages", number) % {"number": number}
        return f"Breakglass: {said}"


def text(messages: Sequence[Message]) -> str:
    """Return the words of messages for one reader, in the order they are given."""
    with reading_as(messages[0].delivery.recipient):
        context = {"messages": messages, "last": messages[-1]}
        return render_to_string("alerts/plain.txt", context).strip()
