"""How the record, the alerts and the API tell of campaigns; what is forgotten of people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit import reading
from audit.models import Entry
from core import forgetting, refs
from core.forgetting import Trace
from reviews.campaigns import transitions
from reviews.models import CampaignItem
from tests.alerts.make import catch_up, told
from tests.alerts.test_letters import letter_to, part
from tests.breakglass.api import call
from tests.make import make_user
from tests.reviews.campaigns.make import (
    BEGUN,
    DUE,
    begin_cases,
    begin_rights,
    decide,
    decide_all,
    membership,
)
from tests.reviews.make import make_cast, sequence

pytestmark = pytest.mark.django_db


def sentences() -> dict[str, str]:
    sequence()
    entries = Entry.objects.filter(kind__startswith="campaign.").order_by("seq")
    return {line.kind: f"{line.actor.text} {line.sentence}" for line in reading.told(entries)}


def test_every_event_is_a_sentence() -> None:
    campaign = begin_cases(2)
    transitions.remind(campaign, at=DUE - timedelta(days=1))
    transitions.remind(campaign, at=DUE)
    transitions.take_over(campaign, by=make_user("otis"), at=DUE)
    decide_all(campaign)
    transitions.sign_off(campaign, by=make_user("otis"), at=DUE)

    said = sentences()

    assert said["campaign.begun"] == "Carla began a campaign: sample of cases, 2 items"
    assert said["campaign.due_soon"].endswith("deadline is near: sample of cases")
    assert said["campaign.overdue"].endswith("found a campaign overdue: sample of cases")
    assert said["campaign.taken_over"] == "Otis took the campaign over"
    assert said["campaign.item_decided"] == "Carla decided on item 2 of a campaign: in order"
    assert said["campaign.signed_off"] == "Otis signed off a campaign: sample of cases, 2 items"


def test_what_is_cancelled_says_why() -> None:
    campaign = begin_rights()
    decide(membership(campaign, "ada"), "remove", "Has left.")
    transitions.cancel(campaign, by=make_user("otis"), reason="The wrong month.", at=BEGUN)

    said = sentences()

    assert said["campaign.cancelled"] == "Otis cancelled a campaign: The wrong month."
    assert said["campaign.item_decided"].endswith(": remove. Has left.")


def test_a_campaign_is_named_for_people() -> None:
    campaign = begin_rights()

    label = refs.labels([campaign.ref])[campaign.ref]

    assert label.text == "Re-certification of rights, 1 Nov 2026 to 30 Nov 2026"
    assert label.url == campaign.get_absolute_url()


def test_its_owner_is_reminded_and_compliance_when_it_is_late_and_auditors_of_the_end() -> None:
    campaign = begin_cases(1)
    make_cast()
    transitions.remind(campaign, at=DUE - timedelta(days=1))
    transitions.remind(campaign, at=DUE)
    decide_all(campaign)
    transitions.sign_off(campaign, by=make_user("carla"), at=DUE)
    catch_up()

    assert told("campaign.begun") == {"otis": "compliance"}
    assert told("campaign.due_soon") == {"carla": "assigned"}
    assert told("campaign.overdue") == {"carla": "assigned", "otis": "compliance"}
    assert told("campaign.signed_off") == {"otis": "compliance", "otto": "auditor"}


def test_whoever_may_take_it_over_is_reminded_where_its_owner_decides_no_more() -> None:
    campaign = begin_cases(1)
    make_cast()
    make_user("carla").memberships.all().delete()
    transitions.remind(campaign, at=DUE - timedelta(days=1))
    catch_up()

    assert told("campaign.due_soon") == {"otis": "assigned"}


def test_the_mail_leads_to_the_campaign() -> None:
    campaign = begin_cases(1)
    transitions.remind(campaign, at=DUE)
    catch_up()

    mail = letter_to("carla", "campaign.overdue")

    assert mail["Subject"].startswith("A campaign is overdue: Sample of cases")
    assert campaign.get_absolute_url() in part(mail, "plain")


class TestApi:
    def test_shows_campaigns_to_those_who_oversee(self) -> None:
        campaign = begin_cases(2)
        make_cast()

        for name, status in {"carla": 200, "otto": 200, "alma": 200, "ada": 403}.items():
            assert call(name, "campaigns").status_code == status, name
        item = call("otto", "campaigns?state=open&kind=cases").json()["items"][0]
        assert (item["id"], item["items"], item["decided"]) == (str(campaign.pk), 2, 0)
        assert call("otto", f"campaigns/{campaign.pk}").json()["seed"] == "4711"

    def test_shows_items_with_what_was_decided(self) -> None:
        campaign = begin_rights()
        decide(membership(campaign, "ada"), "remove", "Has left.")
        make_cast()

        items = call("otto", f"campaigns/{campaign.pk}/items?outcome=remove").json()["items"]

        assert [(item["person"]["name"], item["note"]) for item in items] == [("Ada", "Has left.")]

    def test_refuses_an_unknown_filter(self) -> None:
        begin_cases(1)

        assert call("carla", "campaigns?late=yes").status_code == 400


class TestForgetting:
    def test_words_about_a_person_give_way_to_the_mark(self) -> None:
        campaign = begin_rights()
        item = decide(membership(campaign, "ada"), "remove", "She has left.")
        ada = make_user("ada")

        forgetting.forget(Trace(person=ada.pk, ref=ada.ref, words=("Ada",), mark="(erased)"))

        assert CampaignItem.objects.get(pk=item.pk).note == "(erased)"

    def test_whoever_owns_an_open_campaign_is_not_forgotten_yet_and_others_are(self) -> None:
        begin_rights()

        for name, needed in {"carla": True, "ada": False}.items():
            person = make_user(name)
            why = forgetting.why_not(
                Trace(person=person.pk, ref=person.ref, words=(name,)), at=timezone.now()
            )
            assert any("campaign" in reason for reason in map(str, why)) is needed, name
