"""Live streams: a real server, a real Redis, and a page that listens."""

import queue
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.sequencer import run_once
from breakglass import transitions
from config import feed_facts
from core import live
from tests.make import make_request, make_scenario, make_user, voice
from tests.web import Web, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    with pytest.MonkeyPatch.context() as patch, serving(patch) as web:
        yield web


class Ear:
    """One open stream."""

    def __init__(self, web: Web, session: str, **query: object) -> None:
        self._heard: queue.Queue[str] = queue.Queue()
        self._socket = socket.create_connection(("127.0.0.1", web.port), timeout=60)
        asked = "&".join(f"{key}={value}" for key, value in query.items())
        head = f"GET /live/?{asked} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={session}"
        self._socket.sendall(f"{head}\r\n\r\n".encode())
        self._lines = self._socket.makefile("rb")
        self.headers = "".join(iter(lambda: self._lines.readline().decode().strip(), ""))
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._lines:
            self._heard.put(line.decode().strip())
        self._heard.put("0")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._lines.close()
        self._socket.close()

    def words(self, *, within: float) -> list[str]:
        """Return the words of the next message; empty when none comes in time."""
        end = time.monotonic() + within
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._heard.get(timeout=left)
            except queue.Empty:
                return []
            if line.startswith("data: "):
                return line.removeprefix("data: ").split()
            if line == "0":  # the last chunk
                return ["end"]
        return []


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def now_ms() -> int:
    return int(time.time() * 1000)


class House:
    """People with open pages."""

    def __init__(self, web: Web) -> None:
        self.web, self._ears = web, list[Ear]()

    def listen(self, session: str, **query: object) -> Ear:
        """Open a stream."""
        self._ears.append(Ear(self.web, session, **query))
        return self._ears[-1]

    def page_of(self, name: str, **query: object) -> Ear:
        """Return the stream of somebody whose page is up to date."""
        session = session_of(make_user(name))
        run_once(at=timezone.now())
        ear = self.listen(session, since=now_ms(), **query)
        assert "live" in ear.words(within=5)
        while ear.words(within=1):
            pass
        return ear

    def close(self) -> None:
        for ear in self._ears:
            ear.close()


@pytest.fixture
def house(web: Web) -> Iterator[House]:
    house = House(web)
    yield house
    house.close()


class TestStream:
    def test_a_person_hears_within_a_second_that_their_case_moved(self, house: House) -> None:
        request = make_request(at=timezone.now())
        run_once(at=timezone.now())
        ear, elsewhere = house.page_of("ada", about=request.ref), house.page_of("bob")

        transitions.approve(request, voice=voice("bob"), at=timezone.now())
        run_once(at=timezone.now())

        assert ear.words(within=1) == ["case", "moved"]
        assert elsewhere.words(within=1) == ["moved"]
        assert "x-accel-buffering: no" in ear.headers
        assert "content-type: text/event-stream" in ear.headers

    def test_a_stranger_hears_nothing_of_a_case_they_may_not_see(self, house: House) -> None:
        request = make_request(at=timezone.now())
        stranger, bob = house.page_of("mallory", about=request.ref), house.page_of("bob")

        transitions.withdraw(request, by=make_user("ada"), at=timezone.now())
        run_once(at=timezone.now())

        assert bob.words(within=1) == ["moved"]
        assert stranger.words(within=1) == []

    def test_a_page_hears_what_moved_while_it_was_drawn(self, house: House) -> None:
        early = house.page_of("bob")  # somebody listens already, so the server knows
        drawn = now_ms()
        make_request(make_scenario(), at=timezone.now())
        run_once(at=timezone.now())
        assert early.words(within=1)

        late = house.listen(session_of(make_user("ada")), since=drawn)

        assert late.words(within=1) == ["live", "moved"]

    def test_a_page_from_before_the_server_looks_at_everything(self, house: House) -> None:
        house.page_of("bob")
        old = house.listen(session_of(make_user("bob")), since=1)
        assert old.words(within=2) == ["all", "live"]

    @pytest.mark.parametrize("session", ["", "none"])
    def test_nobody_who_is_not_signed_in_gets_one(self, house: House, session: str) -> None:
        ear = house.listen(session)
        assert ear.words(within=2) == ["signed-out"]
        assert ear.words(within=2) == ["end"]

    def test_without_redis_pages_are_told_to_ask_and_with_it_to_listen(self, house: House) -> None:
        ear = house.page_of("ada")

        house.web.redis.stop()
        assert set(ear.words(within=3)) == {"poll", "all"}

        house.web.redis.start()
        house.web.redis.wait()
        assert set(ear.words(within=8)) == {"live", "all"}

    def test_a_server_that_ends_says_goodbye_and_does_not_wait_for_the_pages(
        self, house: House
    ) -> None:
        ear = house.page_of("ada")

        assert house.web.stop() < 2

        assert ear.words(within=1) == ["bye"]


class TestFacts:
    def test_a_session_counts_until_it_ends_or_its_person_may_no_longer_sign_in(self) -> None:
        ada, now = make_user("ada"), timezone.now()
        key = session_of(ada)
        assert feed_facts.signed_in({key, "other"}, at=now) == {key: ada.pk}

        assert feed_facts.signed_in({key}, at=now + timedelta(days=1)) == {}
        User.objects.filter(pk=ada.pk).update(is_active=False)
        assert feed_facts.signed_in({key}, at=now) == {}

    def test_a_new_password_ends_the_streams_of_the_old_one(self) -> None:
        ada, now = make_user("ada"), timezone.now()
        key = session_of(ada)
        ada.set_password("another-password-of-ada")
        ada.save()
        assert feed_facts.signed_in({key}, at=now) == {}
        assert Session.objects.filter(pk=key).exists()

    def test_kinds_become_topics(self) -> None:
        kinds = ["action.performed", "request.approved", live.TOLD]
        assert [feed_facts.topic(kind) for kind in kinds] == ["acted", "moved", "told"]

    def test_lamps_are_read_without_a_reader(self) -> None:
        lamps = dict(feed_facts.lamps(at=timezone.now()))
        assert lamps["doors"] == "ok"
