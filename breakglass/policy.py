"""Every rule of requests, decisions, grants and freezes, once: the sentence why not, or None."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from accounts.models import Part, User, UserQuerySet
from breakglass import steps
from breakglass.models import (
    Freeze,
    Grant,
    GroupPermit,
    Permit,
    Question,
    Request,
    Scenario,
)
from breakglass.rules import Rules, Step
from breakglass.steps import Standing, Yes
from core.speech import phrase
from targets.models import Target


def why_not_request(
    scenario: Scenario, *, by: User, at: datetime, filed_by: User | None = None
) -> str | None:
    """Why `by` may not hold access in this scenario at all, and whom to ask.

    `filed_by` reads the sentence, where that is somebody else.
    """
    if scenario.archived_at or scenario.current is None:
        return phrase("%(scenario)s is not in use. Choose another scenario.", scenario=scenario)
    if not by.is_active:
        return phrase("This account is switched off. Ask an administrator.")
    if not Scenario.objects.permitting(by, Permit.REQUEST, at).filter(pk=scenario.pk).exists():
        return _why_not_permitted(scenario, by, at, other=filed_by not in (None, by))
    return why_frozen(scenario, person=by)


def _why_not_permitted(scenario: Scenario, by: User, at: datetime, *, other: bool) -> str:
    groups = GroupPermit.objects.of(Permit.REQUEST).standing(at).filter(content_object=scenario)
    names = ", ".join(sorted(groups.values_list("group__name", flat=True)))
    if not names:
        return phrase(
            "Nobody may use %(scenario)s yet. Ask an administrator to name a group.",
            scenario=scenario,
        )
    if other:
        return phrase(
            "%(scenario)s is open to %(groups)s, and %(person)s is in none of these groups."
            " Ask an administrator to add them.",
            scenario=scenario,
            groups=names,
            person=by,
        )
    return phrase(
        "%(scenario)s is open to %(groups)s, and you are in none of these groups."
        " Ask an administrator to add you.",
        scenario=scenario,
        groups=names,
    )


def why_not_file(scenario: Scenario, *, by: User, at: datetime) -> str | None:
    """Why `by` may not ask in this scenario in somebody else's name.

    A responder takes calls from everybody; whoever may use the scenario may help a colleague.
    """
    if not by.is_active:
        return phrase("This account is switched off. Ask an administrator.")
    if why := why_frozen(scenario, person=by):
        return why
    if by.plays(Part.RESPONDER):
        return None
    if Scenario.objects.permitting(by, Permit.REQUEST, at).filter(pk=scenario.pk).exists():
        return None
    return phrase(
        "Only a responder, or somebody who may use %(scenario)s too, asks for somebody else.",
        scenario=scenario,
    )


def why_not_break_for(person: User, *, by: User) -> str | None:
    """Why `by` may not break the glass in the name of `person`."""
    if person == by:
        return None
    return phrase(
        "Nobody breaks the glass in somebody else's name: %(person)s does it, or you ask for"
        " approval.",
        person=person,
    )


def eligible(scenario: Scenario, at: datetime) -> UserQuerySet:
    """The people who may hold access in this scenario, by name."""
    groups = GroupPermit.objects.of(Permit.REQUEST).standing(at).filter(content_object=scenario)
    people: UserQuerySet = User.objects.active().filter(groups__in=groups.values("group_id"))
    return people.order_by("name", "email").distinct()


def why_frozen(scenario: Scenario, *, person: User) -> str | None:
    """Why a standing freeze keeps `person` out of `scenario`."""
    freeze = Freeze.objects.holding(person, scenario).first()
    return why_held(freeze) if freeze else None


def why_held(freeze: Freeze) -> str:
    """Say what a standing freeze stops, since when, and who can help."""
    since = f"{freeze.imposed_at:%d %b %H:%M} UTC"
    if freeze.kind == Freeze.Kind.ALL:
        return phrase("All access is frozen since %(since)s. Ask a responder.", since=since)
    return phrase(
        "%(what)s is frozen since %(since)s. Ask a responder.", what=freeze.what, since=since
    )


def why_not_break_glass(rules: Rules) -> str | None:
    """Why access may not start before approval."""
    if not rules.break_glass:
        return f"{rules.name} needs approval first. Send it as a normal request."
    return None


def why_no_room(scenario: Scenario, rules: Rules, *, person: User, at: datetime) -> str | None:
    """Why `person` may not have one more grant in this scenario now."""
    held = Grant.objects.standing().filter(holder=person, scenario=scenario, ends_at__gt=at).count()
    if held >= rules.max_concurrent:
        return (
            f"{person} has {held} open in {rules.name}, and {rules.max_concurrent} is the most."
            " End that first, or ask there for more time."
        )
    return None


def why_asked_already(scenario: Scenario, *, person: User, at: datetime) -> str | None:
    """Why `person` may not ask once more: a request of theirs waits in this scenario."""
    if scenario.requests.open().cases().filter(requester=person, lapse_at__gt=at).exists():
        return "You have asked for this already. Withdraw that request to ask anew."
    return None


def why_nobody_can_decide(
    rules: Rules, scenario: Scenario, *, requester: User, at: datetime
) -> str | None:
    """Why a request would wait for ever: some step cannot reach its quorum without the requester.

    A missing or empty group is never taken for "no approval required".
    """
    if not rules.steps:
        return f"{rules.name} names nobody who decides. Ask an administrator to add a step."
    reachable = {
        step.position: len(deciders(step, scenario, requester, at)) for step in rules.steps
    }
    if step := unanswerable(rules, reachable):
        return (
            f"Nobody besides you can answer for {step.group} ({step.quorum} needed)."
            " Break the glass if the scenario allows it, or call a responder."
        )
    return None


def unanswerable(rules: Rules, reachable: Mapping[int, int]) -> Step | None:
    """Return the first step that neither its own people nor those who stand in can answer.

    `reachable` says how many could answer for each step, by its position.
    """
    for index, step in enumerate(rules.steps):
        if step.stands_in:
            continue
        chain = [step]
        for later in rules.steps[index + 1 :]:
            if not later.stands_in:
                break
            chain.append(later)
        if all(reachable[each.position] < each.quorum for each in chain):
            return step
    return None


def deciders(step: Step, scenario: Scenario, requester: User, at: datetime) -> list[User]:
    """The people who could answer for `step`: members of its group while it may decide here."""
    permits = GroupPermit.objects.of(Permit.APPROVE).standing(at).filter(content_object=scenario)
    groups = permits.filter(group_id=step.group_id).values("group_id")
    people = User.objects.active().filter(groups__in=groups).exclude(pk=requester.pk)
    return list(people.order_by("name").distinct())


def why_bad_terms(
    rules: Rules, *, targets: Collection[Target], minutes: int
) -> tuple[str, str] | None:
    """Why these targets and minutes lie outside the rules: the field and the sentence."""
    if not targets:
        return "targets", "Choose at least one target."
    if foreign := sorted(t.name for t in targets if t.pk.hex not in rules.targets):
        return "targets", f"{', '.join(foreign)} is not a target of {rules.name}."
    if off := sorted(t.name for t in targets if not t.enabled):
        return "targets", f"{', '.join(off)} is switched off. Ask an administrator."
    if not 0 < minutes <= rules.max_minutes:
        return "minutes", f"Choose 1 to {rules.max_minutes} minutes, the most for {rules.name}."
    return None


def why_bad_words(
    rules: Rules, *, justification: str, reference: str, intent: str
) -> tuple[str, str] | None:
    """Why the reason, the reference or the plan does not do: the field and the sentence."""
    if len(justification.strip()) < rules.min_justification:
        return (
            "justification",
            f"Say why in at least {rules.min_justification} characters; you wrote"
            f" {len(justification.strip())}.",
        )
    if rules.reference_required and not reference:
        return "reference", f"Give the incident or ticket, for example {rules.reference_hint}."
    pattern = rules.reference_pattern
    if reference and pattern and not re.fullmatch(pattern, reference):
        return "reference", f"Write the reference like {rules.reference_hint}."
    if rules.intent_required and not intent.strip():
        return "intent", "Say what you intend to do there."
    return None


def standing(request: Request, *also: Yes) -> list[Standing]:
    """Where each step of a request, or of its ratification, stands; `also` if they came, too."""
    ratifying = request.ratification != Request.Ratification.NOT_REQUIRED
    yeses = [
        Yes(
            step=decision.step,
            by=decision.by_id.hex,
            at=decision.answered_at or decision.decided_at,
        )
        for decision in request.decisions.all()
        if decision.counts
    ]
    return steps.standing(
        request.rules.steps, [*yeses, *also], since=request.submitted_at, all_at_once=ratifying
    )


def step_for(request: Request, *, by: User, at: datetime) -> Step | None:
    """The step at which `by` may answer now, or None."""
    mine = _groups_of(request, by, at)
    for each in standing(request):
        if each.step.group_id in mine and each.waiting(at):
            return each.step
    return None


def why_not_decide(request: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not approve, deny, offer less, ratify or refuse at `at`."""
    if by in (request.requester, request.filed_by):
        return "Nobody decides on their own request."
    if not by.is_active:
        return "This account is switched off."
    if request.decisions.counting().filter(by=by).exists():
        return "You have decided on this already."
    groups = _groups_of(request, by, at)
    if not groups:
        names = " or ".join(dict.fromkeys(step.group for step in request.rules.steps))
        return f"Only {names or 'an approver'} decides on this."
    if step_for(request, by=by, at=at) is None:
        return _why_not_asked(request, groups, at)
    return None


