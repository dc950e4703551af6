"""The case page: what each sees, what each can do, and every no in a sentence."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from breakglass import transitions
from breakglass.models import Grant, Request
from breakglass.transitions import Offer
from targets.credentials import Credentials
from tests.breakglass.browser import asked, broken, client, entered, make_cast, opened, see, text
from tests.make import REASON, make_user, voice
from tests.record import kinds

pytestmark = pytest.mark.django_db
_PAGES_OF_TWO = {"only": "", "before": None, "most": 2}


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
        assert page("ada", request, before="yesterday").status_code == 400


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
        assert "Bob and Carl are asked to ratify." in said
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
            request.grant, by=make_user("dana"), reason="Odd queries.", at=timezone.now()
        )
        said = text(page("ada", request))
        assert "Odd queries." in said
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

    def test_its_parts_are_drawn_anew_and_hold_no_words_of_the_reader(self) -> None:
        make_cast()
        request = asked()
        said = text(page("bob", request))
        assert f'data-about="{request.ref}"' in said
        for part in ("head", "live", "can-phone", "can-side", "decided", "timeline"):
            assert re.search(f'id="{part}"[^>]* data-live="case"', said), part
        talk = said.partition('id="questions"')[2].partition("</section>")[0]
        asking = talk.partition('id="asking"')[2]
        assert 'name="text"' in asking
        assert "data-live" not in asking

    def test_a_page_that_outlives_its_session_is_loaded_anew(self) -> None:
        make_cast()
        browser = client("ada")
        browser.logout()
        response = browser.get(asked().get_absolute_url(), headers={"HX-Request": "true"})
        assert response["HX-Refresh"] == "true"


class TestRecord:
    """Filters that are counted, pages that lose nothing, and paper."""

    def test_filters_are_counted_and_what_is_not_there_is_left_out(self) -> None:
        make_cast()
        request = broken()
        transitions.ratify(request, voice=voice("bob"), at=timezone.now())
        entered()
        chips = page("ada", request).context["chips"]
        counts = {chip.key: chip.count for chip in chips}
        assert counts == {"": 5, "decision": 3, "door": 2}
        assert "alert" in {c.key for c in page("ada", request, show="alert").context["chips"]}

    def test_older_entries_are_on_further_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("breakglass.views.timeline.happened.__kwdefaults__", _PAGES_OF_TWO)
        make_cast()
        request = broken()
        transitions.ratify(request, voice=voice("bob"), at=timezone.now())
        entered()
        seen: list[int] = []
        before = None
        while True:
            query: dict[str, int] = {"before": before} if before else {}
            response = page("ada", request, **query)
            record = response.context["record"]
            seen += [line.seq for line in record.lines]
            before = record.older
            if not before:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == Entry.objects.of_case(request.ref).count() == 5
        assert "Back to the newest" in text(response)
        assert not response.context["ahead"]

    def test_on_paper_it_is_whole_in_utc_and_has_no_buttons(self) -> None:
        make_cast()
        request = broken()
        make_user("ada")
        User.objects.filter(email="ada@example.com").update(time_zone="Asia/Tokyo")
        transitions.ask(request, by=make_user("bob"), text="Why you?", at=timezone.now())
        entered()
        url = reverse("case-paper", args=[request.case])
        said = text(see("ada", url))
        assert f"{request.submitted_at:%Y-%m-%d %H:%M:%S} UTC" in said
        assert "Why you?" in said
        assert "<button" not in said.partition("<main")[2].partition("</main>")[0]
        assert said.index("asked for access") < said.index("broke the glass on shop-db</")
        assert see("mallory", url).status_code == 404

    def test_paper_says_what_it_leaves_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("breakglass.views.timeline.WHOLE", 1)
        make_cast()
        request = broken()
        entered()
        said = text(see("ada", reverse("case-paper", args=[request.case])))
        assert "Only the newest 1 entry is here" in said


class TestShare:
    def test_the_address_can_be_copied_and_says_that_it_gives_no_rights(self) -> None:
        make_cast()
        request = asked()
        said = text(page("ada", request))
        assert f"http://testserver{request.get_absolute_url()}</code>" in said
        assert "The link gives no rights." in said


class TestWhoCanDoWhat:
    @pytest.mark.parametrize(
        ("name", "part", "there", "missing"),
        [
            ("ada", "as requester", "I am done", "Ratify or refuse"),
            ("bob", "as approver", "Ratify or refuse", "I am done"),
            ("dana", "as responder", "Freeze Ada…", "Ask Ada something"),
            ("rita", "as reader", "Ask Ada something", "Revoke this access"),
            ("otto", "as reader", "you are here to look", "Ask Ada something"),
        ],
    )
    def test_while_it_is_open(self, name: str, part: str, there: str, missing: str) -> None:
        make_cast()
        said = text(page(name, broken()))
        assert part in said
        assert there in said
        assert missing not in said


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
        page = text(see("dana", f"{url}?back=now"))
        assert "reads your reason" in page
        assert 'href="/now/">Not now' in page
        assert "autofocus" in page
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
        assert "at most 30 min more" in text(response)

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
            sslmode="require",
        )  # fmt: skip
        monkeypatch.setattr("targets.credentials.issue", lambda *_, **__: shown)
        response = press("ada", "grant-way-in", request.grant.pk, "shop-db")
        assert "s3cret-of-now" in text(response)
        assert "postgresql://bg_1:s3cret-of-now@10.0.0.7:5432/shop?sslmode=require" in text(
            response
        )
        assert "export PGPASSWORD=s3cret-of-now" in text(response)
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

    def test_whose_address_is_opened_again_leads_to_the_case(self) -> None:
        make_cast()
        request = broken()
        response = see("ada", reverse("grant-way-in", args=[request.grant.pk, "shop-db"]))
        assert response.status_code == 302
        assert response["Location"] == request.get_absolute_url()

    def test_leads_only_to_targets_of_the_grant(self) -> None:
        make_cast()
        assert press("ada", "grant-way-in", broken().grant.pk, "other").status_code == 404
