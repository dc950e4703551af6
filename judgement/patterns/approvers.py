"""Approvers who cannot have read what they agreed to, or who agree to everything."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from judgement.patterns import limits
from judgement.patterns.rows import Answer, Kind, Seen, gettext_noop

_QUICK = gettext_noop(
    "%(person)s said yes within %(seconds)s seconds to %(number)s of the %(answers)s requests that"
    " they decided on within %(days)s days."
)
_QUICK_ALWAYS = gettext_noop(
    "%(person)s said yes within %(seconds)s seconds to %(number)s of the %(answers)s requests that"
    " they decided on within %(days)s days, and no to none."
)
_ALWAYS = gettext_noop(
    "%(person)s said yes to all of the %(number)s requests that they decided on within %(days)s"
    " days. In the same scenarios others say no to %(others)s%% of theirs."
)


def approvers(answers: Sequence[Answer], *, at: datetime) -> list[Seen]:
    """Return who decides within seconds, or never says no where others do."""
    since = at - limits.ANSWERS_WITHIN
    by_person = defaultdict(list)
    for answer in answers:
        if since < answer.at <= at:
            by_person[answer.person].append(answer)
    everything = [each for found in by_person.values() for each in found]
    return list(_found(by_person, everything))


def _found(by_person: dict[str, list[Answer]], everything: list[Answer]) -> Iterator[Seen]:
    for person, answers in sorted(by_person.items()):
        yes = [answer for answer in answers if answer.yes]
        quick = [answer for answer in yes if answer.seconds < limits.QUICK_SECONDS]
        if len(quick) >= max(limits.QUICK, limits.QUICK_SHARE * len(answers)):
            yield _quick(person, quick, len(answers), always=len(yes) == len(answers))
        elif len(yes) == len(answers) >= limits.ALWAYS:
            share = _refused(person, answers, everything)
            if share >= limits.NO_OF_OTHERS:
                yield _always(person, yes, share)


def _quick(person: str, quick: list[Answer], answers: int, *, always: bool) -> Seen:
    grave = len(quick) >= max(limits.GRAVE_QUICK, limits.GRAVE_QUICK_SHARE * answers)
    return Seen(
        kind=Kind.APPROVER,
        key=person,
        template=_QUICK_ALWAYS if always else _QUICK,
        number=len(quick),
        facts={"person": person, "seconds": limits.QUICK_SECONDS, "number": len(quick),
               "answers": answers, "days": limits.ANSWERS_WITHIN.days},
        grave=grave,
        cases=_cases(quick),
    )  # fmt: skip


def _always(person: str, yes: list[Answer], share: float) -> Seen:
    return Seen(
        kind=Kind.APPROVER,
        key=person,
        template=_ALWAYS,
        number=len(yes),
        facts={"person": person, "number": len(yes), "days": limits.ANSWERS_WITHIN.days,
               "others": round(100 * share)},
        cases=_cases(yes),
    )  # fmt: skip


def _refused(person: str, answers: list[Answer], everything: list[Answer]) -> float:
    """Return which share others refuse in the scenarios in which somebody decides."""
    scenarios = {answer.scenario for answer in answers}
    others = [each for each in everything if each.scenario in scenarios and each.person != person]
    return sum(not each.yes for each in others) / len(others) if others else 0.0


def _cases(answers: list[Answer]) -> tuple[int, ...]:
    return tuple(sorted({answer.case for answer in answers}, reverse=True))
