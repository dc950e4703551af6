"""The rules of a version in words: what each field is called and how its value reads."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from breakglass.models import Permit, Scenario
from breakglass.rules import complete
from core.speech import Sentence, phrase
from core.words import dated, duration_words
from targets.models import Target

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# As files write them; pages translate.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclasses.dataclass(frozen=True)
class Section:
    """Some fields of a version under one title; `key` is its anchor on a page."""

    key: str
    title: StrOrPromise
    note: StrOrPromise
    fields: dict[str, StrOrPromise]


# Every field of a version, by the sections of the pages and of the admin.
SECTIONS = (
    Section(
        "when",
        _("When"),
        _("How people recognise this emergency at night, and what it is not for."),
        {
            "name": _("Name"),
            "slug": _("Short name"),
            "use_when": _("Use when"),
            "not_for": _("Not for"),
            "severity": _("Severity"),
            "drill": _("Exercise"),
        },
    ),
    Section(
        "opens",
        _("What it opens"),
        _("The systems whose doors open, and what is expected to be done there."),
        {
            "targets": _("Targets"),
            "expected_verbs": _("Expected verbs"),
            "expected_objects": _("Expected objects"),
        },
    ),
    Section(
        "decides",
        _("Who decides"),
        _("The groups that are asked, from top to bottom, and how long they have."),
        {
            "steps": _("Approval steps"),
            "answer_within": _("Lapses unanswered after"),
            "chat_decides": _("May be decided from a chat"),
            "break_glass": _("May start before approval"),
            "ratify_within": _("Ratification within"),
        },
    ),
    Section(
        "long",
        _("How long"),
        _("Access ends by itself after this time, whatever happens."),
        {
            "default_minutes": _("Usual length"),
            "max_minutes": _("At most"),
            "max_concurrent": _("Open at once per person"),
        },
    ),
    Section(
        "words",
        _("What must be filled in"),
        _("What a request has to say before it can be sent."),
        {
            "min_justification": _("Shortest reason (characters)"),
            "reference_required": _("Needs a ticket or incident"),
            "reference_pattern": _("Reference pattern"),
            "reference_hint": _("Reference example"),
            "intent_required": _("Needs a plan"),
        },
    ),
    Section(
        "hours",
        _("Working hours"),
        _("A request outside of them is marked for those who decide."),
        {
            "working_days": _("Working days"),
            "working_from": _("From"),
            "working_until": _("Until"),
            "time_zone": _("Time zone"),
        },
    ),
    Section(
        "afterwards",
        _("Afterwards"),
        _("Who is told of it, and how soon somebody independent looks at what was done."),
        {
            "review_within_hours": _("Review within"),
            "strict_review": _("Two people review"),
            "stop_on_breach": _("Ends at once when a hard rule is broken"),
            "alert_groups": _("Alerted groups"),
            "retention_class": _("Kept as"),
        },
    ),
)
LABELS = {field: label for section in SECTIONS for field, label in section.fields.items()}


@dataclasses.dataclass(frozen=True)
class Names:
    """What the ids in version bodies are called today; one that is gone is shown as it stands."""

    targets: dict[str, str]
    groups: dict[int, str]

    @classmethod
    def of(cls, *bodies: dict[str, Any]) -> Names:
        """Look up everything that `bodies` mention, in two queries."""
        keys = {UUID(key) for body in bodies for key in body.get("targets", [])}
        groups = {key for body in bodies for key in body.get("alert_groups", [])}
        targets = Target.objects.filter(pk__in=keys).values_list("pk", "name")
        return cls(
            {key.hex: name for key, name in targets},
            dict(Group.objects.filter(pk__in=groups).values_list("pk", "name")),
        )

    def with_those_of(self, other: Names) -> Names:
        """Return these names and the others."""
        return Names(self.targets | other.targets, self.groups | other.groups)


@dataclasses.dataclass(frozen=True)
class Said:
    """One field in words; a list has one line for each item, an empty value has none."""

    field: str
    label: StrOrPromise
    lines: list[str]


Told = tuple["StrOrPromise", list[Said]]  # a section's title, and its fields in words


@dataclasses.dataclass(frozen=True)
class Change:
    """One field that differs between two versions."""

    label: StrOrPromise
    before: list[str]
    after: list[str]

    @property
    def gone(self) -> list[str]:
        """The lines that are no longer there."""
        return [line for line in self.before if line not in self.after]

    @property
    def new(self) -> list[str]:
        """The lines that were not there before."""
        return [line for line in self.after if line not in self.before]


def sections(body: dict[str, Any], names: Names) -> list[Told]:
    """Return the whole version in words, by section."""
    body = complete(body)
    return [
        (
            section.title,
            [
                Said(key, label, _lines(key, body[key], names))
                for key, label in section.fields.items()
            ],
        )
        for section in SECTIONS
    ]


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return what differs between two versions, in words and in the order of the pages."""
    before, after = complete(before), complete(after)
    names = Names.of(before, after)
    return [
        Change(label, _lines(key, before.get(key), names), _lines(key, after.get(key), names))
        for key, label in LABELS.items()
        if before.get(key) != after.get(key)
    ]


