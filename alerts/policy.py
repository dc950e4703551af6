"""The rules of messages, each once: the sentence why not, or None; and who stands in for whom."""

from collections.abc import Collection

from django.conf import settings

from accounts.models import Part, User
from alerts.models import MAIL, OVERSEERS, Channel, Delivery
from breakglass.models import Request
from core.speech import phrase


def why_not_acknowledge(delivery: Delivery, *, by: User) -> str | None:
    """Why `by` may not say that the message was read."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if by == delivery.recipient:
        return None
    return phrase("Only %(person)s can say that they have read it.", person=delivery.recipient)


def why_not_retry(*, by: User) -> str | None:
    """Why `by` may not have a message sent again."""
    if {Part.RESPONDER, Part.ADMINISTRATOR} & set(by.parts()):
        return None
    return phrase("Only a responder or an administrator may have a message sent again.")


def why_not_by_chat(asked: Request) -> str | None:
    """Why a button in a chat may not decide on a request, but only lead to the page that does.

    Whoever presses it has signed in to the chat, which may ask for less than this house does.
    """
    if not settings.CHAT_DECIDES:
        return phrase(
            "Nobody decides from a chat here: sign in to Breakglass, which the button opens."
        )
    if not asked.rules.chat_decides:
        return phrase(
            "This scenario is not decided from a chat: sign in to Breakglass, which the button"
            " opens."
        )
    return None


def why_not_see_silence(*, by: User) -> str | None:
    """Why `by` may not see which alert nobody has read, and say that they have."""
    if set(OVERSEERS) & set(by.parts()):
        return None
    return phrase("Alerts that nobody has read are for responders and those who oversee.")


def why_not_end_silence(doers: Collection[User], *, by: User) -> str | None:
    """Why it does not count that `by` has read an alert: it is about what they did themselves."""
    if by in doers:
        return phrase("It is about what you did: somebody else has to have read it.")
    return None


def why_not_preview(*, by: User) -> str | None:
    """Why `by` may not read what each kind of message says."""
    if by.plays(Part.ADMINISTRATOR):
        return None
    return phrase("What messages say is shown to administrators, who set up where they go.")


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
