"""Statistics of approvals: too fast, in series, at odd hours, by the same two for each other."""

import math

from judgement.unusual.formulas import deviation, smoothed, surprise, tail
from judgement.unusual.memory import DAY, Memory, Person
from judgement.unusual.scene import Scene, hour_share
from judgement.unusual.session import Reading, weight
from judgement.unusual.things import novelty

_FAST = 30.0  # seconds; nobody reads a request in less
_SOON = 360.0  # minutes, after which a refusal counts for a third
_KNOWN = 10  # decisions of an approver before they are compared with themselves


def fast(scene: Scene) -> Reading | None:
    """Approved faster than it can be read; graver where the approver does so often."""
    latency, approver = scene.session.latency, scene.approver
    if latency is None or scene.session.refused or latency >= _FAST:
        return None
    graver = 1.0
    if len(approver.latencies) >= _KNOWN:
        logs = [math.log1p(each) for each in approver.latencies]
        rash = sum(1 for each in approver.latencies if each < 10) / len(logs)
        faster = -deviation(math.log1p(latency), logs, least=0.5).z
        graver = min(max(faster / 3, 0.3) + 2 * rash, 1.5)
    said = f"{scene.session.approver} approved after {latency:.0f} seconds."
    return Reading("fast", math.log2(_FAST / max(latency, 0.5)) * graver, said)


def approver_hour(scene: Scene) -> Reading | None:
    """An approval at an hour at which the approver does not work."""
    if scene.session.on_call or scene.approver.decisions < _KNOWN:
        return None
    of_all = hour_share(scene.everybody.habits, scene.hour, 1 / 24, 10)
    strength = surprise(hour_share(scene.approver.habits, scene.hour, of_all, 5)) - 4.6
    if strength <= 0:
        return None
    said = f"{scene.session.approver} hardly ever decides around {scene.session.at:%H}:00."
    return Reading("approver_hour", strength, said, 0.7)


def series(scene: Scene) -> Reading | None:
    """Approvals one behind the other."""
    approver = scene.approver
    count = 1 + sum(1 for at in approver.times if at > scene.at - 15)
    if count < 3:
        return None
    seen = max(scene.at - approver.first, 0) / DAY
    a_day = (approver.decisions + 2) / (seen + 3)
    strength = tail(count, a_day / 24)
    said = f"{scene.session.approver} decided {count} requests within a quarter of an hour."
    return Reading("series", strength, said, weight(strength, grave=7))


def shopping(scene: Scene) -> Reading | None:
    """Granted after refusals of the same within a day; graver when soon, or by another approver."""
    session = scene.session
    if session.refused or not session.target:
        return None
    strength, refused, others = 0.0, 0, False
    for each in scene.recent(DAY):
        if each.target != session.target:
            continue
        if not each.refused:
            break
        refused += 1
        strength += math.exp((each.at - scene.at) / _SOON)
        others |= each.approver != session.approver
    if not refused:
        return None
    said = (f"{session.target} was refused {refused} times within 24 hours, and then granted"
            f"{' by another approver' if others else ''}.")  # fmt: skip
    # Whoever is refused what they use every day just asks again.
    strength *= (0.5 + min(novelty(scene), 10) / 10) * (1.2 if others else 1)
    return Reading("shopping", strength, said, 1.0 if refused > 1 else 0.8)


def approver(scene: Scene) -> Reading | None:
    """An approver who hardly ever decides for this team."""
    session = scene.session
    if not session.approver or session.refused:
        return None
    of_all = smoothed(scene.everybody.approvers, session.approver, scene.everybody.granted, 0.02, 2)
    of_team = smoothed(scene.team.approvers, session.approver, scene.team.granted, of_all / 4, 4)
    own = scene.person.approvers
    strength = surprise((own.count(session.approver) + 4 * of_team) / (len(own) + 4))
    if strength < 4:
        return None
    said = f"{session.approver} hardly ever decides for {session.person}."
    return Reading("approver", strength, said, 0.5)


def own(scene: Scene) -> Reading | None:
    """Approved by whoever asked."""
    session = scene.session
    if session.refused or not session.approver or session.approver != session.person:
        return None
    return Reading("own_approval", 3.0, f"{session.person} approved their own request.")


def each_other(memory: Memory, scene: Scene) -> Reading | None:
    """Two people approve for each other more often than routing explains."""
    session = scene.session
    other = memory.people.get(session.approver)
    if other is None or session.refused:
        return None
    there = 1 + scene.person.approvers.count(session.approver)
    back = other.approvers.count(session.person)
    if there < 3 or back < 2:
        return None
    thither = tail(there, routed(memory, scene.person, session.approver))
    hither = tail(back, routed(memory, other, session.person))
    if min(thither, hither) < 1:
        return None
    said = (f"{session.approver} and {session.person} approve for each other, {there} and {back}"
            " times of late: more often than routing explains.")  # fmt: skip
    return Reading("each_other", thither + hither, said)


def routed(memory: Memory, person: Person, approver: str) -> float:
    """Return how many of somebody's latest approvals routing would have given an approver.

    Routing is what the approver decides for the others of the team, and a little of all. Their
    own requests do not count: nobody decides those themselves.
    """
    team = memory.teams.get(person.team) or memory.everybody
    everybody, decider = memory.everybody, memory.people.get(approver)
    theirs = decider.granted if decider and decider.team == person.team else 0
    others = max(team.approvers.get(approver, 0) - person.approvers.count(approver), 0)
    total = max(team.granted - len(person.approvers) - theirs, others)
    of_all = smoothed(everybody.approvers, approver, everybody.granted, 0.02, 2)
    return len(person.approvers) * (others + 10 * of_all) / (total + 10)
