"""Make one thing of the configuration as a proposed change wants it. Call under its lock."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from accounts.events import PasswordChanged
from accounts.memberships import set_groups, set_members
from accounts.models import Part, User
from accounts.parts import give_part, parts_of, take_part
from audit import log
from breakglass.models import Permit, ProposedChange, Scenario
from breakglass.pictures import PERSON, TARGET, Settings
from breakglass.rules import complete
from breakglass.transitions.imports import lay_out
from breakglass.transitions.scenarios import bring_back, publish
from breakglass.transitions.substitutions import name_for_another
from breakglass.yaml_files import FIELDS, PermitPlan, Plan, StepPlan
from core import zones
from core.errors import WrongState
from core.speech import phrase
from targets.models import Target

Kind = ProposedChange.Kind

_GONE = phrase("It names something that is gone by now. Decline it; it can be proposed anew.")


def make(change: ProposedChange, *, at: dt.datetime) -> None:
    """Set everything as `change.after` says, in the name of who proposed it.

    Raises WrongState when something that it names is gone, BadInput when the lint refuses it.
    """
    _MAKERS[ProposedChange.Kind(change.kind)](change, at)


def _scenario(change: ProposedChange, at: dt.datetime) -> None:
    said: dict[str, Any] = {"by": change.proposed_by, "reason": change.reason, "at": at}
    row = Scenario.objects.filter(pk=UUID(change.key)).first()
    if row and row.archived_at and not change.after["archived"]:
        row = bring_back(row, **said)
    plan = _plan(row or Scenario(pk=UUID(change.key)), change.after)
    lay_out(plan)
    publish(plan.row, **said)


def _plan(row: Scenario, wanted: Settings) -> Plan:
    body = complete(wanted["body"])
    for name in ("slug", *FIELDS):
        value = body[name]
        setattr(row, name, dt.time.fromisoformat(value) if name in _CLOCKS else value)
    _check(row)
    groups = _all(Group, _groups_in(wanted))
    targets = _all(Target, [UUID(key) for key in body["targets"]])
    return Plan(
        file="",
        row=row,
        targets=list(targets.values()),
        alert_groups=[groups[key] for key in body["alert_groups"]],
        steps=[
            StepPlan(
                position=step["position"],
                group=groups[step["group_id"]],
                quorum=step["quorum"],
                escalate_after=step["escalate_after"],
                stands_in=step["stands_in"],
            )
            for step in body["steps"]
        ],
        permits=[
            PermitPlan(
                permit=Permit(permit["permit"]),
                group=groups[permit["group"]],
                until=dt.datetime.fromisoformat(permit["until"]) if permit["until"] else None,
            )
            for permit in wanted["permits"]
        ],
    )


_CLOCKS = ("working_from", "working_until")


def _groups_in(wanted: Settings) -> set[int]:
    body = wanted["body"]
    return {
        *body["alert_groups"],
        *(step["group_id"] for step in body["steps"]),
        *(permit["group"] for permit in wanted["permits"]),
    }


def _person(change: ProposedChange, at: dt.datetime) -> None:
    person: User = _one(User, UUID(change.key))
    _set(person, change.after, PERSON)
    groups = _all(Group, change.after["groups"])
    if password := change.hidden.get("password"):
        person.password = password
        event = PasswordChanged(how="administrator")
        actor = change.proposed_by.ref if change.proposed_by else log.SYSTEM
        log.record(event, actor=actor, subject=person.ref, at=at)
    person.save()
    ends = _ends(change)
    set_groups(person, {group: ends.get(str(key)) for key, group in groups.items()})
    for row in change.after.get("substitutes", []):
        if row not in change.before.get("substitutes", []):
            _let_stand_in(person, row, by=_one(User, change.proposed_by_id), at=at)


def _let_stand_in(person: User, row: Settings, *, by: User, at: dt.datetime) -> None:
    """Name a substitute for the days of a proposal, of which some may have passed."""
    begin = zones.day_end(dt.date.fromisoformat(row["since"]) - dt.timedelta(days=1))
    name_for_another(
        person,
        substitute=_one(User, UUID(row["substitute"])),
        since=max(begin, at),
        until=zones.day_end(dt.date.fromisoformat(row["until"])),
        by=by,
        at=at,
    )


def _group(change: ProposedChange, _at: dt.datetime) -> None:
    group: Group = _one(Group, int(change.key))
    _set(group, change.after, ("name",))
    group.save()
    wanted, playing = {Part(part) for part in change.after["parts"]}, set(parts_of(group))
    for part in wanted - playing:
        give_part(group, part)
    for part in playing - wanted:
        take_part(group, part)
    people, ends = _all(User, map(UUID, change.after["members"])), _ends(change)
    set_members(group, {person: ends.get(str(key)) for key, person in people.items()})


def _ends(change: ProposedChange) -> dict[str, dt.datetime]:
    """Return the ends of memberships, by what each is in or of."""
    ends = change.after.get("ends", {})
    return {key: dt.datetime.fromisoformat(until) for key, until in ends.items()}


def _target(change: ProposedChange, _at: dt.datetime) -> None:
    target: Target = _one(Target, UUID(change.key))
    _set(target, change.after, TARGET)
    if sealed := change.hidden.get("admin_secret"):
        target.admin_secret = bytes.fromhex(sealed)
        target.secret_set_at = dt.datetime.fromisoformat(change.after["secret_set_at"])
    target.save()


def _one(model: type[models.Model], key: object) -> Any:
    row = model._base_manager.filter(pk=key).first()  # noqa: SLF001 (past filters)
    if row is None:
        raise WrongState(_GONE)
    return row


def _all(model: type[models.Model], keys: Iterable[Any]) -> dict[Any, Any]:
    wanted = set(keys)
    found = model._base_manager.in_bulk(wanted)  # noqa: SLF001 (past filters)
    if len(found) < len(wanted):
        raise WrongState(_GONE)
    return found


def _set(row: models.Model, wanted: Settings, names: Iterable[str]) -> None:
    for name in names:
        setattr(row, name, wanted[name])
    _check(row)


def _check(row: models.Model) -> None:
    """Say what the database would refuse: another thing may have the name by now."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise WrongState(" ".join(_named(row, error))) from error


def _named(row: models.Model, error: ValidationError) -> Iterable[str]:
    """Say of each refusal which setting it is about, where it is about one."""
    for name, messages in error.message_dict.items():
        field = None if name == NON_FIELD_ERRORS else row._meta.get_field(name)  # noqa: SLF001
        about = f"{field.verbose_name}: " if isinstance(field, models.Field) else ""
        yield from (f"{about[:1].upper()}{about[1:]}{message}" for message in messages)


_MAKERS: dict[Kind, Callable[[ProposedChange, dt.datetime], None]] = {
    Kind.SCENARIO: _scenario,
    Kind.PERSON: _person,
    Kind.GROUP: _group,
    Kind.TARGET: _target,
}
