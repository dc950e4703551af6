"""Asking for access: submit, break the glass, ask for more time, withdraw, lapse, escalate."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.models import User
from audit import log
from breakglass import coach, debt, events, policy
from breakglass.copies import copied_from
from breakglass.debt import Debt
from breakglass.models import Grant, Request, Scenario, ScenarioVersion
from breakglass.models.request import next_case
from breakglass.rules import Rules
from breakglass.transitions import grants
from breakglass.transitions.locks import hold_off_freezes, lock, lock_request, refuse_unless
from breakglass.transitions.waivers import waive
from core.errors import Attempt, BadInput, WrongState
from core.speech import phrase
from targets.models import Target


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ask:
    """What a person asks for. `minutes` is how long; `starts_at` is None for now."""

    targets: Sequence[Target]
    justification: str
    minutes: int
    reference: str = ""
    intent: str = ""
    read_only: bool = False
    starts_at: datetime | None = None
    waiver: str = ""  # why it cannot wait for what is overdue, where something is


@log.transition
def submit(
    scenario: Scenario, *, by: User, ask: Ask, at: datetime, person: User | None = None
) -> Request:
    """Ask for access that starts when enough people have approved.

    `person` is who will hold it, where `by` files the request for somebody else.

    Raises NotAllowed when the person may not use the scenario, `by` may not ask for them or nobody
    could decide, BadInput
    when the terms or the words are outside the rules, WrongState when too much is open already.
    """
    person = lock(person or by)
    version = _published(scenario)
    debts = _check(scenario, version, by=by, person=person, ask=ask, at=at)
    refuse_unless(
        policy.why_nobody_can_decide(version.rules, scenario, requester=person, at=at),
        by=by,
        subject=scenario,
        at=at,
    )
    if why := policy.why_asked_already(scenario, person=person, at=at):
        raise WrongState(why)
    request = _create(scenario, version, by=by, person=person, ask=ask, at=at)
    _record_submitted(request, version, by=by, ask=ask, at=at)
    waive(request, debts, reason=ask.waiver, by=by, at=at)
    return request


@log.transition
def break_glass(
    scenario: Scenario, *, by: User, ask: Ask, at: datetime, person: User | None = None
) -> Request:
    """Start access at once; it must be ratified afterwards.

    Raises as `submit` does, and NotAllowed where the scenario wants approval first, or where
    `person` is somebody else: this is done under one's own name.
    """
    why = policy.why_not_break_for(person or by, by=by)
    refuse_unless(why, by=by, subject=scenario, at=at)
    person = lock(by)
    version = _published(scenario)
    refuse_unless(policy.why_not_break_glass(version.rules), by=by, subject=scenario, at=at)
    urgency = Request.Urgency.BREAK_GLASS
    debts = _check(scenario, version, by=by, person=person, ask=ask, at=at, urgency=urgency)
    request = _create(
        scenario, version, by=by, person=person, ask=ask, at=at,
        urgency=urgency,
        state=Request.State.ACTIVATED,
        decided_at=at,
        ratification=Request.Ratification.PENDING,
        ratify_by=at + timedelta(minutes=version.rules.ratify_within),
    )  # fmt: skip
    _record_submitted(request, version, by=by, ask=ask, at=at)
    waive(request, debts, reason=ask.waiver, by=by, at=at)
    grants.start_unapproved(request, at=at)
    return request


@log.transition
def ask_for_more_time(
    grant: Grant, *, by: User, minutes: int, justification: str, at: datetime
) -> Request:
    """Ask that a live grant ends `minutes` later: a new decision by the same steps.

    Raises NotAllowed for anybody but the holder, and BadInput beyond the scenario's cap.
    """
    grant = lock(grant)
    original = grant.request
    rules = original.rules
    why = policy.why_not_extend(grant, rules, by=by, at=at)
    refuse_unless(why, by=by, subject=grant, at=at, case=grant.case_ref)
    if why := policy.why_too_long(grant, rules, minutes=minutes):
        attempt = Attempt(actor=by.ref, subject=grant.ref, at=at, case=grant.case_ref)
        raise BadInput(why, field="minutes", attempt=attempt)
    if bad := policy.why_bad_words(
        rules,
        justification=justification,
        reference=original.reference,
        intent=original.intent,
        urgency=original.urgency,
    ):
        raise BadInput.of(bad)
    if grant.extensions.open().exists():
        raise WrongState(phrase("You have asked for more time already. Wait for the answer."))
    ask = Ask(
        targets=list(grant.targets.all()),
        justification=justification,
        minutes=minutes,
        reference=original.reference,
        intent=original.intent,
        read_only=grant.read_only,
    )
    request = _create(
        original.scenario, original.version, by=by, person=by, ask=ask, at=at,
        extends=grant,
        case=original.case,
        lapse_at=min(at + timedelta(minutes=rules.answer_within), grant.ends_at),
    )  # fmt: skip
    _record_submitted(request, original.version, by=by, ask=ask, at=at)
    return request


@log.transition
def name_reference(request: Request, *, by: User, reference: str, at: datetime) -> Request:
    """Name the incident or ticket of a case that began without one.

    Raises NotAllowed for anybody but who asked, WrongState when one is named already, BadInput
    for one that is written otherwise than the scenario wants.
    """
    case, reference = lock(request.original), reference.strip()
    why = policy.why_not_answer_counter(case, by=by)
    refuse_unless(why, by=by, subject=case, at=at, case=case.case_ref)
    if case.reference:
        raise WrongState(phrase("The ticket of this case is %(name)s.", name=case.reference))
    if not 0 < len(reference) <= Request.LONGEST_REFERENCE:
        most = phrase("Write the incident or ticket, at most %(most)s characters.",
                      most=Request.LONGEST_REFERENCE)  # fmt: skip
        raise BadInput(most, field="reference")
    if why := policy.why_bad_reference(case.rules, reference):
        raise BadInput(why, field="reference")
    case.reference = reference
    case.save(update_fields=["reference"])
    named = events.RequestReferenced(reference=reference)
    log.record(named, actor=by.ref, subject=case.ref, at=at, case=case.case_ref)
    return case


@log.transition
def withdraw(request: Request, *, by: User, at: datetime) -> Request:
    """Take an unanswered request back.

    Raises WrongState once it is decided, NotAllowed for anybody but the requester.
    """
    request = lock_request(request, expect=Request.OPEN)
    why = policy.why_not_answer_counter(request, by=by)
    refuse_unless(why, by=by, subject=request, at=at, case=request.case_ref)
    close(request, Request.State.WITHDRAWN, at=at)
    log.record(
        events.RequestWithdrawn(), actor=by.ref, subject=request.ref, at=at, case=request.case_ref
    )
    return request


@log.transition
def lapse(request: Request, *, at: datetime) -> Request:
    """Write down that nobody ended the request in time; the clock had already decided.

    Raises WrongState when it is decided or its time is not over.
    """
    request = lock_request(request, expect=Request.OPEN)
    extends = request.extends
    if request.lapse_at > at and not (extends and extends.ended_at):
        raise WrongState(phrase("This request may still be answered."))
    close(request, Request.State.LAPSED, at=at)
    log.record(
        events.RequestLapsed(), actor=log.SYSTEM, subject=request.ref, at=at, case=request.case_ref
    )
    return request


@log.transition
def escalate(request: Request, *, at: datetime) -> Request:
    """Record which further steps the clock has asked, so that their people are told.

    Raises WrongState when the request waits for nobody.
    """
    request = lock_request(request, expect=(Request.State.PENDING,))
    record_newly_asked(request, at=at)
    return request


def record_newly_asked(request: Request, *, at: datetime) -> None:
    """Record each step that has been asked since the last look. Call under the request's lock."""
    asked = [each.step for each in policy.standing(request) if each.asked(at)]
    for step in asked:
        if step.position > request.escalated_to:
            request.escalated_to = step.position
            log.record(
                events.RequestEscalated(step=step.position, group=step.group),
                actor=log.SYSTEM, subject=request.ref, at=at, case=request.case_ref,
            )  # fmt: skip
    request.save(update_fields=["escalated_to"])


