"""A refusal is recorded in English, whatever language the person reads who met with it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from breakglass import transitions
from core.errors import BadInput, NotAllowed
from tests.make import NOON, StepOf, make_group, make_request, make_scenario, make_user, voice
from tests.record import facts

pytestmark = pytest.mark.django_db
DAY = 24 * 60


class TestRecord:
    def test_holds_no_german_length(self) -> None:
        scenario = make_scenario(max_minutes=DAY, default_minutes=DAY)
        with translation.override("de"):
            with pytest.raises(BadInput) as refusal:
                make_request(scenario, minutes=DAY + 1)
            assert "1 Tag" in refusal.value.sentence

        why = "Choose 1 min to 1 day, the most for Production outage."
        assert facts("access.refused")[-1]["why"] == why

    def test_holds_no_german_between_names(self) -> None:
        groups = make_group("First", make_user("bob")), make_group("Second", make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(group) for group in groups]))
        with translation.override("de"):
            with pytest.raises(NotAllowed) as refusal:
                transitions.approve(request, voice=voice("rita"), at=NOON)
            assert "First oder Second" in refusal.value.sentence

        assert facts("access.refused")[-1]["why"] == "Only First or Second decides on this."

    def test_is_english_where_the_page_spoke_german(self, client: Client) -> None:
        client.force_login(make_user("rob", language="de"))
        page = client.post(reverse("freeze"), {"what": "all", "reason": "Odd queries."})

        assert "Einsatzkraft" in page.content.decode()
        assert facts("access.refused")[-1]["why"].startswith("Only a responder may freeze")
