"""A doorbell that nobody hears stops nobody."""

import logging

import pytest
from celery import Celery, current_app
from django.db import transaction

from core import doorbell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nobody_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the transport lead to a port on which nothing listens."""
    app = Celery("deaf", broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": 1}
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
