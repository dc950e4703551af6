"""Pictures: what is set for one thing of the configuration, and what people get by it.

A proposed change keeps two of them, and the rule of `policy.weakening` compares two of them.
"""

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models import Model

from accounts.models import Membership, Part, User, stands
from accounts.parts import parts_of
from breakglass import drafts
from breakglass.models import GroupPermit, Permit, ProposedChange, Scenario, Substitution
from breakglass.rules import complete
from breakglass.wording import Names
from core import zones
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


FOREVER = datetime.max.replace(tzinfo=UTC)
Rights = Mapping[User, Mapping[Right, datetime]]  # each right with its end, or `FOREVER`
Held = Mapping[User, list[tuple[Right, int | None, datetime]]]  # with the group that gives it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """What is set for one thing, and what follows from it. Without `settings` it is not there.

    `administrators` are the active ones at that moment: whoever a change switches off still
    counts. `otherwise` is what the members of a group hold without it: whoever joins it had that
    before. `watch` counts the active people who are left to look or to decide, by part, by
    alerted group and by scenario, and `lasting` those among them whose membership has no end.
    `used` says whether a scenario that can be used opens the target, `substitutes` what those are
    called who stand in for a person.
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
    lasting: Mapping[str, int] = dataclasses.field(default_factory=dict)
    names: Names = dataclasses.field(default_factory=lambda: Names({}, {}))
    used: bool = False
    substitutes: Mapping[str, str] = dataclasses.field(default_factory=dict)


def look(kind: Kind, key: str, *, at: datetime) -> Picture:
    """Return what is set now for one thing; a picture without settings where there is none."""
    return _from_outside(_LOOKS[kind](key, at), at)


def nothing(kind: Kind, *, at: datetime) -> Picture:
    """Return the picture of a thing that is not there yet."""
    return _from_outside(Picture(kind=kind, key="", version=0), at)


def _from_outside(picture: Picture, at: datetime) -> Picture:
    """Add who could look at a change, and how many are left to look at what the house does."""
    watch, lasting = _watch(at) if picture.kind in (Kind.PERSON, Kind.GROUP) else ({}, {})
    found = User.objects.playing(Part.ADMINISTRATOR, at)
    administrators = frozenset(found.values_list("pk", flat=True))
    return dataclasses.replace(picture, administrators=administrators, watch=watch, lasting=lasting)


def same(one: Settings, other: Settings) -> bool:
    """Whether two settings are the same.

    That somebody chose a new password is their affair; a substitute who came or went is undone by
    no change, for one only adds to them.
    """
    return _comparable(one) == _comparable(other)


def _comparable(settings: Settings) -> dict[str, Any]:
    found = {**settings, "password": "", "substitutes": []}
    return {**found, "body": complete(settings["body"])} if "body" in settings else found


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
        return Picture(kind=Kind.PERSON, key=key)
    memberships = list(row.memberships.select_related("group").order_by("group_id"))
    groups = [each.group_id for each in memberships]
    lent = list(row.substitutions.ahead(at).select_related("substitute").order_by("since"))
    return Picture(
        kind=Kind.PERSON,
        key=key,
        name=str(row),
        settings={
            **{name: getattr(row, name) for name in PERSON},
            "groups": groups,
            "password": hashlib.sha256(row.password.encode()).hexdigest()[:16],
            **_ends({str(each.group_id): each.until for each in memberships}),
            **_lent(lent),
        },
        rights=_rights(_held([row], at)),
        names=Names({}, {each.group_id: each.group.name for each in memberships}),
        substitutes={each.substitute_id.hex: str(each.substitute) for each in lent},
    )


