"""Statistics of what is opened: targets never used, work of other teams, and tickets."""

import math

from judgement.unusual.amounts import ENOUGH, logarithm
from judgement.unusual.formulas import smoothed, surprise, tail
from judgement.unusual.memory import DAY
from judgement.unusual.scene import Scene
from judgement.unusual.session import Reading, weight

_SOON = 240.0  # minutes
_FRESH = 15.0  # minutes


def novelty(scene: Scene) -> float:
    """Return in bits how new the target is for the person, who may be curious by habit."""
    person, name = scene.person, scene.session.target
    if not name:
        return 0.0
    curious = len(person.targets) + 2
    return surprise(smoothed(person.targets, name, person.sessions, scene.team_share, curious))


def target(scene: Scene) -> Reading | None:
    """A target that neither the person nor the team uses."""
    session = scene.session
    strength = novelty(scene)
    if strength < 5:
        return None
    whose = f"{session.person} and their team hardly ever use {session.target}"
    said = f"{whose}, which is sensitive." if session.sensitive else f"{whose}."
    return Reading("target", strength * (1.3 if session.sensitive else 1), said, 0.9)


def relay(scene: Scene) -> Reading | None:
    """Granted to somebody who hardly uses it, soon after a colleague was refused."""
    session, before = scene.session, scene.target.refused
    if session.refused or before is None or scene.at - before.at > _SOON:
        return None
    if before.team != session.team or before.person == session.person:
        return None
    strength = novelty(scene)
    if strength < 5:
        return None
    said = (f"{session.target} was refused to {before.person} {scene.at - before.at:.0f} minutes"
            f" before, and {session.person} hardly ever uses it.")  # fmt: skip
    return Reading("relay", strength, said, weight(strength, grave=9, slight=0.6))


def foreign(scene: Scene) -> Reading | None:
    """Work on what other teams use, again and again within five days."""
    if scene.foreign < 1:
        return None
    before = scene.recent(5 * DAY)
    again = sum(1 for each in before if each.foreign)
    said = (f"It is the {_ordinal(again + 1)} session within five days on what"
            " the team does not use.")  # fmt: skip
    return Reading("foreign", scene.foreign + 3 * again, said)


def sensitive(scene: Scene) -> Reading | None:
    """Many sessions on sensitive targets within a day."""
    if not scene.session.sensitive:
        return None
    count = 1 + sum(1 for each in scene.recent(DAY) if each.sensitive)
    if count < 3:
        return None
    seen = max(scene.at - scene.person.first, 0) / DAY
    a_day = (scene.person.sensitive + 0.5) / (seen + 3)
    said = f"{scene.session.person} opened sensitive targets {count} times within a day."
    strength = tail(count, a_day)
    return Reading("sensitive", strength, said, weight(strength, grave=6.5))


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def own_ticket(scene: Scene) -> Reading | None:
    """A ticket that the person wrote just before."""
    session = scene.session
    if not session.ticket_by_requester or session.ticket_age is None:
        return None
    if session.ticket_age >= _FRESH:
        return None
    said = (f"{session.person} wrote the ticket {session.ticket_age:.0f} minutes before,"
            " and refers to it.")  # fmt: skip
    return Reading("own_ticket", math.log2(_FRESH / max(session.ticket_age, 0.25)), said)


def old_ticket(scene: Scene) -> Reading | None:
    """A ticket older than any that was named of late."""
    known = scene.everybody.values.get("ticket_age", ())
    age = logarithm(scene.session, "ticket_age")
    if age is None or len(known) < ENOUGH or age <= (oldest := max(known)):
        return None
    days = (scene.session.ticket_age or 0) / DAY
    strength = 1.5 + 2 * (age - oldest)
    said = f"The ticket is {days:.0f} days old; of late nobody named one so old."
    return Reading("old_ticket", strength, said, weight(strength, grave=7, slight=0.5))


def ticket_again(scene: Scene) -> Reading | None:
    """A ticket that was used on other days, for other targets, or by others."""
    ticket, session = scene.ticket, scene.session
    if ticket is None:
        return None
    days = len(set(ticket.days) - {int(scene.at // DAY)})
    targets = len(set(ticket.targets) - {session.target})
    people = len(set(ticket.people) - {session.person})
    strength = days + 0.7 * targets + 0.7 * max(people - 1, 0)
    if strength < 1:
        return None
    said = (f"Ticket {session.ticket} was used before, on {days} other days, for {targets} other"
            f" targets, and by {people} other people.")  # fmt: skip
    return Reading("ticket_again", strength, said, 1.0 if strength >= 2 else 0.7)
