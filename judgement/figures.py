"""Values that are set where a request names another of their sort: a figure, a day, a state."""

import re

from judgement import words
from judgement.facts import Condition, Facts, Kind
from judgement.grounds import Grounds, named, named_as_written
from judgement.terms import canonical

_DIGITS = re.compile(r"\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_CODE = re.compile(r"[\w-]{4,}")
_LONGEST = 20_000
# "put it back to NEW", "mark the transfer REVERSED", "the state goes to 'queued'"
_INTO = re.compile(
    r"\b(?i:set|sets|setting|put|puts|putting|mark\w*|mov\w+|flip\w*|chang\w+|reset\w*|back|return\w*|status"
    r"|state|release\w*|goes?)\b[^.;!?]{0,60}?(?:\b([A-Z][A-Z_]{2,})\b|['\"]([a-z_]{3,})['\"])"
)


def another_amount(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a figure is set that the request does not name, where it names one."""
    if facts.kind is Kind.SHELL:
        return _another_of_its_form(condition.value, grounds, facts)
    value = words.number(condition.value.strip("'"))
    if value is None or value in {"0", "1"} or named(value, grounds):
        return False
    if re.search(rf"(?<![\d.,]){re.escape(value)}(?!\d)", grounds.reason.text[:_LONGEST]):
        return False  # "40 mg/0.4 ml"
    used = {canonical(each) for each in facts.literals}
    figures = {each for each in grounds.whole.literals if words.number(each) == each}
    return bool(figures - used - {"0", "1"})


def another(condition: Condition, grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a figure, day, code or state is set where the request names another such."""
    if another_amount(condition, grounds, facts):
        return True
    if facts.kind is not Kind.SQL or named_as_written(condition.value, grounds):
        return False
    if _DAY.match(condition.value):
        return _another_day(condition.value, grounds)
    if any(map(str.isdigit, condition.value)):
        return _another_code(condition.value, grounds, facts)
    return _another_state(condition.value, grounds)


def _another_day(value: str, grounds: Grounds) -> bool:
    """Whether a request tells days, of which this is none, or is one of another year."""
    if grounds.reason.days.by_calendar or not grounds.reason.days.days:
        return False
    years = frozenset(_YEAR.findall(grounds.reason.text[:_LONGEST]))
    return not grounds.reason.days.names(value) or (len(years) > 1 and value[:4] not in years)


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


def _another_state(value: str, grounds: Grounds) -> bool:
    """Whether a request says into which state something comes, and this is another word."""
    if not value.replace("_", "").isalpha():
        return False
    said = {
        each.lower() for found in _INTO.findall(grounds.reason.text[:_LONGEST]) for each in found
    }
    said.discard("")
    return bool(said) and value.lower() not in said and not named(value, grounds)


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
