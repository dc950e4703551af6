"""Pictures: what is set for one thing of the configuration, and what people get by it.

A proposed change keeps two of them, and the rule of `policy.weakening` compares two of them.
"""

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models import Count, Model, Q

from accounts.models import Part, User
from accounts.parts import parts_of
from breakglass import drafts
from breakglass.models import GroupPermit, ProposedChange, Scenario
from breakglass.wording import Names
from targets.models import Target

Kind = ProposedChange.Kind
Settings = dict[str, Any]

PERSON = ("email", "name", "time_zone", "is_active", "is_staff")
TARGET = (
    "name", "slug", "kind", "host", "port", "database", "sslmode", "admin_user", "template_role",
    "read_only_role", "enabled",
)  # fmt: skip
STAFF = "staff"


@dataclasses.dataclass(frozen=True)
class Right:
    """Something that a person may do: a part, a permit in the scenario `where`, or `STAFF`."""

    what: str
    where: str = ""


Rights = Mapping[User, frozenset[Right]]
Held = Mapping[User, frozenset[tuple[Right, int | None]]]  # each right with the group that gives it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """What is set for one thing, and what follows from it. Without `settings` it is not there.

    `administrators` are the active ones at that moment: whoever a change switches off still
    counts. `otherwise` is what the members of a group hold without it: whoever joins it had that
    before. `watch` counts the active people who are left to look, by part and by alerted group.
    `used` says whether a scenario that can be used opens the target.
    """

    kind: Kind
    key: str
    name: str = ""
    settings: Settings = dataclasses.field(default_factory=dict)
    version: int | None = None
    administrators: frozenset[UUID] = frozenset()
    rights: Rights = dataclasses.field(default_factory=dict)
    otherwise: Rights = dataclasses.field(default_factory=dict)
    watch: Mapping[str, int] = dataclasses.field(default_factory=dict)
    names: Names = dataclasses.field(default_factory=lambda: Names({}, {}))
    used: bool = False


def look(kind: Kind, key: str, *, at: datetime) -> Picture:
    """Return what is set now for one thing; a picture without settings where there is none."""
    return dataclasses.replace(_LOOKS[kind](key, at), administrators=_administrators())


def nothing(kind: Kind) -> Picture:
    """Return the picture of a thing that is not there yet."""
    return Picture(kind=kind, key="", version=0, watch=_watch(), administrators=_administrators())


def same(one: Settings, other: Settings) -> bool:
    """Whether two settings are the same; that somebody chose a new password is their affair."""
    return {**one, "password": ""} == {**other, "password": ""}


def lock(kind: Kind, key: str) -> None:
    """Keep others from changing the thing until the end of the transaction."""
    model, number = _MODELS[kind], int(key) if kind == Kind.GROUP else UUID(key)
    rows = model._base_manager.select_for_update(no_key=True)  # noqa: SLF001 (past filters)
    rows.filter(pk=number).first()


def thing_of(row: Model) -> tuple[Kind, str]:
    """Return the kind and the id of a row as a proposed change keeps them."""
    kind = next(kind for kind, model in _MODELS.items() if isinstance(row, model))
    return kind, row.pk.hex if isinstance(row.pk, UUID) else str(row.pk)


def names_of(*pictures: Settings) -> Names:
    """Look up what the scenario settings of pictures mention."""
    bodies = [each["body"] for each in pictures if each]
    groups = [permit["group"] for each in pictures if each for permit in each["permits"]]
    return Names.of(*bodies, {"alert_groups": groups})


def _scenario(key: str, _at: datetime) -> Picture:
    row = Scenario.objects.filter(pk=UUID(key)).first()
    if row is None:
        return Picture(kind=Kind.SCENARIO, key=key, version=0)
    permits = row.permits.order_by("permission__codename", "group")
    settings = {
        "body": drafts.body_of(row),
        "permits": [
            {"permit": codename, "group": group, "until": until.isoformat() if until else None}
            for codename, group, until in permits.values_list(
                "permission__codename", "group", "until"
            )
        ],
        "archived": row.archived_at is not None,
    }
    newest = row.current
    return Picture(
        kind=Kind.SCENARIO,
        key=key,
        name=row.name,
        settings=settings,
        version=newest.number if newest else 0,
        names=names_of(settings),
    )


def _person(key: str, at: datetime) -> Picture:
    row = User.objects.filter(pk=UUID(key)).first()
    if row is None:
        return Picture(kind=Kind.PERSON, key=key, watch=_watch())
    groups = list(row.groups.order_by("pk").values_list("pk", flat=True))
    return Picture(
        kind=Kind.PERSON,
        key=key,
        name=str(row),
        settings={
            **{name: getattr(row, name) for name in PERSON},
            "groups": groups,
            "password": hashlib.sha256(row.password.encode()).hexdigest()[:16],
        },
        rights=_rights(_held([row], at)),
        watch=_watch(),
        names=Names({}, dict(Group.objects.filter(pk__in=groups).values_list("pk", "name"))),
    )


def _group(key: str, at: datetime) -> Picture:
    row = Group.objects.filter(pk=int(key)).first()
    if row is None:
        return Picture(kind=Kind.GROUP, key=key, watch=_watch())
    held = _held(row.user_set.order_by("name"), at)
    return Picture(
        kind=Kind.GROUP,
        key=key,
        name=row.name,
        settings={
            "name": row.name,
            "parts": [part.value for part in parts_of(row)],
            "members": sorted(str(key) for key in row.user_set.values_list("pk", flat=True)),
        },
        rights=_rights(held),
        otherwise=_rights(held, without=row.pk),
        watch=_watch(),
    )


def _target(key: str, _at: datetime) -> Picture:
    row = Target.objects.filter(pk=UUID(key)).first()
    if row is None:
        return Picture(kind=Kind.TARGET, key=key)
    return Picture(
        kind=Kind.TARGET,
        key=key,
        name=row.name,
        settings={
            **{name: getattr(row, name) for name in TARGET},
            "secret_set_at": row.secret_set_at.isoformat() if row.secret_set_at else None,
        },
        used=Scenario.objects.in_use().filter(targets=row).exists(),
    )


def _held(people: Iterable[User], at: datetime) -> Held:
    """Return what each may do at `at`, by as many queries for one as for many."""
    active = {person.pk: person for person in people if person.is_active}
    held: dict[UUID, set[tuple[Right, int | None]]] = defaultdict(set)
    parts = Group.objects.filter(
        user__in=active,
        permissions__content_type__app_label="accounts",
        permissions__codename__in=Part.values,
    )
    for person, group, part in parts.values_list("user", "pk", "permissions__codename"):
        held[person].add((Right(part), group))
    permits = GroupPermit.objects.standing(at).filter(
        group__user__in=active, content_object__archived_at=None
    )
    for person, group, permit, where in permits.values_list(
        "group__user", "group", "permission__codename", "content_object__name"
    ):
        held[person].add((Right(permit, where), group))
    for each in active.values():
        if each.is_staff:
            held[each.pk].add((Right(STAFF), None))
    return {each: frozenset(held[each.pk]) for each in active.values()}


def _rights(held: Held, *, without: int | None = None) -> Rights:
    """Return what each may do; `without` is the key of a group that does not count."""
    return {
        person: frozenset(right for right, group in pairs if group is None or group != without)
        for person, pairs in held.items()
    }


def _administrators() -> frozenset[UUID]:
    found = User.objects.playing(Part.ADMINISTRATOR)
    return frozenset(found.values_list("pk", flat=True))


def _watch() -> dict[str, int]:
    parts = {part.value: User.objects.playing(part).count() for part in Part}
    active = Count("user", filter=Q(user__is_active=True), distinct=True)
    alerted = Scenario.objects.in_use().values("alert_groups")
    groups = Group.objects.filter(pk__in=alerted).annotate(active=active)
    return parts | {f"group:{name}": count for name, count in groups.values_list("name", "active")}


_LOOKS: dict[Kind, Callable[[str, datetime], Picture]] = {
    Kind.SCENARIO: _scenario,
    Kind.PERSON: _person,
    Kind.GROUP: _group,
    Kind.TARGET: _target,
}
_MODELS: dict[Kind, type[Model]] = {
    Kind.SCENARIO: Scenario,
    Kind.PERSON: User,
    Kind.GROUP: Group,
    Kind.TARGET: Target,
}
