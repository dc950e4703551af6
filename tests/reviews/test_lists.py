"""The lists behind the figures hold what these count."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from breakglass.models import Request, Scenario
from breakglass.narrowing import narrowed
from breakglass.views.cases import FilterForm
from tests.reviews.make import make_review
from tests.reviews.test_figures import BERLIN, TODAY, Chance, hours_of, of, told
from tests.shared import made_once

pytestmark = pytest.mark.django_db


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
