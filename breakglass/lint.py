"""What is wrong with a scenario, each as one sentence. Errors keep it from being published."""

import dataclasses
import enum
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.auth.models import Group
from django.db.models import Prefetch, QuerySet

from accounts.models import Membership, User
from breakglass import drafts, policy
from breakglass.models import Permit, Scenario
from breakglass.rules import Rules, Step
from core import zones
from core.speech import phrase
from core.words import minutes_phrase

_YEAR = 365 * 24 * 60  # minutes


class Severity(enum.StrEnum):
    """Whether a remark keeps the scenario from being published."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing that is wrong: how badly, at which field, and what to do; `person` is who it is."""

    severity: Severity
    field: str
    sentence: str
    person: User | None = None


def lint(scenario: Scenario, at: datetime) -> list[Remark]:
    """Return what is wrong with the rows as they are now, errors first."""
    rules = drafts.rules_of(scenario)
    cast = Cast(scenario, at)
    remarks = [*of_rules(rules), *_of_deciders(rules, cast), *_of_parts(rules, cast)]
    return sorted(remarks, key=lambda remark: remark.severity != Severity.ERROR)


def everything(at: datetime) -> list[tuple[Scenario, list[Remark]]]:
    """Return what is wrong with each scenario in use; asks no more often for many than for one."""
    return [(scenario, lint(scenario, at)) for scenario in _in_use()]


def casts(at: datetime) -> list[tuple[Scenario, "Cast"]]:
    """Return who plays which part in each scenario in use, as seldom asked for."""
    return [(scenario, Cast(scenario, at)) for scenario in _in_use()]


def _in_use() -> QuerySet[Scenario]:
    return Scenario.objects.in_use().prefetch_related(
        "steps__group", "targets", _members("alert_groups"), "permits__permission",
        _members("permits__group"),
    )  # fmt: skip


def errors(remarks: Iterable[Remark]) -> list[Remark]:
    """Return the remarks that stand against publication."""
    return [remark for remark in remarks if remark.severity == Severity.ERROR]


class Cast:
    """The people who play a part in a scenario at one moment, by permit and group."""

    def __init__(self, scenario: Scenario, at: datetime) -> None:
        self._members: dict[tuple[str, Group], list[User]] = {}
        permits, alerted = scenario.permits.all(), scenario.alert_groups.all()
        if "permits" not in getattr(scenario, "_prefetched_objects_cache", {}):
            permits = permits.select_related("group", "permission")
            permits = permits.prefetch_related(_members("group"))
            alerted = alerted.prefetch_related(_members())
        for permit in sorted(permits, key=lambda row: row.group.name):
            if permit.until is None or permit.until > at:
                people = sorted(_inside(permit.group, at), key=str)
                self._members[permit.permission.codename, permit.group] = people
        self.alerted = {
            group: [u for u in _inside(group, at) if u.is_active]
            for group in sorted(alerted, key=lambda group: group.name)
        }

    def groups(self, permit: Permit) -> list[Group]:
        """The groups that hold `permit`."""
        return [group for codename, group in self._members if codename == permit.value]

    def members(self, permit: Permit, group: Group) -> list[User]:
        """Everybody in `group`, switched-off accounts too, if the group holds `permit`."""
        return self._members.get((permit.value, group), [])

    def active(self, permit: Permit) -> dict[User, None]:
        """The active people who hold `permit` through whatever group, each once and in order."""
        groups = self.groups(permit)
        return {u: None for group in groups for u in self.members(permit, group) if u.is_active}

    def reachable(self, rules: Rules, *, but: User) -> dict[int, int]:
        """How many people could answer for each step, by its position, without one person."""
        people = {
            step.position: self.members(Permit.APPROVE, group)
            if (group := _group(step, self))
            else []
            for step in rules.steps
        }
        return {
            position: sum(user.is_active and user != but for user in members)
            for position, members in people.items()
        }

    def deciders(self, rules: Rules) -> list[User]:
        """The active people of the groups that the steps name, while those may decide."""
        groups = [group for step in rules.steps if (group := _group(step, self))]
        people = {u: None for group in groups for u in self.members(Permit.APPROVE, group)}
        return [user for user in people if user.is_active]


def _members(*groups: str) -> "Prefetch[str]":
    """Fetch the members of groups, whenever they end: the clock is asked afterwards."""
    rows = Membership.objects.select_related("user")
    return Prefetch("__".join([*groups, "memberships"]), rows)


