"""The rules of a version in words: what each field is called and how its value reads."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group

from breakglass.models import Scenario
from core.words import duration_words
from targets.models import Target

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Every field of a version, by the sections of the pages and of the admin.
SECTIONS: dict[str, dict[str, str]] = {
    "When": {
        "name": "Name",
        "slug": "Address",
        "use_when": "Use when",
        "not_for": "Not for",
        "severity": "Severity",
        "drill": "Exercise",
    },
    "What it opens": {
        "targets": "Targets",
        "expected_verbs": "Expected verbs",
        "expected_objects": "Expected objects",
    },
    "Who decides": {
        "steps": "Approval steps",
        "answer_within": "Lapses unanswered after",
        "break_glass": "May start before approval",
        "ratify_within": "Ratification within",
    },
    "How long": {
        "default_minutes": "Usual length",
        "max_minutes": "At most",
        "max_concurrent": "Open at once per person",
    },
    "What must be filled in": {
        "min_justification": "Shortest reason (characters)",
        "reference_required": "Needs a ticket or incident",
        "reference_pattern": "Reference pattern",
        "reference_hint": "Reference example",
        "intent_required": "Needs a plan",
    },
    "Working hours": {
        "working_days": "Working days",
        "working_from": "From",
        "working_until": "Until",
        "time_zone": "Time zone",
    },
    "Afterwards": {
        "review_within_hours": "Review within",
        "strict_review": "Two people review",
        "alert_groups": "Alerted groups",
        "retention_class": "Kept as",
    },
}
LABELS = {field: label for section in SECTIONS.values() for field, label in section.items()}


@dataclasses.dataclass(frozen=True)
class Names:
    """What the ids in version bodies are called today; one that is gone is shown as it stands."""

    targets: dict[str, str]
    groups: dict[int, str]

    @classmethod
    def of(cls, *bodies: dict[str, Any]) -> "Names":
        """Look up everything that `bodies` mention, in two queries."""
        keys = {UUID(key) for body in bodies for key in body.get("targets", [])}
        groups = {key for body in bodies for key in body.get("alert_groups", [])}
        targets = Target.objects.filter(pk__in=keys).values_list("pk", "name")
        return cls(
            {key.hex: name for key, name in targets},
            dict(Group.objects.filter(pk__in=groups).values_list("pk", "name")),
        )


@dataclasses.dataclass(frozen=True)
class Said:
    """One field in words; a list has one line for each item, an empty value has none."""

    field: str
    label: str
    lines: list[str]


@dataclasses.dataclass(frozen=True)
class Change:
    """One field that differs between two versions."""

    label: str
    before: list[str]
    after: list[str]


def sections(body: dict[str, Any], names: Names) -> list[tuple[str, list[Said]]]:
    """Return the whole version in words, by section."""
    return [
        (title, [Said(key, label, _lines(key, body[key], names)) for key, label in fields.items()])
        for title, fields in SECTIONS.items()
    ]


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return what differs between two versions, in words and in the order of the pages."""
    names = Names.of(before, after)
    return [
        Change(label, _lines(key, before.get(key), names), _lines(key, after.get(key), names))
        for key, label in LABELS.items()
        if before.get(key) != after.get(key)
    ]


def step(rule: dict[str, Any]) -> str:
    """Say one approval step in a sentence."""
    words = f"{rule['position']}. {rule['quorum']} of {rule['group']}"
    if rule["stands_in"]:
        words = f"{words}, answering for the step before"
    if rule["escalate_after"] is not None:
        words = f"{words}; without an answer in {_minutes(rule['escalate_after'])} the next step"
        words = f"{words} is asked too"
    return words


def _lines(field: str, value: Any, names: Names) -> list[str]:
    if value in (None, "", []):
        return []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
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
    return [", ".join(DAYS[day] if day in range(7) else str(day) for day in value)]


_Reader = Callable[[Any, Names], list[str]]
_READERS: dict[str, _Reader] = {
    "targets": lambda keys, names: _sorted(names.targets.get(key, key) for key in keys),
    "alert_groups": lambda keys, names: _sorted(names.groups.get(k, f"group {k}") for k in keys),
    "steps": lambda rules, _: [step(rule) for rule in rules],
    "severity": lambda value, _: [str(Scenario.Severity(value).label)],
    "working_days": _days,
    "review_within_hours": lambda hours, _: [_minutes(hours * 60)],
    **{
        field: lambda value, _: [_minutes(value)]
        for field in ("answer_within", "ratify_within", "default_minutes", "max_minutes")
    },
}
