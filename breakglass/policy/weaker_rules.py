"""What gets weaker in the rules of a scenario, said one sentence for each way."""

import datetime as dt
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from django.utils.translation import gettext_noop

from breakglass.models import Permit
from breakglass.rules import Rules, Step
from breakglass.wording import Names
from core.speech import Sentence, phrase, phrase_count
from core.words import minutes_phrase

Said = Iterator[Sentence]
Settings = Mapping[str, Any]
Row = Mapping[str, Any]  # one permit as a picture keeps it

_PERMITS = {
    Permit.REQUEST: (
        gettext_noop("%(group)s may request access."),
        gettext_noop("%(group)s may request access for longer."),
    ),
    Permit.APPROVE: (
        gettext_noop("%(group)s may decide on requests."),
        gettext_noop("%(group)s may decide on requests for longer."),
    ),
    Permit.REVIEW: (
        gettext_noop("%(group)s may review what was done."),
        gettext_noop("%(group)s may review what was done for longer."),
    ),
    Permit.VIEW: (
        gettext_noop("%(group)s may look at cases."),
        gettext_noop("%(group)s may look at cases for longer."),
    ),
}
# Numbers that are weaker when they are higher; of a length, how many minutes one of it has.
_GROWS: dict[str, tuple[str, int]] = {
    "max_minutes": (gettext_noop("Access may last %(after)s instead of %(before)s."), 1),
    "max_concurrent": (
        gettext_noop("One person may have %(after)s open at once instead of %(before)s."),
        0,
    ),
    "ratify_within": (gettext_noop("Ratification may take %(after)s instead of %(before)s."), 1),
    "review_within_hours": (
        gettext_noop("The review may come %(after)s after the end instead of %(before)s."),
        60,
    ),
}
# Fields that are weaker when they change this way.
_FLAGS = {
    ("break_glass", True): phrase("Access may start before approval."),
    ("chat_decides", True): phrase("It may be decided from a chat, without signing in here."),
    ("drill", True): phrase("Its uses are told as exercises."),
    ("reference_required", False): phrase("A ticket or incident is no longer required."),
    ("intent_required", False): phrase("A plan is no longer required."),
    ("strict_review", False): phrase("One person reviews instead of two."),
    ("stop_on_breach", False): phrase("Breaking a hard rule no longer ends the access."),
}


def of_scenario(before: Settings, after: Settings, names: Names, at: dt.datetime) -> Said:
    """Say what is weaker; without `before` the scenario is new, and all it allows is."""
    if after["archived"]:
        return  # nobody can use it
    new = Rules.from_body(after["body"])
    if not before:
        yield phrase("A new emergency can be used: %(scenario)s.", scenario=new.name)
        yield from _opens(frozenset(), new, names)
        if new.break_glass:
            yield _FLAGS["break_glass", True]
        yield from _permits([], after["permits"], set(), names, at)
        return
    if before["archived"]:
        yield phrase("It can be used again, though it was archived.")
    old = Rules.from_body(before["body"])
    yield from _opens(frozenset(old.targets), new, names)
    for check in (_expects, _steps, _stand_ins, _limits, _words, _hours, _afterwards):
        yield from check(old, new)
    yield from _alerts(old, new, names)
    asked = {step.group_id for step in new.steps}  # a step lets its group decide
    yield from _permits(before["permits"], after["permits"], asked, names, at)


def _opens(before: frozenset[str], new: Rules, names: Names) -> Said:
    for target in new.targets:
        if target not in before:
            yield phrase("Doors may open on %(target)s.", target=names.targets.get(target, target))


def _expects(old: Rules, new: Rules) -> Said:
    for field in ("expected_verbs", "expected_objects"):
        before, after = set(getattr(old, field)), set(getattr(new, field))
        if before and not after:
            yield (
                phrase("No verb is flagged any more.")
                if field == "expected_verbs"
                else phrase("No object is flagged any more.")
            )
        elif before and (more := after - before):
            yield phrase("No longer flagged: %(names)s.", names=", ".join(sorted(more)))


def _steps(old: Rules, new: Rules) -> Said:
    pairs = _paired(old.steps, new.steps)
    for step, found in pairs:
        if found is None:
            yield phrase(
                "%(group)s is no longer asked (step %(position)s).",
                group=step.group,
                position=step.position,
            )
            continue
        if found.group_id != step.group_id:
            yield phrase(
                "Step %(position)s asks %(after)s instead of %(before)s.",
                position=step.position,
                before=step.group,
                after=found.group,
            )
        if found.quorum < step.quorum:
            yield phrase_count(
                "One approval fewer is needed from %(group)s.",
                "%(number)s approvals fewer are needed from %(group)s.",
                step.quorum - found.quorum,
                group=found.group,
            )


