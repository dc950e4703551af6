"""What happened in a case stands in the order in which it happened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from breakglass.views.timeline import happened
from reviews.models import JudgedAction
from tests.breakglass.browser import broken, entered
from tests.make import NOON, make_scenario
from tests.reviews.browser import page
from tests.reviews.make import act, make_cast, make_review, sequence

pytestmark = pytest.mark.django_db


def test_what_was_told_later_stands_where_it_happened() -> None:
    request = broken()
    entered()
    act(request.grant, at=NOON)  # long ago, and entered last
    entered()
    last = Entry.objects.get(kind="action.performed").seq

    newest = happened(request.ref, most=2)
    rest = happened(request.ref, before=newest.older)

    assert last not in [line.seq for line in newest.lines]
    assert [line.seq for line in rest.lines][-1] == last


def test_what_nothing_explains_is_marked_and_can_be_seen_alone_by_those_who_review() -> None:
    make_cast()
    review = make_review(
        make_scenario(expected_verbs=["select"], expected_objects=["orders"]),
        at=timezone.now() - timedelta(minutes=21),
    )
    for name in ("orders", "customers", "orders"):
        act(review.grant, "select", name)
    sequence(timezone.now())
    request = review.grant.request
    url = request.get_absolute_url()
    seq = JudgedAction.objects.get(standing="outside").pk

    for name, marked in (("rita", [seq]), ("ada", [])):
        shown = page(name, url, show="action")
        alone = page(name, url, show="flagged")
        assert len(shown.context["record"].lines) == 3
        lines = shown.context["record"].lines
        assert [each.seq for each in lines if each.mark[1] == "Out of scope"] == marked, name
        assert [each.seq for each in alone.context["record"].lines] == marked, name
        assert (">Only what is flagged <" in shown.content.decode()) is bool(marked), name
        assert ("Out of scope</span>" in shown.content.decode()) is bool(marked), name
