"""What an answer would do, said on the page before it is given."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from breakglass import transitions
from breakglass.models import Scenario
from core.templatetags.ui import moment_words
from core.words import dated
from tests.breakglass.browser import asked, broken, entered, make_cast, opened, see, text
from tests.breakglass.test_pages_decide import url
from tests.make import REASON, StepOf, make_group, make_scenario, make_user

pytestmark = pytest.mark.django_db


class TestBeforePressing:
    """An answer cannot be taken back, so the page says what it will do."""

    def test_the_last_yes_opens(self) -> None:
        make_cast()
        page = text(see("bob", url(asked())))
        assert "shop-db opens at once for Ada, for 30 min." in page
        assert "An answer cannot be taken back." in page
        assert "The request ends here. Ada reads your reason" in page

    def test_a_yes_that_is_not_the_last_says_who_else_is_needed(self) -> None:
        make_cast()
        database = make_group("Database team")
        steps = [StepOf(database), StepOf(make_group("Security", make_user("mia")))]
        request = asked(scenario=make_scenario("breach", steps=steps))
        assert "more are needed: 1 of Security." in text(see("bob", url(request)))

    def test_a_later_start_is_named(self) -> None:
        make_cast()
        later = timezone.now() + timedelta(days=2)
        assert "opens by itself at" in text(see("bob", url(asked(starts_at=later))))

    def test_refusing_closes_what_is_open(self) -> None:
        make_cast()
        request = broken()
        page = text(see("bob", url(request)))
        assert "Ada goes on until" in page
        assert "Refusing closes the door now" in page
        transitions.relinquish(request.grant, by=make_user("ada"), at=timezone.now())
        page = text(see("bob", url(request)))
        assert "your yes says that it was right" in page
        assert "refusing opens a finding" in page

    def test_more_time_names_the_new_end(self) -> None:
        make_cast()
        grant, now = opened(broken()), timezone.now()
        ada = make_user("ada")
        transitions.ask_for_more_time(grant, by=ada, minutes=5, justification=REASON, at=now)
        page = text(see("bob", url(grant.extensions.get())))
        assert "instead of" in page
        assert "The access stays as it is and ends at" in page


def in_two_steps() -> Scenario:
    """Return a scenario in which Security says yes after the database team."""
    database = make_group("Database team")
    steps = [StepOf(database), StepOf(make_group("Security", make_user("mia")))]
    return make_scenario("breach", steps=steps)


class TestWhoIsNeeded:
    def test_the_form_says_all_who_have_to_say_yes(self) -> None:
        make_cast()
        in_two_steps()
        page = text(see("ada", reverse("request-new"), scenario="breach", urgency="normal"))
        assert "one yes is needed, then 1 of Security." in page
        page = text(
            see("ada", reverse("request-new"), scenario="production-outage", urgency="normal")
        )
        assert "one yes is enough." in page

    def test_the_case_says_who_is_asked_after_those_who_are_asked(self) -> None:
        other = asked(scenario=make_cast(), by=make_user("eve"))
        request = asked(scenario=in_two_steps())
        page = text(see("ada", request.get_absolute_url()))
        assert "Then 1 of Security must say yes." in page
        assert "must say yes" not in text(see("eve", other.get_absolute_url()))


class TestStartsLater:
    def test_the_form_names_the_start_and_lets_none_be_too_late(self) -> None:
        make_cast()
        chosen = {"scenario": "production-outage", "urgency": "normal"}
        later = timezone.now() + timedelta(days=2)
        page = text(
            see("ada", reverse("request-new"), **chosen, starts_at=f"{later:%Y-%m-%dT%H:%M}")
        )
        assert "opens by itself at the start, <strong><time" in page
        assert f'max="{later + timedelta(days=28):%Y-%m-%d}' in page
        for start in ("", "soon", "2020-01-01T10:00"):
            page = text(see("ada", reverse("request-new"), **chosen, starts_at=start))
            assert "With the last yes the door" in page

    def test_the_case_and_those_who_decide_read_it(self) -> None:
        make_cast()
        later = timezone.now() + timedelta(days=2)
        request = asked(starts_at=later)
        entered()
        start = moment_words(later, "full", now=later)
        case = text(see("ada", request.get_absolute_url()))
        assert "asked for access from <strong><time" in case
        assert f"for Production outage, from {dated(later)}" in case
        for page in (see("bob", "/decide/"), see("bob", url(request)), see("ada", "/")):
            assert start in text(page)
