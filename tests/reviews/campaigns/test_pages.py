"""The pages of campaigns, for every part, and what people do on them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from reviews.campaigns import transitions
from reviews.models import Campaign, Finding
from tests.make import make_user
from tests.reviews.browser import CAST, client, page
from tests.reviews.campaigns.make import begin, decide_all, emergency, membership, plan
from tests.reviews.make import make_cast, make_finding, make_review

pytestmark = pytest.mark.django_db
Kind = Campaign.Kind
MAY = {"carla", "otto", "alma"}


def running(kind: Campaign.Kind = Kind.CASES, **wanted: Any) -> Campaign:
    """Return a campaign of now about all there is."""
    now = timezone.now()
    emergency()
    if kind == Kind.CASES:
        make_review(emergency(), at=now - timedelta(hours=2))
    day = timezone.localdate()
    wanted = {"first": day - timedelta(days=1), "last": day, "scenarios": [emergency()], **wanted}
    return begin(kind, at=now, due_at=now + timedelta(days=14), **wanted)


def answer(
    name: str, campaign: Campaign, given: dict[str, Any] | None = None, *, verb: str = "decide"
) -> Any:
    """Post to a campaign as somebody."""
    return client(name).post(reverse(f"campaign-{verb}", args=[campaign.pk]), given or {})


class TestWho:
    def test_only_those_who_oversee_see_any_of_it(self) -> None:
        campaign = running()
        make_cast()
        urls = [reverse("campaigns"), campaign.get_absolute_url(),
                reverse("campaign-report", args=[campaign.pk]),
                reverse("campaign-sheet", args=[campaign.pk])]  # fmt: skip

        for name in CAST:
            browser = client(name)
            for url in urls:
                assert browser.get(url).status_code == (200 if name in MAY else 403), (name, url)

    def test_strangers_sign_in_first(self) -> None:
        assert Client().get(reverse("campaigns")).status_code == 302

    def test_what_can_be_done_is_shown_to_who_may_do_it(self) -> None:
        campaign = running()
        make_cast()

        assert 'name="do-' in page("carla", campaign.get_absolute_url()).content.decode()
        assert 'name="do-' not in page("otto", campaign.get_absolute_url()).content.decode()

    def test_an_unknown_filter_is_400(self) -> None:
        campaign = running()

        assert page("carla", reverse("campaigns"), tab="late").status_code == 400
        assert page("carla", campaign.get_absolute_url(), show="mine").status_code == 400
        assert page("carla", campaign.get_absolute_url(), cursor="x").status_code == 400


class TestNew:
    def asked(self, **given: Any) -> dict[str, Any]:
        day = timezone.localdate()
        return {
            "kind": "cases", "first": str(day - timedelta(days=1)), "last": str(day),
            "due": str(day + timedelta(days=7)), "wanted": "25", **given,
        }  # fmt: skip

    def test_says_how_many_before_it_begins(self) -> None:
        running()

        found = page("carla", reverse("campaign-new"), **self.asked()).context["found"]

        assert (len(found.items), len(found.lines)) == (1, 1)

    def test_begins_a_campaign_of_ones_own(self) -> None:
        running()

        reply = client("carla").post(reverse("campaign-new"), self.asked(seed="4711"))

        made = Campaign.objects.latest("begun_at")
        assert (reply.status_code, reply["Location"]) == (302, made.get_absolute_url())
        assert (made.owner, made.seed) == (make_user("carla"), "4711")

    def test_says_what_is_wrong_beside_its_field(self) -> None:
        running()

        reply = client("carla").post(reverse("campaign-new"), self.asked(wanted=""))

        assert reply.status_code == 422
        assert "wanted" in reply.context["form"].errors

    def test_only_compliance_begins_one(self) -> None:
        running()

        assert page("alma", reverse("campaign-new")).status_code == 403


class TestItems:
    def test_what_was_filled_in_is_recorded_and_the_rest_is_left(self) -> None:
        campaign = running(Kind.RIGHTS)
        ada, eve = membership(campaign, "ada"), membership(campaign, "eve")

        reply = answer("carla", campaign, {
            "shown": [ada.pk, eve.pk], f"do-{ada.pk}": "remove", f"note-{ada.pk}": "Has left.",
        })  # fmt: skip

        assert reply.status_code == 302
        assert campaign.items.get(pk=ada.pk).outcome == "remove"
        assert campaign.items.get(pk=eve.pk).outcome == ""
        assert not Membership.objects.filter(user=make_user("ada")).exists()

    def test_the_others_of_the_page_are_kept_with_one_button_and_no_more_than_those(self) -> None:
        campaign = running(Kind.RIGHTS)
        ada, eve, bob = (membership(campaign, name) for name in ("ada", "eve", "bob"))

        answer("carla", campaign, {"shown": [ada.pk, eve.pk], "rest": "keep"})

        kept = {item.pk for item in campaign.items.filter(outcome="keep")}
        assert kept == {ada.pk, eve.pk}
        assert campaign.items.get(pk=bob.pk).outcome == ""

    def test_what_is_refused_stays_as_it_was_written_with_the_reason(self) -> None:
        campaign = running(Kind.RIGHTS)
        ada, eve = membership(campaign, "ada"), membership(campaign, "eve")

        reply = answer("carla", campaign, {
            "shown": [ada.pk, eve.pk], f"do-{ada.pk}": "remove", f"do-{eve.pk}": "keep",
        })  # fmt: skip

        assert reply.status_code == 422
        assert campaign.items.get(pk=eve.pk).outcome == "keep"
        row = next(row for row in reply.context["rows"] if row.item == ada)
        assert (row.chosen, row.error) == ("remove", "Say why; it stands in the record.")

    def test_cases_are_not_waved_through(self) -> None:
        campaign = running()

        answer("carla", campaign, {"shown": campaign.items.get().pk, "rest": "keep"})

        assert campaign.items.left().count() == 1

    def test_a_case_that_is_not_in_order_gets_its_finding(self) -> None:
        campaign = running()
        key = campaign.items.get().pk

        answer("carla", campaign, {
            "shown": key, f"do-{key}": "not_in_order", f"note-{key}": "No ticket.",
        })  # fmt: skip

        assert Finding.objects.get().text == "No ticket."
        assert "No ticket." in page("carla", campaign.get_absolute_url()).content.decode()

    @pytest.mark.parametrize("shown", ["nonsense", "", "0" * 32])
    def test_nonsense_changes_nothing(self, shown: str) -> None:
        campaign = running()

        assert answer("carla", campaign, {"shown": shown}).status_code == 302
        assert campaign.items.left().count() == 1

    def test_says_what_a_membership_gives_and_when_it_was_used(self) -> None:
        make_review(emergency(), at=timezone.now() - timedelta(hours=2))
        text = page("carla", running(Kind.RIGHTS).get_absolute_url()).content.decode()

        assert "May request access: Production outage" in text
        assert "Never used" in text
        assert "Last used" in text

    def test_a_finding_shows_what_it_says(self) -> None:
        make_finding(make_review(emergency(), at=timezone.now() - timedelta(hours=2)),
                     at=timezone.now())  # fmt: skip

        text = page("carla", running(Kind.FOLLOW_UP).get_absolute_url()).content.decode()

        assert "A dump." in text


class TestEnd:
    def test_its_owner_signs_it_off(self) -> None:
        campaign = running()
        for item in campaign.items.all():
            answer("carla", campaign, {"shown": item.pk, f"do-{item.pk}": "in_order"})

        assert answer("carla", campaign, verb="sign-off").status_code == 302

        campaign.refresh_from_db()
        assert campaign.state == Campaign.State.SIGNED_OFF

    def test_who_may_not_reads_why(self) -> None:
        campaign = running()

        refused = answer("carla", campaign, verb="sign-off")
        stranger = answer("otis", campaign, verb="sign-off")

        assert (refused.status_code, stranger.status_code) == (409, 403)
        assert "1 item is not decided yet." in refused.content.decode()

    def test_another_officer_takes_it_over(self) -> None:
        campaign = running()

        assert answer("otis", campaign, verb="take-over").status_code == 302
        assert Campaign.objects.get().owner == make_user("otis")

    def test_it_is_cancelled_with_a_reason(self) -> None:
        campaign = running()

        assert answer("otis", campaign, verb="cancel").status_code == 422
        assert (
            answer("otis", campaign, {"reason": "The wrong month."}, verb="cancel").status_code
            == 302
        )
        assert Campaign.objects.get().state == Campaign.State.CANCELLED

    def test_an_open_one_waits_for_its_owner_at_home(self) -> None:
        campaign = running()

        urls = [item.url for item in page("carla", "/").context["waiting"]]

        assert campaign.get_absolute_url() in urls
        assert campaign.get_absolute_url() not in [
            item.url for item in page("otis", "/").context["waiting"]
        ]

    def test_the_list_shows_open_ones_until_they_are_over(self) -> None:
        campaign = running()
        transitions.cancel(campaign, by=make_user("carla"), reason="No.", at=timezone.now())

        assert page("carla", reverse("campaigns")).context["page"].items == []
        assert page("carla", reverse("campaigns"), tab="over").context["page"].items == [campaign]


def test_an_empty_campaign_says_so() -> None:
    emergency()
    begin_at = timezone.now()
    filled = running(Kind.RIGHTS)
    empty = transitions.begin(
        plan(Kind.FOLLOW_UP, first=timezone.localdate(), last=timezone.localdate(),
             due_at=begin_at + timedelta(days=9)),
        owner=filled.owner, by=None, at=begin_at,
    )  # fmt: skip

    text = page("carla", empty.get_absolute_url()).content.decode()

    assert "There was nothing to look at" in text


def test_a_page_asks_no_more_for_many_items_than_it_should(
    django_assert_max_num_queries: Any,
) -> None:
    campaign = running(Kind.RIGHTS, scenarios=[])
    browser = client("carla")
    browser.get(campaign.get_absolute_url())

    with django_assert_max_num_queries(110):
        browser.get(campaign.get_absolute_url())


def test_all_is_decided_by_pages() -> None:
    campaign = running(Kind.RIGHTS)
    decide_all(campaign, "keep")

    assert (
        "Everything is decided"
        in page("carla", campaign.get_absolute_url(), show="left").content.decode()
    )
