"""What a new scenario may begin with: another one, or a template that comes with the product."""

import dataclasses
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext

from breakglass import yaml_files
from breakglass.models import Scenario
from targets.models import Target

_TEMPLATES = Path(__file__).parent / "seeds"


@dataclasses.dataclass(frozen=True)
class Template:
    """An emergency that many organisations have."""

    slug: str
    name: str
    use_when: str


@dataclasses.dataclass(frozen=True)
class Start:
    """What a form begins with; `missing` says which groups and targets do not exist here."""

    fields: dict[str, Any]
    steps: list[dict[str, Any]]
    permits: list[dict[str, Any]]
    missing: list[str]


def templates() -> list[Template]:
    """Return the templates, by name."""
    found = [
        Template(slug, body["name"], body["use_when"].strip()) for slug, body in _bodies().items()
    ]
    return sorted(found, key=lambda template: template.name)


def like(scenario: Scenario) -> Start:
    """Return what a copy of `scenario` begins with; its name and address are still to be chosen."""
    start = _start(scenario.slug, yaml_files.body(scenario))
    name = gettext("%(scenario)s, copy") % {"scenario": scenario.name}
    slug = _free(f"{scenario.slug}-copy")
    return dataclasses.replace(start, fields={**start.fields, "name": name, "slug": slug})


def template(slug: str) -> Start | None:
    """Return what a scenario after this template begins with, if there is such a template."""
    body = _bodies().get(slug)
    return _start(_free(slug), body) if body else None


def _free(slug: str) -> str:
    """Return an address that no scenario has: this one, or with a number behind it."""
    taken = set(Scenario.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in count(2))
    return next(each for each in chain([slug], numbered) if each not in taken)


@cache
def _bodies() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(_TEMPLATES.glob("*.yaml")):
        found |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _start(slug: str, body: dict[str, Any]) -> Start:
    """Read a body as files have it, leaving open what does not exist here."""
    groups = {group.name: group.pk for group in Group.objects.all()}
    targets = {target.slug: target.pk for target in Target.objects.all()}
    fields = {key: read(body[key]) for key, read in yaml_files.FIELDS.items() if key in body}
    steps = [
        {"quorum": 1, **step, "group": groups.get(step["group"])} for step in body.get("steps", [])
    ]
    return Start(
        fields={
            **fields,
            "slug": slug,
            "targets": _known(targets, body.get("targets", [])),
            "alert_groups": _known(groups, body.get("alert_groups", [])),
        },
        steps=steps,
        permits=list(_permits(groups, body.get("permits", {}))),
        missing=[
            *_missing(gettext("The template names groups that do not exist here: %(names)s."),
                      groups, _group_names(body)),
            *_missing(gettext("The template names targets that do not exist here: %(names)s."),
                      targets, body.get("targets", [])),
        ],
    )  # fmt: skip


def _known(known: dict[str, Any], names: Iterable[str]) -> list[Any]:
    return [known[name] for name in names if name in known]


def _permits(groups: dict[str, int], body: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    kinds = Permission.objects.filter(content_type__app_label="breakglass")
    keys = {permission.codename: permission.pk for permission in kinds}
    for name, listed in body.items():
        raws = [item if isinstance(item, dict) else {"group": item} for item in listed]
        found = [raw for raw in raws if raw["group"] in groups]
        # Without any, a row that waits for a group says that somebody has to ask and to review.
        for raw in found or raws[: name in ("request", "review")]:
            yield {
                "permission": keys[yaml_files.PERMITS[name].value],
                "group": groups.get(raw["group"]),
                "until": raw.get("until"),
            }


def _group_names(body: dict[str, Any]) -> list[str]:
    permits = [item for listed in body.get("permits", {}).values() for item in listed]
    return [
        *(step["group"] for step in body.get("steps", [])),
        *(item["group"] if isinstance(item, dict) else item for item in permits),
        *body.get("alert_groups", []),
    ]


def _missing(sentence: str, known: dict[str, Any], names: Iterable[str]) -> list[str]:
    gone = [name for name in dict.fromkeys(names) if name not in known]
    return [sentence % {"names": ", ".join(gone)}] if gone else []
