"""Speak to the API in tests."""

from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from breakglass.models import Grant, Request, Scenario
from tests.accounts.make import bearer
from tests.make import REASON, make_broken_glass, make_request, make_scenario, make_user

V1 = "/api/v1"


def call(name: str, path: str, body: Any = None, *, scope: str = "write", **headers: str) -> Any:
    """Send a request as the person called `name`: POST where there is a body, else GET."""
    client = bearer(make_user(name), scope=scope)
    return send(client, path, body, **headers)


def send(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    """Send a request with `client`: POST where there is a body, else GET."""
    if body is None:
        return client.get(f"{V1}/{path}", headers=headers)
    return client.post(f"{V1}/{path}", body, content_type="application/json", headers=headers)


def asking(among: Scenario | None = None, **fields: Any) -> dict[str, Any]:
    """Return the body of a request that the scenario accepts."""
    scenario = among or Scenario.objects.first() or make_scenario()
    return {
        "scenario": scenario.slug,
        "targets": [target.slug for target in scenario.targets.all()],
        "justification": REASON,
        "minutes": 30,
        **fields,
    }


def pending(at: datetime | None = None, **ask: Any) -> Request:
    """Return a request of Ada's that waits now."""
    return make_request(at=at or timezone.now(), **ask)


def broken(at: datetime | None = None, **ask: Any) -> Grant:
    """Return a live grant of Ada's, got by breaking the glass now."""
    return make_broken_glass(at=at or timezone.now(), **ask).grant
