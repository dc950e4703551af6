"""The profile page: who I am here, my time zone, my tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Part, User
from alerts import tasks
from audit import sequencer
from breakglass.models import GroupPermit
from tests.accounts.make import make_token
from tests.make import make_group, make_request, make_scenario, make_user
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db
END = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def ada(client: Client) -> User:
    person = make_user("ada")
    client.force_login(person)
    return person


def page(client: Client) -> str:
    return client.get(reverse("profile")).content.decode()


def make(client: Client, **fields: Any) -> Any:
    return client.post(reverse("token-new"), {"name": "ci", "scope": "read", "days": 9} | fields)


def test_is_for_people(client: Client) -> None:
    assert client.get(reverse("profile")).status_code == 302


def test_shows_groups_and_parts(client: Client, ada: User) -> None:
    make_group("sre", ada, part=Part.RESPONDER)

    shown = page(client)

    assert "sre" in shown
    assert "Responder" in shown


def test_says_what_a_part_means(client: Client, ada: User) -> None:
    for part in Part:
        make_group(part.value, ada, part=part)

    shown = page(client)

    for words in (
        "may end any access",
        "define scenarios",
        "review what was done",
        "change nothing",
    ):
        assert words in shown


class TestWhatOneMayDo:
    def test_names_scenario_group_and_end(self, client: Client, ada: User) -> None:
        make_scenario()
        GroupPermit.objects.filter(group__user=ada).update(until=END)

        shown = page(client)

        assert "Production outage" in shown
        assert "You may ask for access, as one of Platform engineers" in shown
        assert "2999" in shown

    def test_leaves_out_what_has_ended(self, client: Client, ada: User) -> None:
        make_scenario()
        GroupPermit.objects.update(until=timezone.now())

        assert "No scenario is open to your groups" in page(client)

    @pytest.mark.parametrize(
        ("name", "words"), [("bob", "You decide on requests"), ("rita", "You review what was done")]
    )
    def test_says_each_verb(self, client: Client, name: str, words: str) -> None:
        make_scenario()
        client.force_login(make_user(name))

        assert words in page(client)


def test_says_how_one_is_told(client: Client, ada: User) -> None:
    assert "Nothing was sent to you yet." in page(client)
    make_scenario()
    make_request(at=timezone.now())
    sequencer.run_once(at=timezone.now())
    tasks.relay()
    client.force_login(make_user("bob"))

    assert "the last message" in page(client)


class TestTimeZone:
    def test_is_changed_and_the_change_recorded(self, client: Client, ada: User) -> None:
        client.post(reverse("profile"), {"time_zone": "Europe/Berlin", "language": ""})

        ada.refresh_from_db()
        assert ada.time_zone == "Europe/Berlin"
        assert actors("config.changed")[-1] == ada.ref

    def test_is_told_in_the_language_chosen_with_it(self, client: Client, ada: User) -> None:
        chosen = {"time_zone": "Asia/Tokyo", "language": "de"}
        answer = client.post(reverse("profile"), chosen, follow=True)

        assert "Zeiten stehen jetzt in Asia/Tokyo." in answer.content.decode()

    def test_must_exist(self, client: Client, ada: User) -> None:
        answer = client.post(reverse("profile"), {"time_zone": "Mars/Olympus"})

        ada.refresh_from_db()
        assert answer.status_code == 422
        assert "Choose a time zone" in answer.content.decode()
        assert ada.time_zone == "UTC"

    def test_is_the_zone_in_which_pages_show_times(self, client: Client, ada: User) -> None:
        at = timezone.now() - timedelta(days=3)
        make_token(ada, created_at=at - timedelta(1), last_used_at=at)
        client.post(reverse("profile"), {"time_zone": "Asia/Kolkata"})

        shifted = at.astimezone(timezone.get_fixed_timezone(330))
        assert f"{shifted:%H:%M}</time>" in page(client)


class TestTokens:
    def test_are_shown_once(self, client: Client, ada: User) -> None:
        answer = make(client)

        secret = answer.content.decode().split(ApiToken.PREFIX)[1].split("<")[0]
        assert ApiToken.objects.of_secret(ApiToken.PREFIX + secret).get().user == ada
        assert "no-store" in answer["Cache-Control"]
        assert secret not in page(client)

    @pytest.mark.parametrize("fields", [{"name": ""}, {"days": 0}, {"scope": "all"}])
    def test_refuses_bad_ones(self, client: Client, ada: User, fields: dict[str, Any]) -> None:
        assert make(client, **fields).status_code == 422
        assert not ada.tokens.exists()

    def test_says_that_a_name_is_taken(self, client: Client, ada: User) -> None:
        make(client)

        answer = make(client)

        assert answer.status_code == 422
        assert "already" in answer.content.decode()

    def test_are_revoked(self, client: Client, ada: User) -> None:
        token, _ = make_token(ada)

        client.post(reverse("token-revoke", args=[token.pk]))

        token.refresh_from_db()
        assert token.revoked_at
        assert "1 token of yours ended" in page(client)

    def test_are_revoked_once(self, client: Client, ada: User) -> None:
        token, _ = make_token(ada, revoked_at=timezone.now() + timedelta(hours=1))

        answer = client.post(reverse("token-revoke", args=[token.pk]), follow=True)

        assert "revoked already" in answer.content.decode()

    def test_of_somebody_else_are_not_there(self, client: Client, ada: User) -> None:
        token, _ = make_token(make_user("bob"))

        assert client.post(reverse("token-revoke", args=[token.pk])).status_code == 404
        token.refresh_from_db()
        assert token.revoked_at is None
        assert token.name not in page(client)

    @pytest.mark.parametrize("name", ["token-new", "token-revoke"])
    def test_nothing_is_done_by_get(self, client: Client, ada: User, name: str) -> None:
        token, _ = make_token(ada)
        args = [token.pk] if name == "token-revoke" else []

        assert client.get(reverse(name, args=args)).status_code == 405
        assert kinds().count("token.issued") == 1
