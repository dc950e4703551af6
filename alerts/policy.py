"""The rules of messages, each once: the sentence why not, or None; and who stands in for whom."""

from accounts.models import Part, User
from alerts.models import MAIL, Channel, Delivery
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


def stand_in(delivery: Delivery) -> Channel | None:
    """Return the channel that a message goes by when its own has failed, if there is one.

    What the channel itself names comes first; people get mail where it names nothing.
    """
    other, person = delivery.channel.falls_back_to, delivery.recipient
    if person is None:
        return other if other and other.enabled and not other.personal else None
    if other and other.enabled and _reaches(other, person):
        return other
    mailed = delivery.channel.pk == MAIL
    return None if mailed else Channel.objects.get(pk=MAIL)


def _reaches(channel: Channel, person: User) -> bool:
    return channel.pk == MAIL or channel.contacts.filter(person=person).exists()
