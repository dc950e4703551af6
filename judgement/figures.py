"""Values that are set where a request names another of their sort: a figure, a day, a state."""

import re

from judgement import words
from judgement.facts import Condition, Facts, Kind
from judgement.grounds import Grounds, named, named_as_written
from judgement.terms import canonical

_DIGITS = re.compile(r"\d+")


def another_amount(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a figure is set that the request does not name, where it names one."""
    if facts.kind is Kind.SHELL:
        return _another_of_its_form(condition.value, grounds, facts)
    value = words.number(condition.value.strip("'"))
    if value is None or value in {"0", "1"} or named(value, grounds):
        return False
    used = {canonical(each) for each in facts.literals}
    figures = {each for each in grounds.whole.literals if words.number(each) == each}
    return bool(figures - used - {"0", "1"})


def _another_of_its_form(value: str, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether the request names values of the form of this one, and not this: 2g, 10.0.0.7."""
    form = _form(canonical(value))
    if not form or named_as_written(value, grounds) or value.lower() in grounds.reason.text.lower():
        return False
    used = {canonical(each) for each in facts.literals}
    return any(_form(each) == form and each not in used for each in grounds.whole.literals)


def _form(value: str) -> str:
    """Return a figure with its digits alike: 1g and 24g are of one form; "" of what is none."""
    return _DIGITS.sub("9", value) if value[:1].isdigit() else ""
