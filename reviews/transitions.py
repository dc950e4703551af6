"""The verbs: nothing else changes the state of a review or a finding."""

import dataclasses
from datetime import datetime, timedelta

from accounts.models import User
from audit import log
from audit.events import Event
from audit.models import Entry
from breakglass.models import Grant, Request
from breakglass.transitions import grants
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import Sentence, phrase
from reviews import events, policy
from reviews.assignment_transitions import assign_finding
from reviews.models import Finding, Review


@dataclasses.dataclass(frozen=True, kw_only=True)
class Observation:
    """What a finding says. `subject` is a reference; `entry_seq` names the entry it is about."""

    kind: Finding.Kind
    severity: Finding.Severity
    text: str
    subject: str
    case: Request | None = None
    entry_seq: int | None = None


@log.transition
def owe(grant: Grant, *, at: datetime) -> Review:
    """Let a review of a grant that has just ended become due; twice is harmless."""
    asked = grant.request
    within = timedelta(hours=asked.rules.review_within_hours)
    of_case = {"request": asked, "asked_at": asked.submitted_at, "scenario": grant.scenario,
               "holder": grant.holder}  # fmt: skip
    review, fresh = Review.objects.get_or_create(
        grant=grant, defaults={"owed_at": at, "due_at": at + within, **of_case}
    )
    if fresh:
        event = events.ReviewOwed(due_at=review.due_at.isoformat())
        _record(review, event, actor=log.SYSTEM, at=at)
    return review


