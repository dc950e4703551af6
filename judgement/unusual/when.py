"""Statistics of time: hours, days, pauses."""

import math

from judgement.unusual.formulas import smoothed, surprise
from judgement.unusual.memory import DAY
from judgement.unusual.scene import Scene, hour_share, work_share
from judgement.unusual.session import Reading, weight

_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_ON_CALL = 0.25  # whoever is on call is called at any hour
_PAUSE = 14 * DAY


def hour(scene: Scene) -> Reading | None:
    """Hours at which the person does not work, nor their team."""
    strength = surprise(work_share(scene)) - 4.6  # an hour like any other has 1 in 24
    if strength <= 0:
        return None
    said = f"{scene.session.at:%H:%M} is outside the hours in which {scene.session.person} works."
    if scene.session.on_call:
        return Reading("off_hours_on_call", strength, said, _ON_CALL)
    return Reading("off_hours", strength, said)


def weekday(scene: Scene) -> Reading | None:
    """Days of the week on which the person never works."""
    if scene.session.on_call:
        return None
    habits, team = scene.person.habits, scene.team.habits
    of_team = (team.days[scene.day] + 2 / 7) / (team.count + 2)
    strength = surprise((habits.days[scene.day] + 4 * of_team) / (habits.count + 4)) - 2.8
    if strength <= 0:
        return None
    said = f"{scene.session.person} hardly ever works on {_DAYS[scene.day]}."
    return Reading("weekday", strength, said, weight(strength, grave=11))


def holiday(scene: Scene) -> Reading | None:
    """Work on a holiday, without being on call."""
    if not scene.session.holiday or scene.session.on_call:
        return None
    return Reading("holiday", 1.0, "It was a holiday, and the person was not on call.", 0.8)


def pause(scene: Scene) -> Reading | None:
    """An account that wakes up after a pause much longer than its usual ones."""
    person = scene.person
    gap = scene.at - person.last
    if not person.sessions or gap < _PAUSE:
        return None
    usual = (person.last - person.first + 5 * DAY) / (person.sessions + 1)
    strength = gap / usual / math.log(10)  # decades, were its sessions spread at random
    if strength < 1.5:
        return None
    said = f"{scene.session.person} had not been seen for {gap / DAY:.0f} days."
    return Reading("dormant", strength, said, weight(strength, grave=8))


def target_hour(scene: Scene) -> Reading | None:
    """Hours at which nobody uses the target, although it is used much."""
    if scene.session.on_call or scene.target.sessions < 20:
        return None
    of_all = hour_share(scene.everybody.habits, scene.hour, 1 / 24, 10)
    strength = surprise(hour_share(scene.target.habits, scene.hour, of_all, 5)) - 4.6
    if strength <= 0:
        return None
    said = f"Hardly anybody uses {scene.session.target} around {scene.session.at:%H}:00."
    return Reading("target_hour", strength, said, weight(strength, grave=5))


def scenario(scene: Scene) -> Reading | None:
    """A scenario that neither the person nor the team uses."""
    name = scene.session.scenario
    if not name or not scene.person.sessions:
        return None
    of_all = smoothed(scene.everybody.scenarios, name, scene.everybody.sessions, 0.02, 1)
    of_team = smoothed(scene.team.scenarios, name, scene.team.sessions, of_all, 4)
    strength = surprise(smoothed(scene.person.scenarios, name, scene.person.sessions, of_team, 4))
    if strength < 3:
        return None
    said = f"{scene.session.person} hardly ever uses the scenario {name}."
    return Reading("scenario", strength, said, weight(strength, grave=12))
