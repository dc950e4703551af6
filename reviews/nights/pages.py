"""What the page of the reports shows of a pattern: sentence, advice, and where to go from there."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import Part, User
from breakglass.models.request import OVERSEERS
from core import zones
from core.speech import shown
from judgement.patterns.rows import plain
from reviews.models import Campaign, Pattern, PatternQuerySet
from reviews.nights.forms import AsideForm
from reviews.nights.policy import why_not_judge

Kind = Pattern.Kind
SHOWN = 6  # cases of a pattern, and people
_DUE = timedelta(days=14)
_YEAR = timedelta(days=365)
ICONS = {
    Kind.PERSON: "user", Kind.SCENARIO: "round", Kind.APPROVER: "decide",
    Kind.ELIGIBILITY: "key", Kind.UNUSED: "archive",
}  # fmt: skip


@dataclasses.dataclass
class Row:
    """One pattern as it is shown."""

    pattern: Pattern
    sentence: str
    advice: str
    links: list[tuple[str, str]]
    cases: list[tuple[int, str]]
    people: list[str]
    more: int  # people beyond those named
    why_not: str
    form: AsideForm | None = None


@dataclasses.dataclass(frozen=True)
class Section:
    """The patterns of a kind, and whether there are more than are shown."""

    kind: str
    title: str
    icon: str
    rows: list[Row]
    more: bool


def sections(
    found: PatternQuerySet, *, by: User, at: datetime, limit: int,
    filled: tuple[Pattern, AsideForm] | None = None,
) -> list[Section]:  # fmt: skip
    """Return up to `limit` patterns of each kind; `filled` is one whose form was refused."""
    made = []
    for kind in Kind:
        patterns = list(found.filter(kind=kind).told()[: limit + 1])
        rows = _rows(patterns[:limit], by=by, at=at, filled=filled)
        if rows:
            more = len(patterns) > limit
            made.append(Section(kind.value, str(kind.label), ICONS[kind], rows, more))
    return made


def _rows(
    patterns: list[Pattern], *, by: User, at: datetime,
    filled: tuple[Pattern, AsideForm] | None,
) -> list[Row]:  # fmt: skip
    names = _names(patterns)
    rows = [_row(each, names, by=by, at=at) for each in patterns]
    for row in rows:
        if row.why_not:
            continue
        mine = filled is not None and filled[0] == row.pattern
        row.form = filled[1] if filled and mine else AsideForm(pattern=row.pattern)
    return rows


def _names(patterns: list[Pattern]) -> dict[Any, str]:
    keys = {person for each in patterns for person in each.people}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))


def _row(pattern: Pattern, names: dict[Any, str], *, by: User, at: datetime) -> Row:
    people = sorted(names[key] for key in pattern.people if key in names)
    return Row(
        pattern=pattern,
        sentence=sentence(pattern),
        advice=advice(pattern),
        links=_links(pattern, by=by, at=at),
        cases=[(case, _case(case, by=by, at=at)) for case in pattern.cases[:SHOWN]],
        people=people[:SHOWN],
        more=max(0, len(people) - SHOWN),
        why_not=shown(why_not_judge(pattern, by=by, at=at) or ""),
    )


def _case(case: int, *, by: User, at: datetime) -> str:
    """Return where a case is, for those who may see all of them."""
    sees = not OVERSEERS.isdisjoint(by.parts(at))
    return reverse("case", args=[case]) if sees else ""


def sentence(pattern: Pattern) -> str:
    """Say what was seen in the reader's language."""
    facts = {name: _number(fact) for name, fact in pattern.facts.items()}
    return _(pattern.template) % {**facts, **_things(pattern)}


def english(pattern: Pattern) -> str:
    """Say what was seen as the API does."""
    facts = {name: plain(fact) for name, fact in pattern.facts.items()}
    return pattern.template % {**facts, **_things(pattern)}


def _things(pattern: Pattern) -> dict[str, str]:
    named = ("person", "scenario", "target", "group")
    return {name: str(thing) for name in named if (thing := getattr(pattern, name))}


def _number(fact: object) -> object:
    if not isinstance(fact, float):
        return fact
    return number_format(fact, 0 if fact.is_integer() else 1)


def advice(pattern: Pattern) -> str:
    """Say what can be done about it."""
    if pattern.kind == Kind.SCENARIO:
        return _role(pattern)
    return {
        Kind.PERSON: _(
            "Ask what they need it for. What comes back is a task for a role, or a fault to mend."
        ),
        Kind.APPROVER: _(
            "Talk to them, or ask somebody else: whoever does not read decides nothing."
        ),
        Kind.ELIGIBILITY: _(
            "Certify them again: what nobody needs is taken away, and given anew when it is needed."
        ),
        Kind.UNUSED: _("Let an exercise try the way in, or archive it."),
    }[Kind(pattern.kind)]


def _role(pattern: Pattern) -> str:
    facts = {**pattern.facts, **_things(pattern)}
    if "group" not in facts or "target" not in facts:
        return _("Make it a standing role: what is done every other week is no emergency.")
    if facts.get("verbs"):
        return (
            _(
                "Make it a standing role: for %(group)s, on %(target)s, permitting %(verbs)s. What"
                " is done every other week is no emergency."
            )
            % facts
        )
    return _(
        "Make it a standing role: for %(group)s, on %(target)s. What is done every other week is no"
        " emergency."
    ) % facts  # fmt: skip


def _links(pattern: Pattern, *, by: User, at: datetime) -> list[tuple[str, str]]:
    """Return where something can be done about it, as far as the reader may."""
    found, parts = [], by.parts(at)
    if pattern.kind in (Kind.PERSON, Kind.APPROVER) and not OVERSEERS.isdisjoint(parts):
        found.append((_("See the cases"), f"{reverse('cases')}?{_cases(pattern, at)}"))
    if pattern.scenario and pattern.kind != Kind.ELIGIBILITY:
        found.append((_("Open the scenario"), pattern.scenario.get_absolute_url()))
    if pattern.scenario and Part.ADMINISTRATOR in parts:
        change = reverse("admin:breakglass_scenario_change", args=[pattern.scenario.pk])
        found.append((_("Change the scenario"), change))
    if pattern.scenario and Part.COMPLIANCE in parts and pattern.kind != Kind.UNUSED:
        new = f"{reverse('campaign-new')}?{_campaign(pattern, at)}"
        found.append((_("Certify its rights again"), new))
    return found


def _cases(pattern: Pattern, at: datetime) -> str:
    since = zones.today(at - timedelta(days=int(pattern.facts.get("days", 90))))
    query = {"person": pattern.person_id, "since": since, "used": "yes"}
    if pattern.kind == Kind.APPROVER:
        return urlencode({"approver": pattern.person_id, "since": since})
    if pattern.scenario:
        query["scenario"] = pattern.scenario.slug
    if pattern.target:
        query["target"] = pattern.target.slug
    return urlencode(query)


def _campaign(pattern: Pattern, at: datetime) -> str:
    """Return what the form of a new campaign is filled in with."""
    scenario = pattern.scenario
    return urlencode({
        "kind": Campaign.Kind.RIGHTS.value, "first": zones.today(at - _YEAR),
        "last": zones.today(at), "due": zones.today(at + _DUE),
        "scenarios": scenario.slug if scenario else "",
    })  # fmt: skip
