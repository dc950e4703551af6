"""What came to the record of a case after its verdict: from a log that was read late."""

from audit.models import Entry
from reviews.events import ReviewClosed
from reviews.models import Review


def came_later(review: Review) -> int:
    """Return how many actions the record has of the case from after its review was closed."""
    closed = Entry.objects.filter(subject=review.ref, kind=ReviewClosed.kind).order_by("-seq")
    last = closed.values_list("seq", flat=True).first()
    if last is None:
        return 0
    return Entry.objects.filter(case=review.case_ref, kind="action.performed", seq__gt=last).count()
