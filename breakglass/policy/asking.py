"""Who may ask for access, in whose name, with which words, on which terms."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import Part, User, UserQuerySet
from accounts.policy import why_membership_over
from breakglass.debt import Debt
from breakglass.models import (
    Freeze,
    Grant,
    GroupPermit,
    Permit,
    Request,
    Scenario,
)
from breakglass.rules import Rules, Step
from breakglass.wording import reference_shape
from core.reasons import why_not_reason
from core.speech import phrase, phrase_count, sentences
from core.words import minutes_phrase
from targets.models import Target

FURTHEST_START = timedelta(days=30)
_MOST_DEBTS = 3  # that one sentence names


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
    return why_not_permitted(scenario, by=by, at=at, reader=filed_by) or why_frozen(
        scenario, person=by
    )


def _may_ask(scenario: Scenario, person: User, at: datetime) -> bool:
    return Scenario.objects.permitting(person, Permit.REQUEST, at).filter(pk=scenario.pk).exists()


def why_not_permitted(
    scenario: Scenario, *, by: User, at: datetime, reader: User | None = None
) -> str | None:
    """Why no group of `by` lets them ask here; `reader` reads it, where that is somebody else."""
    if _may_ask(scenario, by, at):
        return None
    groups = GroupPermit.objects.of(Permit.REQUEST).standing(at).filter(content_object=scenario)
    names = ", ".join(sorted(groups.values_list("group__name", flat=True)))
    if not names:
        return phrase(
            "Nobody may use %(scenario)s yet. Ask an administrator to name a group.",
            scenario=scenario,
        )
    if why := why_membership_over(by, groups.values("group_id"), at=at, by=reader):
        return why
    if reader not in (None, by):
        return phrase(
            "%(scenario)s is open to %(groups)s, and %(person)s is in none of these groups."
            " Ask an administrator to add them.",
            scenario=scenario,
            groups=names,
            person=by,
        )
    return phrase(
        "%(scenario)s is open to %(groups)s, and you are in none of these groups."
        " An administrator can add you.",
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
    if by.plays(Part.RESPONDER, at):
        return None
    if _may_ask(scenario, by, at):
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
    people: UserQuerySet = User.objects.active().in_groups(groups.values("group_id"), at)
    return people.order_by("name", "email")


def why_frozen(scenario: Scenario, *, person: User) -> str | None:
    """Why a standing freeze keeps `person` out of `scenario`."""
    freeze = Freeze.objects.holding(person, scenario).first()
    return why_held(freeze) if freeze else None


def why_held(freeze: Freeze) -> str:
    """Say what a standing freeze stops, since when, and who can help."""
    since = freeze.imposed_at
    if freeze.kind == Freeze.Kind.ALL:
        return phrase("All access is frozen since %(since)s. Ask a responder.", since=since)
    return phrase(
        "%(what)s is frozen since %(since)s. Ask a responder.", what=freeze.what, since=since
    )


def why_not_break_glass(rules: Rules) -> str | None:
    """Why access may not start before approval."""
    if not rules.break_glass:
        return phrase(
            "%(scenario)s needs approval first. Send it as a normal request.", scenario=rules.name
        )
    return None


def why_no_room(
    scenario: Scenario, rules: Rules, *, person: User, at: datetime, by: User | None = None
) -> str | None:
    """Why `person` may not have one more grant in this scenario now; `by` is who reads it."""
    held = Grant.objects.standing().filter(holder=person, scenario=scenario, ends_at__gt=at).count()
    if held < rules.max_concurrent:
        return None
    facts = {"held": held, "scenario": rules.name, "most": rules.max_concurrent}
    if by == person:
        return phrase(
            "You have %(held)s open in %(scenario)s, and %(most)s is the most."
            " End that first, or ask there for more time.",
            **facts,
        )
    return phrase(
        "%(person)s has %(held)s open in %(scenario)s, and %(most)s is the most."
        " End that first, or ask there for more time.",
        person=person,
        **facts,
    )


def why_asked_already(scenario: Scenario, *, person: User, at: datetime) -> str | None:
    """Why `person` may not ask once more: a request of theirs waits in this scenario."""
    if scenario.requests.open().cases().filter(requester=person, lapse_at__gt=at).exists():
        return phrase("You have asked for this already. Withdraw that request to ask anew.")
    return None


def why_nobody_can_decide(
    rules: Rules, scenario: Scenario, *, requester: User, at: datetime
) -> str | None:
    """Why a request would wait for ever: some step cannot reach its quorum without the requester.

    A missing or empty group is never taken for "no approval required".
    """
    if not rules.steps:
        return phrase(
            "%(scenario)s names nobody who decides. Ask an administrator to add a step.",
            scenario=rules.name,
        )
    reachable = {
        step.position: len(deciders(step, scenario, requester, at)) for step in rules.steps
    }
    if step := unanswerable(rules, reachable):
        return phrase(
            "Nobody besides you can answer for %(group)s (%(number)s needed)."
            " Break the glass if the scenario allows it, or call a responder.",
            group=step.group,
            number=step.quorum,
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
    people = User.objects.active().in_groups(groups, at).exclude(pk=requester.pk)
    return list(people.order_by("name"))


def why_bad_terms(rules: Rules, *, targets: Collection[Target], minutes: int) -> dict[str, str]:
    """Why these targets and minutes lie outside the rules: a sentence by field, none where not."""
    wrong: dict[str, str] = {}
    if why := _why_bad_targets(rules, targets):
        wrong["targets"] = why
    if not 0 < minutes <= rules.max_minutes:
        wrong["minutes"] = phrase(
            "Choose 1 min to %(most)s, the most for %(scenario)s.",
            most=minutes_phrase(rules.max_minutes),
            scenario=rules.name,
        )
    return wrong


def _why_bad_targets(rules: Rules, targets: Collection[Target]) -> str | None:
    if not targets:
        return phrase("Choose at least one target.")
    if foreign := sorted(t.name for t in targets if t.pk.hex not in rules.targets):
        return phrase(
            "%(targets)s is not a target of %(scenario)s.",
            targets=", ".join(foreign),
            scenario=rules.name,
        )
    if off := sorted(t.name for t in targets if not t.enabled):
        return phrase("%(targets)s is switched off. Ask an administrator.", targets=", ".join(off))
    return None


def why_bad_words(
    rules: Rules, *, justification: str, reference: str, intent: str, urgency: str
) -> dict[str, str]:
    """Why the reason, the reference or the plan does not do: a sentence by field, none if it does.

    Broken glass may have no ticket yet, whatever the rules want: an emergency waits neither for
    whoever opens tickets nor for the system that holds them.
    """
    wrong: dict[str, str] = {}
    if (reference or urgency == Request.Urgency.NORMAL) and (
        why := why_bad_reference(rules, reference)
    ):
        wrong["reference"] = why
    if why := why_not_reason(justification, least=rules.min_justification):
        wrong["justification"] = why
    if rules.intent_required and not intent.strip():
        wrong["intent"] = phrase("Say what you intend to do there.")
    return wrong


def why_waiver_needed(debts: Sequence[Debt], *, waiver: str) -> str | None:
    """Why somebody has to say first that their access cannot wait for what is overdue."""
    if not debts or not why_not_reason(waiver):
        return None
    said = sentences(*(debt.sentence for debt in debts[:_MOST_DEBTS]))
    if len(debts) > _MOST_DEBTS:
        more = phrase_count(
            "%(number)s more thing is overdue.",
            "%(number)s more things are overdue.",
            len(debts) - _MOST_DEBTS,
        )
        said = sentences(said, more)
    return phrase(
        "%(debts)s Say why this access cannot wait for it; compliance is told at once.",
        debts=said,
    )


def why_bad_start(starts_at: datetime | None, *, urgency: str, at: datetime) -> str | None:
    """Why access may not begin then; None as `starts_at` is at once, or at the last yes."""
    if starts_at is None:
        return None
    if urgency == Request.Urgency.BREAK_GLASS:
        return phrase("Breaking the glass starts now: leave the start empty.")
    if not at < starts_at <= at + FURTHEST_START:
        return phrase("Choose a start in the next 30 days, or leave it empty for now.")
    return None


def why_bad_reference(rules: Rules, reference: str) -> str | None:
    """Why a reference does not do where one is given, or wanted."""
    if not reference:
        hint = rules.reference_hint
        why = phrase("Give the incident or ticket, for example %(hint)s.", hint=hint)
        return why if rules.reference_required else None
    if not rules.reference_pattern or re.fullmatch(rules.reference_pattern, reference):
        return None
    if shape := reference_shape(rules.reference_pattern):
        return phrase(
            "Write the reference as %(shape)s, for example %(hint)s.",
            shape=shape,
            hint=rules.reference_hint,
        )
    return phrase("Write the reference like %(hint)s.", hint=rules.reference_hint)
