"""Judges each session when it comes, and learns it: the unusual raises its hand, with reasons.

Each statistic says how strong, its window says how rare, and the three rarest make the score:
the first whole, the second half, the third a quarter.
"""

import math
from collections.abc import Callable, Iterable, Iterator

from judgement.unusual import amounts, approvals, things, when, where
from judgement.unusual.memory import (
    DECIDED,
    GROUP,
    OWN,
    Approver,
    Group,
    Memory,
    Person,
    Refusal,
    Ticket,
    Use,
    Window,
    add,
    keep,
)
from judgement.unusual.rarity import WINDOW, Ranks, decades, threshold
from judgement.unusual.scene import Scene, scene
from judgement.unusual.session import Reading, Reason, Session, Verdict

STATISTICS: tuple[Callable[[Scene], Reading | None], ...] = (
    when.hour, when.weekday, when.holiday, when.pause, when.target_hour, when.scenario,
    where.travel, where.place,
    amounts.rows, amounts.drift, amounts.actions, amounts.writes, amounts.minutes,
    amounts.burst, amounts.many_targets, amounts.refusals,
    things.target, things.foreign, things.sensitive, things.relay,
    things.old_ticket, things.own_ticket, things.ticket_again,
    approvals.fast, approvals.approver_hour, approvals.series, approvals.shopping,
    approvals.approver, approvals.own,
)  # fmt: skip
# Statistics that speak of the same thing: whoever comes at night meets an approver at night.
_KINSHIP = {
    code: kin
    for kin, codes in {
        "time": "off_hours off_hours_on_call weekday holiday target_hour approver_hour",
        "amount": "rows rows_monthly drift actions writes minutes",
        "activity": "burst many_targets series",
        "thing": "target scenario sensitive",
        "approval": "shopping refusals approver each_other own_approval relay",
        "ticket": "own_ticket ticket_again old_ticket",
    }.items()
    for code in codes.split()
}
_SHARES = (0.5, 0.25)  # of the second and the third reason
_CHANCE = 1.2  # the decades that a second reason has by chance, there being so many
_LEAST_POINTS = 1.0  # what one session in ten is like, is no reason
# What lies far beyond all others of its statistic counts for more, up to one point and a half.
_FAR, _FURTHER, _MOST_FURTHER = 2.5, 0.3, 1.5
_RECENT = 64
_REFRESH = 100  # sessions after which the threshold is read anew


class Detector:
    """One memory and what is derived from it. Give it sessions in the order of time."""

    def __init__(self, memory: Memory | None = None, *, alerts_a_day: float = 2.0) -> None:
        self.memory = memory or Memory()
        self.alerts_a_day = alerts_a_day
        self._ranks: dict[str, Ranks] = {}
        self._threshold = threshold(self.memory, alerts_a_day)

    def judge(self, session: Session) -> Verdict:
        """Say how unusual a session is, and remember it."""
        memory = self.memory
        before = scene(memory, session)
        readings = list(self._readings(before))
        reasons = sorted((self._reason(each) for each in readings), key=lambda each: -each.points)
        score = _score(reasons)
        told = tuple(each for each in reasons[:3] if each.points >= _LEAST_POINTS)
        alert = bool(told) and score > self._threshold
        for each in readings:
            self._rank(each.code).add(_rough(each.strength), memory.seen)
        _learn(memory, before)
        self._note(before.at, score)
        return Verdict(session=session.id, score=score, alert=alert, reasons=told)

    def _readings(self, before: Scene) -> Iterator[Reading]:
        for statistic in STATISTICS:
            if (reading := statistic(before)) is not None:
                yield reading
        if (reading := approvals.each_other(self.memory, before)) is not None:
            yield reading

    def _reason(self, reading: Reading) -> Reason:
        """Return a reading with its rarity; a hair more for what is stronger among the rarest."""
        ranks, strength = self._rank(reading.code), _rough(reading.strength)
        rank = ranks.rank(strength, self.memory.seen)
        found = decades(rank, self.memory.seen)
        points = reading.weight * found
        if found > _FAR:
            points += min(_FURTHER * ranks.beyond(strength, self.memory.seen), _MOST_FURTHER)
        one_in = round((min(self.memory.seen, WINDOW) + 1) / (rank + 1))
        return Reason(reading.code, one_in, points, reading.sentence)

    def _rank(self, code: str) -> Ranks:
        if code not in self._ranks:
            window = self.memory.windows.setdefault(code, Window())
            self._ranks[code] = Ranks(window)
        return self._ranks[code]

    def _note(self, at: float, score: float) -> None:
        memory = self.memory
        keep(memory.scores, [at, score], WINDOW)
        memory.seen += 1
        if memory.seen % _REFRESH == 0:
            self._threshold = threshold(memory, self.alerts_a_day)
            memory.forget(at)


