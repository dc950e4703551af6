"""Statistics of amounts: rows, actions, writes, minutes; sessions, targets and refusals at once."""

import math
from itertools import takewhile

from judgement.unusual.formulas import Deviation, deviation, tail
from judgement.unusual.memory import DAY
from judgement.unusual.scene import Scene
from judgement.unusual.session import Reading, Session, weight

_ROW = 5  # sessions of a drift
_SHIFT = 150.0  # minutes; about a quarter of a day's work
ENOUGH = 8  # own sessions before somebody is compared with themselves
_MONTH = (26 * DAY, 33 * DAY)
AWAY = "away:"  # how far values lay from the person's own, of all people
_LEAST = {"rows": 0.45, "actions": 0.45, "writes": 0.6, "minutes": 0.6}
NAMES = tuple(_LEAST)


def rows(scene: Scene) -> Reading | None:
    """Far more rows than the person reads; what comes each month is expected."""
    strength = _z(scene, "rows")
    if strength < 1:
        return None
    said = f"{scene.session.rows:,.0f} rows are far more than {_whose(scene)} usual."
    if _monthly(scene):
        return Reading("rows_monthly", strength, said, 0.25)
    return Reading("rows", strength, said)


def drift(scene: Scene) -> Reading | None:
    """More rows than usual five times in a row, none of them unusual by itself."""
    before = scene.person.deviations
    now = deviation_of_rows(scene)
    if now is None or len(before) < _ROW - 1 or min(before) < 0 or now < 0:
        return None
    strength = (sum(before) + now) / math.sqrt(_ROW)
    if strength < 2:
        return None
    said = f"The last {_ROW} sessions of {scene.session.person} read more rows than usual."
    return Reading("drift", strength, said, weight(strength, grave=5))


def deviation_of_rows(scene: Scene) -> float | None:
    """Return how far the rows lie from the person's usual, as far as that matters for a row."""
    found = deviation_of(scene, "rows")
    return None if found is None else min(found.z, 3.0)


def actions(scene: Scene) -> Reading | None:
    """Far more actions than usual."""
    strength = _z(scene, "actions")
    if strength < 1:
        return None
    said = f"{scene.session.actions:,} actions are far more than {_whose(scene)} usual."
    return Reading("actions", strength, said, weight(strength, grave=5, slight=0.8))


def writes(scene: Scene) -> Reading | None:
    """Far more writing actions than usual."""
    strength = _z(scene, "writes")
    if strength < 1:
        return None
    said = f"{scene.session.writes:,} writing actions are far more than {_whose(scene)} usual."
    return Reading("writes", strength, said)


def minutes(scene: Scene) -> Reading | None:
    """A session much longer, or much shorter, than usual."""
    found = _z(scene, "minutes")
    if abs(found) < 1:
        return None
    strength = max(abs(found), _outside(scene))
    if strength < 1.5:
        return None
    than = "longer" if found > 0 else "shorter"
    said = f"{scene.session.minutes:,.0f} minutes are much {than} than {_whose(scene)} usual."
    slight = 0.7 if found > 0 else 0.6
    return Reading("minutes", strength, said, weight(strength, grave=4, slight=slight))


def _outside(scene: Scene) -> float:
    """Return how far the minutes lie outside all that anybody had of late."""
    known, value = scene.everybody.values.get("minutes", ()), logarithm(scene.session, "minutes")
    if len(known) < ENOUGH or value is None:
        return 0.0
    away = max(value - max(known), min(known) - value)
    return 1.5 + 2 * away if away > 0 else 0.0


def _whose(scene: Scene) -> str:
    return "their" if scene.person.sessions >= ENOUGH else "the team's"


def deviation_of(scene: Scene, name: str) -> Deviation | None:
    """Return how far an amount's logarithm lies from the person's own, else from the team's.

    What is known of few sessions is mixed with how far others lie from their own.
    """
    if name not in scene.deviations:
        scene.deviations[name] = _compared(scene, name)
    return scene.deviations[name]


