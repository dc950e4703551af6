"""Who is told of changes that weaken a control, and what the mails say."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from alerts import slots
from alerts.models import Delivery
from breakglass.models import ProposedChange, Scenario
from breakglass.transitions import changes
from tests.alerts.make import asked_by, catch_up, make_cast, told
from tests.alerts.test_letters import letter_to, part
from tests.breakglass.changing import LATER, accepted, administrators, attempted, proposed
from tests.make import NOON, make_user

pytestmark = pytest.mark.django_db
SINCE = LATER + timedelta(minutes=1)


@pytest.fixture
def change() -> ProposedChange:
    """Return a change of Max's; Mei and Noor administer, too."""
    scenario = make_cast()
    administrators("mei", "noor")
    return proposed(scenario, by=make_user("max"), max_minutes=240)


def test_the_other_administrators_are_asked(change: ProposedChange) -> None:
    catch_up()

    assert told("change.proposed") == {"mei": "administrator", "noor": "administrator"}


def test_whoever_decides_has_it_waiting_once_and_no_alert_beside_it(
    change: ProposedChange, client: Client
) -> None:
    catch_up()
    ProposedChange.objects.update(lapse_at=timezone.now() + timedelta(days=1))
    client.force_login(make_user("noor"))

    urls = [item.url for item in client.get("/").context["waiting"]]
    assert urls.count(change.get_absolute_url()) == 1
    assert slots.waiting(asked_by("noor")) == []
    assert _badge(asked_by("noor")) == 0
    listed = client.get("/alerts/?state=unread").context
    assert listed["rows"] == []
    assert listed["counts"]["unread"] == 0


def _badge(request: HttpRequest) -> int:
    return next(item.count for item in slots.nav(request) if item.url_name == "alerts")


def test_the_proposer_the_others_and_compliance_hear_of_a_yes(change: ProposedChange) -> None:
    accepted(change, by=make_user("mei"))
    catch_up(SINCE)

    assert told("change.accepted") == {
        "max": "proposer", "noor": "administrator", "cora": "compliance",
    }  # fmt: skip
    assert told("config.changed") == {}


def test_the_proposer_and_the_others_hear_of_a_no(change: ProposedChange) -> None:
    changes.decline(change, by=make_user("mei"), answer="An hour is enough.", at=LATER)
    catch_up(SINCE)

    assert told("change.declined") == {"max": "proposer", "noor": "administrator"}
    assert "An hour is enough." in part(letter_to("max"), "plain")


def test_who_was_asked_hears_that_it_was_withdrawn(change: ProposedChange) -> None:
    changes.withdraw(change, by=make_user("max"), at=LATER)
    catch_up(SINCE)

    assert set(told("change.withdrawn")) == {"mei", "noor"}


def test_the_proposer_hears_that_it_lapsed(change: ProposedChange) -> None:
    changes.lapse(change, at=NOON + timedelta(days=15))
    catch_up(NOON + timedelta(days=15))

    assert told("change.lapsed") == {"max": "proposer"}


def test_compliance_hears_of_what_was_done_alone_and_says_so() -> None:
    scenario = make_cast()

    attempted(scenario, lambda: Scenario.objects.update(max_minutes=240), by=make_user("max"))
    catch_up()

    assert told("config.weakened_alone") == {"cora": "compliance", "otto": "auditor"}
    assert Delivery.objects.get(recipient=make_user("cora")).receipt
    mail = letter_to("cora", "config")
    assert "Max weakened a control of Production outage alone" in mail["Subject"]
    assert "> Access may last 4 h instead of 1 h." in part(mail, "plain")


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_the_mail_says_what_it_weakens_and_leads_to_the_page(
    change: ProposedChange, subtype: str
) -> None:
    catch_up()
    mail = letter_to("mei")

    assert mail["Subject"] == "Max proposes a change of Production outage"
    for words in (
        "Access may last 4 h instead of 1 h.",
        "Nights are longer in winter.",
        f"{settings.BASE_URL}{change.get_absolute_url()}",
    ):
        assert words in part(mail, subtype)


def test_a_name_cannot_speak_in_our_name(change: ProposedChange) -> None:
    nasty: Any = "Outage\r\nBcc: eve@example.com"
    proposed(Scenario.objects.get(), by=make_user("mei"), name=nasty, max_minutes=300)
    catch_up()

    mail = letter_to("noor")

    assert mail["Subject"] == "Mei proposes a change of Outage Bcc: eve@example.com"
    assert mail["Bcc"] is None
