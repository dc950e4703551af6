"""The signal behind live pages: it may be lost, and it never holds anybody up."""

import logging
import time

import pytest
import redis
from django.db import transaction
from django.test import Client

from core import live
from tests.make import make_user


class Recorded:
    """A line that remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    line = Recorded()
    monkeypatch.setattr(live, "line", lambda: line)
    return line.said


class TestTell:
    @pytest.mark.django_db(transaction=True)
    def test_says_each_thing_once_and_only_after_the_commit(self, said: list[str]) -> None:
        with transaction.atomic():
            live.tell([("request:1", "request.approved"), ("request:1", "request.approved")])
            assert said == []
        assert said == ['[["request:1", "request.approved"]]']

    @pytest.mark.django_db(transaction=True)
    def test_says_nothing_about_nothing(self, said: list[str]) -> None:
        live.tell([])
        assert said == []


class TestLine:
    def test_carries_what_is_said(self, redis_url: str) -> None:
        with redis.Redis.from_url(redis_url) as client, client.pubsub() as ear:
            ear.subscribe(live.CHANNEL)
            ear.get_message(timeout=2)
            live.Line(redis_url).say("[]")
            heard = ear.get_message(timeout=2)
        assert heard
        assert heard["data"] == b"[]"

    def test_leaves_a_dead_redis_alone_for_a_while(self, caplog: pytest.LogCaptureFixture) -> None:
        line = live.Line("redis://127.0.0.1:1/0")
        with caplog.at_level(logging.WARNING):
            line.say("[]")
            begun = time.monotonic()
            for _ in range(1000):
                line.say("[]")
        assert time.monotonic() - begun < 0.1
        assert caplog.text.count("No signal to live pages") == 1


@pytest.mark.django_db
class TestWithoutStreams:
    def test_a_page_is_told_to_ask_by_itself(self, client: Client) -> None:
        client.force_login(make_user())
        answer = client.get("/live/?since=1&about=")
        assert answer["Content-Type"] == "text/event-stream"
        assert b"data: poll" in answer.content

    def test_a_page_of_nobody_is_told_so(self, client: Client) -> None:
        assert b"data: signed-out" in client.get("/live/").content

    def test_counts_are_for_people_who_are_signed_in(self, client: Client) -> None:
        assert client.get("/counts/").status_code == 302
        client.force_login(make_user())
        assert b'id="rail-home"' in client.get("/counts/").content
