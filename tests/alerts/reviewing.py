"""Let reviews be assigned, owners named and deadlines pass, so that people are told."""

from datetime import timedelta

from django.db import transaction

from audit import log
from reviews import following, obligation_transitions, reminders
from reviews.assignment_events import ReviewUnassignable
from reviews.assignment_transitions import assign_finding
from reviews.reopening_transitions import reopen
from tests.alerts.make import catch_up, send
from tests.make import make_user
from tests.reviews.make import LATER, judge, make_finding, make_obligation, make_review, taken

LAST = LATER + timedelta(days=30)


def tell_of_reviews() -> None:
    """Let Eve's access be reviewed by whose turn it is, who finds something and lets time pass."""
    review = make_review(by="eve")
    rita, eve = make_user("rita"), make_user("eve")
    catch_up(LATER)
    following.run(at=LATER)
    task = make_obligation(review, owner="eve")
    obligation_transitions.hand_on(
        task, owner=make_user("ada"), due_at=task.due_at, reason="Eve is away.", by=rita, at=LATER
    )
    finding = assign_finding(
        make_finding(review), owner=eve, due_at=LATER + timedelta(days=3), by=rita, at=LATER
    )
    with transaction.atomic():
        event = ReviewUnassignable()
        log.record(event, actor=log.SYSTEM, subject=review.ref, at=LATER, case=review.case_ref)
    late = make_review(at=LATER + timedelta(days=9))
    assert late.grant.request.waiver
    for row in (review, task, finding):
        row.refresh_from_db()
        assert row.due_at is not None
        reminders.remind(row, at=row.due_at - timedelta(minutes=1))
        reminders.remind(row, at=LAST)
    closed = judge(taken(late, at=LAST), at=LAST)
    reopen(closed, by=make_user("cora"), reason="A log of that night came late.", at=LAST)
    catch_up(LAST)
    while send(LAST):
        pass
