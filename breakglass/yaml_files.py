"""Scenarios as YAML: written in full, read strictly. Groups go by name, targets by slug."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NoReturn

import yaml
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from breakglass import yaml_values
from breakglass.models import Permit, Scenario
from breakglass.wording import DAYS
from core.errors import BadInput
from core.speech import phrase
from core.words import minutes_phrase
from targets.models import Target

# How the permits are called in a file.
PERMITS = {
    "request": Permit.REQUEST,
    "approve": Permit.APPROVE,
    "review": Permit.REVIEW,
    "view": Permit.VIEW,
}


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "name": yaml_values.string,
    "use_when": yaml_values.string,
    "not_for": yaml_values.string,
    "severity": yaml_values.string,
    "drill": yaml_values.flag,
    "expected_verbs": yaml_values.words,
    "expected_objects": yaml_values.words,
    "break_glass": yaml_values.flag,
    "ratify_within": yaml_values.positive,
    "answer_within": yaml_values.positive,
    "chat_decides": yaml_values.flag,
    "default_minutes": yaml_values.positive,
    "max_minutes": yaml_values.positive,
    "max_concurrent": yaml_values.positive,
    "reference_required": yaml_values.flag,
    "reference_pattern": yaml_values.string,
    "reference_hint": yaml_values.string,
    "intent_required": yaml_values.flag,
    "min_justification": yaml_values.number,
    "time_zone": yaml_values.string,
    "review_within_hours": yaml_values.positive,
    "strict_review": yaml_values.flag,
    "stop_on_breach": yaml_values.flag,
    "retention_class": yaml_values.string,
}
# The keys of a scenario that stand for one value, each with its reader.
FIELDS = {
    **_PLAIN,
    "working_days": yaml_values.days,
    "working_from": yaml_values.clock,
    "working_until": yaml_values.clock,
}
_STEP: dict[str, Callable[[Any], Any]] = {
    "position": yaml_values.positive,
    "quorum": yaml_values.positive,
    "escalate_after": yaml_values.optional_number,
    "stands_in": yaml_values.flag,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepPlan:
    """An approval step as a file has it."""

    position: int
    group: Group
    quorum: int
    escalate_after: int | None
    stands_in: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class PermitPlan:
    """A group's permit as a file has it."""

    permit: Permit
    group: Group
    until: dt.datetime | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """One scenario of a file: `row` is made or changed but not saved, the rest hangs on it."""

    file: str
    row: Scenario
    targets: list[Target]
    alert_groups: list[Group]
    steps: list[StepPlan]
    permits: list[PermitPlan]


def dump(scenarios: Iterable[Scenario]) -> str:
    """Return the scenarios as YAML that `read` turns into the same again."""
    everything = {scenario.slug: body(scenario) for scenario in scenarios}
    return yaml.dump(everything, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def read(text: str, *, file: str) -> list[Plan]:
    """Return what a file wants; nothing is written. A key left out means the usual value.

    Raises BadInput with a sentence that names the file, the scenario and the key.
    """
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader that is stricter
    except yaml.YAMLError as error:
        raise BadInput(
            phrase("%(file)s cannot be read as YAML: %(why)s.", file=file, why=_short(error))
        ) from error
    if not isinstance(found, dict) or not found:
        raise BadInput(
            phrase(
                "%(file)s holds no scenario: write its slug, a colon, and its rules below.",
                file=file,
            )
        )
    known, lines = _Known(), yaml_values.lines(yaml.compose(text, Loader=_Loader))
    return [_Reader(file, slug, body, known, lines).plan() for slug, body in found.items()]


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, which YAML would silently let win."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - PyYAML's
    ) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, phrase("“%(key)s” is there twice", key=key.value), key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _text_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _text_block)
_Dumper.add_multi_representer(str, _text_block)  # choices are text of a class of their own


