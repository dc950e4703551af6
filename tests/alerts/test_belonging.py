"""Whoever comes into groups or leaves some is told in one mail what they may do now."""

from datetime import date

import pytest

from accounts.memberships import set_groups, set_members
from accounts.models import Part, User
from alerts.models import Delivery
from audit import config
from core import zones
from tests.alerts.make import catch_up, mail_of, make_cast, send, told
from tests.make import make_group, make_user

pytestmark = pytest.mark.django_db
END = zones.day_end(date(2999, 12, 4))


@pytest.fixture
def zoe() -> User:
    """Return somebody whom Max just put into one group."""
    make_cast()
    zoe, trainees = make_user("zoe"), make_group("Trainees")
    with config.changing(actor=make_user("max").ref):
        set_groups(zoe, {trainees: None})
    catch_up()
    send()
    return zoe


def test_many_groups_at_once_are_one_mail(zoe: User) -> None:
    first, pager = make_group("First"), make_group("Pager", part=Part.RESPONDER)
    before = Delivery.objects.count()

    with config.changing(actor=make_user("max").ref, reason="Zoe is on call."):
        set_groups(zoe, {first: None, pager: END})
    catch_up()
    send()

    assert Delivery.objects.count() == before + 1
    mail = mail_of("zoe", "Max changed your groups")
    words = " ".join(mail.text.split())
    assert (
        "You are now in First and Pager until 4 December 2999. You are no longer in Train" in words
    )
    assert "Parts: Responder" in words
    assert "/profile/" in words
    assert "on call" not in words


def test_says_what_is_left(zoe: User) -> None:
    assert "Groups: Trainees" in mail_of("zoe").text

    with config.changing(actor=make_user("max").ref):
        set_groups(zoe, {})
    catch_up()
    send()

    assert "You are no longer in Trainees. You are in no group now" in " ".join(
        mail_of("zoe").text.split()
    )


def test_names_scenarios_and_tells_nobody_of_what_they_did_themselves(zoe: User) -> None:
    requesters = User.objects.get(email="ada@example.com").groups.get()
    boss = make_user("max")

    with config.changing(actor=boss.ref):
        set_members(requesters, {zoe: None, boss: None})
        zoe.name = "Zoe Z"
        zoe.save()
    catch_up()
    send()

    assert "Production outage: May request access" in mail_of("zoe").text
    assert told("config.changed").keys() == {"zoe", "ada", "eve"}
