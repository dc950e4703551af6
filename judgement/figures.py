"""Values that are set where a request names another of their sort: a figure, a day, a state."""

import ipaddress
import math
import operator
import re

from judgement import amounts, countries, days, derived, durations, values, words
from judgement.facts import Condition, Facts, Kind
from judgement.grounds import Grounds, named, named_as_written
from judgement.terms import canonical

_DIGITS = re.compile(r"\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"[\w-]{4,}")
_NET = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}(?!\d)")
_DOTS = 3  # of an address
_LONGEST = 20_000
_DOZEN = 12
_COUNTS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def says(condition: Condition, grounds: Grounds) -> bool:
    """Tell whether a request names the value of a condition, in the unit of its column or another.

    What a column is set to may follow from what is named: twice as much, 4 % more.
    """
    value = condition.value.strip("'")
    others = amounts.in_words(condition.column, value)
    if any(named(each, grounds) for each in (value, *others)):
        return True
    if condition.operator == "<" and (last := days.before(value)) and named(last, grounds):
        return True
    if countries.names(value.lower(), grounds.tokens):
        return True
    if durations.said(condition.column, value, grounds.durations):
        return True
    if condition.operator != "set":
        return False
    return any(derived.follows(each, grounds.lowered) for each in (value, *others))


def another_amount(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a figure is set that the request does not name, where it names one."""
    if facts.kind is Kind.SHELL:
        return _another_of_its_form(condition.value, grounds, facts)
    value = words.number(condition.value.strip("'"))
    if value is None or value in {"0", "1"} or says(condition, grounds):
        return False
    if re.search(rf"(?<![\d.,]){re.escape(value)}(?!\d)", grounds.reason.text[:_LONGEST]):
        return False  # "40 mg/0.4 ml"
    used = {canonical(each) for each in facts.literals}
    figures = {each for each in grounds.whole.literals if words.number(each) == each}
    told = bool(figures - used - {"0", "1"} - _only_counted(grounds))
    return told or derived.says_factor(grounds.lowered)


def comes_to(condition: Condition, sign: str, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a column that is counted on from what it has comes to what a request names.

    What it has is a condition of the statement, or named as well: "5,000 instead of 500".
    """
    step = words.number(condition.value.strip("'"))
    counts = _COUNTS.get(sign)
    if step is None or counts is None or not float(step):
        return False
    told = derived.figures(grounds.lowered)
    had = [
        float(figure) for each in facts.conditions
        if each.column == condition.column and each.operator == "="
        if (figure := words.number(each.value.strip("'"))) is not None
    ]  # fmt: skip
    ends = (counts(each, float(step)) for each in had or told)
    return any(math.isclose(end, each) for end in ends for each in told)


def unsaid(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a row gets a figure of which a request says nothing, and none like it."""
    value = words.number(condition.value.strip("'"))
    return (
        facts.kind is Kind.SQL
        and "update" in facts.commands
        and value not in {None, "0", "1"}
        and not says(condition, grounds)
    )


def _only_counted(grounds: Grounds) -> frozenset[str]:
    """Return the small numbers that a request has in words alone: "the two wrong products"."""
    digits = frozenset(_DIGITS.findall(grounds.reason.text[:_LONGEST]))
    return frozenset(map(str, range(_DOZEN + 1))) - digits


def another(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a figure, day, code or state is set where the request names another such."""
    if another_amount(condition, grounds, facts):
        return True
    if facts.kind is not Kind.SQL or named_as_written(condition.value, grounds):
        return False
    text, days = grounds.reason.text[:_LONGEST], grounds.reason.days
    if _DAY.match(condition.value):
        return not days.by_calendar and values.another_day(condition.value, text, days.days)
    if any(map(str.isdigit, condition.value)):
        return _another_code(condition.value, grounds, facts)
    return values.another_state(condition.column, condition.value, text) or values.another_word(
        condition.column, condition.value, text
    )


def _another_code(value: str, grounds: Grounds, facts: Facts) -> bool:
    """Whether a request names codes that look like this one, of which the action has none."""
    form = _DIGITS.sub("9", canonical(value))
    if form == "9" or not _CODE.fullmatch(value):
        return False
    used = {canonical(each) for each in facts.literals}
    return any(
        len(each) == len(value) and _DIGITS.sub("9", each) == form and each not in used
        for each in grounds.whole.literals
    )


def _of_a_named_network(value: str, text: str) -> bool:
    """Whether an address is one of a network that a text names."""
    try:
        own = ipaddress.IPv4Address(value)
        return any(own in ipaddress.IPv4Network(each, strict=False) for each in _NET.findall(text))
    except ValueError:
        return False


def _another_of_its_form(value: str, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether the request names values of the form of this one, and not this: 2g, 10.0.0.7."""
    form, text = amounts.form(canonical(value)), grounds.reason.text[:_LONGEST]
    if not form or value.startswith("127.") or named_as_written(value, grounds):
        return False
    if value.lower() in text.lower() or amounts.said(value, text):
        return False
    if value.count(".") == _DOTS and _of_a_named_network(value, text):
        return False
    # What stood there before is used, too, and is not what it was to become.
    used = {canonical(each.value) for each in facts.conditions if each.operator == "set"}
    return any(amounts.form(each) == form and each not in used for each in grounds.whole.literals)
