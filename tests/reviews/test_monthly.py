"""The month's report: when it is written, and what its mail says."""

from datetime import UTC, datetime, timedelta

import pytest

from breakglass import transitions as verbs
from breakglass.models import Request
from reviews import monthly, tasks
from reviews.models import MonthReport
from tests.alerts.make import catch_up, make_cast, send, told
from tests.alerts.test_letters import letter_to, part
from tests.make import NOON
from tests.record import facts, kinds
from tests.reviews.make import make_review

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday


def reported() -> list[str]:
    """Return the months that were put on the record."""
    return [each["first"] for each in facts("report.written")]


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2026-12-24", "2026-12-01"),  # a Tuesday
        ("2026-08-01", "2026-08-03"),  # after a Saturday
        ("2026-11-30", "2026-11-02"),  # after a Sunday
        ("2027-01-05", "2027-01-01"),  # a Friday
    ],
)
def test_is_due_on_the_first_working_day(month: str, due: str) -> None:
    found = monthly.due_at(datetime.fromisoformat(month).date())

    assert f"{found:%Y-%m-%d %H:%M}" == f"{due} 08:00"


def test_is_written_once_and_only_when_it_is_time() -> None:
    make_review(make_cast())
    for minutes in (-1, 0, 1, 900):
        monthly.run(at=DUE + timedelta(minutes=minutes))
        assert MonthReport.objects.count() == int(minutes >= 0)

    assert reported() == ["2026-11-01"]


def test_is_not_made_up_for_after_a_week() -> None:
    make_review(make_cast())
    monthly.run(at=DUE + timedelta(days=7))

    assert reported() == []


def test_a_month_without_a_case_has_none() -> None:
    make_cast()
    monthly.run(at=DUE)
    tasks.report()

    assert "report.written" not in kinds()


def test_is_mailed_to_compliance_with_figures_and_what_stands_out() -> None:
    make_review(make_cast())
    verbs.overdue(Request.objects.get(), at=NOON + timedelta(hours=3))
    catch_up(NOON + timedelta(hours=4))
    send(NOON + timedelta(hours=4))
    monthly.run(at=DUE)
    catch_up(DUE)
    send(DUE)

    assert told("report.written") == {"cora": "compliance"}
    mail = letter_to("cora", "report.written")
    plain = part(mail, "plain")
    assert mail["Subject"] == "Emergency access, November 2026"
    for text in (plain, part(mail, "html")):
        said = " ".join(text.split())
        assert "The figures of this month are below" in said
        assert "1 ratification was overdue" in said
    assert "Uses: 1 (Before: 0, A year ago: 0)" in plain
    assert "/dashboard/?since=2026-11-01&until=2026-11-30" in plain
    assert "&silent=yes" in plain
