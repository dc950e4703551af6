"""What is overdue of a person or in a scenario, which their next access has to waive."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from breakglass import debt
from breakglass.debt import Debt
from breakglass.models import Scenario
from core.speech import phrase
from reviews.models import Obligation, Review

_MOST = 20  # of each: a sentence names three, and says how many more there are


@debt.provide
def reviews(scenario: Scenario, person: User, at: datetime) -> Iterator[Debt]:
    """Overdue reviews: in the scenario, of the person's accesses, and those they have to do."""
    holds = Q(grant__scenario=scenario) | Q(grant__holder=person)
    judges = Q(reviewer=person, concluded_at=None) | Q(state=Review.State.DUE, assignee=person)
    late = Review.objects.overdue(at).filter(holds | judges).order_by("due_at", "pk")
    for review in late.told()[:_MOST]:
        facts = {"case": review.grant.request.case, "person": review.grant.holder,
                 "scenario": review.grant.scenario}  # fmt: skip
        said = phrase("The review of Case %(case)s (%(person)s, %(scenario)s) is overdue.", **facts)
        yield Debt(ref=review.ref, sentence=said)


@debt.provide
def obligations(scenario: Scenario, person: User, at: datetime) -> Iterator[Debt]:
    """Overdue obligations: in the scenario, of the person's cases, and what they have to do."""
    mine = Q(owner=person) | Q(case__requester=person) | Q(case__scenario=scenario)
    late = Obligation.objects.overdue(at).filter(mine).order_by("due_at", "pk")
    for task in late.told()[:_MOST]:
        facts = {"task": task.Kind(task.kind).label, "case": task.case.case,
                 "person": task.owner or phrase("nobody")}  # fmt: skip
        said = phrase("“%(task)s” of Case %(case)s is overdue (%(person)s has to do it).", **facts)
        yield Debt(ref=task.ref, sentence=said)
