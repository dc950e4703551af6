"""By which channels somebody is told, and when."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import User
from alerts.models import MAIL, Contact, Quiet


def channels_of(people: Iterable[User], *, urgent: bool) -> dict[User, list[UUID]]:
    """Return the channels of each person that a message of this urgency goes by, mail first.

    What is urgent goes by all of them. Whoever wants no ordinary mail gets it all the same where
    no other channel of theirs takes what is ordinary.
    """
    people = [*people]
    found: dict[UUID, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(person__in=people, channel__enabled=True):
        found[contact.person_id].append(contact)
    return {person: _chosen(found[person.pk], urgent=urgent) for person in people}


def _chosen(contacts: list[Contact], *, urgent: bool) -> list[UUID]:
    taking = [each for each in contacts if urgent or each.takes == Contact.Takes.ALL]
    others = [each.channel_id for each in taking if each.channel_id != MAIL]
    named = {each.channel_id: each for each in contacts}
    mailed = MAIL not in named or named[MAIL] in taking
    return [MAIL, *others] if mailed or not others else others


def times_of(people: Iterable[User], *, urgent: bool, at: datetime) -> dict[User, datetime]:
    """Return when each person may be told of something at `at`: at once, but for quiet hours."""
    people = [*people]
    if urgent:
        return dict.fromkeys(people, at)
    quiet = {
        row.person: row for row in Quiet.objects.filter(person__in=people).select_related("person")
    }
    return {person: quiet[person].until(at) if person in quiet else at for person in people}