def _inside(group: Group, at: datetime) -> list[User]:
    memberships: QuerySet[Membership] = group.memberships.all()
    return [each.user for each in memberships if each.stands(at)]


def of_rules(rules: Rules) -> list[Remark]:
    """Return what is wrong with the rules alone, whoever the people are."""
    checks = (_what_for, _steps, _reference, _durations, _hours, _alerts)
    return [remark for check in checks for remark in check(rules)]


def _error(field: str, sentence: str) -> Remark:
    return Remark(Severity.ERROR, field, sentence)


def _warning(field: str, sentence: str, person: User | None = None) -> Remark:
    return Remark(Severity.WARNING, field, sentence, person)


def _what_for(rules: Rules) -> Iterator[Remark]:
    if not rules.use_when.strip():
        yield _error("use_when", phrase("Say when to use it: at night nobody can ask you."))
    if not rules.targets:
        yield _error("targets", phrase("Choose at least one target; without one it opens nothing."))


def _steps(rules: Rules) -> Iterator[Remark]:
    if not rules.steps:
        yield _error("steps", phrase("Add an approval step: nobody could decide on a request."))
        return
    first, last = rules.steps[0], rules.steps[-1]
    if first.stands_in:
        yield _error(
            "steps",
            phrase(
                "The first step (%(group)s) has no step before it to answer for.", group=first.group
            ),
        )
    if last.escalate_after is not None:
        yield _warning("steps", phrase(
            "%(group)s is the last step: after %(wait)s there is nobody further to ask."
            " Add a step or leave the minutes empty.",
            group=last.group, wait=minutes_phrase(last.escalate_after),
        ))  # fmt: skip
    for before, step in zip(rules.steps, rules.steps[1:], strict=False):
        if step.stands_in and before.escalate_after is None:
            yield _warning("steps", phrase(
                "%(group)s answers for %(before)s but is never asked: say after how many minutes"
                " of silence of %(before)s.",
                group=step.group, before=before.group,
            ))  # fmt: skip


def _reference(rules: Rules) -> Iterator[Remark]:
    if not rules.reference_pattern:
        return
    try:
        pattern = re.compile(rules.reference_pattern)
    except re.error as error:
        yield _error(
            "reference_pattern",
            phrase("The reference pattern cannot be read: %(error)s.", error=error),
        )
        return
    if not pattern.fullmatch(rules.reference_hint):
        yield _error("reference_hint", phrase(
            "The example “%(example)s” does not fit the reference pattern: whoever writes like it"
            " is refused.",
            example=rules.reference_hint,
        ))  # fmt: skip


