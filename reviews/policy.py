"""Every rule of reviews and findings, once: the sentence why not, or None."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import Part, User
from accounts.policy import why_membership_over
from breakglass.models import Decision, Grant, GroupPermit, Permit, Request, Scenario
from core.speech import phrase, phrase_count
from core.templatetags.ui import listed
from reviews.models import Finding, Obligation, Review


def why_not_review(review: Review, *, by: User, at: datetime) -> str | None:
    """Why `by` may not judge this use."""
    return why_not_judge(review.grant, by=by, at=at)


def why_not_judge(grant: Grant, *, by: User, at: datetime) -> str | None:
    """Why `by` may not judge what was done under `grant`: no right, or a part in the case."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if not _reviews_in(grant.scenario, by, at):
        reviewing = GroupPermit.objects.of(Permit.REVIEW).standing(at)
        groups = reviewing.filter(content_object=grant.scenario_id).values("group_id")
        return why_membership_over(by, groups, at=at) or phrase(
            "Only a reviewer of %(scenario)s or a compliance officer reviews this."
            " An administrator can add you.",
            scenario=grant.scenario,
        )
    return _why_dependent(grant, by)


def why_not_close(review: Review, *, by: User, at: datetime) -> str | None:
    """Why `by` may not give the verdict on a review that has begun."""
    if review.reviewer and by != review.reviewer:
        return phrase(
            "%(person)s has taken this review. They close it, or give it back first.",
            person=review.reviewer,
        )
    return why_not_review(review, by=by, at=at)


def why_not_hand_over(review: Review, *, by: User) -> str | None:
    """Why `by` may not give the review back to be taken by somebody else."""
    if by == review.reviewer or by.plays(Part.COMPLIANCE):
        return None
    return phrase(
        "Only %(person)s or a compliance officer gives this review back.", person=review.reviewer
    )


def why_not_confirm(review: Review, *, by: User, at: datetime) -> str | None:
    """Why `by` may not confirm or dispute the verdict as the second reviewer."""
    if by == review.reviewer:
        return phrase("A second reviewer has to confirm; you gave the verdict.")
    if by.pk in (judges := review.judges) and review.reviewer_id in judges:
        return phrase(
            "%(person)s and you both judged this case before it was reopened. Somebody who did not"
            " has to confirm.",
            person=review.reviewer,
        )
    return why_not_review(review, by=by, at=at)


def why_not_conclude(review: Review) -> str | None:
    """Why no verdict can stand yet, whatever it is: nobody answers for something grave.

    A closed case waits for nobody: what is open in it would be forgotten.
    """
    found = review.findings().unanswered().first()
    if found is None:
        return None
    return phrase(
        "The finding “%(finding)s” of %(when)s is open and of high severity, and nobody answers for"
        " it. Say who does and until when, or resolve it; then the verdict can be recorded.",
        finding=Finding.Kind(found.kind).label,
        when=found.opened_at,
    )


def why_not_clean(review: Review) -> str | None:
    """Why no verdict is possible that leaves nothing to answer for."""
    if not (count := review.findings().open().count()):
        return None
    return phrase_count(
        "%(number)s finding is open in this case. Resolve it first, or choose “justified with"
        " findings”.",
        "%(number)s findings are open in this case. Resolve them first, or choose “justified with"
        " findings”.",
        count,
    )


def why_bad_verdict(review: Review, *, verdict: str, comment: str) -> tuple[str, str] | None:
    """Why this verdict does not fit the case: the field and the sentence."""
    if not verdict or verdict not in Review.Verdict.values:
        return "verdict", phrase("Choose a verdict.")
    if why := why_not_verdict(review, verdict=verdict):
        return "verdict", why
    if verdict in Review.EXPLAINED and not comment.strip():
        return "comment", phrase("Say what you found; it stands in the record.")
    return None


def why_not_verdict(review: Review, *, verdict: str) -> str | None:
    """Why this verdict is not possible in the case, whatever is said of it."""
    drill = review.grant.request.rules.drill
    if verdict == Review.Verdict.DRILL and not drill:
        return phrase("This was no drill. Choose another verdict.")
    if verdict == Review.Verdict.JUSTIFIED and drill:
        return phrase("This was a drill. Choose “drill”, or say what was found.")
    if verdict in Review.CLEAN:
        return why_not_clean(review)
    if verdict == Review.Verdict.JUSTIFIED_WITH_FINDINGS and not _leaves_something(review):
        return phrase("This case has no finding and nothing to put right. Open a finding first.")
    return None


def needs_second(review: Review, *, verdict: str = "", by: User | None = None) -> bool:
    """Whether two people have to agree on the verdict of `by`: always in a strict scenario.

    Nobody is found to have misused their access by one person alone. Nor does anybody alone judge
    a case again that they judged before, or that they reopened themselves.
    """
    if review.grant.request.rules.strict_review or verdict == Review.Verdict.MISUSE:
        return True
    return (by or review.reviewer) in not_alone(review)


