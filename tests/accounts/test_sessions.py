"""Where a person is signed in, and how they end it elsewhere."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import sessions, transitions
from accounts.models import User
from core.errors import WrongState
from tests.accounts.make import sign_in
from tests.make import make_user
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def ada() -> User:
    return make_user("ada", password=PASSWORD)


def browser(ada: User, agent: str = FIREFOX) -> Client:
    """Return a browser in which Ada has signed in."""
    client = Client(HTTP_USER_AGENT=agent)
    sign_in(client, ada.email, PASSWORD)
    return client


def text(client: Client) -> str:
    return client.get(reverse("profile")).content.decode()


def key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class TestList:
    def test_names_each_browser_and_marks_this_one(self, ada: User) -> None:
        browser(ada, PHONE)
        here = browser(ada)

        found = sessions.of(ada, current=key(here), at=timezone.now())
        assert [(each.device, each.current) for each in found] == [
            ("Firefox on Linux", True),
            ("Safari on iPhone", False),
        ]
        assert "127.0.0.1" in text(here)
        assert "This browser" in text(here)

    def test_leaves_out_what_has_ended(self, ada: User) -> None:
        gone, here = browser(ada), browser(ada)
        gone.post(reverse("account_logout"))
        assert len(sessions.of(ada, current=key(here), at=timezone.now())) == 1

        later = timezone.now() + timedelta(hours=13)
        assert sessions.of(ada, current=key(here), at=later) == []

    def test_is_ones_own(self, ada: User) -> None:
        browser(ada)
        assert sessions.of(make_user("bob"), current="", at=timezone.now()) == []

    def test_knows_when_a_browser_was_last_used(self, ada: User) -> None:
        here = browser(ada)
        long_ago = timezone.now() - timedelta(minutes=6)
        UserSession.objects.update(last_seen_at=long_ago)

        here.get("/")
        assert UserSession.objects.get().last_seen_at == long_ago  # a minute ago is now
        store = here.session
        store[sessions.SEEN] = long_ago.timestamp()
        store.save()
        here.get("/")
        assert UserSession.objects.get().last_seen_at > long_ago


class TestSigningOutElsewhere:
    def test_ends_the_others_and_is_recorded(self, ada: User) -> None:
        other, here = browser(ada, PHONE), browser(ada)
        browser(make_user("bob", password=PASSWORD))

        answer = here.post(reverse("sessions-end"), follow=True)

        assert "1 other browser is signed out." in answer.content.decode()
        assert other.get(reverse("profile")).status_code == 302
        assert here.get(reverse("profile")).status_code == 200
        assert UserSession.objects.count() == 2
        assert actors("session.revoked") == [ada.ref]

    def test_happens_with_a_new_password_too(self, ada: User) -> None:
        other, here = browser(ada), browser(ada)
        new = {
            "oldpassword": PASSWORD,
            "password1": "stapler battery",
            "password2": "stapler battery",
        }

        assert here.post(reverse("account_change_password"), new).status_code == 302

        assert other.get(reverse("profile")).status_code == 302
        assert here.get(reverse("profile")).status_code == 200
        assert len(sessions.of(ada, current=key(here), at=timezone.now())) == 1

    def test_says_so_when_there_is_none(self, ada: User) -> None:
        here = browser(ada)

        answer = here.post(reverse("sessions-end"), follow=True)

        assert "You are signed in nowhere else." in answer.content.decode()
        assert "session.revoked" not in kinds()

    def test_is_undone_when_the_record_fails(
        self, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other, here = browser(ada), browser(ada)
        monkeypatch.setattr("accounts.transitions.log.record", lambda *_, **__: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            transitions.end_other_sessions(ada, keep=key(here), at=timezone.now())
        assert other.get(reverse("profile")).status_code == 200

    def test_ends_nothing_of_somebody_else(self, ada: User) -> None:
        browser(ada)
        with pytest.raises(WrongState):
            transitions.end_other_sessions(make_user("bob"), keep="", at=timezone.now())

    def test_is_not_done_by_looking(self, ada: User) -> None:
        assert browser(ada).get(reverse("sessions-end")).status_code == 405


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            "Mozilla/5.0 (Macintosh; Mac OS X 10_15) Version/19.0 Safari/605.1",
            "Safari on Mac",
        ),
        ("Firefox", "Firefox"),
        ("curl/8.0 (Linux)", "Linux"),
        ("", "Another program"),
    ],
)
def test_a_browser_in_the_words_of_people(agent: str, name: str) -> None:
    assert sessions.device(agent) == name
