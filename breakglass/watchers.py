"""Who may know that a case moved: `Request.objects.visible_to`, asked the other way round."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from accounts.models import Membership, Part, User, stands
from breakglass.models import GroupPermit, Permit, ProposedChange, Request
from breakglass.models.request import OVERSEERS
from core import live


def of_cases(keys: set[str], at: datetime) -> dict[str, set[UUID]]:
    """Return the people who may see each case, by as many queries for one case as for many."""
    rows = Request.objects.filter(pk__in=[UUID(key) for key in keys])
    cases = list(rows.values_list("pk", "scenario", "requester", "filed_by"))
    permits = GroupPermit.objects.of(Permit.APPROVE, Permit.REVIEW, Permit.VIEW).standing(at)
    permits = permits.filter(
        stands(at, "group__memberships__"),
        content_object__in={scenario for _, scenario, *_ in cases},
    )
    permitted: dict[UUID, set[UUID]] = defaultdict(set)
    for scenario, person in permits.values_list("content_object", "group__memberships__user"):
        permitted[scenario].add(person)
    overseers = _overseers(at)
    return {
        key.hex: {requester, filed_by} | permitted[scenario] | overseers
        for key, scenario, requester, filed_by in cases
    }


def of_freezes(keys: set[str], _at: datetime) -> dict[str, set[UUID]]:
    """Return everybody: a freeze changes what anybody may do."""
    everybody = set(User.objects.active().values_list("pk", flat=True))
    return dict.fromkeys(keys, everybody)


def of_people(keys: set[str], _at: datetime) -> dict[str, set[UUID]]:
    """Return each person for themselves."""
    return {key: {UUID(key)} for key in keys}


def of_changes(keys: set[str], at: datetime) -> dict[str, set[UUID]]:
    """Return the administrators, and who proposed each change."""
    administrators = set(User.objects.playing(Part.ADMINISTRATOR, at).values_list("pk", flat=True))
    rows = ProposedChange.objects.filter(pk__in=[UUID(key) for key in keys])
    return {
        key.hex: administrators | ({proposer} if proposer else set())
        for key, proposer in rows.values_list("pk", "proposed_by")
    }


def _overseers(at: datetime) -> set[UUID]:
    rows = Membership.objects.standing(at).filter(
        user__is_active=True,
        group__permissions__content_type__app_label="accounts",
        group__permissions__codename__in=[part.value for part in OVERSEERS],
    )
    return set(rows.values_list("user", flat=True))


live.provide("request", of_cases)
live.provide("freeze", of_freezes)
live.provide("user", of_people)
live.provide("change", of_changes)
