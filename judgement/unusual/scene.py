"""One session before the memory of everything it touches: what each statistic is given."""

import dataclasses

from judgement.unusual.formulas import Deviation, smoothed, surprise
from judgement.unusual.memory import Approver, Group, Habits, Memory, Person, Target, Ticket, Use
from judgement.unusual.session import Session

_NOBODY = 1 / 24
_FAR_OWNER = 6.5  # bits: one session in ninety of the team is on what that owner has
_FAR_TARGET = 9.0  # bits: one in five hundred is on that target


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """A session, its moment in numbers, and what is remembered; nothing here is changed."""

    session: Session
    at: float  # minutes since 1970
    hour: int
    day: int  # 0 is Monday
    person: Person
    team: Group
    everybody: Group
    target: Target
    approver: Approver
    ticket: Ticket | None
    team_share: float  # of the person's target among what the team uses
    foreign: float  # bits by which the team hardly ever works there
    # What was computed once for several statistics.
    deviations: dict[str, Deviation | None] = dataclasses.field(default_factory=dict)

    def recent(self, minutes: float) -> list[Use]:
        """Return the person's earlier sessions of the last `minutes`."""
        since = self.at - minutes
        found = []
        for each in reversed(self.person.recent):
            if each.at < since:
                break
            found.append(each)
        return found


def scene(memory: Memory, session: Session) -> Scene:
    """Put a session before what is remembered; strangers are met with empty pages."""
    team = memory.teams.get(session.team) or Group()
    team_share = _team_share(memory, team, session)
    return Scene(
        session=session,
        at=session.at.timestamp() / 60,
        hour=session.at.hour,
        day=session.at.weekday(),
        person=memory.people.get(session.person) or Person(),
        team=team,
        everybody=memory.everybody,
        target=memory.targets.get(session.target) or Target(),
        approver=memory.approvers.get(session.approver) or Approver(),
        ticket=memory.tickets.get(session.ticket) if session.ticket else None,
        team_share=team_share,
        foreign=_foreign(memory, team, session, team_share),
    )


def _owner_share(memory: Memory, team: Group, session: Session) -> float:
    """Return how much of a team's work is on what this owner has."""
    everybody = memory.everybody
    of_all = smoothed(everybody.owners, session.owner, everybody.sessions, 0.05, 1)
    return smoothed(team.owners, session.owner, team.sessions, of_all / 20, 2)


def _team_share(memory: Memory, team: Group, session: Session) -> float:
    """Return how much of a team's work is on this target: by its owner where it never was."""
    everybody = memory.everybody
    prior = of_all = smoothed(everybody.targets, session.target, everybody.sessions, 0.01, 1)
    if session.owner:
        owned = smoothed(everybody.owners, session.owner, everybody.sessions, 0.05, 1)
        prior = _owner_share(memory, team, session) * min(1.0, of_all / owned)
    return smoothed(team.targets, session.target, team.sessions, prior, 4)


def _foreign(memory: Memory, team: Group, session: Session, team_share: float) -> float:
    """Return in bits by how much a target is further away than what teams share."""
    if not session.target:
        return 0.0
    if session.owner:
        return max(0.0, surprise(_owner_share(memory, team, session)) - _FAR_OWNER)
    return max(0.0, surprise(team_share) - _FAR_TARGET)


def hour_share(habits: Habits, hour: int, prior: float, pull: float) -> float:
    """Return the share of an hour in somebody's habits, pulled towards `prior`."""
    spread = habits.count * 3.2  # what one session adds to all hours together
    return (habits.hours[hour] + pull * 3.2 * prior) / (spread + pull * 3.2)


def work_share(scene: Scene) -> float:
    """Return how usual the hour is: for the person, else for the team, else for all."""
    everybody = hour_share(scene.everybody.habits, scene.hour, _NOBODY, 10)
    team = hour_share(scene.team.habits, scene.hour, everybody, 10)
    return hour_share(scene.person.habits, scene.hour, team, 3)