def close(request: Request, state: Request.State, *, at: datetime) -> None:
    """Put a locked request into a terminal state."""
    request.state = state
    request.decided_at = at
    request.save(update_fields=["state", "decided_at"])


def _published(scenario: Scenario) -> ScenarioVersion:
    version = scenario.current
    if version is None:
        raise WrongState(
            phrase(
                "%(scenario)s is not in use yet. Ask an administrator to publish it.",
                scenario=scenario,
            )
        )
    return version


def _check(
    scenario: Scenario, version: ScenarioVersion, *, by: User, person: User, ask: Ask,
    at: datetime, urgency: Request.Urgency = Request.Urgency.NORMAL,
) -> list[Debt]:  # fmt: skip
    """Raise unless the person, the terms and the words all fit the scenario.

    Returns what is overdue, for which there is a waiver.
    """
    hold_off_freezes()
    rules = version.rules
    why = policy.why_not_file(scenario, by=by, at=at) if person != by else None
    why = why or policy.why_not_request(scenario, by=person, at=at, filed_by=by)
    refuse_unless(why, by=by, subject=scenario, at=at)
    outside = policy.why_bad_terms(rules, targets=ask.targets, minutes=ask.minutes)
    wrong = outside | policy.why_bad_words(
        rules,
        justification=ask.justification,
        reference=ask.reference,
        intent=ask.intent,
        urgency=urgency,
    )
    if why := policy.why_bad_start(ask.starts_at, urgency=urgency, at=at):
        wrong["starts_at"] = why
    debts = debt.owed(scenario, person=person, at=at)
    if why := policy.why_waiver_needed(debts, waiver=ask.waiver):
        wrong["waiver"] = why
    if wrong:
        # Asking for more than the rules allow is an attempt at access; a word too few is none.
        attempt = Attempt(actor=by.ref, subject=scenario.ref, at=at) if outside else None
        raise BadInput.of(wrong, attempt=attempt)
    if full := policy.why_no_room(scenario, rules, person=person, at=at, by=by):
        raise WrongState(full)
    return debts


