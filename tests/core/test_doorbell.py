"""A doorbell that nobody hears stops nobody."""

import contextlib
import logging
import socket
import threading

import pytest
from celery import Celery, current_app
from django.db import transaction
from pytest_django import Settings

from core import doorbell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nobody_home(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Let the transport lead to a port on which nothing listens."""
    app = Celery("deaf", broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(doorbell, "current_app", app)
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)


@pytest.mark.usefixtures("nobody_home")
def test_a_dead_transport_is_logged_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), transaction.atomic():
        doorbell.ring("breakglass.tasks.tidy_grants")

    assert "No transport for breakglass.tasks.tidy_grants" in caplog.text


@pytest.mark.usefixtures("nobody_home")
def test_a_dead_transport_is_left_alone_for_a_moment(caplog: pytest.LogCaptureFixture) -> None:
    """Or each ring would hold up for a second whoever rings, as the sequencer."""
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with transaction.atomic():
                doorbell.ring("breakglass.tasks.tidy_grants")

    assert caplog.text.count("No transport") == 1


def test_whoever_rings_tries_once(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Each further try would be seconds that somebody waits who has an emergency."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"redis://127.0.0.1:{gone.getsockname()[1]}/0"
        app = Celery("hung up", broker=url, set_as_current=False)
        app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr(doorbell, "current_app", app)
        monkeypatch.setattr(doorbell, "_silent_until", 0.0)
        came = Hanging(gone)
        came.start()
        with transaction.atomic():
            doorbell.ring("breakglass.tasks.tidy_grants")
        gone.shutdown(socket.SHUT_RDWR)
        came.join()
    assert came.times == 1


class Hanging(threading.Thread):
    """Takes each connection and hangs up at once."""

    def __init__(self, server: socket.socket) -> None:
        super().__init__()
        self.server, self.times = server, 0

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.server.accept()[0].close()
                self.times += 1


def test_nothing_that_fails_after_the_commit_undoes_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("The transport speaks another language.")

    monkeypatch.setattr(current_app, "send_task", broken)

    with transaction.atomic():
        doorbell.ring("breakglass.tasks.tidy_grants")

    assert "another language" in caplog.text


def test_a_transaction_that_fails_rings_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: rung.append(name))

    def ring_and_fail() -> None:
        with transaction.atomic():
            doorbell.ring("breakglass.tasks.tidy_grants")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ring_and_fail()

    assert rung == []
