"""What happened in a case stands in the order in which it happened."""

import pytest

from audit.models import Entry
from breakglass.views.timeline import happened
from tests.breakglass.browser import broken, entered
from tests.make import NOON
from tests.reviews.make import act

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
