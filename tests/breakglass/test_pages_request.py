"""New request: it works without a script, loses nothing, and says no in a sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from breakglass import forms
from breakglass.models import Request, Scenario
from breakglass.wording import reference_shape
from tests.breakglass.asking import FULL, NEW, send
from tests.breakglass.browser import (
    client,
    make_cast,
    see,
    text,
)
from tests.make import (
    REASON,
    make_request,
    make_scenario,
    make_target,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db


class TestForm:
    def test_offers_the_scenarios_that_are_open_to_the_person(self) -> None:
        make_cast()
        assert 'value="production-outage"' in text(see("ada", NEW))
        assert "No scenario is open to you." in text(see("mallory", NEW))

    def test_goes_straight_to_the_only_scenario(self) -> None:
        make_cast()
        page = text(see("ada", NEW))
        assert "Who can answer now" in page
        assert "Bob, Carl" in page
        assert "Asked at once, by mail." in page

    def test_asks_first_which_one_when_there_are_several(self) -> None:
        make_cast()
        make_scenario("suspected-breach")
        assert "The rest of the form follows your choice." in text(see("ada", NEW))

    def test_says_what_breaking_the_glass_will_do(self) -> None:
        make_cast()
        page = text(see("ada", NEW, urgency="break_glass"))
        lines = page.partition('id="confirm"')[2].partition("</ol>")[0]
        assert lines.count("<li>") == 3
        assert "The door to <strong>shop-db</strong> opens for you, until" in lines
        assert "5 people</strong> are told at once by mail: Database team, Compliance" in lines
        assert "Unless somebody ratifies it by" in lines

    def test_says_so_where_approval_comes_first(self) -> None:
        make_scenario(break_glass=False)
        page = text(see("ada", NEW, urgency="break_glass"))
        assert "needs approval first" in page
        assert 'name="urgency" value="break_glass"' not in page

    def test_offers_no_length_above_the_cap(self) -> None:
        make_scenario(max_minutes=45)
        page = text(see("ada", NEW))
        assert 'name="minutes" value="45"' in page
        assert 'name="minutes" value="60"' not in page


class TestSend:
    def test_asks_and_leads_to_the_case(self) -> None:
        make_cast()
        response = send()
        request = Request.objects.get()
        assert response["Location"] == f"/cases/{request.case}/"
        assert request.state == "pending"
        assert request.justification == REASON

    @pytest.mark.parametrize("sure", [{"held": "yes"}, {"word": " Break "}])
    def test_breaks_the_glass_once_it_is_confirmed(self, sure: dict[str, str]) -> None:
        make_cast()
        send(urgency="break_glass", **sure)
        assert Request.objects.get().grant.is_live(timezone.now())

    def test_takes_the_word_of_the_reader_s_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_cast()
        monkeypatch.setattr(forms, "gettext", lambda text: "Brechen" if text == "break" else text)
        assert send(urgency="break_glass", word="brechen").status_code == 302

    @pytest.mark.parametrize("slip", [{}, {"word": "yes"}, {"held": ""}])
    def test_does_not_break_the_glass_unconfirmed(self, slip: dict[str, str]) -> None:
        make_cast()
        response = send(urgency="break_glass", wish="break_glass", **slip)
        assert response.status_code == 422
        assert "hold the button for a second, or type “break”" in text(response)
        assert f"{REASON}</textarea>" in text(response)
        assert not Request.objects.exists()

    def test_takes_the_plan_as_words(self) -> None:
        make_scenario(expected_verbs=["select", "end_session"])
        send(plan=["select", "end_session"], intent="Look first.")
        assert Request.objects.get().intent == "Select, End session. Look first."

    def test_refuses_to_change_something_by_looking(self) -> None:
        make_scenario(expected_verbs=["select", "update"])
        answer = send(plan=["select", "update"], read_only="on")
        assert answer.status_code == 422
        assert "A read-only door does not let you: Update. Take back" in text(answer)
        assert send(plan=["select"], read_only="on").status_code == 302

    def test_can_start_later(self) -> None:
        make_cast()
        later = (timezone.now() + timedelta(hours=2)).replace(second=0, microsecond=0)
        send(starts_at=later.strftime("%Y-%m-%dT%H:%M"))
        assert Request.objects.get().starts_at == later

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"justification": "Help."}, "Say why in at least 20 characters; you wrote 5."),
            ({"justification": None}, "Say what is wrong and what you will do about it."),
            ({"minutes": "500"}, "Choose 1 min to 1 h"),
            ({"minutes": "soon"}, "Choose one of the lengths shown."),
            ({"minutes": None}, "Choose for how long."),
            ({"targets": []}, "Choose at least one target."),
            ({"targets": ["nowhere"]}, "nowhere is not one of the available choices."),
            ({"starts_at": "2020-01-01T00:00"}, "Choose a start in the next 30 days"),
            ({"scenario": None}, "Choose the emergency first."),
            ({"scenario": "unknown"}, "Choose the emergency first."),
            ({"scenario": "a\x00b"}, "Choose the emergency first."),
            ({"targets": ["a\x00b"]}, "Null characters are not allowed."),
            ({"minutes": "9" * 5000}, "Choose one of the lengths shown."),
            ({"minutes": "²"}, "Choose one of the lengths shown."),
        ],
    )
    def test_answers_422_with_a_sentence(self, changes: dict[str, Any], sentence: str) -> None:
        make_cast()
        response = send(**changes)
        assert response.status_code == 422
        assert sentence in text(response)
        assert not Request.objects.exists()

    def test_wants_the_reference_in_its_form(self) -> None:
        make_scenario(reference_required=True, reference_pattern=r"INC-\d{4,7}")
        assert "INC- and 4 to 7 digits. For example INC-20481" in text(send())
        sentence = "Write the reference as INC- and 4 to 7 digits, for example INC-20481."
        assert sentence in text(send(reference="INC-77"))
        assert send(reference="INC-1000").status_code == 302

    def test_says_all_that_is_wrong_at_once(self) -> None:
        make_scenario(reference_required=True, intent_required=True)
        page = text(send(targets=[], minutes="500", justification="Help.", intent=""))
        top = page.partition("data-wrong")[2].partition("</div>")[0]
        assert "5 things are missing or wrong:" in top
        for field, sentence in [
            ("id_targets", "Choose at least one target."),
            ("id_minutes", "Choose 1 min to 1 h"),
            ("id_reference", "Give the incident or ticket"),
            ("id_justification", "Say why in at least 20 characters; you wrote 5."),
            ("id_intent", "Say what you intend to do there."),
        ]:
            assert f'<a href="#{field}">{sentence}' in top
            assert f'id="{field}_error"' in page
        assert "Help.</textarea>" in page

    def test_says_all_rules_at_once_where_the_form_reads_well(self) -> None:
        make_scenario(reference_required=True, intent_required=True)
        page = text(send(minutes="500", justification="Help.", reference="INC-20481"))
        assert "3 things are missing or wrong:" in page
        assert 'value="INC-20481"' in page
        assert kinds()[-1] == "access.refused"

    def test_says_all_at_once_beside_a_slip_of_the_red_button(self) -> None:
        make_cast()
        page = text(send(urgency="break_glass", wish="break_glass", justification="Help."))
        assert "2 things are missing or wrong:" in page
        assert "you wrote 5." in page
        assert "Not sent yet: hold the button" in page

    def test_loses_nothing_that_was_typed(self) -> None:
        make_cast()
        page = text(send(minutes="500", justification="Too short", intent="Look at the locks"))
        assert "Too short</textarea>" in page
        assert 'value="Look at the locks"' in page

    def test_sent_for_a_scenario_that_is_closed_to_them_is_refused_and_recorded(self) -> None:
        make_cast()
        response = send("mallory", urgency="break_glass", held="yes")
        assert response.status_code == 422
        assert "you are in none of these groups" in text(response)
        assert f"{REASON}</textarea>" in text(response)
        assert kinds()[-1] == "access.refused"

    def test_loses_no_word_when_the_scenario_goes_while_they_type(self) -> None:
        scenario = make_cast()
        Scenario.objects.filter(pk=scenario.pk).update(archived_at=timezone.now())
        page = text(send())
        assert "is not in use. Choose another scenario." in page
        assert f"{REASON}</textarea>" in page

    def test_refuses_a_second_ask_in_words(self) -> None:
        make_cast()
        make_request(at=timezone.now())
        response = send()
        assert response.status_code == 422
        assert "You have asked for this already." in text(response)

    def test_refuses_a_target_of_another_scenario(self) -> None:
        make_cast()
        make_target("billing-db")
        assert send(targets=["billing-db"]).status_code == 422

    def test_shows_markup_as_text(self) -> None:
        make_cast()
        page = text(send(justification="<script>alert(1)</script>", minutes="500"))
        assert "<script>alert(1)</script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [(r"SEC-[0-9]{3}", "SEC- and 3 digits"), (r"T\d+", "T and a number"), ("(INC|CHG)-.*", None)],
)
def test_the_form_of_a_reference_is_said_where_it_is_simple(
    pattern: str, shape: str | None
) -> None:
    assert reference_shape(pattern) == shape


class TestParts:
    def test_the_coach_comments_and_sends_nothing(self) -> None:
        make_cast()
        response = client("ada").post("/request/coach/", FULL | {"justification": "help"})
        assert "These words would fit any day." in text(response)
        assert "only less than 20 characters would stop you" in text(response)
        assert not Request.objects.exists()

    def test_the_coach_reads_the_plan_and_the_ticket_with_the_reason(self) -> None:
        make_scenario(expected_verbs=["select", "update"], reference_required=True)
        words = FULL | {
            "justification": "Just looking at the locks of shop-db.",
            "plan": ["update"],
        }
        told = text(client("ada").post("/request/coach/", words | {"intent": "Read orders"}))
        assert "You say that you only look, and also: changing or running." in told
        assert "<strong>reading</strong> locks, shop-db, orders" in told
        assert 'Ticket<span class="sr"> is missing' in told

    def test_the_coach_answers_without_a_script(self) -> None:
        make_cast()
        page = text(client("ada").post("/request/", FULL | {"redraw": "coach"}))
        assert "With these words a reviewer will expect:" in page
        assert not Request.objects.exists()

    def test_another_scenario_keeps_what_was_typed(self) -> None:
        make_cast()
        make_scenario("drill", max_minutes=15, default_minutes=10)
        chosen = FULL | {"scenario": "drill", "minutes": "60", "wish": "break_glass"}
        page = text(client("ada").post("/request/terms/", chosen))
        assert REASON in page
        assert 'name="minutes" value="10" id="id_minutes_0" checked' in page
        assert 'id="preflight"' in page

    def test_what_would_happen_follows_the_choices(self) -> None:
        make_scenario(targets=[make_target("shop-db"), make_target("billing-db")])
        chosen = FULL | {"wish": "break_glass"}
        both = chosen | {"targets": ["shop-db", "billing-db"]}
        none = chosen | {"targets": []}
        url = "/request/consequences/"
        assert "billing-db and shop-db" in text(client("ada").post(url, both))
        assert "the targets you choose" in text(client("ada").post(url, none))

    @pytest.mark.parametrize(("part", "data"), [("nonsense", FULL), ("coach", {})])
    def test_nothing_is_drawn_for_nonsense(self, part: str, data: dict[str, Any]) -> None:
        make_cast()
        assert client("ada").post(f"/request/{part}/", data).status_code == 204

    def test_a_form_whose_session_ended_stays_as_it_is(self) -> None:
        make_cast()
        browser = client("ada")
        browser.logout()
        response = browser.post("/request/coach/", FULL, headers={"HX-Request": "true"})
        assert response.status_code == 204
        assert "HX-Refresh" not in response
