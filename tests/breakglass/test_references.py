"""A ticket that does not exist yet holds up no emergency; it is named afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from breakglass import risks, transitions
from breakglass.models import Request, Scenario
from core.errors import BadInput, NotAllowed, WrongState
from tests.breakglass.api import call
from tests.breakglass.asking import NEW, send
from tests.breakglass.browser import client, make_cast, see, text
from tests.make import (
    NOON,
    REASON,
    make_broken_glass,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import facts, kinds

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
MISSING = "none named yet"


@pytest.fixture
def scenario() -> Scenario:
    make_cast()
    return make_scenario("core-router", reference_required=True, reference_pattern=r"INC-\d{4,7}")


class TestVerb:
    def test_glass_is_broken_without_a_ticket_and_nothing_else_is_asked(
        self, scenario: Scenario
    ) -> None:
        request = make_broken_glass(scenario)
        assert (request.state, request.reference) == (Request.State.ACTIVATED, "")
        with pytest.raises(BadInput, match="Give the incident or ticket"):
            make_request(scenario, by=make_user("eve"))
        with pytest.raises(BadInput, match="4 to 7 digits"):
            make_broken_glass(scenario, by=make_user("eve"), reference="chat")

    def test_more_time_is_asked_for_without_it(self, scenario: Scenario) -> None:
        grant = make_broken_glass(scenario).grant
        more = transitions.ask_for_more_time(
            grant, by=make_user("ada"), minutes=10, justification=REASON, at=LATER
        )
        assert more.reference == ""

        transitions.name_reference(more, by=make_user("ada"), reference="INC-1000", at=LATER)
        more = Request.objects.get(pk=more.pk)
        assert "No ticket" not in [each.name for each in risks.signals(more, at=LATER)]

    def test_it_is_named_once_by_who_asked_and_stands_in_the_record(
        self, scenario: Scenario
    ) -> None:
        request = make_broken_glass(scenario)
        with pytest.raises(NotAllowed, match="Only the person who asked"):
            transitions.name_reference(request, by=make_user("bob"), reference="INC-1000", at=LATER)
        for wrong, why in [("", "Write the"), ("I" * 101, "at most 100"), ("INC-1", "digits")]:
            with pytest.raises(BadInput, match=why):
                transitions.name_reference(request, by=make_user("ada"), reference=wrong, at=LATER)
        transitions.name_reference(request, by=make_user("ada"), reference=" INC-1000 ", at=LATER)
        request.refresh_from_db()
        assert request.reference == "INC-1000"
        assert facts("request.referenced") == [{"reference": "INC-1000"}]
        with pytest.raises(WrongState, match="is INC-1000"):
            transitions.name_reference(request, by=make_user("ada"), reference="INC-2000", at=LATER)

    def test_after_the_end_as_well(self, scenario: Scenario) -> None:
        request = make_broken_glass(scenario)
        transitions.ratify(request, voice=voice("bob"), at=LATER)
        transitions.expire(request.grant, at=request.grant.ends_at)
        later = request.grant.ends_at + timedelta(days=2)
        transitions.name_reference(request, by=make_user("ada"), reference="INC-1000", at=later)
        assert kinds()[-1] == "request.referenced"

    def test_whoever_decides_sees_that_there_is_none(self, scenario: Scenario) -> None:
        request = make_broken_glass(scenario)
        assert "No ticket" in [each.name for each in risks.signals(request, at=LATER)]
        named = transitions.name_reference(
            request, by=make_user("ada"), reference="INC-1000", at=LATER
        )
        assert "No ticket" not in [each.name for each in risks.signals(named, at=LATER)]


class TestPages:
    def test_the_form_insists_only_where_approval_comes_first(self, scenario: Scenario) -> None:
        asked: dict[str, Any] = {
            "scenario": scenario.slug,
            "targets": [each.slug for each in scenario.targets.all()],
        }
        page = text(see("ada", NEW, scenario=scenario.slug, urgency="break_glass"))
        assert "may leave it empty and name it on the case afterwards" in page
        assert "may leave it empty" not in text(
            see("ada", NEW, scenario=scenario.slug, urgency="normal")
        )
        assert "Give the incident or ticket" in text(send(**asked))
        assert send(**asked, urgency="break_glass", held="1").status_code == 302
        assert Request.objects.get().urgency == Request.Urgency.BREAK_GLASS

    def test_the_case_asks_its_requester_for_it_and_tells_everybody(
        self, scenario: Scenario
    ) -> None:
        request = make_broken_glass(scenario)
        case, name = request.get_absolute_url(), reverse("request-reference", args=[request.pk])
        assert name in text(see("ada", case))
        page = text(see("bob", case))
        assert MISSING in page
        assert name not in page

        refused = client("ada").post(name, {"reference": "INC-1"})
        assert refused.status_code == 422
        assert "4 to 7 digits" in text(refused)
        assert 'value="INC-1"' in text(refused)
        assert client("bob").post(name, {"reference": "INC-1000"}).status_code == 403
        assert client("mallory").post(name, {"reference": "INC-1000"}).status_code == 404
        assert client("ada").post(name, {"reference": "INC-1000"}).status_code == 302
        page = text(see("bob", case))
        assert "INC-1000" in page
        assert MISSING not in page
        assert client("ada").post(name, {"reference": "INC-2000"}).status_code == 409


def test_programs_name_it_too(scenario: Scenario) -> None:
    request = make_broken_glass(scenario)
    path = f"requests/{request.pk}/reference"
    assert call("bob", path, {"reference": "INC-1000"}).status_code == 403
    assert call("ada", path, {"reference": "INC-1"}).status_code == 422
    assert call("ada", path, {"reference": "INC-1000"}).json()["reference"] == "INC-1000"
    assert call("ada", path, {"reference": "INC-1000"}).status_code == 409
