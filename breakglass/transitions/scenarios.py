"""Publishing a scenario: each saved change becomes a version that is never altered."""

from datetime import datetime

from django.contrib.auth.models import Permission

from accounts.models import User
from audit import log
from audit.config import changing
from audit.events import Event
from breakglass import drafts, events, lint
from breakglass.models import GroupPermit, Permit, Scenario, ScenarioVersion
from breakglass.rules import complete
from breakglass.transitions.locks import lock
from core.errors import BadInput, WrongState
from core.speech import phrase, sentences


@log.transition
def publish(scenario: Scenario, *, by: User | None, reason: str, at: datetime) -> ScenarioVersion:
    """Make a version of what is saved, if it differs from the newest one.

    The groups of its steps are given the permission to decide, so that an approver is never
    named without power. `by` is None for what the house itself does.

    Raises BadInput without a reason or when the lint finds an error, WrongState when archived.
    """
    reason = _reason(reason)
    scenario = lock(scenario)
    if scenario.archived_at:
        raise WrongState(
            phrase(
                "%(scenario)s is archived. Bring it back before you change it.", scenario=scenario
            )
        )
    with changing(actor=_actor(by), reason=reason):
        let_steps_decide(scenario)
    if flaws := lint.errors(lint.lint(scenario, at)):
        raise BadInput(sentences(*(flaw.sentence for flaw in flaws)), field=flaws[0].field)
    return make_version(scenario, by=by, reason=reason, at=at)


def make_version(
    scenario: Scenario, *, by: User | None, reason: str, at: datetime
) -> ScenarioVersion:
    """Make a version of what is saved, if it differs. Call under the scenario's lock."""
    body, newest = drafts.body_of(scenario), scenario.current
    if newest and complete(newest.body) == body:
        return newest
    version = ScenarioVersion.objects.create(
        scenario=scenario,
        number=newest.number + 1 if newest else 1,
        body=body,
        made_at=at,
        made_by=by,
        reason=reason,
    )
    changes = drafts.difference(newest.body if newest else {}, body)
    event = events.ScenarioVersioned(number=version.number, reason=reason, changes=changes)
    _record(scenario, event, by=by, at=at)
    return version


@log.transition
def archive(scenario: Scenario, *, by: User | None, reason: str, at: datetime) -> Scenario:
    """Take a scenario out of use. Nothing is deleted, and what is open runs to its end.

    Raises BadInput without a reason, WrongState when it is archived already.
    """
    reason = _reason(reason)
    scenario = lock(scenario)
    if scenario.archived_at:
        raise WrongState(phrase("%(scenario)s is archived already.", scenario=scenario))
    scenario.archived_at = at
    scenario.save(update_fields=["archived_at"])
    _record(scenario, events.ScenarioArchived(reason=reason), by=by, at=at)
    return scenario


@log.transition
def bring_back(scenario: Scenario, *, by: User | None, reason: str, at: datetime) -> Scenario:
    """Take an archived scenario into use again, with the rules it had.

    Raises BadInput without a reason, WrongState when it is in use.
    """
    reason = _reason(reason)
    scenario = lock(scenario)
    if scenario.archived_at is None:
        raise WrongState(phrase("%(scenario)s is in use.", scenario=scenario))
    scenario.archived_at = None
    scenario.save(update_fields=["archived_at"])
    _record(scenario, events.ScenarioBroughtBack(reason=reason), by=by, at=at)
    return scenario


def _reason(reason: str) -> str:
    if not reason.strip():
        raise BadInput(phrase("Say why you change it; it stands in the history."), field="reason")
    return reason.strip()


def let_steps_decide(scenario: Scenario) -> None:
    """Give the step groups the permit they lack; one that has ended is not made to stand again."""
    permission = Permission.objects.get(
        content_type__app_label="breakglass", codename=Permit.APPROVE.value
    )
    for step in scenario.steps.all():
        GroupPermit.objects.get_or_create(
            content_object=scenario, permission=permission, group_id=step.group_id
        )


def let_others_go(scenario: Scenario) -> None:
    """Take the permit to decide from groups that no step asks (any more)."""
    asked = scenario.steps.values("group_id")
    for permit in scenario.permits.of(Permit.APPROVE).exclude(group__in=asked):
        permit.delete()


def _record(scenario: Scenario, event: Event, *, by: User | None, at: datetime) -> None:
    log.record(event, actor=_actor(by), subject=scenario.ref, at=at)


def _actor(by: User | None) -> str:
    return by.ref if by else log.SYSTEM
