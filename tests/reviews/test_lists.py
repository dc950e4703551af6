"""The lists behind the figures hold what these count, and a review keeps what they ask for."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from breakglass.models import Request, Scenario
from breakglass.narrowing import narrowed
from breakglass.views.cases import FilterForm
from reviews import lists
from reviews.figures import Figures, Row
from reviews.models import Review
from tests.make import make_group, make_user
from tests.reviews.make import make_review
from tests.reviews.test_figures import BERLIN, TODAY, Chance, hours_of, of, told
from tests.shared import made_once

pytestmark = pytest.mark.django_db
CASES = {
    "cases": "",
    "uses": "used=yes",
    "glass": "used=yes&glass=yes",
    "approved": "used=yes&glass=no",
    "silent": "silent=yes",
    "decided": "decided=yes",
    "waived": "waived=yes",
}
REVIEWS = {
    "overdue": "tab=overdue",
    "waiting": "tab=open&late=no",
    "late": "tab=done&late=yes",
    "punctual": "tab=done&late=no",
    "startling": "tab=all&gravity=grave_or_unexplained",
}


def _chance() -> None:
    """Let the house live by chance, and have one more review overdue, and one that is not yet."""
    Chance()
    usual = Scenario.objects.get(slug="production-outage")
    for length in (timedelta(days=9), timedelta(hours=2)):
        make_review(usual, at=TODAY - length)


chance = made_once(_chance)


def cases_of(query: str) -> list[Request]:
    """Return what the list of cases holds."""
    form = FilterForm(QueryDict(query))
    assert form.is_valid(), form.errors
    chosen = form.cleaned_data
    beside = {"scenario": chosen["scenario"], "requester": chosen["person"]}
    rows = Request.objects.cases().filter(**{name: each for name, each in beside.items() if each})
    return list(narrowed(rows, chosen))


def reviews_of(query: str) -> list[Review]:
    """Return what the list of reviews holds."""
    rows, order = lists.reviews(
        Review.objects.all(), chosen_of(query), by=make_user("carla"), at=TODAY
    )
    return list(rows.order_by(order))


def chosen_of(query: str) -> dict[str, Any]:
    form = lists.ReviewFilter(QueryDict(query))
    assert form.is_valid(), form.errors
    return form.cleaned_data


def counts_of(query: str) -> dict[str, int]:
    """Count what the lists hold under each figure's address."""
    cases = {name: len(cases_of(f"{query}&{way}")) for name, way in CASES.items()}
    return cases | {name: len(reviews_of(f"{query}&{way}")) for name, way in REVIEWS.items()}


def rows_of(found: Figures) -> list[Row]:
    """Return the rows of every way to look at the same cases."""
    return [row for rows in (found.scenarios, found.steps, found.people, found.teams, found.targets)
            for row in rows]  # fmt: skip


def test_each_list_holds_what_its_figure_counts(chance: None) -> None:
    with timezone.override(BERLIN):
        found = of()
        for query, tally in [
            (found.query, found.total),
            (found.before.query, found.before.total),
            *((row.query, row.tally) for row in rows_of(found)),
        ]:
            counted = {name: getattr(tally, name) for name in CASES | REVIEWS}
            assert counts_of(query) == counted, query
        assert min(counts_of(found.query).values()) > 0
        overdue = (reviews_of(f"tab={tab}&{found.query}") for tab in ("overdue", "open&late=yes"))
        assert len({frozenset(rows) for rows in overdue}) == 1


def test_each_field_of_the_week_holds_its_uses(chance: None) -> None:
    with timezone.override(BERLIN):
        found = of()
        fields = {(day.name, field.hour): len(cases_of(f"{field.query}&used=yes"))
                  for day in found.days for field in day.fields}  # fmt: skip
        cases = cases_of(found.query)
        days = [len(cases_of(f"{found.query}&weekday={day}")) for day in range(1, 8)]
        last = max(case.submitted_at.astimezone(BERLIN).hour for case in cases)
        late = cases_of(f"{found.query}&hour={last}&hours=9")

    assert {key: uses for key, uses in fields.items() if uses} == hours_of(cases)
    assert sum(days) == len(cases) == told(found.total)["cases"]
    assert {case.submitted_at.astimezone(BERLIN).hour for case in late} == {last}


def test_a_review_keeps_what_its_case_has(chance: None) -> None:
    reviews = list(Review.objects.select_related("grant__request"))

    assert reviews
    for review in reviews:
        asked = review.grant.request
        assert review.request == asked == asked.original
        assert review.asked_at == asked.submitted_at
        assert review.scenario_id == asked.scenario_id == review.grant.scenario_id
        assert review.holder_id == asked.requester_id == review.grant.holder_id


def test_no_case_is_read_for_what_a_review_keeps(chance: None) -> None:
    review = Review.objects.filter(scenario__drill=False)[0]
    day, team = review.asked_at.date().isoformat(), make_group("Platform engineers")
    query = QueryDict(mutable=True)
    query.update({"since": day, "until": day, "scenario": review.scenario.slug, "drill": "no",
                  "person": str(review.holder.pk), "team": str(team.pk)})  # fmt: skip
    rows = lists.of_cases(Review.objects.all(), chosen_of(query.urlencode()), at=TODAY)

    assert review in rows
    assert "breakglass_request" not in str(rows.query)
    assert "breakglass_grant" not in str(rows.query)
