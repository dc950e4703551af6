"""Who is told that a legal hold is to go; no mail says what is held."""

import pytest
from django.conf import settings

from alerts.models import Mail
from audit.holds import Hold
from audit.retention.transitions import keep_hold, lift_hold, place_hold
from tests.alerts.make import catch_up, mail_of, make_cast, send, told
from tests.make import NOON, make_group, make_request, make_user

pytestmark = pytest.mark.django_db
WHY = "The lawsuit is over."


@pytest.fixture
def hold() -> Hold:
    """A hold on a case of Ada's that Cora proposes to lift; Max and Mei administer."""
    request = make_request(make_cast())
    make_group("Administrators", make_user("mei"))
    placed = place_hold("case", request.ref, reason="A lawsuit.", by=make_user("max"), at=NOON)
    return lift_hold(placed, reason=WHY, by=make_user("cora"), at=NOON)


def test_those_who_may_decide_are_told_and_led_there(hold: Hold) -> None:
    catch_up()
    send()

    assert told("hold.lift_proposed") == {"max": "administrator", "mei": "administrator"}
    mail = mail_of("mei", "legal hold")
    assert mail.subject == "Cora proposes to lift a legal hold"
    assert f"{settings.BASE_URL}/ledger/retention" in mail.text
    mails = Mail.objects.filter(subject__contains="legal hold")
    assert not any("Ada" in each.text or "Case" in each.subject for each in mails)


def test_they_hear_what_became_of_it(hold: Hold) -> None:
    keep_hold(hold, by=make_user("max"), at=NOON)
    lift_hold(hold, reason=WHY, by=make_user("cora"), at=NOON)
    lift_hold(hold, reason="", by=make_user("max"), at=NOON)
    catch_up()

    assert told("hold.kept") == {"cora": "compliance", "mei": "administrator"}
    assert set(told("hold.lifted")) == {"cora", "mei", "otto"}
