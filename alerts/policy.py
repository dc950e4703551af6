"""The rules of messages, each once: the sentence why not, or None."""

from accounts.models import Part, User
from alerts.models import Delivery
from core.speech import phrase


def why_not_acknowledge(delivery: Delivery, *, by: User) -> str | None:
    """Why `by` may not say that the message was read."""
    if by == delivery.recipient:
        return None
    return phrase("Only %(person)s can say that they have read it.", person=delivery.recipient)


def why_not_retry(*, by: User) -> str | None:
    """Why `by` may not have a message sent again."""
    if {Part.RESPONDER, Part.ADMINISTRATOR} & set(by.parts()):
        return None
    return phrase("Only a responder or an administrator may have a message sent again.")
