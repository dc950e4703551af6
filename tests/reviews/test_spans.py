"""Whatever spans a period is made of, its figures are the same."""

import pytest
from django.utils import timezone

from accounts.models import User
from reviews import figures, periods, tallying
from reviews.counting import Narrow
from reviews.models import Span
from tests.reviews.make import make_carla
from tests.reviews.test_figures import BERLIN, TODAY, Chance

pytestmark = pytest.mark.django_db


def test_weeks_and_days_stand_for_months_that_have_to_be_counted_again() -> None:
    Chance()
    User.objects.filter(pk=make_carla().pk).update(time_zone=BERLIN.key)
    tallying.run(at=TODAY, limit=999)

    with timezone.override(BERLIN):
        period = periods.of("1-year", at=TODAY)
        months = figures.of(period, Narrow())
        Span.objects.filter(grain="month").update(stale=True)
        weeks = figures.of(period, Narrow())

    assert months.total.cases > 5
    assert weeks.total == months.total
    assert [row.tally for row in weeks.steps] == [row.tally for row in months.steps]
