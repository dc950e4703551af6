"""The case page: what each sees, what each can do, and every no in a sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from breakglass import transitions
from breakglass.models import Grant, Request
from breakglass.transitions import Offer
from targets.credentials import Credentials
from tests.breakglass.browser import asked, broken, client, entered, make_cast, opened, see, text
from tests.make import REASON, make_user, voice
from tests.record import kinds

pytestmark = pytest.mark.django_db


def page(name: str, request: Request, **query: Any) -> Any:
    """Return the page of a case."""
    return see(name, request.get_absolute_url(), **query)


def press(name: str, url_name: str, pk: Any, *args: str, **data: str) -> Any:
    """Press a button of the page."""
    return client(name).post(reverse(url_name, args=[pk, *args]), data)


def offered() -> Request:
    """Return a request of Ada's for which Bob offers half the time."""
    request = asked()
    offer = Offer(minutes=15, targets=list(request.targets.all()))
    transitions.counter(request, voice=voice("bob", "Half of it."), offer=offer, at=timezone.now())
    return Request.objects.get(pk=request.pk)


class TestWhoSees:
    @pytest.mark.parametrize("name", ["ada", "bob", "rita", "dana", "carla", "otto"])
    def test_those_who_may(self, name: str) -> None:
        make_cast()
        assert page(name, broken()).status_code == 200

    @pytest.mark.parametrize("name", ["eve", "mallory"])
    def test_others_find_nothing(self, name: str) -> None:
        make_cast()
        request = broken()
        urls = [
            request.get_absolute_url(),
            reverse("decision", args=[request.pk]),
            reverse("grant-revoke", args=[request.grant.pk]),
        ]
        assert [see(name, url).status_code for url in urls] == [404] * 3
        assert kinds().count("access.refused") == 3

    def test_a_case_that_does_not_exist_is_told_apart_from_nobody_elses(self) -> None:
        make_cast()
        assert see("ada", "/cases/999999/").status_code == 404

    def test_an_unknown_view_gets_400(self) -> None:
        make_cast()
        request = broken()
        assert page("ada", request, show="secrets").status_code == 400
        assert page("ada", request, colour="red").status_code == 400


class TestWhatItShows:
    def test_a_pending_one_says_who_is_asked(self) -> None:
        make_cast()
        said = text(page("ada", asked()))
        assert "Bob and Carl are asked" in said
        assert REASON in said
        assert "Withdraw the request" in said

    def test_a_live_one_counts_down_and_says_who_ratifies(self) -> None:
        make_cast()
        request = broken()
        opened(request)
        said = text(page("ada", request))
        assert "<count-down" in said
        assert "Bob and Carl are asked to ratify by" in said
        assert "Show my way in" in said

    def test_the_way_in_is_the_holders_alone(self) -> None:
        make_cast()
        request = broken()
        assert "Your way in" not in text(page("dana", request))
        assert "Revoke this access" in text(page("dana", request))

    def test_the_record_stands_newest_on_top_and_what_comes_above_it(self) -> None:
        make_cast()
        request = broken()
        entered()
        said = text(page("ada", request))
        above, _, below = said.partition("broke the glass on shop-db")
        assert "Last moment for ratification" in above
        assert "asked for access" in below

    def test_one_can_look_at_decisions_alone(self) -> None:
        make_cast()
        request = broken()
        transitions.ratify(request, voice=voice("bob"), at=timezone.now())
        entered()
        said = text(page("ada", request, show="decision"))
        assert "ratified for Database team" in said
        assert "broke the glass on shop-db" not in said

    def test_an_ended_one_says_how(self) -> None:
        make_cast()
        request = broken()
        transitions.revoke(
            request.grant, by=make_user("dana"), reason="Not you.", at=timezone.now()
        )
        said = text(page("ada", request))
        assert "Not you." in said
        assert "by Dana" in said

    def test_one_whose_time_is_over_says_so_before_any_sweep(self) -> None:
        make_cast()
        request = broken()
        past = timezone.now() - timedelta(minutes=5)
        Grant.objects.update(starts_at=past - timedelta(hours=1), ends_at=past)
        said = text(page("ada", request))
        assert "The time is over since" in said
        assert "<count-down" not in said
        assert "I am done" not in said

    def test_it_refreshes_itself_only_while_something_moves(self) -> None:
        make_cast()
        request = asked()
        assert 'hx-trigger="every 5s' in text(page("ada", request))
        transitions.withdraw(request, by=make_user("ada"), at=timezone.now())
        assert 'hx-trigger="every 5s' not in text(page("ada", request))

    def test_a_page_that_outlives_its_session_is_loaded_anew(self) -> None:
        make_cast()
        browser = client("ada")
        browser.logout()
        response = browser.get(asked().get_absolute_url(), headers={"HX-Request": "true"})
        assert response["HX-Refresh"] == "true"


class TestWithdraw:
    def test_takes_it_back(self) -> None:
        make_cast()
        request = asked()
        assert press("ada", "request-withdraw", request.pk).status_code == 302
        assert Request.objects.get(pk=request.pk).state == "withdrawn"

    def test_not_for_others(self) -> None:
        make_cast()
        response = press("dana", "request-withdraw", asked().pk)
        assert response.status_code == 403
        assert "Only the person who asked may do this." in text(response)

    def test_not_twice(self) -> None:
        make_cast()
        request = asked()
        press("ada", "request-withdraw", request.pk)
        assert press("ada", "request-withdraw", request.pk).status_code == 409

    def test_not_by_following_a_link(self) -> None:
        make_cast()
        url = reverse("request-withdraw", args=[asked().pk])
        assert client("ada").get(url).status_code == 405


