"""What would happen: the same policy that decides is asked, and nothing is written."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from accounts.models import Part, User
from breakglass import policy, steps
from breakglass.models import GroupPermit, Permit, Request, Scenario, ScenarioVersion
from breakglass.rules import Rules
from breakglass.steps import Standing
from breakglass.wording import LABELS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that would happen, and the rule that says so.

    `name` is refused, allowed, form, asked, approved, starts, told, ends, lapses, ratify or
    review. `at` is None for what has no moment yet. `tone` is one of the badges' tones.
    """

    name: str
    at: datetime | None
    text: str
    rule: str
    tone: str = ""


@dataclasses.dataclass(frozen=True)
class Story:
    """What would happen, in order."""

    lines: list[Line]

    @property
    def refusal(self) -> str | None:
        """The sentence by which it would be refused, if it would."""
        return next((line.text for line in self.lines if line.name == "refused"), None)

    def when(self, name: str) -> list[datetime | None]:
        """The moments of the lines called `name`."""
        return [line.at for line in self.lines if line.name == name]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Ask:
    """What is imagined: this person asks for this at that moment."""

    scenario: Scenario
    version: ScenarioVersion
    person: User
    minutes: int
    at: datetime

    @property
    def rules(self) -> Rules:
        return self.version.rules

    def rule(self, what: str) -> str:
        return f"{what} (version {self.version.number})"

    def says(self, field: str, value: int | str) -> str:
        return self.rule(f"{LABELS[field]}: {value}")


# A check: its sentence why not, what to say when there is none, and the rule behind it.
_Check = tuple[str | None, str, str]


def why_not_look(*, by: User) -> str | None:
    """Why `by` may not imagine what would happen to somebody else."""
    if by.is_active and (by.is_staff or by.plays(Part.ADMINISTRATOR)):
        return None
    return "Only administrators simulate. Open the scenario to see what it means for you."


def simulate(
    scenario: Scenario,
    person: User,
    at: datetime,
    *,
    urgency: Request.Urgency = Request.Urgency.NORMAL,
    minutes: int | None = None,
) -> Story:
    """Tell what would happen if `person` asked at `at` for all targets of the scenario.

    `minutes` is the scenario's usual length when left out. Nothing is written.
    """
    version = scenario.current
    if version is None:
        return Story([_refused(at, policy.why_not_request(scenario, by=person, at=at) or "", "")])
    ask = _Ask(
        scenario=scenario,
        version=version,
        person=person,
        minutes=version.rules.default_minutes if minutes is None else minutes,
        at=at,
    )
    broken = urgency == Request.Urgency.BREAK_GLASS
    lines: list[Line] = []
    for why, fine, rule in _checks_of_break_glass(ask) if broken else _checks_of_request(ask):
        if why:
            return Story([*lines, _refused(at, why, rule)])
        lines.append(Line(name="allowed", at=at, text=fine, rule=rule, tone="ok"))
    lines.extend(_form(ask))
    lines.extend(_break_glass(ask) if broken else _approval(ask))
    return Story(lines)


def _refused(at: datetime, why: str, rule: str) -> Line:
    return Line(name="refused", at=at, text=why, rule=rule, tone="danger")


def _checks_of_request(ask: _Ask) -> Iterator[_Check]:
    """The checks of `transitions.submit`, in its order."""
    yield from _checks_of_both(ask)
    why = policy.why_nobody_can_decide(ask.rules, ask.scenario, requester=ask.person, at=ask.at)
    yield why, "Enough people besides the requester can decide.", ask.rule("Approval steps")
    why = policy.why_asked_already(ask.scenario, person=ask.person, at=ask.at)
    yield why, f"No request of {ask.person} waits here.", "One open request per scenario"


def _checks_of_break_glass(ask: _Ask) -> Iterator[_Check]:
    """The checks of `transitions.break_glass`, in its order."""
    why = policy.why_not_break_glass(ask.rules)
    allowed = "yes" if ask.rules.break_glass else "no"
    yield why, "The glass may be broken here.", ask.says("break_glass", allowed)
    yield from _checks_of_both(ask)


def _checks_of_both(ask: _Ask) -> Iterator[_Check]:
    permits = _permits(ask)
    why = policy.why_not_request(ask.scenario, by=ask.person, at=ask.at)
    through = " and ".join(permit.group.name for permit in permits)
    yield why, f"{ask.person} may ask, through {through}.", _eligibility(permits)
    bad = policy.why_bad_terms(
        ask.rules, targets=list(ask.scenario.targets.all()), minutes=ask.minutes
    )
    most = ask.rules.max_minutes
    yield (
        bad and bad[1],
        f"{ask.minutes} minutes; the most is {most}.",
        ask.says("max_minutes", f"{most} min"),
    )
    room = policy.why_no_room(ask.scenario, ask.rules, person=ask.person, at=ask.at)
    limit = ask.says("max_concurrent", ask.rules.max_concurrent)
    yield room, f"{ask.person} has room for one more access here.", limit


def _permits(ask: _Ask) -> list[GroupPermit]:
    held = GroupPermit.objects.of(Permit.REQUEST).standing(ask.at)
    mine = held.filter(content_object=ask.scenario, group__in=ask.person.groups.all())
    return list(mine.select_related("group").order_by("group__name"))


def _eligibility(permits: list[GroupPermit]) -> str:
    ends = [permit.until for permit in permits]
    last = max((end for end in ends if end), default=None)
    until = f", until {last:%d %b %Y %H:%M} UTC" if last and None not in ends else ""
    return f"Permit: {Permit.REQUEST.label.lower()}{until}"


