"""Who is told that a person is to be erased; no mail says who it is."""

import pytest
from django.test import Client

from accounts import erasing
from accounts.erasing import Grounds
from accounts.models import Erasure, Part, User
from alerts import slots
from alerts.models import Mail
from tests.alerts.make import asked_by, catch_up, mail_of, send, told
from tests.make import NOON, make_group, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def erasure() -> Erasure:
    """An erasure of Ada that Max asks for; Mei administers, Carla and Otto oversee."""
    make_group("Administrators", make_user("max"), make_user("mei"), part=Part.ADMINISTRATOR)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    make_group("Auditors", make_user("otto"), part=Part.AUDITOR)
    ada: User = make_user("ada", language="")
    return erasing.propose(ada, Grounds(basis="court"), by=make_user("max"), at=NOON)


def test_the_other_administrators_are_asked(erasure: Erasure) -> None:
    catch_up()

    assert told("erasure.proposed") == {"mei": "administrator"}


def test_whoever_decides_has_it_waiting_once(erasure: Erasure, client: Client) -> None:
    catch_up()
    client.force_login(make_user("mei"))

    urls = [item.url for item in client.get("/").context["waiting"]]
    assert urls.count(erasure.get_absolute_url()) == 1
    assert slots.waiting(asked_by("mei")) == []


def test_those_who_administer_and_oversee_hear_of_a_yes(erasure: Erasure) -> None:
    erasing.accept(erasure, by=make_user("mei"), at=NOON)
    catch_up()

    assert told("erasure.accepted") == {
        "max": "administrator", "carla": "compliance", "otto": "auditor",
    }  # fmt: skip


def test_who_asked_hears_of_a_no(erasure: Erasure) -> None:
    erasing.decline(erasure, by=make_user("mei"), answer="The dispute goes on.", at=NOON)
    catch_up()

    assert told("erasure.declined") == {"max": "administrator"}


def test_the_others_hear_that_it_was_withdrawn_and_all_that_it_lapsed(erasure: Erasure) -> None:
    erasing.withdraw(erasure, by=make_user("max"), at=NOON)
    again = erasing.propose(make_user("ada"), Grounds(basis="court"), by=make_user("max"), at=NOON)
    erasing.lapse(again, at=NOON + erasing.LAPSES_AFTER)
    catch_up()

    assert told("erasure.withdrawn") == {"mei": "administrator"}
    assert set(told("erasure.lapsed")) == {"max", "mei"}


def test_the_mail_names_nobody_and_leads_to_the_page(erasure: Erasure) -> None:
    catch_up()
    send()

    mail = mail_of("mei")
    assert mail.subject == "Max asks that a person be erased"
    assert erasure.get_absolute_url() in mail.text
    assert not any("Ada" in each.text or "Ada" in each.subject for each in Mail.objects.all())