def _group(key: str, at: datetime) -> Picture:
    row = Group.objects.filter(pk=int(key)).first()
    if row is None:
        return Picture(kind=Kind.GROUP, key=key)
    memberships = list(row.memberships.select_related("user").order_by("user__name"))
    held = _held([each.user for each in memberships], at)
    return Picture(
        kind=Kind.GROUP,
        key=key,
        name=row.name,
        settings={
            "name": row.name,
            "parts": [part.value for part in parts_of(row)],
            "members": sorted(str(each.user_id) for each in memberships),
            **_ends({str(each.user_id): each.until for each in memberships}),
        },
        rights=_rights(held),
        otherwise=_rights(held, without=row.pk),
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


def _lent(rows: Iterable[Substitution]) -> Settings:
    """Return who stands in for somebody on which days; settings of others look as always."""
    found = [
        {
            "substitute": each.substitute_id.hex,
            "since": zones.today(each.since).isoformat(),
            "until": each.last_day.isoformat(),
        }
        for each in rows
    ]
    return {"substitutes": found} if found else {}


def _ends(found: Mapping[str, datetime | None]) -> Settings:
    """Return the ends of memberships; where none has one, settings look as they always did."""
    ends = {key: until.isoformat() for key, until in sorted(found.items()) if until}
    return {"ends": ends} if ends else {}


def _held(people: Iterable[User], at: datetime) -> Held:
    """Return what each may do at `at`, by as many queries for one as for many."""
    active = {person.pk: person for person in people if person.is_active}
    held: dict[UUID, list[tuple[Right, int | None, datetime]]] = defaultdict(list)
    parts = Membership.objects.standing(at).filter(
        user__in=active,
        group__permissions__content_type__app_label="accounts",
        group__permissions__codename__in=Part.values,
    )
    for person, group, part, until in parts.values_list(
        "user", "group", "group__permissions__codename", "until"
    ):
        held[person].append((Right(part), group, until or FOREVER))
    permits = GroupPermit.objects.standing(at).filter(
        stands(at, "group__memberships__"),
        group__memberships__user__in=active,
        content_object__archived_at=None,
    )
    for person, group, permit, where, *ends in permits.values_list(
        "group__memberships__user", "group", "permission__codename", "content_object__name",
        "group__memberships__until", "until",
    ):  # fmt: skip
        end = min(until or FOREVER for until in ends)
        held[person].append((Right(permit, where), group, end))
    for each in active.values():
        if each.is_staff:
            held[each.pk].append((Right(STAFF), None, FOREVER))
    return {each: held[each.pk] for each in active.values()}


def _rights(held: Held, *, without: int | None = None) -> Rights:
    """Return what each may do; `without` is the key of a group that does not count."""
    found: dict[User, dict[Right, datetime]] = {}
    for person, rows in held.items():
        mine = found.setdefault(person, {})
        for right, group, end in rows:
            if group is None or group != without:
                mine[right] = max(end, mine.get(right, end))
    return found


def _watch(at: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Count the active people of each part and alerted group: all at `at`, and who has no end."""
    people: dict[str, dict[UUID, bool]] = {part.value: {} for part in Part}
    parts = Membership.objects.standing(at).filter(
        user__is_active=True,
        group__permissions__content_type__app_label="accounts",
        group__permissions__codename__in=Part.values,
    )
    for part, person, until in parts.values_list("group__permissions__codename", "user", "until"):
        people[part][person] = people[part].get(person, False) or until is None
    groups = Group.objects.filter(pk__in=Scenario.objects.in_use().values("alert_groups"))
    for name, person, active, until in groups.values_list(
        "name", "memberships__user", "memberships__user__is_active", "memberships__until"
    ):
        inside = people.setdefault(f"group:{name}", {})
        if active and (until is None or until > at):
            inside[person] = until is None
    for name, person, until in _deciders(at):
        inside = people.setdefault(f"decide:{name}", {})
        inside[person] = inside.get(person, False) or until is None
    return (
        {key: len(found) for key, found in people.items()},
        {key: sum(found.values()) for key, found in people.items()},
    )


def _deciders(at: datetime) -> Iterable[tuple[str, UUID, datetime | None]]:
    """Return who may decide on requests: scenario, person, and the end of their membership."""
    rows = (
        GroupPermit.objects.of(Permit.APPROVE)
        .standing(at)
        .filter(
            stands(at, "group__memberships__"),
            group__memberships__user__is_active=True,
            content_object__in=Scenario.objects.in_use(),
        )
    )
    return rows.values_list(
        "content_object__name", "group__memberships__user", "group__memberships__until"
    )


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