def _durations(rules: Rules) -> Iterator[Remark]:
    if rules.max_minutes < rules.default_minutes:
        yield _error("max_minutes", phrase(
            "At most %(most)s is less than the usual %(usual)s. Raise the one or lower the"
            " other.",
            most=minutes_phrase(rules.max_minutes), usual=minutes_phrase(rules.default_minutes),
        ))  # fmt: skip
    for field in ("answer_within", "ratify_within", "max_minutes", "review_within_hours"):
        if getattr(rules, field) > (_YEAR // 60 if field == "review_within_hours" else _YEAR):
            number = f"{getattr(rules, field):,}"
            yield _error(
                field, phrase("%(number)s is longer than a year. Choose less.", number=number)
            )
    yield from _waits(rules)


def _waits(rules: Rules) -> Iterator[Remark]:
    """Whether each step is asked before the request lapses."""
    wait = 0
    for step in rules.steps[:-1]:
        if step.escalate_after is None:
            return
        wait += step.escalate_after
        if wait >= rules.answer_within:
            yield _warning("answer_within", phrase(
                "A request lapses after %(lapse)s, before the step after %(group)s is asked"
                " (%(wait)s).",
                lapse=minutes_phrase(rules.answer_within), group=step.group,
                wait=minutes_phrase(wait),
            ))  # fmt: skip
            return


def _hours(rules: Rules) -> Iterator[Remark]:
    if rules.time_zone not in zones.known():
        yield _error(
            "time_zone",
            phrase("There is no time zone “%(zone)s”: try Europe/Berlin.", zone=rules.time_zone),
        )
    if rules.working_from >= rules.working_until:
        yield _error("working_until", phrase(
            "Working hours end at %(until)s, before they begin at %(start)s.",
            until=rules.working_until, start=rules.working_from,
        ))  # fmt: skip
    if not set(rules.working_days) <= set(range(7)):
        yield _error(
            "working_days", phrase("Working days are numbers from 0 (Monday) to 6 (Sunday).")
        )
    if not rules.working_days:
        yield _warning(
            "working_days", phrase("No working day: every request will count as off hours.")
        )


def _alerts(rules: Rules) -> Iterator[Remark]:
    if rules.break_glass and not rules.alert_groups:
        yield _warning("alert_groups", phrase(
            "Access may start before approval, and nobody but the approvers is told of it. Name a"
            " group to alert.",
        ))  # fmt: skip


def _of_deciders(rules: Rules, cast: Cast) -> Iterator[Remark]:
    """Whether each step can be answered, also when one of its own people asks."""
    short = [remark for step in rules.steps if (remark := _quorum(step, cast))]
    yield from short
    if rules.steps and not short:
        yield from _besides_requesters(rules, cast)
    for person in _members_of_steps(rules, cast):
        if not person.is_active:
            yield _warning(
                "steps",
                phrase("%(person)s is among the approvers, but switched off.", person=person),
                person,
            )
        elif not person.email:
            yield _warning(
                "steps",
                phrase(
                    "%(person)s is an approver without a mail address: no alert arrives.",
                    person=person,
                ),
            )


def _quorum(step: Step, cast: Cast) -> Remark | None:
    group = _group(step, cast)
    if group is None:
        return _error("permits", phrase(
            "%(group)s may no longer decide here: its permit has ended. Move the end or choose"
            " another group.",
            group=step.group,
        ))  # fmt: skip
    able = sum(user.is_active for user in cast.members(Permit.APPROVE, group))
    if able >= step.quorum:
        return None
    return _error("steps", phrase(
        "%(group)s cannot answer: %(quorum)s must agree, and it has %(able)s active members. Add"
        " people or lower the quorum.",
        group=step.group, quorum=step.quorum, able=able,
    ))  # fmt: skip


def _group(step: Step, cast: Cast) -> Group | None:
    found = [group for group in cast.groups(Permit.APPROVE) if group.pk == step.group_id]
    return found[0] if found else None


def _besides_requesters(rules: Rules, cast: Cast) -> Iterator[Remark]:
    """Only those who both ask and decide can be short of an approver; the policy is asked."""
    deciders = cast.active(Permit.APPROVE)
    stuck = {
        person
        for person in cast.active(Permit.REQUEST)
        if person in deciders and policy.unanswerable(rules, cast.reachable(rules, but=person))
    }
    for group in cast.groups(Permit.REQUEST):
        askers = [user for user in cast.members(Permit.REQUEST, group) if user.is_active]
        left_alone = [user for user in askers if user in stuck]
        if left_alone and len(left_alone) == len(askers):
            yield _error("steps", phrase(
                "Whoever of %(group)s asks, too few others can decide: they are the approvers"
                " themselves. Add an approver from outside.",
                group=group,
            ))  # fmt: skip
        elif left_alone:
            names = ", ".join(map(str, left_alone))
            yield _warning(
                "steps", phrase("When %(names)s asks, too few others can decide.", names=names)
            )


def _members_of_steps(rules: Rules, cast: Cast) -> dict[User, None]:
    groups = [group for step in rules.steps if (group := _group(step, cast))]
    return {user: None for group in groups for user in cast.members(Permit.APPROVE, group)}


def _of_parts(rules: Rules, cast: Cast) -> Iterator[Remark]:
    """Whether somebody asks, reviews and is alerted."""
    askers, deciders = cast.active(Permit.REQUEST), cast.active(Permit.APPROVE)
    if not askers:
        yield _warning(
            "permits", phrase("Nobody may ask for access here. Give a group the permit.")
        )
    independent = [u for u in cast.active(Permit.REVIEW) if u not in askers and u not in deciders]
    needed = 2 if rules.strict_review else 1
    if (able := len(independent)) < needed:
        yield _warning("permits", phrase(
            "%(able)s may review who neither ask nor decide here, and it takes %(needed)s. Give an"
            " independent group the permit to review.",
            able=able, needed=needed,
        ))  # fmt: skip
    asked = {step.group_id for step in rules.steps}
    for group in cast.groups(Permit.APPROVE):
        if group.pk not in asked:
            yield _warning("permits", phrase(
                "No step asks %(group)s: it decides on no new request, and may look at the cases."
                " Take its permit away, or add a step.",
                group=group,
            ))  # fmt: skip
    for group, people in cast.alerted.items():
        if not people:
            yield _warning(
                "alert_groups",
                phrase("%(group)s is to be alerted and has no active member.", group=group),
            )
