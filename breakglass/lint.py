"""What is wrong with a scenario, each as one sentence. Errors keep it from being published."""

import dataclasses
import enum
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.auth.models import Group

from accounts.models import User
from breakglass import drafts, policy
from breakglass.models import Permit, Scenario
from breakglass.rules import Rules, Step

_YEAR = 365 * 24 * 60  # minutes


class Severity(enum.StrEnum):
    """Whether a remark keeps the scenario from being published."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing that is wrong: how badly, at which field, and what to do."""

    severity: Severity
    field: str
    sentence: str


def lint(scenario: Scenario, at: datetime) -> list[Remark]:
    """Return what is wrong with the rows as they are now, errors first."""
    rules = drafts.rules_of(scenario)
    cast = Cast(scenario, at)
    remarks = [*of_rules(rules), *_of_deciders(rules, scenario, cast, at), *_of_parts(rules, cast)]
    return sorted(remarks, key=lambda remark: remark.severity != Severity.ERROR)


def errors(remarks: Iterable[Remark]) -> list[Remark]:
    """Return the remarks that stand against publication."""
    return [remark for remark in remarks if remark.severity == Severity.ERROR]


class Cast:
    """The people who play a part in a scenario at one moment, by permit and group."""

    def __init__(self, scenario: Scenario, at: datetime) -> None:
        self._members: dict[tuple[str, Group], list[User]] = {}
        standing = scenario.permits.standing(at).select_related("group", "permission")
        for permit in standing.prefetch_related("group__user_set").order_by("group__name"):
            people = sorted(permit.group.user_set.all(), key=str)
            self._members[permit.permission.codename, permit.group] = people
        alerted = scenario.alert_groups.prefetch_related("user_set").order_by("name")
        self.alerted = {
            group: [u for u in group.user_set.all() if u.is_active] for group in alerted
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

    def deciders(self, rules: Rules) -> list[User]:
        """The active people of the groups that the steps name, while those may decide."""
        groups = [group for step in rules.steps if (group := _group(step, self))]
        people = {u: None for group in groups for u in self.members(Permit.APPROVE, group)}
        return [user for user in people if user.is_active]


def of_rules(rules: Rules) -> list[Remark]:
    """Return what is wrong with the rules alone, whoever the people are."""
    checks = (_what_for, _steps, _reference, _durations, _hours, _alerts)
    return [remark for check in checks for remark in check(rules)]


def _error(field: str, sentence: str) -> Remark:
    return Remark(Severity.ERROR, field, sentence)


def _warning(field: str, sentence: str) -> Remark:
    return Remark(Severity.WARNING, field, sentence)


def _what_for(rules: Rules) -> Iterator[Remark]:
    if not rules.use_when.strip():
        yield _error("use_when", "Say when to use it: at night nobody can ask you.")
    if not rules.targets:
        yield _error("targets", "Choose at least one target; without one it opens nothing.")


def _steps(rules: Rules) -> Iterator[Remark]:
    if not rules.steps:
        yield _error("steps", "Add an approval step: nobody could decide on a request.")
        return
    first, last = rules.steps[0], rules.steps[-1]
    if first.stands_in:
        yield _error(
            "steps", f"The first step ({first.group}) has no step before it to answer for."
        )
    if last.escalate_after is not None:
        yield _warning(
            "steps", f"{last.group} is the last step: after {last.escalate_after} minutes there is"
            " nobody further to ask. Add a step or leave the minutes empty.",
        )  # fmt: skip
    for before, step in zip(rules.steps, rules.steps[1:], strict=False):
        if step.stands_in and before.escalate_after is None:
            yield _warning(
                "steps", f"{step.group} answers for {before.group} but is never asked: say after"
                f" how many minutes of silence of {before.group}.",
            )  # fmt: skip


def _reference(rules: Rules) -> Iterator[Remark]:
    if not rules.reference_pattern:
        return
    try:
        pattern = re.compile(rules.reference_pattern)
    except re.error as error:
        yield _error("reference_pattern", f"The reference pattern cannot be read: {error}.")
        return
    if not pattern.fullmatch(rules.reference_hint):
        yield _error(
            "reference_hint", f"The example “{rules.reference_hint}” does not fit the reference"
            " pattern: whoever writes like it is refused.",
        )  # fmt: skip


def _durations(rules: Rules) -> Iterator[Remark]:
    if rules.max_minutes < rules.default_minutes:
        yield _error(
            "max_minutes", f"At most {rules.max_minutes} minutes is less than the usual"
            f" {rules.default_minutes}. Raise the one or lower the other.",
        )  # fmt: skip
    for field in ("answer_within", "ratify_within", "max_minutes", "review_within_hours"):
        if getattr(rules, field) > (_YEAR // 60 if field == "review_within_hours" else _YEAR):
            yield _error(field, f"{getattr(rules, field):,} is longer than a year. Choose less.")
    yield from _waits(rules)


def _waits(rules: Rules) -> Iterator[Remark]:
    """Whether each step is asked before the request lapses."""
    wait = 0
    for step in rules.steps[:-1]:
        if step.escalate_after is None:
            return
        wait += step.escalate_after
        if wait >= rules.answer_within:
            yield _warning(
                "answer_within", f"A request lapses after {rules.answer_within} minutes, before the"
                f" step after {step.group} is asked ({wait} minutes).",
            )  # fmt: skip
            return


def _hours(rules: Rules) -> Iterator[Remark]:
    if rules.time_zone not in zoneinfo.available_timezones():
        yield _error("time_zone", f"There is no time zone “{rules.time_zone}”: try Europe/Berlin.")
    if rules.working_from >= rules.working_until:
        yield _error(
            "working_until", f"Working hours end at {rules.working_until}, before they begin at"
            f" {rules.working_from}.",
        )  # fmt: skip
    if not set(rules.working_days) <= set(range(7)):
        yield _error("working_days", "Working days are numbers from 0 (Monday) to 6 (Sunday).")
    if not rules.working_days:
        yield _warning("working_days", "No working day: every request will count as off hours.")


def _alerts(rules: Rules) -> Iterator[Remark]:
    if rules.break_glass and not rules.alert_groups:
        yield _warning(
            "alert_groups", "Access may start before approval, and nobody but the approvers is"
            " told of it. Name a group to alert.",
        )  # fmt: skip


def _of_deciders(rules: Rules, scenario: Scenario, cast: Cast, at: datetime) -> Iterator[Remark]:
    """Whether each step can be answered, also when one of its own people asks."""
    short = [remark for step in rules.steps if (remark := _quorum(step, cast))]
    yield from short
    if rules.steps and not short:
        yield from _besides_requesters(rules, scenario, cast, at)
    for person in _members_of_steps(rules, cast):
        if not person.is_active:
            yield _warning("steps", f"{person} is among the approvers, but switched off.")
        elif not person.email:
            yield _warning(
                "steps", f"{person} is an approver without a mail address: no alert arrives."
            )


def _quorum(step: Step, cast: Cast) -> Remark | None:
    group = _group(step, cast)
    if group is None:
        return _error(
            "permits", f"{step.group} may no longer decide here: its permit has ended. Move the"
            " end or choose another group.",
        )  # fmt: skip
    able = sum(user.is_active for user in cast.members(Permit.APPROVE, group))
    if able >= step.quorum:
        return None
    return _error(
        "steps", f"{step.group} cannot answer: {step.quorum} must agree, and it has {able} active"
        " members. Add people or lower the quorum.",
    )  # fmt: skip


def _group(step: Step, cast: Cast) -> Group | None:
    found = [group for group in cast.groups(Permit.APPROVE) if group.pk == step.group_id]
    return found[0] if found else None


def _besides_requesters(
    rules: Rules, scenario: Scenario, cast: Cast, at: datetime
) -> Iterator[Remark]:
    """Only those who both ask and decide can be short of an approver; the policy is asked."""
    deciders = cast.active(Permit.APPROVE)
    stuck = {
        person
        for person in cast.active(Permit.REQUEST)
        if person in deciders
        and policy.why_nobody_can_decide(rules, scenario, requester=person, at=at)
    }
    for group in cast.groups(Permit.REQUEST):
        askers = [user for user in cast.members(Permit.REQUEST, group) if user.is_active]
        left_alone = [user for user in askers if user in stuck]
        if left_alone and len(left_alone) == len(askers):
            yield _error(
                "steps", f"Whoever of {group} asks, too few others can decide: they are the"
                " approvers themselves. Add an approver from outside.",
            )  # fmt: skip
        elif left_alone:
            names = ", ".join(map(str, left_alone))
            yield _warning("steps", f"When {names} asks, too few others can decide.")


def _members_of_steps(rules: Rules, cast: Cast) -> dict[User, None]:
    groups = [group for step in rules.steps if (group := _group(step, cast))]
    return {user: None for group in groups for user in cast.members(Permit.APPROVE, group)}


def _of_parts(rules: Rules, cast: Cast) -> Iterator[Remark]:
    """Whether somebody asks, reviews and is alerted."""
    askers, deciders = cast.active(Permit.REQUEST), cast.active(Permit.APPROVE)
    if not askers:
        yield _warning("permits", "Nobody may ask for access here. Give a group the permit.")
    independent = [u for u in cast.active(Permit.REVIEW) if u not in askers and u not in deciders]
    needed = 2 if rules.strict_review else 1
    if (able := len(independent)) < needed:
        yield _warning(
            "permits", f"{able} may review who neither ask nor decide here, and it takes {needed}."
            " Give an independent group the permit to review.",
        )  # fmt: skip
    for group, people in cast.alerted.items():
        if not people:
            yield _warning("alert_groups", f"{group} is to be alerted and has no active member.")