def _short(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    line = error.problem_mark.line + 1
    return phrase("%(problem)s in line %(line)s", problem=error.problem, line=line)


def body(scenario: Scenario) -> dict[str, Any]:
    """Return one scenario as a file has it."""
    plain = {name: getattr(scenario, name) for name in _PLAIN}
    return {
        **plain,
        "working_days": [DAYS[day] for day in scenario.working_days],
        "working_from": scenario.working_from.strftime("%H:%M"),
        "working_until": scenario.working_until.strftime("%H:%M"),
        "targets": list(scenario.targets.order_by("slug").values_list("slug", flat=True)),
        "alert_groups": list(scenario.alert_groups.order_by("name").values_list("name", flat=True)),
        "steps": [
            {
                "position": step.position,
                "group": step.group.name,
                "quorum": step.quorum,
                "escalate_after": step.escalate_after,
                "stands_in": step.stands_in,
            }
            for step in scenario.steps.select_related("group").order_by("position")
        ],
        "permits": {name: _permits(scenario, permit) for name, permit in PERMITS.items()},
    }


def _permits(scenario: Scenario, permit: Permit) -> list[Any]:
    rows = scenario.permits.of(permit).select_related("group").order_by("group__name")
    return [
        {"group": row.group.name, "until": row.until} if row.until else row.group.name
        for row in rows
    ]


class _Known:
    """The groups, targets and scenarios there are, fetched once for a file."""

    def __init__(self) -> None:
        self.groups = {group.name: group for group in Group.objects.all()}
        self.targets = {target.slug: target for target in Target.objects.all()}
        self.scenarios = {scenario.slug: scenario for scenario in Scenario.objects.all()}


def _no_target(name: object) -> str:
    return phrase("names “%(name)s”, and there is no such target; make it first", name=name)


def _no_group(name: object) -> str:
    return phrase("names “%(name)s”, and there is no such group; make it first", name=name)


class _Reader:
    """Reads one scenario of a file and says of each mistake where it is."""

    def __init__(
        self, file: str, slug: object, body: object, known: _Known, lines: dict[str, int]
    ) -> None:
        self._file, self._slug, self._known, self._lines = file, str(slug), known, lines
        if not isinstance(slug, str):
            self._refuse("", phrase("is not a slug; put it in quotes"))
        if not isinstance(body, dict):
            self._refuse("", phrase("is to be followed by its rules, one key per line"))
        self._body: dict[str, Any] = body

    def plan(self) -> Plan:
        """Check everything and return what is wanted."""
        for key in self._body:
            if key not in FIELDS and key not in ("targets", "alert_groups", "steps", "permits"):
                self._refuse(str(key), phrase("is not a key of a scenario"))
        return Plan(
            file=self._file,
            row=self._row(),
            targets=self._named("targets", self._known.targets, _no_target),
            alert_groups=self._named("alert_groups", self._known.groups, _no_group),
            steps=self._steps(),
            permits=self._permits(),
        )

    def _refuse(self, key: str, sentence: str) -> NoReturn:
        place = ": ".join(filter(None, [self._file, self._slug, key]))
        if line := self._line(key):
            sentence = phrase("%(what)s (line %(line)s)", what=sentence, line=line)
        raise BadInput(phrase("%(place)s %(what)s.", place=place, what=sentence), field=key)

    def _line(self, key: str) -> int | None:
        """Return in which line of the file `key` stands, or what it would be part of."""
        path = f"{self._slug}.{key}".rstrip(".")
        while path and path not in self._lines:
            path = path.rpartition(".")[0]
        return self._lines[path] if path else None

    def _value(self, key: str, reader: Callable[[Any], Any], value: object) -> Any:
        try:
            return reader(value)
        except yaml_values.Unfit as error:
            self._refuse(key, error.args[0])

    def _row(self) -> Scenario:
        usual = Scenario(slug=self._slug)
        row = self._known.scenarios.get(self._slug, usual)
        for key, reader in FIELDS.items():
            value = getattr(usual, key)
            if key in self._body:
                value = self._value(key, reader, self._body[key])
            setattr(row, key, value)
        if row.default_minutes > row.max_minutes:
            self._refuse(
                "max_minutes",
                phrase(
                    "is less than the usual %(usual)s", usual=minutes_phrase(row.default_minutes)
                ),
            )
        try:
            row.full_clean()
        except ValidationError as error:
            key, messages = next(iter(error.message_dict.items()))
            why = " ".join(messages).removesuffix(".")
            self._refuse("" if key == "__all__" else key, phrase("does not do: %(why)s", why=why))
        return row

    def _named(
        self, key: str, known: dict[str, Any], missing: Callable[[object], str]
    ) -> list[Any]:
        names = self._value(key, yaml_values.words, self._body.get(key, []))
        for name in names:
            if name not in known:
                self._refuse(key, missing(name))
        return [known[name] for name in dict.fromkeys(names)]

    def _group(self, key: str, name: object) -> Group:
        if not isinstance(name, str) or name not in self._known.groups:
            self._refuse(key, _no_group(name))
        return self._known.groups[name]

    def _steps(self) -> list[StepPlan]:
        listed = self._value("steps", yaml_values.mappings, self._body.get("steps", []))
        steps = [self._step(f"steps[{index}]", raw) for index, raw in enumerate(listed, start=1)]
        positions = [step.position for step in steps]
        for position in positions:
            if positions.count(position) > 1:
                self._refuse(
                    "steps",
                    phrase(
                        "has position %(number)s twice; number the steps 1, 2, 3", number=position
                    ),
                )
        return steps

    def _step(self, key: str, raw: dict[str, Any]) -> StepPlan:
        self._only(key, raw, {"position", "group", *_STEP})
        usual: dict[str, Any] = {"quorum": 1, "escalate_after": None, "stands_in": False}
        if "position" not in raw:
            self._refuse(f"{key}.position", phrase("is missing; number the steps 1, 2, 3"))
        values = {
            name: self._value(f"{key}.{name}", reader, raw[name])
            for name, reader in _STEP.items()
            if name in raw
        }
        group = self._group(f"{key}.group", raw.get("group"))
        return StepPlan(group=group, **{**usual, **values})

    def _permits(self) -> list[PermitPlan]:
        raw = self._value("permits", yaml_values.mapping, self._body.get("permits", {}))
        self._only("permits", raw, set(PERMITS))
        found: list[PermitPlan] = []
        for name, listed in raw.items():
            key = f"permits.{name}"
            items = self._value(key, yaml_values.items, listed)
            found.extend(self._permit(key, PERMITS[name], item) for item in items)
        pairs = [(plan.permit, plan.group) for plan in found]
        for permit, group in pairs:
            if pairs.count((permit, group)) > 1:
                self._refuse(
                    "permits", phrase("names %(group)s twice under one permit", group=group)
                )
        return found

    def _permit(self, key: str, permit: Permit, item: object) -> PermitPlan:
        raw = item if isinstance(item, dict) else {"group": item}
        self._only(key, raw, {"group", "until"})
        until = self._value(f"{key}.until", yaml_values.moment, raw.get("until"))
        return PermitPlan(permit=permit, group=self._group(key, raw.get("group")), until=until)

    def _only(self, key: str, raw: dict[Any, Any], allowed: set[str]) -> None:
        for name in raw:
            if name not in allowed:
                known = ", ".join(sorted(allowed))
                self._refuse(
                    f"{key}.{name}", phrase("is not a key here; there are %(known)s", known=known)
                )
