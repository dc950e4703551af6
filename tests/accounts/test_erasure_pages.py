"""The pages on which one administrator asks that a person be erased and another confirms it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import erasing
from accounts.erasing import Grounds
from accounts.models import Erasure, Part, User
from accounts.parts import give_part
from audit import reading
from audit.models import Entry
from core import refs
from tests.audit.make import happen, sequence
from tests.make import NOON, make_group, make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db
GIVEN = {
    "basis": "gdpr-17-1-a",
    "reference": "letter 17",
    "also": " Countess \n\n",
    "typed": "ADA@example.com ",
}


@pytest.fixture
def alma(client: Client) -> User:
    """Alma, who administers and is signed in; Abel administers, too."""
    group = make_group("Administrators", make_user("alma"), make_user("abel"))
    give_part(group, Part.ADMINISTRATOR)
    client.force_login(make_user("alma"))
    return make_user("alma")


@pytest.fixture
def asked(alma: User) -> Erasure:
    """An erasure of Ada that Alma has asked for."""
    grounds = Grounds(basis="gdpr-17-1-a", also=["Countess"])
    return erasing.propose(make_user("ada"), grounds, by=alma, at=timezone.now())


def page_of(person: User) -> str:
    return reverse("person-erase", args=[person.pk])


class TestAsking:
    def test_shows_what_goes_and_what_stays(self, client: Client, alma: User) -> None:
        ada = make_user("ada")
        happen(ada.ref, words="About her.")
        sequence()

        page = client.get(page_of(ada)).content.decode()

        assert "Erase Ada" in page
        assert "1 entry at least" in page
        assert "Nothing is erased before Abel has confirmed it." in page

    def test_keeps_the_proposal_for_the_other_administrator(
        self, client: Client, alma: User
    ) -> None:
        answer = client.post(page_of(make_user("ada")), GIVEN)

        erasure = Erasure.objects.get()
        assert answer["Location"] == erasure.get_absolute_url()
        assert (erasure.proposed_by, erasure.also, erasure.state) == (alma, ["Countess"], "waiting")

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"typed": "bob@example.com"}, "This is not their mail address."),
            ({"typed": ""}, "This field is required"),
            ({"basis": ""}, "This field is required"),
            ({"also": "x"}, "of three letters or more"),
            ({"reference": "Ada asked"}, "must not name the person"),
        ],
    )
    def test_refuses_a_slip_beside_the_field(
        self, client: Client, alma: User, changed: dict[str, str], words: str
    ) -> None:
        answer = client.post(page_of(make_user("ada")), GIVEN | changed)

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not Erasure.objects.exists()

    def test_says_why_not_yet_and_offers_no_form(self, client: Client, alma: User) -> None:
        carl = make_user("carl")
        erasing.propose(carl, Grounds(basis="court"), by=alma, at=NOON)

        page = client.get(page_of(carl)).content.decode()

        assert "Somebody has asked for this already." in page
        assert "Ask for the erasure" not in page

    def test_only_administrators_come_here(self, client: Client, alma: User) -> None:
        client.force_login(make_user("bob"))

        assert client.get(page_of(make_user("ada"))).status_code == 403
        assert client.get(reverse("erasures")).status_code == 403

    def test_is_a_press_away_from_the_person_in_the_admin(self, client: Client, alma: User) -> None:
        User.objects.filter(pk=alma.pk).update(is_staff=True)
        ada = make_user("ada")

        page = client.get(reverse("admin:accounts_user_change", args=[ada.pk])).content.decode()

        assert page_of(ada) in page


class TestAnswering:
    def test_who_asked_may_take_it_back_and_no_more(self, client: Client, asked: Erasure) -> None:
        page = client.get(asked.get_absolute_url()).content.decode()
        assert "another administrator decides" in page
        assert "Erase for good" not in page

        client.post(asked.get_absolute_url(), {"verdict": "withdraw"})

        asked.refresh_from_db()
        assert asked.state == "withdrawn"
        assert "Nothing was erased." in client.get(asked.get_absolute_url()).content.decode()

    def test_another_confirms_with_the_typed_address(self, client: Client, asked: Erasure) -> None:
        client.force_login(make_user("abel"))
        wrong = client.post(asked.get_absolute_url(), {"verdict": "accept", "typed": "ada"})
        assert wrong.status_code == 422
        assert "This is not their mail address." in wrong.content.decode()

        given = {"verdict": "accept", "typed": "ada@example.com"}
        page = client.post(asked.get_absolute_url(), given, follow=True).content.decode()

        person = User.objects.get(pk=asked.person_id)
        assert person.name in page
        assert "Abel confirmed it" in page
        assert "Ada" not in page

    def test_another_declines_with_a_reason(self, client: Client, asked: Erasure) -> None:
        client.force_login(make_user("abel"))
        assert client.post(asked.get_absolute_url(), {"verdict": "decline"}).status_code == 422

        given = {"verdict": "decline", "answer": "The dispute goes on."}
        page = client.post(asked.get_absolute_url(), given, follow=True).content.decode()

        assert "Abel declined it" in page
        assert "The dispute goes on." in page

    def test_it_waits_on_home_of_the_other_alone(self, client: Client, asked: Erasure) -> None:
        assert "Ada is to be erased" not in client.get("/").content.decode()
        client.force_login(make_user("abel"))
        assert "Ada is to be erased" in client.get("/").content.decode()

    def test_those_who_oversee_look_and_do_not_decide(self, client: Client, asked: Erasure) -> None:
        make_group("Auditors", make_user("otto"), part=Part.AUDITOR)
        client.force_login(make_user("otto"))

        page = client.get(asked.get_absolute_url()).content.decode()

        assert "Only an administrator may do this" in page
        assert client.post(asked.get_absolute_url(), {"verdict": "withdraw"}).status_code == 422
        assert kinds()[-1] == "access.refused"


class TestAfterwards:
    def test_the_list_names_a_pseudonym(self, client: Client, asked: Erasure) -> None:
        assert "Ada" in client.get(reverse("erasures")).content.decode()
        erasing.accept(asked, by=make_user("abel"), at=timezone.now())

        page = client.get(reverse("erasures")).content.decode()

        assert f"Erased person {asked.person.pk.hex[:6]}" in page
        assert ">Ada<" not in page

    def test_the_account_cannot_be_changed_back(self, client: Client, asked: Erasure) -> None:
        User.objects.filter(email="alma@example.com").update(is_staff=True)
        erasing.accept(asked, by=make_user("abel"), at=timezone.now())
        address = reverse("admin:accounts_user_change", args=[asked.person_id])

        assert "Set a password" not in client.get(address).content.decode()
        client.post(address, {"email": "ada@example.com", "name": "Ada", "reason": "Back."})

        assert User.objects.get(pk=asked.person_id).email.endswith("@erased.invalid")

    def test_the_record_tells_each_step(self, asked: Erasure) -> None:
        erasing.accept(asked, by=make_user("abel"), at=NOON)
        sequence()

        told = reading.told(Entry.objects.filter(subject=asked.ref).order_by("seq"))

        assert [each.sentence for each in told] == [
            "asked that a person be erased under GDPR Article 17(1)(a)",
            "confirmed that a person is erased under GDPR Article 17(1)(a)",
        ]
        assert refs.labels([asked.ref])[asked.ref].text.startswith("Erasure of Erased person")

    def test_a_longer_list_asks_no_more(self, client: Client, asked: Erasure) -> None:
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("erasures"))
        for name in ("eve", "bob", "carl"):
            grounds = Grounds(basis="court")
            erasing.propose(make_user(name), grounds, by=make_user("abel"), at=NOON)

        with CaptureQueriesContext(connection) as four:
            client.get(reverse("erasures"))

        assert len(four) == len(one)