@log.transition
def start(review: Review, *, by: User, at: datetime) -> Review:
    """Take a review that nobody has taken.

    Raises WrongState when somebody has, NotAllowed for whoever had a part in the case.
    """
    review = lock(review)
    why = policy.why_not_review(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    if review.state == Review.State.IN_REVIEW:
        raise WrongState(
            phrase("%(person)s has taken this review already.", person=review.reviewer)
        )
    _expect(review, Review.State.DUE)
    review.state = Review.State.IN_REVIEW
    review.reviewer, review.started_at, review.nobody_since = by, at, None
    review.save(update_fields=["state", "reviewer", "started_at", "nobody_since"])
    _record(review, events.ReviewStarted(), actor=by.ref, at=at)
    return review


@log.transition
def close(review: Review, *, by: User, verdict: str, comment: str, at: datetime) -> Review:
    """Give the verdict; in a strict scenario, and on misuse, a second person has to confirm it.

    Raises WrongState when the review has not begun or has its verdict, or nobody answers for a
    grave finding, NotAllowed for anybody but its reviewer, BadInput when the verdict does not fit.
    """
    review = lock(review)
    _expect_unjudged(review)
    why = policy.why_not_close(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    _expect_answered(review)
    if bad := policy.why_bad_verdict(review, verdict=verdict, comment=comment):
        raise BadInput(bad[1], field=bad[0])
    review.verdict, review.comment, review.concluded_at = verdict, comment.strip(), at
    review.save(update_fields=["verdict", "comment", "concluded_at"])
    if policy.needs_second(review, verdict=verdict):
        event = events.ReviewConcluded(verdict=verdict, comment=review.comment)
        _record(review, event, actor=by.ref, at=at)
    else:
        _close(review, actor=by.ref, at=at)
    return review


@log.transition
def confirm(review: Review, *, by: User, at: datetime) -> Review:
    """Agree with the verdict as the second reviewer, which closes the review.

    Raises WrongState when no verdict waits, or nobody answers for a grave finding, NotAllowed for
    the first reviewer and whoever had a part in the case.
    """
    review = _lock_concluded(review, by=by, at=at)
    _expect_answered(review)
    if bad := policy.why_bad_verdict(review, verdict=review.verdict, comment=review.comment):
        raise WrongState(bad[1])  # a finding came up since the verdict was given
    review.second_reviewer = by
    _record(review, events.ReviewConfirmed(verdict=review.verdict), actor=by.ref, at=at)
    _close(review, actor=log.SYSTEM, at=at)
    return review


@log.transition
def dispute(review: Review, *, by: User, reason: str, at: datetime) -> Review:
    """Disagree with the verdict as the second reviewer; the first one judges again.

    Raises as `confirm` does, whatever is open, and BadInput without a reason.
    """
    review = _lock_concluded(review, by=by, at=at)
    reason = _words(
        reason, phrase("Say why you do not agree; the first reviewer reads it."), "reason"
    )
    review.verdict, review.comment, review.concluded_at = Review.Verdict.NONE, "", None
    review.save(update_fields=["verdict", "comment", "concluded_at"])
    _record(review, events.ReviewDisputed(reason=reason), actor=by.ref, at=at)
    return review


@log.transition
def hand_over(review: Review, *, by: User, reason: str, at: datetime) -> Review:
    """Give a begun review back, so that somebody else can take it.

    Raises WrongState when it has not begun or has its verdict, NotAllowed for anybody but its
    reviewer and compliance, BadInput without a reason.
    """
    review = lock(review)
    _expect_unjudged(review)
    why = policy.why_not_hand_over(review, by=by)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    reason = _words(reason, phrase("Say why; whoever takes the review reads it."), "reason")
    review.state = Review.State.DUE
    review.reviewer = review.started_at = review.assignee = review.assigned_at = None
    review.save(update_fields=["state", "reviewer", "started_at", "assignee", "assigned_at"])
    _record(review, events.ReviewReturned(reason=reason), actor=by.ref, at=at)
    return review


@log.transition
def find(review: Review, *, by: User, kind: Finding.Kind, severity: Finding.Severity, text: str,
         at: datetime, action: int | None = None,
         answers: tuple[User, datetime] | None = None) -> Finding:  # fmt: skip
    """Open a finding by hand in the case under review, also after its end.

    `action` is the entry of the action that it is about, which has one finding at most. `answers`
    says who answers for it and until when.
    Raises NotAllowed for whoever may not review the case, BadInput without words or about
    something that is no action of the case, WrongState for the second finding of an action.
    """
    review = lock(review)
    why = policy.why_not_review(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    if kind not in Finding.BY_HAND:
        raise BadInput(phrase("Choose what the finding is about."), field="kind")
    text = _words(text, phrase("Say what you found."), "text")
    if action is not None:
        _expect_action(review, action)
    seen = Observation(
        kind=kind, severity=severity, text=text, subject=review.grant.ref,
        case=review.grant.request, entry_seq=action,
    )  # fmt: skip
    finding = open_finding(seen, by=by, at=at)
    if answers is None:
        return finding
    owner, due_at = answers
    return assign_finding(finding, owner=owner, due_at=due_at, by=by, at=at)


@log.transition
def open_finding(seen: Observation, *, by: User | None, at: datetime) -> Finding:
    """Write down a finding, only once per entry; without `by` it comes from the record."""
    return _open(seen, by=by, at=at)[0]


@log.transition
def raise_alarm(seen: Observation, *, person: str, stops: bool, at: datetime) -> Finding:
    """Write down a finding that somebody has to look at now, only once per entry.

    `person` did it. With `stops` the access of the case ends at once, where its scenario says so.
    """
    finding, fresh = _open(seen, by=None, at=at)
    if fresh:
        event = events.AlarmRaised(
            finding=seen.kind.value, text=seen.text, person=person, entry=seen.entry_seq or 0,
            ended=stops and _stopped(seen, at=at),
        )  # fmt: skip
        _record(finding, event, actor=log.SYSTEM, at=at)
    return finding


def _stopped(seen: Observation, *, at: datetime) -> bool:
    """End the access under which it was done, and say whether that was possible."""
    grant = seen.case.held if seen.case else None
    if grant is None or not grant.request.rules.stop_on_breach:
        return False
    try:
        grants.stop(grant, reason=seen.text, at=at)
    except WrongState:  # it is over already
        return False
    return True


def _open(seen: Observation, *, by: User | None, at: datetime) -> tuple[Finding, bool]:
    """Return the finding, and whether it was not there before."""
    values = {
        "severity": seen.severity,
        "text": seen.text,
        "subject": seen.subject,
        "case": seen.case,
        "opened_at": at,
        "opened_by": by,
    }
    if seen.entry_seq is None:
        finding, fresh = Finding.objects.create(kind=seen.kind, **values), True
    else:
        finding, fresh = Finding.objects.get_or_create(
            kind=seen.kind, entry_seq=seen.entry_seq, defaults=values
        )
    if fresh:
        event = events.FindingOpened(
            finding=seen.kind.value, severity=seen.severity.value, about=seen.subject,
            text=seen.text, entry=seen.entry_seq,
        )  # fmt: skip
        _record(finding, event, actor=by.ref if by else log.SYSTEM, at=at)
    return finding, fresh


@log.transition
def resolve_finding(
    finding: Finding, *, by: User, resolution: Finding.State, comment: str, at: datetime
) -> Finding:
    """Say what became of a finding.

    Raises WrongState when it is resolved already, NotAllowed for whoever had a part in the case,
    BadInput without words.
    """
    finding = lock(finding)
    if finding.state != Finding.State.OPEN:
        raise WrongState(phrase("This finding is resolved already."))
    why = policy.why_not_resolve(finding, by=by, at=at)
    refuse_unless(why, by=by, subject=finding, at=at, case=finding.case_ref)
    if resolution == Finding.State.OPEN:
        raise BadInput(phrase("Choose what became of it."), field="resolution")
    comment = _words(
        comment, phrase("Say what was done about it; it stands in the record."), "comment"
    )
    finding.state, finding.resolution = resolution, comment
    finding.resolved_by, finding.resolved_at = by, at
    finding.save(update_fields=["state", "resolution", "resolved_by", "resolved_at"])
    event = events.FindingResolved(resolution=resolution.value, comment=comment)
    _record(finding, event, actor=by.ref, at=at)
    return finding


def _close(review: Review, *, actor: str, at: datetime) -> None:
    review.state, review.closed_at = Review.State.CLOSED, at
    review.save(update_fields=["state", "closed_at", "second_reviewer"])
    event = events.ReviewClosed(verdict=review.verdict, comment=review.comment)
    _record(review, event, actor=actor, at=at)


def _lock_concluded(review: Review, *, by: User, at: datetime) -> Review:
    review = lock(review)
    if not review.waits_for_second:
        raise WrongState(phrase("No verdict waits to be confirmed here."))
    why = policy.why_not_confirm(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    return review


def _expect_unjudged(review: Review) -> None:
    if review.state == Review.State.DUE:
        raise WrongState(phrase("Nobody has taken this review. Take it first."))
    _expect(review, Review.State.IN_REVIEW)
    if review.waits_for_second:
        raise WrongState(phrase("The verdict is given; a second reviewer has to confirm it."))


def _expect_answered(review: Review) -> None:
    if why := policy.why_not_conclude(review):
        raise WrongState(why)


def _expect(review: Review, state: Review.State) -> None:
    if review.state != state:
        raise WrongState(phrase("This review is already closed."))


def _expect_action(review: Review, seq: int) -> None:
    """Raise unless the entry is an action of the case that no reviewer has made a finding of."""
    done = Entry.objects.filter(seq=seq, case=review.case_ref, kind="action.performed")
    if not done.exists():
        raise BadInput(phrase("Entry %(entry)s is no action of this case.", entry=seq), field="")
    if review.findings().filter(entry_seq=seq, kind__in=Finding.BY_HAND).exists():
        raise WrongState(phrase("This action has its finding already."))


def _words(text: str, sentence: Sentence, field: str) -> str:
    """Return the text without blanks around it; raise BadInput with `sentence` when empty."""
    if not text.strip():
        raise BadInput(sentence, field=field)
    return text.strip()


def _record(subject: Review | Finding, event: Event, *, actor: str, at: datetime) -> None:
    log.record(event, actor=actor, subject=subject.ref, at=at, case=subject.case_ref)