def _form(ask: _Ask) -> Iterator[Line]:
    """What must be filled in, and what the approvers will notice."""
    rules = ask.rules
    wanted = [f"a reason of at least {rules.min_justification} characters"]
    if rules.reference_required:
        wanted.append(f"a reference like {rules.reference_hint}")
    if rules.intent_required:
        wanted.append("a plan")
    text = f"The form wants {', '.join(wanted)}."
    yield Line(name="form", at=ask.at, text=text, rule=ask.rule("Required fields"))
    if not rules.in_working_hours(ask.at):
        hours = f"{rules.working_from} to {rules.working_until} {rules.time_zone}"
        text = "It is outside working hours; the approvers see that."
        yield Line(name="form", at=ask.at, text=text, rule=ask.rule(f"Working hours: {hours}"))


def _approval(ask: _Ask) -> Iterator[Line]:
    rules = ask.rules
    lapse_at = ask.at + timedelta(minutes=rules.answer_within)
    standings = steps.standing(rules.steps, [], since=ask.at)
    for index, each in enumerate(standings):
        yield _asked(ask, each, before=standings[index - 1] if index else None, end=lapse_at)
    yield Line(
        name="approved", at=None, tone="ok", rule=ask.rule("Approval steps"),
        text=f"When the last step has agreed, access to {_targets(ask)} starts and ends by itself"
        f" after {ask.minutes} minutes.",
    )  # fmt: skip
    yield Line(
        name="lapses", at=lapse_at, tone="wait",
        rule=ask.says("answer_within", f"{rules.answer_within} min"),
        text="If it is not decided by then, the request lapses and nothing opens.",
    )  # fmt: skip
    yield _review(ask, ends_at=None)


def _asked(ask: _Ask, each: Standing, *, before: Standing | None, end: datetime) -> Line:
    """Say when one step's group is asked, and how many of whom must agree."""
    step = each.step
    rule = f"Step {step.position}"
    at = each.asked_at if each.asked_at and each.asked_at < end else None
    if before is None:
        text = f"{step.group} is asked: {_quorum(ask, each)}."
    elif at is None and step.stands_in:
        text = f"{step.group} would answer for {before.step.group}, but is never asked."
    elif step.stands_in:
        text = f"If {before.step.group} is silent, {step.group} is asked and answers for it:"
        text = f"{text} {_quorum(ask, each)}."
        rule = f"{rule}, {before.step.escalate_after} minutes after step {before.step.position}"
    else:
        text = f"{step.group} is asked when {before.step.group} has agreed"
        if at:
            text = f"{text}, and without an answer at this time"
            rule = f"{rule}, {before.step.escalate_after} minutes after step {before.step.position}"
        text = f"{text}: {_quorum(ask, each)}."
    return Line(name="asked", at=at, text=text, rule=ask.rule(rule), tone="wait")


def _quorum(ask: _Ask, each: Standing) -> str:
    people = policy.deciders(each.step, ask.scenario, ask.person, ask.at)
    names = ", ".join(map(str, people)) or "nobody at the moment"
    return f"{each.step.quorum} of {names} must agree"


def _break_glass(ask: _Ask) -> Iterator[Line]:
    rules = ask.rules
    ends_at = ask.at + timedelta(minutes=ask.minutes)
    ratify_by = ask.at + timedelta(minutes=rules.ratify_within)
    yield Line(
        name="starts", at=ask.at, tone="live", rule=ask.says("break_glass", "yes"),
        text=f"Access to {_targets(ask)} starts at once.",
    )  # fmt: skip
    yield from _told(ask)
    ends = Line(
        name="ends",
        at=ends_at,
        text="The access ends by itself.",
        rule=f"Asked for: {ask.minutes} min",
    )
    ratify = Line(
        name="ratify", at=ratify_by, tone="wait",
        rule=ask.says("ratify_within", f"{rules.ratify_within} min"),
        text="Every step must have ratified. A refusal or silence revokes what is still open and"
        " opens a finding.",
    )  # fmt: skip
    yield from sorted([ends, ratify], key=lambda line: line.at or ask.at)
    yield _review(ask, ends_at=ends_at)


def _told(ask: _Ask) -> Iterator[Line]:
    """Who hears of it at once: everybody who would have been asked, and the alert groups."""
    standings = steps.standing(ask.rules.steps, [], since=ask.at, all_at_once=True)
    for each in standings:
        yield Line(
            name="told", at=ask.at, rule=ask.rule(f"Step {each.step.position}, asked at once"),
            text=f"{each.step.group} is told and asked to ratify: {_quorum(ask, each)}.",
        )  # fmt: skip
    names = Group.objects.filter(pk__in=ask.rules.alert_groups).order_by("name")
    if alerted := ", ".join(names.values_list("name", flat=True)):
        text = f"{alerted} is alerted on every channel."
        yield Line(name="told", at=ask.at, text=text, rule=ask.says("alert_groups", alerted))
    if why := policy.why_nobody_can_decide(
        ask.rules, ask.scenario, requester=ask.person, at=ask.at
    ):
        yield Line(name="told", at=ask.at, text=why, rule=ask.rule("Approval steps"), tone="danger")


def _review(ask: _Ask, *, ends_at: datetime | None) -> Line:
    hours = ask.rules.review_within_hours
    many = "Two people who" if ask.rules.strict_review else "Somebody who"
    due = ends_at + timedelta(hours=hours) if ends_at else None
    return Line(
        name="review", at=due, rule=ask.says("review_within_hours", f"{hours} h"),
        text=f"{many} neither asked nor decided must have reviewed it {hours} hours after the end.",
    )  # fmt: skip


def _targets(ask: _Ask) -> str:
    return ", ".join(sorted(target.name for target in ask.scenario.targets.all()))
