"""Decide: from the list, and by a link that acts for nobody but its person, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from breakglass import links, transitions
from breakglass.answer_forms import shorter
from breakglass.models import DecisionLink, Grant, Request
from tests.breakglass.browser import asked, broken, client, entered, make_cast, opened, see, text
from tests.make import REASON, make_group, make_scenario, make_user, voice

pytestmark = pytest.mark.django_db


def url(request: Request) -> str:
    """Return the page on which a request is decided."""
    return reverse("decision", args=[request.pk])


def answer(name: str, request: Request, decision: str, **fields: Any) -> Any:
    """Press a button of that page."""
    return client(name).post(url(request), {"decision": decision, **fields})


def now_of(request: Request) -> Request:
    """Return the request as it is now."""
    return Request.objects.get(pk=request.pk)


class TestList:
    def test_shows_what_waits_the_most_urgent_first(self) -> None:
        make_cast()
        slow = asked()
        fast = broken(scenario=make_scenario("drill"), by=make_user("eve"))
        page = text(see("bob", "/decide/"))
        assert "2 decisions wait for you" in page
        assert page.index(url(fast)) < page.index(url(slow))

    def test_shows_what_is_over_after_what_is_open_or_waits_to_open(self) -> None:
        make_cast()
        over = broken(scenario=make_scenario("drill"), by=make_user("eve"))
        inside, waits = broken(scenario=make_scenario("rescue"), by=make_user("eve")), asked()
        transitions.relinquish(over.grant, by=make_user("eve"), at=timezone.now())
        rows = see("bob", "/decide/").context["rows"]
        assert [row for row, *_ in rows] == [inside, waits, over]

    def test_one_follows_by_an_address_that_stays_when_its_link_is_spent(self) -> None:
        make_cast()
        page = reverse("decision", args=[asked().pk])
        assert f'id="head" data-live="case" data-from="{page}"' in text(see("bob", page))

    def test_is_empty_after_the_answer_and_remembers_it(self) -> None:
        make_cast()
        request = asked()
        answer("bob", request, "approve", comment="Go.")
        page = text(see("bob", "/decide/"))
        assert "Nothing waits for you." in page
        assert "“Go.”" in page

    def test_tells_a_stranger_who_decides(self) -> None:
        make_cast()
        assert "You decide in no scenario." in text(see("ada", "/decide/"))

    def test_leaves_out_more_time_for_what_was_ended_early(self) -> None:
        make_cast()
        grant, now = opened(broken()), timezone.now()
        transitions.ratify(grant.request, voice=voice("bob"), at=now)
        ada = make_user("ada")
        transitions.ask_for_more_time(grant, by=ada, minutes=5, justification=REASON, at=now)
        assert "1 decision waits for you" in text(see("bob", "/decide/"))
        transitions.relinquish(grant, by=ada, at=timezone.now())
        assert "Nothing waits for you." in text(see("bob", "/decide/"))

    def test_leaves_out_ones_own(self) -> None:
        make_cast()
        make_group("Platform engineers", make_user("bob"))
        asked(by=make_user("bob"))
        assert "Nothing waits for you." in text(see("bob", "/decide/"))


class TestPage:
    def test_says_who_what_why_and_how_long(self) -> None:
        make_cast()
        page = text(see("bob", url(asked(reference="INC-7"))))
        for words in ("Ada asks for shop-db", REASON, "INC-7", "30 min", "First time", "Approve"):
            assert words in page

    def test_warns_of_an_earlier_case_whose_ratification_was_refused(self) -> None:
        make_cast()
        request = broken()
        transitions.refuse(request, voice=voice("bob", "No reason."), at=timezone.now())
        assert "Refused before" not in text(see("bob", url(request)))
        assert "Refused before" not in text(see("bob", url(asked(by=make_user("eve")))))

        page = text(see("bob", url(asked())))
        assert page.count("Refused before") == 2  # among the marks of the head, and worth knowing
        assert "1 earlier case, in which the glass was broken, was refused ratification." in page

    def test_speaks_of_an_access_that_is_over_in_the_past(self) -> None:
        make_cast()
        request = broken()
        transitions.relinquish(request.grant, by=make_user("ada"), at=timezone.now())
        page = text(see("bob", url(request)))
        assert "Was it right to go in? The access is over." in page
        assert "may it go on" not in page
        assert "ended by its holder; 30 min were asked for" in page
        assert "The access is over." in text(see("bob", "/decide/"))
        assert "The access is over; " in text(see("bob", "/"))

    def test_asks_after_a_broken_glass_whether_it_was_right(self) -> None:
        make_cast()
        request = broken()
        opened(request)
        page = text(see("bob", url(request)))
        assert "Ada broke the glass on shop-db" in page
        assert "Door already open" in page
        assert "Offer less" not in page

    @pytest.mark.parametrize(
        ("name", "status", "sentence"),
        [
            ("ada", 200, "Nobody decides on their own request."),
            ("dana", 200, "Only Database team decides on this."),
            ("rita", 200, "Only Database team decides on this."),
            ("mallory", 404, ""),
        ],
    )
    def test_others_read_why_not(self, name: str, status: int, sentence: str) -> None:
        make_cast()
        response = see(name, url(asked()))
        assert response.status_code == status
        assert sentence in text(response)
        assert 'value="approve"' not in text(response)

    def test_says_that_it_is_decided(self) -> None:
        make_cast()
        request = asked()
        transitions.deny(request, voice=voice("carl", "No."), at=timezone.now())
        page = text(see("bob", url(request)))
        assert "This is decided: denied." in page
        assert "Denied by <bdi>Carl</bdi>" in page
        assert "“No.”" in page

    def test_says_who_took_it_back_or_that_nobody_answered(self) -> None:
        make_cast()
        request = asked()
        transitions.withdraw(request, by=make_user("ada"), at=timezone.now())
        assert "Ada</bdi> took it back, " in text(see("bob", url(request)))
        silent = asked()
        transitions.lapse(silent, at=silent.lapse_at)
        assert "Nobody answered in time; it lapsed " in text(see("bob", url(silent)))


class TestAnswer:
    def test_approves(self) -> None:
        make_cast()
        request = asked()
        assert answer("bob", request, "approve")["Location"] == "/decide/"
        assert Grant.objects.get().is_live(timezone.now())

    def test_denies_with_a_reason_alone(self) -> None:
        make_cast()
        request = asked()
        response = answer("bob", request, "deny")
        assert response.status_code == 422
        assert "Say why you deny it; the requester reads it." in text(response)
        answer("bob", request, "deny", comment="Use the copy.")
        assert now_of(request).state == "denied"

    def test_offers_less(self) -> None:
        make_cast()
        request = asked()
        answer("bob", request, "counter", minutes="15", targets=["shop-db"], read_only="on")
        offer = now_of(request).decisions.get()
        assert (offer.minutes, offer.read_only) == (15, True)

    def test_an_offer_has_to_be_less(self) -> None:
        make_cast()
        response = answer("bob", asked(), "counter", minutes="30", targets=["shop-db"])
        assert response.status_code == 422
        assert "Approve it, or offer less." in text(response)

    def test_ratifies(self) -> None:
        make_cast()
        request = broken()
        answer("bob", request, "ratify")
        assert now_of(request).ratification == "ratified"

    def test_refuses_and_ends_it(self) -> None:
        make_cast()
        request = broken()
        assert "Refuse, close the door" in text(see("bob", url(request)))
        answer("bob", request, "refuse", comment="There was no outage.")
        assert Grant.objects.get().status == "revoked"

    def test_promises_to_close_nothing_where_the_access_is_over(self) -> None:
        make_cast()
        request = broken()
        transitions.relinquish(opened(request), by=make_user("ada"), at=timezone.now())
        assert "Refuse, close the door" not in text(see("bob", url(request)))
        said = client("bob").post(
            url(request), {"decision": "refuse", "reasons": ["none"]}, follow=True
        )
        assert "Refused. A finding is open." in text(said)

    @pytest.mark.parametrize(
        ("decision", "sentence"),
        [("ratify", "was not made by breaking the glass"), ("maybe", "not one of the available")],
    )
    def test_answers_422_to_what_does_not_fit(self, decision: str, sentence: str) -> None:
        make_cast()
        response = answer("bob", asked(), decision)
        assert response.status_code == 422
        assert sentence in text(response)

    def test_refuses_the_requester_on_the_record(self) -> None:
        make_cast()
        response = answer("ada", asked(), "approve")
        assert response.status_code == 422
        entered()
        assert Entry.objects.get(kind="access.refused").actor == make_user("ada").ref

    def test_says_that_somebody_was_faster(self) -> None:
        make_cast()
        request = asked()
        transitions.deny(request, voice=voice("carl", "No."), at=timezone.now())
        response = answer("bob", request, "approve")
        assert response.status_code == 422
        assert "This request is already denied." in text(response)


class TestLink:
    def make(self, name: str = "bob", request: Request | None = None) -> str:
        """Return the address that was sent to `name`."""
        at = timezone.now() - timedelta(seconds=30)
        link = links.issue(request or asked(), person=make_user(name), at=at)
        assert link
        return reverse("decision-link", args=[links.token(link)])

    def test_shows_and_does_not_act(self) -> None:
        make_cast()
        address = self.make()
        assert "Ada asks for shop-db" in text(see("bob", address))
        assert not DecisionLink.objects.get().used_at
        assert Request.objects.get().state == "pending"

    def test_leads_through_sign_in(self) -> None:
        make_cast()
        address = self.make()
        assert Client().get(address)["Location"].startswith(reverse("account_login"))

    def test_answers_for_its_person(self) -> None:
        make_cast()
        client("bob").post(self.make(), {"decision": "approve"})
        assert Grant.objects.exists()
        assert DecisionLink.objects.get().used_at

    @pytest.mark.parametrize("name", ["carl", "ada", "dana", "mallory"])
    def test_does_nothing_for_somebody_else_and_says_so_on_the_record(self, name: str) -> None:
        make_cast()
        address = self.make()
        for response in (
            client(name).get(address),
            client(name).post(address, {"decision": "approve"}),
        ):
            assert response.status_code == 403
            assert "does nothing for anybody else" in text(response)
            assert REASON not in text(response)
        entered()
        assert Entry.objects.filter(kind="access.refused").count() == 2
        assert Request.objects.get().state == "pending"

    def test_works_once(self) -> None:
        make_cast()
        address = self.make()
        client("bob").post(address, {"decision": "deny", "comment": "No."})
        response = see("bob", address)
        assert response.status_code == 410
        number = Request.objects.get().case
        assert f"on Case {number}: Denied." in text(response)
        assert f'href="/cases/{number}/"' in text(response)

    def test_ends(self) -> None:
        make_cast()
        address = self.make()
        past = timezone.now() - timedelta(minutes=1)
        DecisionLink.objects.update(made_at=past - timedelta(hours=1), expires_at=past)
        assert see("bob", address).status_code == 410

    def test_can_be_withdrawn(self) -> None:
        make_cast()
        address = self.make()
        DecisionLink.objects.update(revoked_at=timezone.now())
        assert "This link was withdrawn." in text(see("bob", address))

    def test_says_who_was_faster(self) -> None:
        make_cast()
        request = asked()
        address = self.make(request=request)
        transitions.deny(request, voice=voice("carl", "Not tonight."), at=timezone.now())
        assert "Denied by <bdi>Carl</bdi>" in text(see("bob", address))
        assert "“Not tonight.”" in text(see("bob", address))

    @pytest.mark.parametrize("token", ["nonsense", "0" * 32, "a:b"])
    def test_is_nothing_when_we_did_not_make_it(self, token: str) -> None:
        make_cast()
        assert see("bob", reverse("decision-link", args=[token])).status_code == 404


class TestOneTap:
    """What makes an answer quick: reasons and offers at a tap, and the next one at once."""

    def test_the_next_one_that_waits_follows(self) -> None:
        make_cast()
        first, second = asked(), broken(scenario=make_scenario("drill"), by=make_user("eve"))
        browser = client("bob")
        response = browser.post(url(first), {"decision": "approve"}, follow=True)
        assert response.redirect_chain == [(f"{url(second)}?follows", 302)]
        said = f"Approved. Case {first.case}. Next: Case {second.case}, Eve."
        assert '<li class="notice live">' in text(response)
        assert said in text(response)
        assert f"Read it, then answer Case {second.case}</summary>" in text(response)
        assert 'class="ahead"' not in text(browser.get(url(second)))
        response = browser.post(f"{url(second)}?follows", {"decision": "ratify"}, follow=True)
        assert "Nothing waits for you." in text(response)

    def test_a_reason_at_a_tap_is_a_reason(self) -> None:
        make_cast()
        request = asked()
        answer("bob", request, "deny", reasons=["wait", "somebody"], comment="Call me.")
        said = now_of(request).decisions.get().comment
        assert said == "It can wait for working hours. Somebody else is on it already. Call me."

    def test_a_refusal_has_reasons_of_its_own(self) -> None:
        make_cast()
        request = broken()
        assert "It can wait for working hours." not in text(see("bob", url(request)))
        answer("bob", request, "refuse", reasons=["none"])
        assert now_of(request).decisions.get().comment == "There was no emergency."

    @pytest.mark.parametrize(
        ("terms", "said"),
        [
            ({"minutes": "15"}, "Offered: 15 min. "),
            ({"read_only": "on"}, "Offered: 30 min, read-only. "),
            ({"minutes": "10", "read_only": "on"}, "Offered: 10 min, read-only. "),
        ],
    )
    def test_an_offer_is_said_with_its_terms(self, terms: dict[str, str], said: str) -> None:
        make_cast()
        request = asked()
        page = text(client("bob").post(url(request), {"decision": "counter", **terms}, follow=True))
        assert said in page
        offer = now_of(request).decisions.get()
        assert (offer.minutes, offer.read_only) == (
            int(terms.get("minutes", 30)),
            "read_only" in terms,
        )

    def test_less_has_to_be_chosen_before_it_is_sent(self) -> None:
        """A second tap where the first one opened the terms sends what they begin with."""
        make_cast()
        request = asked()
        response = answer("bob", request, "counter", minutes="30")
        assert response.status_code == 422
        assert "Approve it, or offer less." in text(response)
        assert now_of(request).state == Request.State.PENDING

    @pytest.mark.parametrize(
        ("minutes", "less"), [(45, [5, 10, 15, 30]), (15, [5, 10]), (5, [2]), (1, [])]
    )
    def test_less_comes_in_round_lengths(self, minutes: int, less: list[int]) -> None:
        assert shorter(minutes) == less

    def test_offers_no_looking_where_it_was_asked_for_or_is_not_possible(self) -> None:
        make_cast()
        assert 'name="read_only"' in text(see("bob", url(asked())))
        Request.objects.update(read_only=True)
        assert 'name="read_only"' not in text(see("bob", url(Request.objects.get())))

    def test_words_are_kept_when_the_answer_is_refused(self) -> None:
        make_cast()
        response = answer("bob", asked(), "counter", minutes="30", comment="Shorter, please.")
        assert response.status_code == 422
        assert "Shorter, please." in text(response)
