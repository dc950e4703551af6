"""What each kind of message says, shown with a real event; looking does nothing."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Part, User
from accounts.parts import give_part
from alerts.models import Delivery
from alerts.routes import ROUTES
from breakglass.models import DecisionLink
from tests.alerts.make import catch_up, make_cast
from tests.make import make_broken_glass, make_group, make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db
PAGE = "/alerts/words/"


@pytest.fixture
def max_(client: Client) -> Client:
    """Sign an administrator in, in a house where Ada broke the glass."""
    give_part(make_group("Administrators", make_user("max", is_staff=True)), Part.ADMINISTRATOR)
    User.objects.filter(pk=make_user("ada").pk).update(name="<b>Ada</b>")
    make_broken_glass(make_cast(), by=make_user("ada"))
    catch_up()
    client.force_login(make_user("max"))
    return client


def shown(client: Client, form: str, kind: str = "breakglass.activated") -> str:
    answer = client.get(PAGE, {"kind": kind, "form": form})
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_of_a_case_that_one_may_not_know_nothing_is_shown(max_: Client) -> None:
    page = shown(max_, "text")
    assert "No such event yet." in page
    assert "Ada" not in page


class TestKnown:
    @pytest.fixture(autouse=True)
    def _may(self, max_: Client) -> None:
        make_group("Compliance", make_user("max"))
        self.client = max_

    def test_in_each_form_with_all_that_people_wrote_escaped(self) -> None:
        html, text, chat = (shown(self.client, form) for form in ("html", "text", "chat"))
        assert "&lt;b&gt;Ada&lt;/b&gt;" in text
        assert "<b>Ada" not in html + text + chat
        assert 'srcdoc="&lt;!doctype html&gt;' in html
        assert "sandbox" in html
        for page in (html, text, chat):
            assert "Its head:" in page

    def test_looking_sends_nothing_and_issues_no_link(self) -> None:
        before = (Delivery.objects.count(), DecisionLink.objects.count(), len(kinds()))
        shown(self.client, "html")
        assert (Delivery.objects.count(), DecisionLink.objects.count(), len(kinds())) == before


def test_in_the_demo_all_is_invented_and_shown(max_: Client, settings: Settings) -> None:
    settings.DEMO = True
    assert "Its head:" in shown(max_, "chat")


def test_every_kind_can_be_chosen_and_others_are_refused(max_: Client) -> None:
    page = max_.get(PAGE).content.decode()
    assert all(f'value="{kind}"' in page for kind in ROUTES)
    assert max_.get(PAGE, {"kind": "nothing", "form": "html"}).status_code == 400


def test_is_for_administrators(client: Client) -> None:
    client.force_login(make_user("ada"))
    assert client.get(PAGE).status_code == 403
