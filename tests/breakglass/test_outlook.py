"""What an answer would do, said on the page before it is given."""

from datetime import timedelta

import pytest
from django.utils import timezone

from breakglass import transitions
from tests.breakglass.browser import asked, broken, make_cast, opened, see, text
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
