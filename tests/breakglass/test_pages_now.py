"""Now: responders see what is open and stop it; nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from breakglass import transitions
from breakglass.models import Freeze, Grant
from targets.models import Door
from tests.breakglass.browser import broken, client, make_cast, opened, queries, see, text
from tests.make import make_scenario, make_user
from tests.record import kinds
from tests.reviews.make import act, sequence

pytestmark = pytest.mark.django_db
NOW = "/now/"


def impose(name: str = "dana", **fields: Any) -> Any:
    """Send the freeze form."""
    return client(name).post(reverse("freeze"), {"reason": "A breach, perhaps.", **fields})


def test_a_freeze_by_anybody_else_is_refused_and_recorded() -> None:
    make_cast()
    assert impose("ada", what="all").status_code == 403
    assert not Freeze.objects.exists()
    assert kinds()[-1] == "access.refused"


class TestPage:
    @pytest.mark.parametrize("name", ["ada", "bob", "rita", "carla", "otto", "mallory"])
    def test_is_for_responders(self, name: str) -> None:
        make_cast()
        response = see(name, NOW)
        assert response.status_code == 403
        assert "Only responders see everything that is open." in text(response)

    def test_says_that_nobody_is_inside(self) -> None:
        make_cast()
        assert "Nobody is inside." in text(see("dana", NOW))

    def test_shows_who_is_inside_and_how_to_end_it(self) -> None:
        make_cast()
        grant = opened(broken())
        page = text(see("dana", NOW))
        assert "1 door open" in page
        assert reverse("grant-revoke", args=[grant.pk]) in page

    def test_shows_doors_that_are_still_closing(self) -> None:
        make_cast()
        grant = opened(broken())
        transitions.relinquish(grant, by=make_user("ada"), at=timezone.now())
        page = text(see("dana", NOW))
        assert "0 doors open, 1 closing" in page
        assert f">Case {grant.request.case}</a>, <bdi>Ada</bdi>" in page
        assert "It is being tried for the first time." in page
        assert Door.objects.get().state == "closing"

    def test_asks_no_more_when_more_is_open(self) -> None:
        make_cast()
        broken()
        browser = client("dana")
        browser.get(NOW)
        with queries() as few:
            browser.get(NOW)
        for slug in ("a", "b"):
            broken(scenario=make_scenario(slug), by=make_user("eve"))
        with queries() as many:
            browser.get(NOW)
        assert len(many) == len(few)


class TestFreeze:
    def test_who_can_only_freeze_is_not_told_that_there_is_nothing(self) -> None:
        make_cast()
        request = broken()
        transitions.revoke(
            request.grant, by=make_user("dana"), reason="Odd queries.", at=timezone.now()
        )
        said = text(see("dana", request.get_absolute_url()))
        assert "Freeze Ada…" in said
        assert "you are here to look" not in said

    def test_a_person(self) -> None:
        make_cast()
        broken()
        impose(what=f"person:{make_user('ada').pk}")
        assert Freeze.objects.get().person == make_user("ada")
        assert Grant.objects.get().status == "revoked"

    def test_somebody_who_is_not_inside(self) -> None:
        make_cast()
        impose(other=f"person:{make_user('eve').pk}")
        assert Freeze.objects.get().person == make_user("eve")

    def test_a_scenario(self) -> None:
        scenario = make_cast()
        impose(other=f"scenario:{scenario.pk}")
        assert Freeze.objects.get().scenario == scenario

    def test_everything(self) -> None:
        make_cast()
        impose(what="all")
        assert "Everything is frozen." in text(see("dana", NOW))

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({}, "Choose one thing to freeze."),
            ({"what": "all", "reason": ""}, "Say why; it stands in the record."),
            ({"what": "all", "reason": "No."}, "Say why in at least 10 characters; you wrote 3."),
            ({"what": "person:nobody"}, "not one of the available choices"),
        ],
    )
    def test_answers_422_with_a_sentence(self, fields: dict[str, str], sentence: str) -> None:
        make_cast()
        response = impose(**fields)
        assert response.status_code == 422
        assert sentence in text(response)
        assert not Freeze.objects.exists()

    def test_not_twice(self) -> None:
        make_cast()
        impose(what="all")
        ada = f"person:{make_user('ada').pk}"
        impose(other=ada)
        page = text(see("dana", NOW))
        assert 'value="all"' not in page
        assert f'value="{ada}"' not in page
        assert "Everything: this is frozen already." in text(impose(what="all"))
        assert "Ada: this is frozen already." in text(impose(other=ada))
        assert Freeze.objects.count() == 2

    def test_not_by_others(self) -> None:
        make_cast()
        assert impose("bob", what="all").status_code == 403
        assert not Freeze.objects.exists()


class TestWhoWasInside:
    """Whoever is revoked is often frozen next."""

    def test_stands_among_the_first_to_choose_for_an_hour(self) -> None:
        make_cast()
        grant = opened(broken())
        transitions.revoke(grant, by=make_user("dana"), reason="Odd queries.", at=timezone.now())
        ada = make_user("ada")
        assert f'value="person:{ada.pk}"' in text(see("dana", NOW)).partition("Everything")[0]
        Grant.objects.update(ended_at=timezone.now() - timedelta(hours=2))
        assert "Was inside just now" not in text(see("dana", NOW))

    def test_is_chosen_already_when_one_comes_from_the_case(self) -> None:
        make_cast()
        grant = opened(broken())
        transitions.revoke(grant, by=make_user("dana"), reason="Odd queries.", at=timezone.now())
        link = f"{NOW}?person={make_user('ada').pk}"
        assert f"{link}#freeze" in text(see("dana", grant.get_absolute_url()))
        form = see("dana", link).context["form"]
        assert form["what"].value() == f"person:{make_user('ada').pk}"


class TestLift:
    def test_takes_two(self) -> None:
        make_cast()
        impose(what="all")
        url = reverse("freeze-lift", args=[Freeze.objects.get().pk])
        short = client("dana").post(url, {"reason": "No."})
        assert short.status_code == 422
        assert "Say why in at least 10 characters; you wrote 3." in text(short)
        assert "required>No.</textarea>" in text(short)
        assert Freeze.objects.get().lift_proposed_by is None
        client("dana").post(url, {"reason": "The laptop is found."})
        assert "<bdi>“The laptop is found.”</bdi>" in text(see("noor", NOW))
        assert "A second responder has to confirm" in text(see("dana", NOW))
        assert "It waits for a second responder: <bdi>Noor</bdi>." in text(see("dana", NOW))
        assert client("dana").post(url).status_code == 403
        assert "Confirm: lift it" in text(see("noor", NOW))
        client("noor").post(url)
        assert Freeze.objects.get().lifted_by == make_user("noor")

    def test_is_taken_back_or_refused(self) -> None:
        make_cast()
        impose(what="all")
        freeze = Freeze.objects.get()
        keep = reverse("freeze-keep", args=[freeze.pk])
        assert keep not in text(see("dana", NOW))
        assert client("dana").post(keep).status_code == 409
        for name, button in [
            ("dana", "Take the proposal back"),
            ("noor", "No, keep it frozen"),
        ]:
            url = reverse("freeze-lift", args=[freeze.pk])
            client("dana").post(url, {"reason": "The laptop is found."})
            assert button in text(see(name, NOW))
            client(name).post(keep)
            assert Freeze.objects.standing().get().lift_proposed_by is None


class TestTail:
    def test_shows_the_last_acts_behind_each_open_door(self) -> None:
        make_cast()
        grant = opened(broken())
        for number in range(12):
            act(grant, statement=f"SELECT {number}, orders")
        act(grant, statement="DELETE FROM <payments>", result="42501")
        sequence(at=timezone.now())
        page = text(see("dana", NOW))
        assert "SELECT 11, orders" in page
        assert "SELECT 4, orders" not in page
        assert "DELETE FROM &lt;payments&gt;" in page
        assert "refused" in page

    def test_shows_nothing_of_an_access_that_is_over(self) -> None:
        make_cast()
        grant = opened(broken())
        act(grant, statement="SELECT secret")
        sequence(at=timezone.now())
        transitions.relinquish(grant, by=make_user("ada"), at=timezone.now())
        assert "SELECT secret" not in text(see("dana", NOW))

    def test_a_freeze_says_what_it_would_do(self) -> None:
        make_cast()
        opened(broken())
        page = text(see("dana", NOW))
        assert "1 access ends. They cannot ask again." in page
        assert "1 access ends. 2 people cannot ask." in page
        assert "1 access ends. Nobody can ask or go in." in page