def _rough(strength: float) -> float:
    """Return a strength as exactly as it means something: small differences are equal ranks."""
    return round(strength, 1)


def _score(reasons: Iterable[Reason]) -> float:
    """Return the score of reasons, the strongest first; what is akin counts once."""
    alike: dict[str, float] = {}
    for reason in reasons:
        alike.setdefault(_KINSHIP.get(reason.code, reason.code), reason.points)
    first, *others = *alike.values(), 0.0
    beyond = (max(0.0, points - _CHANCE) for points in others)
    return first + sum(share * points for share, points in zip(_SHARES, beyond, strict=False))


def _learn(memory: Memory, seen: Scene) -> None:
    """Remember a session with everybody and everything that it touches."""
    session = seen.session
    person = memory.people.setdefault(session.person, seen.person)
    team = memory.teams.setdefault(session.team, seen.team)
    _learn_person(person, seen)
    for group in (team, memory.everybody):
        _learn_group(group, seen)
    _learn_values(seen, person, team, memory.everybody)
    if session.target:
        used = memory.targets.setdefault(session.target, seen.target)
        used.sessions += 1
        if session.refused:
            used.refused = Refusal(seen.at, session.person, session.team)
        if not session.on_call:
            used.habits.learn(seen.hour, seen.day)
    if session.approver:
        _learn_approver(memory.approvers.setdefault(session.approver, seen.approver), seen)
    if session.ticket:
        _learn_ticket(memory.tickets.setdefault(session.ticket, seen.ticket or Ticket()), seen)


def _learn_person(person: Person, seen: Scene) -> None:
    session = seen.session
    person.first = person.first or seen.at
    person.last = seen.at
    person.team = session.team
    person.sessions += 1
    person.sensitive += session.sensitive
    if not session.on_call:  # nights on call are no habit
        person.habits.learn(seen.hour, seen.day)
    add(person.targets, session.target)
    add(person.scenarios, session.scenario)
    if not session.shared_address:
        add(person.places, session.place)
        if session.latitude is not None and session.longitude is not None:
            person.position = [seen.at, session.latitude, session.longitude]
    use = Use(
        at=seen.at,
        target=session.target,
        refused=session.refused,
        approver=session.approver,
        foreign=seen.foreign > 0,
        sensitive=session.sensitive,
    )
    keep(person.recent, use, _RECENT)
    if session.approver and not session.refused:
        keep(person.approvers, session.approver, DECIDED)
        person.granted += 1


def _learn_group(group: Group, seen: Scene) -> None:
    session = seen.session
    group.first = group.first or seen.at
    group.sessions += 1
    if not session.on_call:
        group.habits.learn(seen.hour, seen.day)
    add(group.targets, session.target)
    add(group.owners, session.owner)
    add(group.scenarios, session.scenario)
    if not session.shared_address:
        add(group.places, session.place)
    if session.approver and not session.refused:
        add(group.approvers, session.approver)
        group.granted += 1
    keep(group.times, seen.at, GROUP)


def _learn_values(seen: Scene, person: Person, team: Group, everybody: Group) -> None:
    away = amounts.deviation_of_rows(seen)
    if away is not None:
        keep(person.deviations, away, 4)
    for name in amounts.NAMES:
        value = amounts.logarithm(seen.session, name)
        if value is None:
            continue
        own, found = person.values.setdefault(name, []), amounts.deviation_of(seen, name)
        if found and len(own) >= amounts.ENOUGH:
            keep(everybody.values.setdefault(amounts.AWAY + name, []), abs(found.away), OWN)
        keep(own, value, OWN)
        keep(team.values.setdefault(name, []), value, GROUP)
        keep(everybody.values.setdefault(name, []), value, GROUP)
    if (age := amounts.logarithm(seen.session, "ticket_age")) is not None:
        keep(everybody.values.setdefault("ticket_age", []), age, GROUP)
    if seen.session.rows and amounts.is_large(seen):
        keep(person.large, [seen.at, math.log1p(seen.session.rows)], 12)


def _learn_approver(approver: Approver, seen: Scene) -> None:
    approver.first = approver.first or seen.at
    approver.decisions += 1
    if not seen.session.on_call:
        approver.habits.learn(seen.hour, seen.day)
    keep(approver.times, seen.at, 40)
    if seen.session.latency is not None:
        keep(approver.latencies, seen.session.latency, 40)


def _learn_ticket(ticket: Ticket, seen: Scene) -> None:
    for known, value in (
        (ticket.people, seen.session.person),
        (ticket.targets, seen.session.target),
    ):
        if value and value not in known:
            keep(known, value, 20)
    day = int(seen.at // 1440)
    if day not in ticket.days:
        keep(ticket.days, day, 20)
    ticket.last = seen.at