def _create(
    scenario: Scenario, version: ScenarioVersion, *, by: User, person: User, ask: Ask, at: datetime,
    **fields: object,
) -> Request:  # fmt: skip
    rules = version.rules
    first_asked = max(step.position for step in rules.steps[:1]) if rules.steps else 0
    values: dict[str, object] = {
        "case": next_case() if "case" not in fields else 0,
        "scenario": scenario,
        "version": version,
        "requester": person,
        "filed_by": by,
        "justification": ask.justification.strip(),
        "reference": ask.reference,
        "intent": ask.intent.strip(),
        "minutes": ask.minutes,
        "read_only": ask.read_only,
        "starts_at": ask.starts_at,
        "coach_score": _coached(scenario, rules, person=person, ask=ask).score,
        "submitted_at": at,
        "lapse_at": at + timedelta(minutes=rules.answer_within),
        "escalated_to": first_asked,
        **fields,
    }
    request: Request = Request.objects.create(**values)
    request.targets.set(ask.targets)
    return request


def _coached(scenario: Scenario, rules: Rules, *, person: User, ask: Ask) -> coach.Coaching:
    said = coach.Said(
        justification=ask.justification,
        intent=ask.intent,
        reference=ask.reference,
        targets=[target.name for target in ask.targets],
        read_only=ask.read_only,
        copied=copied_from(
            ask.justification, person=person, scenario=scenario, reference=ask.reference
        ),
    )
    return coach.read(said, rules=rules)


def _record_submitted(
    request: Request, version: ScenarioVersion, *, by: User, ask: Ask, at: datetime
) -> None:
    log.record(
        events.RequestSubmitted(
            scenario=version.rules.name,
            version=version.number,
            targets=[target.name for target in ask.targets],
            justification=request.justification,
            reference=request.reference,
            intent=request.intent,
            minutes=request.minutes,
            urgency=request.urgency,
            drill=version.rules.drill,
            extension=request.extends_id is not None,
            filed_by=by.ref if by != request.requester else "",
            starts_at=ask.starts_at.isoformat() if ask.starts_at else None,
            coach_score=request.coach_score,
            read_only=request.read_only,
        ),
        actor=by.ref,
        subject=request.ref,
        at=at,
        case=request.case_ref,
    )
    if by != request.requester:
        filed = events.RequestFiled(requester=request.requester.ref)
        log.record(filed, actor=by.ref, subject=request.ref, at=at, case=request.case_ref)
