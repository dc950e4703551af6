"""Statistics of place: the way since the last session, and places never seen."""

import math

from judgement.unusual.formulas import distance, smoothed, surprise
from judgement.unusual.memory import DAY
from judgement.unusual.scene import Scene
from judgement.unusual.session import Reading, weight

_NEAR = 300.0  # km; addresses are not placed more exactly than that
_AIRLINER = 900.0  # km/h
_LONG_AGO = 3 * DAY


def travel(scene: Scene) -> Reading | None:
    """Two places, and less time between them than an airliner needs."""
    session, before = scene.session, scene.person.position
    if session.latitude is None or session.longitude is None or session.shared_address:
        return None
    if not before or scene.at - before[0] > _LONG_AGO:
        return None
    way = distance(before[1:], (session.latitude, session.longitude))
    hours = max(scene.at - before[0], 10) / 60
    if way < _NEAR or way / hours < _AIRLINER / 2:
        return None
    said = (f"{way:,.0f} km lie between this place and the one of {hours:.1f} hours before"
            f" ({way / hours:,.0f} km/h).")  # fmt: skip
    seen = scene.person.places.get(session.place, 0)
    back = seen * 2 > sum(scene.person.places.values())  # the way home: the way out was told
    return Reading("travel", math.log2(way / hours), said, 0.4 if back else 1.0)


def place(scene: Scene) -> Reading | None:
    """A place from which neither the person nor the team has worked."""
    session, person = scene.session, scene.person
    if not session.place or session.shared_address or not person.places:
        return None
    of_all = smoothed(scene.everybody.places, session.place, scene.everybody.sessions, 0.01, 2)
    of_team = smoothed(scene.team.places, session.place, scene.team.sessions, of_all, 10)
    known = sum(person.places.values())
    strength = surprise(smoothed(person.places, session.place, known, of_team, 0.5))
    if strength < 3 or session.place in person.places:
        return None
    said = f"{session.person} was never seen in {session.place}."
    return Reading("place", strength, said, weight(strength, grave=15))
