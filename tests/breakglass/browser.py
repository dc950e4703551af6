"""Browsers without a screen: who looks, and what they get."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Part
from audit.sequencer import run_once
from breakglass.models import Grant, Request, Scenario
from targets.models import Door
from tests.make import (
    make_broken_glass,
    make_browser,
    make_groups,
    make_request,
    make_scenario,
    make_user,
)

# Everybody who may come to a page: requesters, approvers, reviewer, and the parts of the house.
CAST = ("ada", "eve", "bob", "rita", "dana", "carla", "otto", "mallory")


def make_cast() -> Scenario:
    """Return the scenario of tests.make with a responder, compliance, an auditor and a stranger."""
    scenario = make_scenario()
    make_groups(
        {"Responders": ["dana", "noor"], "Compliance": ["carla"], "Auditors": ["otto"]},
        {"Responders": Part.RESPONDER, "Compliance": Part.COMPLIANCE, "Auditors": Part.AUDITOR},
    )
    make_user("mallory")
    return scenario


def client(name: str) -> Client:
    """Return a browser in which the person is signed in."""
    return make_browser(name)


def see(name: str, url: str, **query: Any) -> Any:
    """Return the page as the person sees it."""
    return client(name).get(url, query)


def text(response: Any) -> str:
    """Return what a page says, without its markup's line breaks."""
    return " ".join(response.content.decode().split())


def asked(**ask: Any) -> Request:
    """Return a pending request that was sent a minute ago."""
    return make_request(at=timezone.now() - timedelta(minutes=1), **ask)


def broken(**ask: Any) -> Request:
    """Return a request by which the glass was broken a minute ago."""
    return make_broken_glass(at=timezone.now() - timedelta(minutes=1), **ask)


def opened(request: Request) -> Grant:
    """Return its grant, with its doors open as a worker leaves them."""
    now = timezone.now()
    Door.objects.filter(grant=request.grant.pk).update(state=Door.State.OPEN, opened_at=now)
    return Grant.objects.get(pk=request.grant.pk)


def entered() -> None:
    """Let the sequencer enter what was recorded."""
    run_once(at=timezone.now())


@contextmanager
def queries() -> Iterator[CaptureQueriesContext]:
    """Count the queries of a page."""
    with CaptureQueriesContext(connection) as captured:
        yield captured