class TestOffer:
    def test_is_taken_with_one_click(self) -> None:
        make_cast()
        request = offered()
        assert "Bob offers less" in text(page("ada", request))
        press("ada", "request-offer", request.pk, answer="accept")
        assert Grant.objects.get().request == request
        assert Request.objects.get(pk=request.pk).minutes == 15

    def test_can_be_left(self) -> None:
        make_cast()
        request = offered()
        press("ada", "request-offer", request.pk, answer="decline")
        assert Request.objects.get(pk=request.pk).state == "pending"

    def test_is_not_for_others(self) -> None:
        make_cast()
        request = offered()
        assert "Take it" not in text(page("dana", request))
        assert press("dana", "request-offer", request.pk, answer="accept").status_code == 403

    def test_wants_an_answer(self) -> None:
        make_cast()
        assert press("ada", "request-offer", offered().pk, answer="perhaps").status_code == 422


class TestEnd:
    def test_the_holder_ends_it(self) -> None:
        make_cast()
        grant = broken().grant
        assert press("ada", "grant-end", grant.pk).status_code == 302
        assert Grant.objects.get().status == "relinquished"
        assert press("ada", "grant-end", grant.pk).status_code == 409

    def test_others_do_not(self) -> None:
        make_cast()
        assert press("dana", "grant-end", broken().grant.pk).status_code == 403

    def test_a_responder_revokes_it_with_a_reason(self) -> None:
        make_cast()
        grant = broken().grant
        url = reverse("grant-revoke", args=[grant.pk])
        assert "reads your reason" in text(see("dana", url))
        assert client("dana").post(url, {"reason": ""}).status_code == 422
        assert client("dana").post(url, {"reason": "Wrong system."}).status_code == 302
        assert Grant.objects.get().status == "revoked"

    def test_an_auditor_reads_why_not(self) -> None:
        make_cast()
        url = reverse("grant-revoke", args=[broken().grant.pk])
        assert "Only the holder, a responder or an approver" in text(see("otto", url))
        assert client("otto").post(url, {"reason": "Because."}).status_code == 422


class TestMoreTime:
    def test_asks_for_it(self) -> None:
        make_cast()
        grant = broken().grant
        url = reverse("grant-more-time", args=[grant.pk])
        assert 'value="30"' in text(see("ada", url))
        data = {"minutes": "15", "justification": f"Still at it. {REASON}"}
        assert client("ada").post(url, data).status_code == 302
        assert grant.extensions.get().minutes == 15
        assert "Withdraw the ask for more time" in text(page("ada", grant.request))

    def test_not_beyond_the_cap(self) -> None:
        make_cast()
        url = reverse("grant-more-time", args=[broken().grant.pk])
        response = client("ada").post(url, {"minutes": "300", "justification": REASON})
        assert response.status_code == 422
        assert "At most 30 more minutes" in text(response)

    def test_not_for_others(self) -> None:
        make_cast()
        url = reverse("grant-more-time", args=[broken().grant.pk])
        assert "Only the holder may ask for more time." in text(see("dana", url))


class TestWayIn:
    def test_stands_in_the_answer_and_nowhere_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_cast()
        request = broken()
        shown = Credentials(
            kind="postgresql", host="10.0.0.7", port=5432, user="bg_1", password="s3cret-of-now",
            database="shop", expires_at=request.grant.ends_at, command="psql bg_1",
        )  # fmt: skip
        monkeypatch.setattr("targets.credentials.issue", lambda *_, **__: shown)
        response = press("ada", "grant-way-in", request.grant.pk, "shop-db")
        assert "s3cret-of-now" in text(response)
        assert "no-store" in response["Cache-Control"]
        assert "s3cret-of-now" not in text(page("ada", request))

    def test_is_refused_to_others_and_on_the_record(self) -> None:
        make_cast()
        request = broken()
        response = press("dana", "grant-way-in", request.grant.pk, "shop-db")
        assert response.status_code == 403
        assert "Only the holder gets a way in." in text(response)
        entered()
        refusal = Entry.objects.get(kind="access.refused")
        assert (refusal.actor, refusal.case) == (make_user("dana").ref, request.ref)

    def test_says_so_when_the_target_cannot_be_reached(self) -> None:
        make_cast()
        response = press("ada", "grant-way-in", broken().grant.pk, "shop-db")
        assert response.status_code == 409
        assert 'role="alert"' in text(response)

    def test_ends_with_the_access(self) -> None:
        make_cast()
        request = broken()
        Grant.objects.update(
            starts_at=timezone.now() - timedelta(hours=2),
            ends_at=timezone.now() - timedelta(hours=1),
        )
        response = press("ada", "grant-way-in", request.grant.pk, "shop-db")
        assert "This access is over." in text(response)

    def test_leads_only_to_targets_of_the_grant(self) -> None:
        make_cast()
        assert press("ada", "grant-way-in", broken().grant.pk, "other").status_code == 404
