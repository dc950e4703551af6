"""Who is who: people of ours by their mail addresses among the members of a workspace.

Nobody types who they are in Slack, for whoever presses a button acts as that person.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from alerts.channels.base import Trouble
from alerts.channels.slack_api import client, error_of, trouble_of
from alerts.models import Channel, Contact
from core.errors import WrongState
from core.speech import phrase

_UNKNOWN = ("users_not_found", "user_not_found")


@dataclasses.dataclass(kw_only=True)
class Linked:
    """What came of looking people up; `trouble` says why it ended early."""

    found: list[User] = dataclasses.field(default_factory=list)
    unknown: list[User] = dataclasses.field(default_factory=list)
    left: list[User] = dataclasses.field(default_factory=list)
    trouble: Trouble | None = None


def pressing(member: str, team: str, channels: Sequence[Channel]) -> User | None:
    """Return the person that a member is on the channels of one app; None where that is unclear.

    The app may be in other workspaces as well, whose members are none of ours.
    """
    ours = [each for each in channels if each.unsealed().get("team_id", team) == team]
    rows = Contact.objects.filter(channel__in=ours, address=member)
    found = {each.person for each in rows.select_related("person")}
    return found.pop() if len(found) == 1 else None


def member_with(email: str, channel: Channel) -> str | None:
    """Return the id of the member with that mail address, or None. Raises Trouble as Slack does."""
    try:
        said = client(channel.unsealed()["bot_token"]).users_lookupByEmail(email=email)
    except Exception as error:
        if error_of(error) in _UNKNOWN:
            return None
        raise trouble_of(error) from error
    user = said.get("user") or {}
    return None if user.get("deleted") or user.get("is_bot") else str(user["id"])


def why_not_link(person: User, member: str, channel: Channel) -> str | None:
    """Why a member cannot be this person: they are another one already."""
    rows = Contact.objects.filter(channel=channel, address=member).exclude(person=person)
    if other := rows.select_related("person").first():
        return phrase("This member of Slack is %(person)s already.", person=other.person)
    return None


@transaction.atomic
def link(person: User, member: str, channel: Channel, *, at: datetime) -> Contact:
    """Keep who somebody is in a workspace. Raises WrongState where the member is another one."""
    Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if why := why_not_link(person, member, channel):
        raise WrongState(why)
    contact = Contact.objects.filter(person=person, channel=channel).first()
    contact = contact or Contact(person=person, channel=channel)
    if contact.address != member:
        contact.address, contact.added_at = member, at
        contact.save()
    return contact


def unlinked(channel: Channel) -> list[User]:
    """Return the people who are not known on a channel yet."""
    known = Contact.objects.filter(channel=channel).values("person")
    return list(User.objects.filter(is_active=True).exclude(pk__in=known).order_by("name"))


def look_up(people: Iterable[User], channel: Channel, *, at: datetime) -> Linked:
    """Link people by their mail addresses, until Slack has enough of it."""
    came, left = Linked(), [*people]
    while left:
        person = left[0]
        try:
            member = member_with(person.email, channel)
        except Trouble as trouble:
            came.trouble, came.left = trouble, left
            return came
        left.pop(0)
        if member and not why_not_link(person, member, channel):
            link(person, member, channel, at=at)
            came.found.append(person)
        else:
            came.unknown.append(person)
    return came