def _compared(scene: Scene, name: str) -> Deviation | None:
    value = logarithm(scene.session, name)
    if value is None:
        return None
    for known in (scene.person, scene.team, scene.everybody):
        others = known.values.get(name, ())
        if len(others) >= ENOUGH:
            usual = scene.everybody.values.get(AWAY + name, ()) if known is scene.person else ()
            return deviation(value, others, least=_LEAST[name], usual=usual)
    return None


def logarithm(session: Session, name: str) -> float | None:
    """Return an amount as it is compared: log(1 + amount)."""
    value = getattr(session, name)
    return None if value is None else math.log1p(max(value, 0))


def _z(scene: Scene, name: str) -> float:
    found = deviation_of(scene, name)
    return found.z if found else 0.0


def is_large(scene: Scene) -> bool:
    """Whether so many rows are worth remembering, as what may come each month."""
    return _z(scene, "rows") > 2


def _monthly(scene: Scene) -> bool:
    """Whether the person moved as much about a month ago, or two, at about the same hour."""
    value = math.log1p(scene.session.rows or 0)
    for at, before in scene.person.large:
        ago = scene.at - at
        hours = abs((ago / 60 + 12) % 24 - 12)
        if _MONTH[0] < ago < 2 * _MONTH[1] and hours < 2 and value - before < 1.2:
            return True
    return False


def burst(scene: Scene) -> Reading | None:
    """Many sessions within an hour or a day; where the whole team is busy, more are expected."""
    hour, day = len(scene.recent(60)) + 1, len(scene.recent(DAY)) + 1
    if hour < 3 and day < 4:
        return None
    a_day = _a_day(scene)
    by_hour, by_day = tail(hour, a_day / 5), tail(day, a_day)
    strength = max(by_hour, by_day)
    if strength < 1:
        return None
    count, within = (hour, "an hour") if by_hour > by_day else (day, "a day")
    said = f"{scene.session.person} opened {count} sessions within {within}."
    return Reading("burst", strength, said, weight(strength, grave=7))


def many_targets(scene: Scene) -> Reading | None:
    """Many different targets within an hour."""
    found = {each.target for each in scene.recent(60)} | {scene.session.target}
    if len(found) < 3:
        return None
    said = f"{scene.session.person} opened {len(found)} different targets within an hour."
    strength = tail(len(found), _a_day(scene) / 5)
    return Reading("many_targets", strength, said, weight(strength, grave=5.5))


def _a_day(scene: Scene) -> float:
    """Return how many sessions a day are to be expected of the person, as busy as the team is."""
    seen = max(scene.at - scene.person.first, 0) / DAY
    return (scene.person.sessions + 2) / (seen + 3) * _busy(scene)


def _busy(scene: Scene) -> float:
    """Return how much more than usual the others of the team do of late: at least 1."""
    team = scene.team
    known = max(scene.at - team.first, 0) / DAY
    if known < 7:
        return 1.0
    usual = team.sessions / known
    return max(
        1.0,
        (_others(scene, DAY) + 2) / (usual + 2),
        (_others(scene, _SHIFT) + 1) / (usual / 4 + 1),
    )


def _others(scene: Scene, minutes: float) -> int:
    """Return how many sessions the others of the team had in the last minutes."""
    times = scene.team.times
    latest = sum(1 for _ in takewhile(lambda at: at > scene.at - minutes, reversed(times)))
    return latest - len(scene.recent(minutes))


def refusals(scene: Scene) -> Reading | None:
    """Refused again and again within a day, whatever was asked for."""
    before = scene.recent(DAY)
    found = sum(1 for each in before if each.refused) + scene.session.refused
    if found < 2:
        return None
    said = f"{scene.session.person} was refused {found} times within 24 hours."
    expected = 0.1 * (len(before) + 1) + 0.1  # one in ten is refused here and there
    strength = tail(found, expected)
    return Reading("refusals", strength, said, weight(strength, grave=2.8))