def _paired(old: tuple[Step, ...], new: tuple[Step, ...]) -> list[tuple[Step, Step | None]]:
    """Find for each old step what became of it: its group's step, else a new group in its place."""
    left = list(new)
    found: dict[int, Step] = {}
    for same in (_same_place_and_group, _same_group, _same_place):
        for step in old:
            match = next((each for each in left if same(step, each)), None)
            if match and step.position not in found:
                found[step.position] = match
                left.remove(match)
    return [(step, found.get(step.position)) for step in old]


def _same_place_and_group(one: Step, other: Step) -> bool:
    return _same_place(one, other) and _same_group(one, other)


def _same_group(one: Step, other: Step) -> bool:
    return one.group_id == other.group_id


def _same_place(one: Step, other: Step) -> bool:
    return one.position == other.position


def _stand_ins(old: Rules, new: Rules) -> Said:
    before = dict(_waits(old))
    for (group_id, group), wait in _waits(new):
        earlier = before.get((group_id, group))
        if earlier is None:
            yield phrase("%(group)s may answer for the step before it.", group=group)
        elif wait < earlier:
            yield phrase(
                "%(group)s may answer for the step before it sooner: after %(wait)s.",
                group=group,
                wait=minutes_phrase(wait),
            )


def _waits(rules: Rules) -> Iterator[tuple[tuple[int, str], float]]:
    """Return the groups that stand in, and the minutes of silence after which they are asked."""
    for before, step in zip(rules.steps, rules.steps[1:], strict=False):
        if step.stands_in:
            wait = before.escalate_after
            yield (step.group_id, step.group), inf if wait is None else wait


def _limits(old: Rules, new: Rules) -> Said:
    for field, (words, unit) in _GROWS.items():
        before, after = getattr(old, field), getattr(new, field)
        if after > before and (field != "ratify_within" or new.break_glass):
            said = [minutes_phrase(each * unit) if unit else each for each in (before, after)]
            yield phrase(words, before=said[0], after=said[1])
    for (field, weak), sentence in _FLAGS.items():
        if getattr(new, field) is weak and getattr(old, field) is not weak:
            yield sentence


def _words(old: Rules, new: Rules) -> Said:
    if new.min_justification < old.min_justification:
        yield phrase(
            "A reason may be as short as %(after)s characters instead of %(before)s.",
            before=old.min_justification,
            after=new.min_justification,
        )
    if old.reference_pattern and new.reference_pattern != old.reference_pattern:
        yield (
            phrase("A reference must fit another pattern.")
            if new.reference_pattern
            else phrase("A reference may look like anything.")
        )


def _hours(old: Rules, new: Rules) -> Said:
    if (
        old.time_zone != new.time_zone
        or set(new.working_days) - set(old.working_days)
        or new.working_from < old.working_from
        or new.working_until > old.working_until
    ):
        yield phrase("Other hours count as working hours, and are no longer marked.")


def _afterwards(old: Rules, new: Rules) -> Said:
    if old.retention_class != new.retention_class:
        yield phrase(
            "The record of its cases is kept as “%(after)s” instead of “%(before)s”.",
            before=old.retention_class,
            after=new.retention_class,
        )


def _alerts(old: Rules, new: Rules, names: Names) -> Said:
    for group in old.alert_groups:
        if group not in new.alert_groups:
            yield phrase("%(group)s is no longer alerted.", group=_group(group, names))


def _permits(
    before: list[Row], after: list[Row], asked: set[int], names: Names, at: dt.datetime
) -> Said:
    """Say who may do more. That a step's group may decide goes without saying beside the step."""
    ends = {(row["permit"], row["group"]): _end(row) for row in before if _end(row) > at}
    for row in after:
        key, end = (row["permit"], row["group"]), _end(row)
        if end <= at or (row["permit"] == Permit.APPROVE and row["group"] in asked):
            continue
        new, longer = _PERMITS[Permit(row["permit"])]
        if key not in ends:
            yield phrase(new, group=_group(row["group"], names))
        elif end > ends[key]:
            yield phrase(longer, group=_group(row["group"], names))


def _end(row: Row) -> dt.datetime:
    forever = dt.datetime.max.replace(tzinfo=dt.UTC)
    return dt.datetime.fromisoformat(row["until"]) if row["until"] else forever


def _group(key: int, names: Names) -> str:
    return names.groups.get(key, f"group {key}")
