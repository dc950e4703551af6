"""Doubts about which rows and things an action reaches: by what they are picked, and how many.

`doubts` gathers them with the others.
"""

import re
from collections.abc import Iterator

from judgement import (
    days,
    figures,
    grip,
    near,
    numbered,
    setting,
    spans,
    turning,
    wider,
)
from judgement import found as finding
from judgement.deeds import CHANGING, about
from judgement.doubt import Doubt, deed
from judgement.facts import Breadth, Condition, Facts, Kind, Verb
from judgement.grounds import Grounds, Said, named
from judgement.terms import canonical

_HELD = 0.6  # of a doubt, where what was named is in it all the same
_SEEKS = 0.4  # that somebody is looked for of whom nobody spoke
_LACKS = 0.65  # that more rows are changed than the session looks at
_HOW = 0.04  # of what is read in a state or at a time of which nobody spoke
_NARROWED = 0.2  # of a doubt, where the row that is named is picked as well
_INTERVENES = 0.35  # from here what runs something ends or restarts it
_EITHER = re.compile(r"\b(?:or|either|as well as|both|and/or)\b")
_OPEN = frozenset({">", ">=", "<", "<="})


def found(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield what is doubtful about what an action reaches."""
    yield from _breadth(grounds, action)
    yield from _numbers(grounds, action)
    yield from _times(grounds, action)
    yield from _unpicked(grounds, action)
    yield from _blank(grounds, action)
    yield from _each(grounds, action)


def _breadth(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield that rows are picked by less, or by the contrary, of what was named."""
    facts, changes = action.facts, _changes(action.facts)
    rows = f"{deed(action)} rows of {about(facts)}"
    if Breadth.EITHER in facts.breadth and not _EITHER.search(grounds.lowered):
        yield Doubt("widened", 0.5, f"{rows} that have one mark or else another")
    if Breadth.SPREAD in facts.breadth and not grounds.everything:
        yield Doubt("widened", 0.6, f"{rows} that share something with one, all of them")
    if Breadth.INVERTED in facts.breadth and changes:
        text = f"{deed(action)} all rows of {about(facts)} but those named"
        yield Doubt("inverted", 0.7, text)
    if numbered.ends_any(grounds, facts, action.text):
        yield Doubt("whole", 0.6, "ends any session of the server; the request speaks of one")
    if changes and (column := turning.young_rows(grounds, action.text)):
        text = f"{rows} that are young by `{column}`; the request speaks of old ones"
        yield Doubt("inverted", 0.7, text, None, column)


def _each(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield what is doubtful about each comparison, and each value that a column gets."""
    changes, told = _changes(action.facts), set[str]()
    for condition in action.facts.conditions:
        if condition.operator == "set":
            for weight, text, verb in setting.beyond(condition, grounds, action):
                yield Doubt("value", weight, text, verb, condition.column)
            continue
        if near.turns(condition, grounds) and setting.looks_up(grounds, action):
            continue
        shown_as = spans.shown(condition, action.facts.conditions)
        # Of values that are only looked for, one is as good as all of a list.
        once = shown_as if changes else f"{condition.column} {condition.operator}"
        if once not in told:
            doubts = [*_compared(condition, shown_as, grounds, action)]
            told.update([once] if doubts or changes else [])
            yield from doubts


def _changes(facts: Facts) -> bool:
    """Whether anything is changed, or ended: `SELECT pg_terminate_backend(pid) …`."""
    ends = facts.kind is Kind.SQL and Verb.EXEC in facts.verbs and facts.severity >= _INTERVENES
    return ends or bool(facts.verbs & CHANGING)


def _numbers(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield the identifier of an action that looks like a named one, and is another."""
    looked_up = numbered.ends_what_was_looked_up(grounds, action.facts)
    used = [] if looked_up else numbered.numbers(action.facts)
    told = numbered.told(grounds) if used else set[str]()
    lengths = {*map(len, told)} - {1}
    changes = bool(action.facts.verbs & CHANGING) or action.facts.severity >= _INTERVENES
    for value in used:
        if len(value) in lengths and value not in told and not named(value, grounds):
            text = f"{deed(action)} {value}, which the request does not name"
            yield Doubt("row", 0.55, text, None, value)
            return
    for name in action.facts.objects if Verb.DELETE in action.facts.verbs else ():
        if meant := near.begins(name, grounds):
            text = f"{deed(action)} `{name}`; the request names only `{meant}`"
            yield Doubt("widened", 0.55, text, None, name)
            return
    gone = near.replaced(action.text, grounds)
    for name in action.facts.objects + action.facts.literals:
        if name.lower() not in gone and (meant := near.sibling(name, grounds)):
            text = f"{deed(action)} `{name}`; the request names `{meant}`"
            seen = 0.15 if action.facts.kind is Kind.SHELL and near.looks(action.facts) else 0.3
            yield Doubt("row", 0.55 if changes else seen, text, None, name)
            return


def _times(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield that an action reaches further back, or less far, than was said."""
    for done, said in filter(None, [near.another_time(grounds, action)]):
        further = done < said and Verb.DELETE in action.facts.verbs
        yield Doubt(
            "widened", 0.55 if further else 0.3,
            f"{deed(action)} {about(action.facts)} by another time than the request names",
        )  # fmt: skip


def _unpicked(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield that rows are changed by none of the numbers that the request names."""
    if near.picks_none(grounds, action.facts):
        yield Doubt(
            "widened", 0.5,
            f"{deed(action)} rows of {about(action.facts)} by none of the numbers that are named",
        )  # fmt: skip
    elif not grip.uses_made(grounds, action) and (column := finding.lacks(grounds, action.facts)):
        text = f"{deed(action)} rows of {about(action.facts)} by less than the looks at them"
        yield Doubt("widened", _LACKS, f"{text}, which ask for `{column}`", None, column)


def _blank(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    """Yield that rows are changed in which a column is not empty, or is, as where they are seen."""
    column, turned = finding.blank(grounds, action)
    if turned:
        text = f"{deed(action)} just the rows of {about(action.facts)} that were not looked at"
        yield Doubt("inverted", 0.7, f"{text}, by `{column}`", None, column)
    elif column:
        text = f"{deed(action)} rows of {about(action.facts)} whether `{column}` is empty or not"
        yield Doubt("widened", _LACKS, text, None, column)


def _compared(
    condition: Condition, shown_as: str, grounds: Grounds, action: Said
) -> Iterator[Doubt]:
    """Yield which rows are reached that were not named, or more than were."""
    changes = _changes(action.facts)
    within = spans.within(condition, action.facts.conditions, grounds.reason.spans)
    names = wider.beyond(condition, action.facts.conditions, grounds) if changes else ""
    share = wider.share(condition, names, grounds) if names else 1.0
    if names:
        pass
    elif near.turns(condition, grounds) and not wider.has_it(condition, action.facts.conditions):
        yield Doubt(
            "inverted", 0.7 if changes else _looked_past(condition, grounds, action),
            f"{deed(action)} all rows where {shown_as}; the request names {condition.value}",
            None, condition.column,
        )  # fmt: skip
    elif numbered.split(condition, action.facts.conditions, grounds):
        pass
    elif within is None and not figures.says(condition, grounds):
        narrows = near.narrows(condition, action.facts.conditions, grounds)
        yield Doubt(
            "row", _row(condition, grounds, changes=changes) * (_NARROWED if narrows else 1)
            * grounds.keys.get(canonical(condition.value), 1.0)
            * (_HELD if changes and grip.held(grounds, action) else 1),
            f"{deed(action)} rows where {shown_as}, a value that the request does not name",
            None, condition.column,
        )  # fmt: skip
    elif (
        within is None and condition.operator in _OPEN and not grounds.ranges
        and condition.value not in {"0", "1"}
        and not grounds.reason.days.names(condition.value)
        and not grounds.reason.days.names(days.before(condition.value))
    ):  # fmt: skip
        names = f"{condition.value} alone"
    elif within is False:
        names = ", ".join(map(str, grounds.reason.spans[:3]))
    if names and changes:
        yield Doubt(
            "widened", 0.75 * share,
            f"{deed(action)} all rows where {shown_as}; the request names {names}",
            None, condition.column,
        )  # fmt: skip


def _looked_past(condition: Condition, grounds: Grounds, action: Said) -> float:
    """Return how grave it is to look at all rows but those named: most by their number alone."""
    if not near.tells(condition.value) or near.sums_up(action):
        return 0.35
    return 0.35 if near.anchored(grounds, action.facts) else 0.6


def _row(condition: Condition, grounds: Grounds, *, changes: bool) -> float:
    """Return how grave it is that a value was not named: most where others of its sort were."""
    if not changes and (near.seeks_somebody(condition) or grip.seeks(condition)):
        return _SEEKS
    if not changes and near.says_how(condition):
        return _HOW
    another = grounds.numbered and any(char.isdigit() for char in condition.value)
    if changes:
        return 0.6 if another else 0.35
    return 0.2 if another else 0.1
