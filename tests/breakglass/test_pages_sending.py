"""A form is sent once, and no word of it is lost."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from breakglass.models import Request
from tests.breakglass.asking import FULL, NEW
from tests.breakglass.browser import (
    client,
    make_cast,
    text,
)
from tests.breakglass.filled_form import filled_in
from tests.make import (
    REASON,
    make_scenario,
    make_user,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db


class TestNeverTwice:
    def test_the_same_form_sent_twice_leads_to_the_same_case(self) -> None:
        make_cast()
        browser = client("ada")
        fields = filled_in(browser, NEW, justification=[REASON], urgency=["normal"])
        first, again = browser.post(NEW, fields), browser.post(NEW, fields)
        assert first["Location"] == again["Location"]
        assert Request.objects.count() == 1
        assert first.cookies["sent"].value == fields["once"][0]

    def test_a_refused_form_may_be_sent_again_and_each_refusal_is_recorded(self) -> None:
        make_cast()
        fields = FULL | {"once": str(uuid.uuid4()), "minutes": "500"}
        browser = client("ada")
        assert [browser.post(NEW, fields).status_code for _ in range(2)] == [422, 422]
        assert kinds().count("access.refused") == 2
        assert browser.post(NEW, fields | {"minutes": "30"}).status_code == 302

    def test_a_corrected_form_is_another_one(self) -> None:
        make_scenario(max_concurrent=2)
        fields = FULL | {"once": str(uuid.uuid4()), "urgency": "break_glass", "held": "yes"}
        browser = client("ada")
        first = browser.post(NEW, fields)
        again = browser.post(NEW, fields | {"minutes": "15"})
        assert first["Location"] != again["Location"]


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_make_one_case() -> None:
    make_cast()
    fields = FULL | {"once": str(uuid.uuid4()), "urgency": "break_glass", "held": "yes"}
    browsers = [client("ada") for _ in range(4)]
    barrier, places = threading.Barrier(4), []

    def press(browser: Client) -> None:
        try:
            barrier.wait(timeout=30)
            places.append(browser.post(NEW, fields).headers.get("Location"))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert places == [Request.objects.get().get_absolute_url()] * 4


class TestNothingIsLost:
    def test_what_is_sent_signed_out_comes_back_after_the_sign_in(self) -> None:
        make_cast()
        browser = Client()
        ada = make_user("ada")
        response = browser.post(NEW, FULL | {"draft_of": str(ada.pk), "reference": "INC-7"})
        assert response["Location"] == "/accounts/login/?next=/request/"
        assert "What you wrote is kept" in text(browser.get(response["Location"]))
        browser.force_login(ada)
        page = text(browser.get(NEW))
        assert f"{REASON}</textarea>" in page
        assert 'value="INC-7"' in page
        assert "Nothing has been sent yet." in page
        assert not Request.objects.exists()
        assert REASON in text(browser.get(NEW))
        assert REASON not in text(browser.get(NEW, {"afresh": "yes"}))

    def test_it_is_shown_to_nobody_else(self) -> None:
        make_cast()
        browser = Client()
        browser.post(NEW, FULL | {"draft_of": str(make_user("ada").pk)})
        browser.force_login(make_user("eve"))
        assert REASON not in text(browser.get(NEW))
        browser.force_login(make_user("ada"))
        assert REASON not in text(browser.get(NEW))

    def test_it_is_forgotten_once_it_is_sent(self) -> None:
        make_cast()
        browser = Client()
        browser.post(NEW, FULL | {"draft_of": str(make_user("ada").pk)})
        browser.force_login(make_user("ada"))
        browser.post(NEW, FULL)
        Request.objects.update(state="withdrawn", decided_at=timezone.now())
        assert REASON not in text(browser.get(NEW))

    def test_it_is_forgotten_after_a_day(self) -> None:
        make_cast()
        browser = Client()
        browser.post(NEW, FULL | {"draft_of": str(make_user("ada").pk)})
        browser.force_login(make_user("ada"))
        session = browser.session
        yesterday = timezone.now() - timedelta(hours=25)
        session["unsent_request"] = session["unsent_request"] | {"at": yesterday.isoformat()}
        session.save()
        assert REASON not in text(browser.get(NEW))