def _why_not_asked(request: Request, groups: set[int], at: datetime) -> str:
    later = [
        each.asked_at
        for each in standing(request)
        if each.step.group_id in groups and each.asked_at and each.asked_at > at
    ]
    if later:
        return f"You are asked at {min(later):%H:%M} UTC, if nobody before you has answered."
    return "Your group has answered, or is asked once the step before is done."


def _groups_of(request: Request, by: User, at: datetime) -> set[int]:
    """The groups of the request's steps through which `by` may decide."""
    wanted = {step.group_id for step in request.rules.steps}
    permits = (
        GroupPermit.objects.of(Permit.APPROVE)
        .standing(at)
        .filter(content_object=request.scenario_id, group__in=by.groups.filter(pk__in=wanted))
    )
    return set(permits.values_list("group_id", flat=True))


def why_not_answer_counter(request: Request, *, by: User) -> str | None:
    """Why `by` may not accept or decline an offer of less, or withdraw the request."""
    if by.pk in (request.requester_id, request.filed_by_id):
        return None
    return "Only the person who asked may do this."


def why_not_ask(request: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not ask the requester of a case a question."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if by in (request.requester, request.filed_by):
        return phrase("Whoever decides or reviews asks the questions here; you answer them.")
    theirs = GroupPermit.objects.held_by(by, Permit.APPROVE, Permit.REVIEW, at=at)
    if by.plays(Part.COMPLIANCE) or theirs.filter(content_object=request.scenario).exists():
        return None
    return phrase(
        "Only those who decide or review in %(scenario)s ask questions.",
        scenario=request.scenario,
    )


def why_not_answer(question: Question, *, by: User) -> str | None:
    """Why `by` may not answer a question."""
    if by in (question.case.requester, question.case.filed_by):
        return None
    return phrase("Only %(person)s answers this.", person=question.case.requester)


def why_not_less(
    request: Request, *, minutes: int, targets: Collection[UUID], read_only: bool
) -> tuple[str, str] | None:
    """Why an offer is not less than what was asked for: the field and the sentence."""
    asked = {target.pk for target in request.targets.all()}
    if not 0 < minutes <= request.minutes:
        return "minutes", f"Offer 1 to {request.minutes} minutes."
    if not targets or not set(targets) <= asked:
        return "targets", "Offer some of the targets that were asked for."
    same = minutes == request.minutes and set(targets) == asked
    if same and read_only == request.read_only:
        return "minutes", "This is what was asked for. Approve it, or offer less."
    if request.read_only and not read_only:
        return "read_only", "Read-only was asked for; an offer cannot allow more."
    return None


def why_not_extend(grant: Grant, rules: Rules, *, by: User, at: datetime) -> str | None:
    """Why `by` may not ask for more time."""
    if by != grant.holder:
        return "Only the holder may ask for more time."
    if not grant.is_live(at):
        return "This access is over. Make a new request."
    if _room(grant, rules) <= 0:
        return f"{rules.name} allows {rules.max_minutes} minutes in all, and they are used."
    return None


def why_too_long(grant: Grant, rules: Rules, *, minutes: int) -> str | None:
    """Why `minutes` more are beyond what the scenario allows."""
    if not 0 < minutes <= (room := _room(grant, rules)):
        return f"At most {room} more minutes are possible in {rules.name}."
    return None


def _room(grant: Grant, rules: Rules) -> int:
    """The minutes between the end of a grant and the most that its scenario allows."""
    return int(rules.max_minutes - (grant.ends_at - grant.starts_at).total_seconds() / 60)


def why_not_relinquish(grant: Grant, *, by: User) -> str | None:
    """Why `by` may not end the access as its holder."""
    return None if by == grant.holder else "Only the holder may end it this way."


def why_not_revoke(grant: Grant, *, by: User, at: datetime) -> str | None:
    """Why `by` may not revoke the access."""
    if by == grant.holder or by.plays(Part.RESPONDER):
        return None
    if Scenario.objects.permitting(by, Permit.APPROVE, at).filter(pk=grant.scenario_id).exists():
        return None
    return "Only the holder, a responder or an approver of the scenario may revoke this access."


def why_no_credentials(grant: Grant, *, by: User, at: datetime) -> str | None:
    """Why `by` gets no way in at `at`."""
    if by != grant.holder:
        return "Only the holder gets a way in."
    return why_frozen(grant.scenario, person=by)


def why_not_freeze(*, by: User) -> str | None:
    """Why `by` may not freeze or lift a freeze."""
    return None if by.plays(Part.RESPONDER) else "Only a responder may freeze or lift a freeze."


def why_not_lift(freeze: Freeze, *, by: User) -> str | None:
    """Why `by` may not propose or confirm that `freeze` is lifted."""
    if by == freeze.person:
        return "Nobody lifts a freeze of themselves."
    if by == freeze.lift_proposed_by:
        return "A second responder has to confirm; you proposed it."
    return why_not_freeze(by=by)
