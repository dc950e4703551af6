"""One's own alerts in the API: listed, and said to be read by the same verb as on the page."""

from typing import Any

import pytest

from alerts.models import Channel, Contact, Delivery, Silence
from tests.alerts.make import catch_up, make_cast
from tests.breakglass.api import call
from tests.make import NOON, make_broken_glass, make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told() -> None:
    """Tell everybody of a glass that Ada broke; Rob is on Slack, too."""
    make_cast()
    slack = Channel.objects.create(name="Slack", kind="slack", personal=True)
    Contact.objects.create(
        person=make_user("rob"), channel=slack, address="U0000ROB", added_at=NOON
    )
    make_broken_glass(by=make_user("ada"))
    catch_up()


def alerts(name: str, query: str = "") -> list[dict[str, Any]]:
    answer = call(name, f"alerts{query}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def acknowledge(name: str, pk: object) -> Any:
    return call(name, f"alerts/{pk}/acknowledge", {})


def test_lists_ones_own_and_what_waits_to_be_read() -> None:
    assert {each["channel"] for each in alerts("rob")} == {"Mail", "Slack"}
    [unread] = alerts("rob", "?unread=true")
    assert (unread["kind"], unread["title"]) == ("breakglass.activated", "Glass broken")
    assert (unread["receipt"], unread["urgent"], unread["acknowledged_at"]) == (True, True, None)
    assert alerts("otto") == []
    assert alerts("rob", "?kind=grant.expired") == []
    assert call("rob", "alerts?read=no").status_code == 400


def test_pages_go_on_where_the_last_one_ended() -> None:
    first = call("rob", "alerts?limit=1").json()
    rest = call("rob", first["next"].partition("/api/v1/")[2]).json()
    assert len({each["id"] for each in first["items"] + rest["items"]}) == 2
    assert rest["next"] is None


def test_is_read_once_by_whatever_channel_it_came() -> None:
    row = Delivery.objects.get(recipient=make_user("rob"), channel__kind="slack")
    said = acknowledge("rob", row.pk)
    assert said.status_code == 200
    assert said.json()["acknowledged_at"]
    assert kinds()[-1] == "delivery.acknowledged"
    assert alerts("rob", "?unread=true") == []
    assert Silence.objects.get().seen_by == make_user("rob")
    again = acknowledge("rob", row.pk)
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "wrong-state")


def test_is_said_by_nobody_else() -> None:
    row = Delivery.objects.get(recipient=make_user("rob"), receipt=True)
    assert acknowledge("rosa", row.pk).status_code == 403
    assert acknowledge("eve", row.pk).status_code == 404
    assert call("rob", f"alerts/{row.pk}/acknowledge", {}, scope="read").status_code == 403
    assert call("rob", f"alerts/{row.pk}/acknowledge").status_code == 405
    row.refresh_from_db()
    assert row.acknowledged_at is None
