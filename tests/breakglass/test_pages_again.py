"""Asking as before, and asking for somebody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from breakglass import transitions
from breakglass.models import Request, Scenario
from tests.breakglass.asking import FULL, NEW, send
from tests.breakglass.browser import (
    asked,
    client,
    make_cast,
    see,
    text,
)
from tests.make import (
    REASON,
    make_ask,
    make_broken_glass,
    make_request,
    make_scenario,
    make_target,
    make_user,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db


class TestAgain:
    def test_takes_everything_over_but_the_reason(self) -> None:
        scenario = make_scenario(expected_verbs=["select", "update"])
        make_target("billing-db")
        make_scenario("drill")
        case = make_request(
            scenario, minutes=15, intent="Select, Update. Look first.", reference="INC-1"
        ).case
        page = text(see("ada", NEW, again=case))
        assert 'value="production-outage" checked' in page
        assert 'value="15" id="id_minutes_0" checked' in page
        assert 'value="update" id="id_plan_1" checked' in page
        assert 'value="Look first."' in page
        assert 'value="INC-1"' not in page
        assert f"<q>{REASON[:40]}" in page
        assert f"{REASON}</textarea>" not in page

    def test_takes_over_for_whom_it_was_and_that_looking_was_enough(self) -> None:
        scenario = make_cast()
        ask = make_ask(scenario, read_only=True, intent="Look at the locks.")
        eve, now = make_user("eve"), timezone.now()
        case = transitions.submit(scenario, by=eve, person=make_user("ada"), ask=ask, at=now).case
        page = text(see("eve", NEW, again=case))
        assert 'name="person" value="ada@example.com"' in page
        assert 'name="read_only" id="id_read_only" checked' in page
        assert 'value="Look at the locks."' in page

    def test_a_case_that_is_over_leads_there(self) -> None:
        make_cast()
        case = asked()
        again = f'href="/request/?again={case.case}"'
        assert again not in text(see("ada", case.get_absolute_url()))
        Request.objects.update(state="withdrawn", decided_at=timezone.now())
        assert again in text(see("ada", case.get_absolute_url()))
        assert again not in text(see("bob", case.get_absolute_url()))

    def test_says_so_where_the_emergency_is_closed_now(self) -> None:
        scenario = make_cast()
        case = make_request(scenario).case
        Scenario.objects.update(archived_at=timezone.now())
        assert "which is not open to you now" in text(see("ada", NEW, again=case))

    @pytest.mark.parametrize("again", ["{case}", "0", "x", "9" * 30])
    def test_only_of_one_s_own_case(self, again: str) -> None:
        make_cast()
        case = make_request().case
        assert see("eve", NEW, again=again.format(case=case)).status_code == 404


class TestTheOldReason:
    """Asking again takes everything over but the reason; typing that again is noticed."""

    def coach(self, reason: str, by: str = "ada", **more: str) -> str:
        data = FULL | {"justification": reason, **more}
        return text(client(by).post("/request/coach/", data))

    def test_is_noticed_as_a_copy_however_it_is_written(self) -> None:
        make_cast()
        case = make_request().case
        said = self.coach(f"  {REASON.upper().replace(';', ' -')}!")
        assert f"These are the words of Case {case}." in said
        assert "Today" in said

    def test_is_no_copy_with_words_of_today(self) -> None:
        make_cast()
        case = make_request().case
        said = self.coach(f"{REASON} Again since 09:10.")
        assert f"These are nearly the words of Case {case}." in said
        said = self.coach("Payments of customer 881 are wrong: I will look up his orders.")
        assert "Today" not in said

    def test_of_somebody_else_is_noticed_unless_it_is_about_the_same_incident(self) -> None:
        make_cast()
        case = make_request(reference="INC-20481").case
        noticed = f"Much the same was said in Case {case}."
        assert noticed in self.coach(REASON, by="eve")
        assert noticed in self.coach(REASON, by="eve", reference="INC-7")
        assert noticed not in self.coach(REASON, by="eve", reference="INC-20481")

    def test_of_an_exercise_is_that_of_everybody(self) -> None:
        make_cast()
        make_request(make_scenario("drill", drill=True))
        assert "Much the same" not in self.coach(REASON, by="eve", scenario="drill")

    def test_of_somebody_else_is_shown_to_whoever_decides(self) -> None:
        make_cast()
        first, second = make_request(), make_request(by=make_user("eve"))
        page = text(see("bob", reverse("decision", args=[second.pk])))
        assert f"The reason is much like that of somebody else in Case {first.case}." in page

    def test_is_shown_to_whoever_decides(self) -> None:
        make_cast()
        first = make_request()
        transitions.withdraw(first, by=make_user("ada"), at=timezone.now())
        second = make_request()
        page = text(see("bob", reverse("decision", args=[second.pk])))
        assert f"The reason is word for word that of Case {first.case}." in page

    def test_never_stops_an_emergency(self) -> None:
        make_cast()
        first = make_broken_glass()
        transitions.relinquish(first.grant, by=make_user("ada"), at=timezone.now())
        again = make_broken_glass()
        assert again.grant.is_live(again.submitted_at)
        assert again.coach_score == first.coach_score - 20


class TestForSomebodyElse:
    def test_is_filed_in_their_name(self) -> None:
        make_cast()
        response = send("eve", person="ADA@example.com")
        request = Request.objects.get()
        assert response["Location"] == request.get_absolute_url()
        assert (request.requester.name, request.filed_by.name) == ("Ada", "Eve")
        assert kinds()[-2:] == ["request.submitted", "request.filed"]

    def test_a_responder_may_ask_for_others_only(self) -> None:
        make_cast()
        page = text(see("dana", NEW))
        assert "You may ask in somebody else's name." in page
        assert "Who needs the access?" in page
        assert '<option value="ada@example.com">Ada</option>' in page
        assert send("dana", person="ada@example.com").status_code == 302
        refused = send("dana")
        assert refused.status_code == 422
        assert "you are in none of these groups" in text(refused)

    @pytest.mark.parametrize("person", ["mallory@example.com", "nobody", "Ada Ada"])
    def test_only_somebody_who_may_use_the_scenario(self, person: str) -> None:
        make_cast()
        response = send("eve", person=person)
        assert response.status_code == 422
        assert "Write the mail address of somebody who may use Production outage." in text(response)
        assert not Request.objects.exists()

    def test_nobody_breaks_the_glass_for_another(self) -> None:
        make_cast()
        response = send("eve", person="ada@example.com", urgency="break_glass", held="yes")
        assert response.status_code == 422
        assert "Nobody breaks the glass in somebody else" in text(response)
        assert kinds()[-1] == "access.refused"

    def test_the_form_speaks_of_them(self) -> None:
        make_cast()
        chosen = FULL | {"person": "ada@example.com", "wish": "break_glass"}
        page = text(client("eve").post("/request/terms/", chosen))
        assert "Why does Ada need access?" in page
        assert "<strong>Ada</strong> is told that you asked." in page
        assert "Ask for Ada" in page