def not_alone(review: Review) -> set[User]:
    """Who may judge a case that was reopened, but not alone: who judged it, and who reopened it."""
    if review.reopened_at is None:
        return set()
    rows = review.earlier.select_related("reviewer", "second_reviewer", "reopened_by")
    newest = rows[0]
    judged = {person for row in rows for person in (row.reviewer, row.second_reviewer) if person}
    return {*judged, newest.reopened_by}


def why_not_reopen(review: Review, *, by: User, at: datetime) -> str | None:
    """Why `by` may not have a case judged again whose review is closed.

    Whoever had a part in it cannot: a verdict on oneself is not undone by oneself.
    """
    if not by.is_active:
        return phrase("This account is switched off.")
    if not by.plays(Part.COMPLIANCE, at):
        return phrase("Only a compliance officer reopens a review. Tell one what has come up.")
    return _why_dependent(review.grant, by)


def why_not_seal(case: Request) -> str | None:
    """Why a case cannot close: nobody has closed its review, or something has to be done first.

    The verdict does not wait for what has to be done, since its deadline is its own; nor does the
    seal wait for findings, which have owners and deadlines and may go on elsewhere.
    """
    review = Review.objects.filter(grant__request=case).first()
    if review is None or review.state != Review.State.CLOSED:
        return phrase("The case is sealed when its review is closed.")
    if count := Obligation.objects.open().filter(case=case).count():
        return phrase_count(
            "The case is sealed when %(number)s thing is done that has to be done first.",
            "The case is sealed when %(number)s things are done that have to be done first.",
            count,
        )
    return None


def why_not_resolve(finding: Finding, *, by: User, at: datetime) -> str | None:
    """Why `by` may not resolve a finding."""
    if finding.subject == by.ref:
        return phrase("Nobody resolves a finding about themselves.")
    if finding.case and (grant := finding.case.held):
        return why_not_judge(grant, by=by, at=at)
    if by.plays(Part.COMPLIANCE, at):
        return None
    return phrase("Only a compliance officer resolves this finding.")


def why_rather_another(people: Sequence[User]) -> str | None:
    """Why it is better that none of those who `said_yes` answers for a finding; it is no ban.

    They would be asked about their own word as well.
    """
    return (
        phrase_count(
            "%(people)s said yes to this access. Better that somebody else answers for it.",
            "%(people)s said yes to this access. Better that somebody else answers for it.",
            len(people),
            people=listed(people),
        )
        if people
        else None
    )


def said_yes(case: Request) -> list[User]:
    """Who approved or ratified an access, or more of it: themselves, or somebody in their place."""
    decided = Decision.objects.filter(Q(request=case) | Q(request__extends__request=case))
    rows = decided.counting().select_related("by", "instead_of").order_by("decided_at")
    people = (person for row in rows for person in (row.by, row.instead_of) if person)
    return [*dict.fromkeys(people)]


def doubts(case: Request, findings: Iterable[Finding]) -> dict[UUID, str]:
    """What is to be said of those who answer for open findings of a case, by finding."""
    granted = said_yes(case)
    owned = {each.pk: each.owner for each in findings if each.state == Finding.State.OPEN}
    whys = {pk: why_rather_another([one]) for pk, one in owned.items() if one in granted}
    return {pk: why for pk, why in whys.items() if why}


def why_not_oversee(*, by: User) -> str | None:
    """Why `by` may not see the figures of the whole house."""
    if any(part in (Part.COMPLIANCE, Part.AUDITOR) for part in by.parts()):
        return None
    return phrase("The dashboard is for compliance officers and auditors. Ask an administrator.")


def why_not_see_coverage(asked: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not know what could not be seen of a case: who knows it could hide in it."""
    if by == asked.requester:
        return phrase("What could be seen of a case is not told to whoever held the access.")
    if Part.AUDITOR in by.parts(at) or _reviews_in(asked.scenario, by, at):
        return None
    return phrase("What could be seen of a case is for its reviewers, compliance and auditors.")


def _leaves_something(review: Review) -> bool:
    """Whether something has to be answered for, or had to be put right and was not waived."""
    tasks = Obligation.objects.filter(case=review.grant.request_id)
    waived = Obligation.State.WAIVED
    return review.findings().exists() or tasks.exclude(state=waived).exists()


def _reviews_in(scenario: Scenario, by: User, at: datetime) -> bool:
    if by.plays(Part.COMPLIANCE, at):
        return True
    return Scenario.objects.permitting(by, Permit.REVIEW, at).filter(pk=scenario.pk).exists()


def _why_dependent(grant: Grant, by: User) -> str | None:
    request: Request = grant.request
    if by in (grant.holder, request.requester, request.filed_by):
        return phrase("Nobody reviews their own access.")
    decided = Decision.objects.filter(Q(request=request) | Q(request__extends=grant)).of(by)
    if given := decided.first():
        if given.by_id == by.pk:
            return phrase("You decided on this case, so somebody else has to review it.")
        return phrase(
            "%(person)s decided on this case in your place, so somebody else has to review it.",
            person=given.by,
        )
    if by == grant.ended_by:
        return phrase("You ended this access, so somebody else has to review it.")
    return None
