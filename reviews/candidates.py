"""Whom a form offers that asks who answers for something or does it: those around the case.

Anybody else can still be written there by name; the whole directory is not laid open.
"""

import dataclasses
from collections import Counter
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from breakglass.models import Decision, Request
from reviews.models import Review

MOST = 30  # people whom a list offers: more would be a directory


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Somebody whom a form offers: what is written for them, and whom it means."""

    value: str
    name: str


def of(case: Request, *, at: datetime) -> list[Candidate]:
    """Return the requester, who decided, who reviews, and the requester's teams, in this order."""
    review = Review.objects.filter(grant__request=case.original).first()
    reviewing = [review.assignee_id, review.reviewer_id] if review else []
    decisions = Decision.objects.filter(Q(request=case) | Q(request__extends__request=case))
    first = [case.requester_id, *decisions.values_list("by", flat=True), *reviewing]
    near = User.objects.active().in_bulk([each for each in first if each])
    teams = case.requester.groups_at(at)
    mates = User.objects.active().in_groups(teams, at).order_by("name", "pk")[:MOST]
    people = dict.fromkeys([*(near[each] for each in first if each in near), *mates])
    return _written([*people][:MOST])


def requester(case: Request) -> str:
    """Return what is written for whoever had the access; nothing where they are not here."""
    found = _written([case.requester]) if case.requester.is_active else []
    return found[0].value if found else ""


def _written(people: list[User]) -> list[Candidate]:
    """Write the names of people, and the addresses of those whose name is not theirs alone."""
    names = {each.name.lower() for each in people if each.name}
    same = User.objects.active().annotate(said=Lower("name")).filter(said__in=names)
    number = Counter(same.values_list("said", flat=True))
    return [
        Candidate(each.name if number[each.name.lower()] == 1 else each.email, str(each))
        for each in people
    ]