def permits(scenario: Scenario) -> dict[Permit, list[str]]:
    """Say which groups hold each permit, and until when."""
    held: dict[Permit, list[str]] = {permit: [] for permit in Permit}
    for row in scenario.permits.select_related("group", "permission").order_by("group__name"):
        held[Permit(row.permission.codename)].append(permit_line(row.group.name, row.until))
    return held


def permit_line(group: str, until: datetime | None) -> str:
    """Say which group holds a permit, and until when."""
    if until is None:
        return group
    return gettext("%(group)s until %(end)s") % {"group": group, "end": dated(until)}


def differing(before: dict[Permit, list[str]], after: dict[Permit, list[str]]) -> list[Change]:
    """Return what differs between two answers of `permits`."""
    return [
        Change(permit.label, before[permit], after[permit])
        for permit in Permit
        if before[permit] != after[permit]
    ]


def step(rule: dict[str, Any]) -> str:
    """Say one approval step in a sentence."""
    facts = {**rule, "wait": _minutes(rule["escalate_after"] or 0)}
    if rule["stands_in"] and rule["escalate_after"] is not None:
        words = gettext(
            "%(position)s. %(quorum)s of %(group)s, answering for the step before; without an"
            " answer in %(wait)s the next step is asked too"
        )
    elif rule["stands_in"]:
        words = gettext("%(position)s. %(quorum)s of %(group)s, answering for the step before")
    elif rule["escalate_after"] is not None:
        words = gettext(
            "%(position)s. %(quorum)s of %(group)s; without an answer in %(wait)s the next step"
            " is asked too"
        )
    else:
        words = gettext("%(position)s. %(quorum)s of %(group)s")
    return words % facts


def _lines(field: str, value: Any, names: Names) -> list[str]:
    if value in (None, "", []):
        return []
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    if reader := _READERS.get(field):
        return reader(value, names)
    if isinstance(value, list):
        return [", ".join(map(str, value))]
    return [str(value)]


def _minutes(value: int) -> str:
    return duration_words(timedelta(minutes=value))


def _sorted(found: Iterable[str]) -> list[str]:
    return sorted(found, key=str.casefold)


def _days(value: Sequence[int], _: Names) -> list[str]:
    return [", ".join(gettext(DAYS[day]) if day in range(7) else str(day) for day in value)]


def _shape(pattern: str) -> str:
    """Say what a reference looks like, and after that how the rule is written."""
    said = reference_shape(pattern)
    return f"{said.translated()} ({pattern})" if said else pattern


_Reader = Callable[[Any, Names], list[str]]
_READERS: dict[str, _Reader] = {
    "targets": lambda keys, names: _sorted(names.targets.get(key, key) for key in keys),
    "alert_groups": lambda keys, names: _sorted(
        names.groups.get(k, gettext("group %(key)s") % {"key": k}) for k in keys
    ),
    "steps": lambda rules, _: [step(rule) for rule in rules],
    "reference_pattern": lambda value, _: [_shape(value)],
    "severity": lambda value, _: [str(Scenario.Severity(value).label)],
    "working_days": _days,
    "review_within_hours": lambda hours, _: [_minutes(hours * 60)],
    **{
        field: lambda value, _: [_minutes(value)]
        for field in ("answer_within", "ratify_within", "default_minutes", "max_minutes")
    },
}


_COUNTED = re.compile(r"([\w/#-]*[A-Za-z/#-])(?:\\d|\[0-9\])(?:\{(\d+)(?:,(\d+))?\}|\+)")


def reference_shape(pattern: str) -> Sentence | None:
    """Say what a reference looks like, where its pattern is some letters and a number of digits."""
    if not (match := _COUNTED.fullmatch(pattern)):
        return None
    begin, least, most = match.groups()
    if not least:
        return phrase("%(begin)s and a number", begin=begin)
    if not most or least == most:
        return phrase("%(begin)s and %(digits)s digits", begin=begin, digits=least)
    return phrase("%(begin)s and %(least)s to %(most)s digits", begin=begin, least=least, most=most)
