"""The description of the API: complete, valid, and true when it is tried with odd input."""

import json
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Part
from core.api import Endpoint
from tests.accounts.make import make_token
from tests.alerts.make import make_delivery
from tests.breakglass.api import broken
from tests.make import make_group, make_user

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_it_is_drawn_without_a_warning() -> None:
    out = StringIO()

    call_command("spectacular", fail_on_warn=True, validate=True, stdout=out)

    assert "/api/v1/requests/{id}/approve" in out.getvalue()


def _views(resolver: URLResolver) -> list[Any]:
    found: list[Any] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += _views(pattern)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "view_class"):
            found.append(pattern.callback.view_class)
    return found


def test_each_endpoint_says_what_it_answers() -> None:
    endpoints = [view for view in _views(get_resolver()) if issubclass(view, Endpoint)]

    assert len(endpoints) > 20
    for endpoint in endpoints:
        assert endpoint.Output or endpoint.Result or endpoint.media, endpoint
        assert endpoint.Input is not None or not hasattr(endpoint, "post"), endpoint


@pytest.mark.django_db
class TestDocs:
    def test_show_under_our_policy(self, client: Client) -> None:
        client.force_login(make_user("ada"))

        page = client.get(reverse("api-docs"))

        assert "unsafe-inline" not in page["Content-Security-Policy"]
        assert b"<style" not in page.content
        assert b"script=" in page.content

    def test_are_for_people(self, client: Client) -> None:
        assert client.get(reverse("api-docs")).status_code == 302


@pytest.fixture
def known(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return a token of somebody who may much, and the names of things that are there."""
    for signal in (request_started, request_finished):  # they would close the test's connection
        monkeypatch.setattr(signal, "receivers", [])
        signal.sender_receivers_cache.clear()
    ada = make_user("ada")
    grant = broken()
    make_group("sre", ada, part=Part.RESPONDER)
    _token, secret = make_token(ada)
    alert = make_delivery(ada, receipt=True)
    return {
        "secret": secret,
        "id": {"requests": grant.request_id, "grants": grant.pk, "alerts": alert.pk},
        "case": grant.request.case,
        "slug": grant.scenario.slug,
        "target": "shop-db",
    }


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: Any, value: Any) -> bytes:
    return json.dumps(value, default=str).encode()


generator: Any = SchemaGenerator
schema = schemathesis.openapi.from_dict(generator().get_schema(request=None, public=True))
schema.app = get_wsgi_application()


@schema.parametrize()
@settings(
    max_examples=3, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_odd_input_is_answered_as_described(case: Any, known: dict[str, Any]) -> None:
    _try(case, known)
    for name in case.path_parameters or {}:
        value = known.get(name)
        if name == "id":
            value = known["id"].get(case.path.split("/")[3])
        if value:
            case.path_parameters[name] = str(value)
    _try(case, known)


def _try(case: Any, known: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {known['secret']}"}
    case.call_and_validate(headers=headers, checks=_CHECKS)
