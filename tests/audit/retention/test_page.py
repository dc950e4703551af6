"""The page of retention: policy, holds, what was pruned; and who sees and does what."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Part, User
from audit.anchors import copies
from audit.holds import Hold
from audit.retention.transitions import place_hold
from tests.audit.retention.make import CUT, NOW, bgverify, fill_record, finish, order
from tests.make import REASON, make_group, make_request, make_user

pytestmark = pytest.mark.django_db
PAGE = "/ledger/retention/"


def person(name: str, part: Part) -> User:
    made = make_user(name)
    make_group(str(part.label), made, part=part)
    return made


@pytest.fixture
def carla() -> User:
    return person("carla", Part.COMPLIANCE)


@pytest.fixture
def alma() -> User:
    return person("alma", Part.ADMINISTRATOR)


def texts(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get(PAGE).content.decode()


class TestLooking:
    def test_says_that_everything_is_kept(self, client: Client, carla: User) -> None:
        page = texts(client, carla)

        assert "Everything is kept for ever." in page
        assert "Nothing is under a legal hold." in page
        assert "Nothing: the record has all its" in page

    def test_shows_policy_obstacles_and_what_is_gone(
        self, client: Client, seal: Callable[[], None], alma: User, settings: Settings
    ) -> None:
        fill_record()
        order()
        assert "says that more goes" in texts(client, alma)
        seal()
        finish()
        settings.RETENTION = ["* entries=0", "health entries=3650 words=90"]
        place_hold("everything", "", reason="A lawsuit.", by=alma, at=NOW)

        page = texts(client, alma)

        assert f"Entries below {CUT}" in page
        assert f"/ledger/{CUT}" not in page  # an administrator does not read entries
        for said in ("health", "3650 days", "90 days", "what belongs to no case", "A lawsuit."):
            assert said in page
        assert "Everything stays." in page or timezone.now() < NOW

    def test_names_a_copy_that_keeps_what_was_pruned_until_it_is_replaced(
        self,
        client: Client,
        seal: Callable[[], None],
        alma: User,
        settings: Settings,
        tmp_path: Path,
    ) -> None:
        old, new = tmp_path / "old", tmp_path / "new"
        settings.LEDGER_COPIES = [str(old)]
        old.mkdir()
        fill_record()
        order()
        seal()
        copies.bring_all(timezone.now)
        assert str(old) not in texts(client, alma)
        finish()
        copies.bring_all(timezone.now)
        assert f"{old} still has entries that were pruned here." in texts(client, alma)

        new.mkdir()
        settings.LEDGER_COPIES = [str(old), str(new)]
        copies.bring_all(timezone.now)
        assert f"{new} still has" not in texts(client, alma)
        assert (bgverify(old)[0], bgverify(new)[0]) == (0, 0)
        assert not (new / "tile/0/000").exists()
        settings.LEDGER_COPIES = [str(new)]
        assert "still has entries" not in texts(client, alma)

    def test_is_for_those_who_oversee_the_record(self, client: Client, alma: User) -> None:
        client.force_login(make_user("ada"))
        assert client.get(PAGE).status_code == 403
        auditor = person("otto", Part.AUDITOR)
        page = texts(client, auditor)
        assert "Only compliance officers and administrators place" in page
        assert 'action="/ledger/retention/hold#hold"' not in page


class TestHolding:
    def test_places_proposes_keeps_and_lifts(self, client: Client, carla: User, alma: User) -> None:
        asked = make_request()
        client.force_login(carla)
        data = {"kind": "case", "what": str(asked.case), "reason": "A lawsuit."}
        assert client.post(f"{PAGE}hold", data).status_code == 302
        hold = Hold.objects.get()
        assert (hold.ref, hold.placed_by) == (asked.case_ref, carla.ref)
        lift, keep = f"{PAGE}{hold.pk}/lift", f"{PAGE}{hold.pk}/keep"

        client.post(lift, {"reason": "It is over."})
        assert client.post(lift).status_code == 403
        assert "Take the proposal back" in client.get(PAGE).content.decode()
        client.post(keep)
        assert client.post(keep).status_code == 409
        client.post(lift, {"reason": "It is over."})
        client.force_login(alma)
        assert "Confirm: lift it" in client.get(PAGE).content.decode()
        client.post(lift)

        page = client.get(PAGE).content.decode()
        assert "Lifted" in page
        assert not Hold.objects.standing().exists()
        assert client.post(lift).status_code == 409

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"kind": "case", "what": "", "reason": REASON}, "Name the case or the person."),
            ({"kind": "case", "what": "nobody", "reason": REASON}, "Nothing is called"),
            ({"kind": "everything", "what": "", "reason": ""}, "Say why"),
            ({"kind": "all", "what": "", "reason": REASON}, "not one of the available"),
        ],
    )
    def test_says_what_is_wrong(
        self, client: Client, carla: User, data: dict[str, str], said: str
    ) -> None:
        client.force_login(carla)

        answer = client.post(f"{PAGE}hold", data)

        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_refuses_others(self, client: Client) -> None:
        client.force_login(person("otto", Part.AUDITOR))

        data = {"kind": "everything", "what": "", "reason": REASON}
        assert client.post(f"{PAGE}hold", data).status_code == 403
        assert not Hold.objects.exists()
