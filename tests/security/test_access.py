"""Every address of the product, tried by those whom it is not for."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from audit.models import Pending
from breakglass.models import Grant, Request
from config.health import Health
from core.api import Endpoint
from tests.accounts.make import bearer, make_token
from tests.breakglass.api import asking, broken, pending, send
from tests.make import make_user
from tests.record import kinds
from tests.shared import made_once

pytestmark = pytest.mark.django_db
# What strangers may open: the doors themselves and what helps through them. A stream tells them
# that they are signed out, and ends (`tests/core/test_live.py`).
OPEN = ("accounts/", "admin/", "api/v1/health", "api/v1/schema", "live/", "static/")


def _addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith(("^", "admin/")):
            yield route, pattern.callback


ROUTES = dict(_addresses(get_resolver()))
OURS = sorted(route for route in ROUTES if not route.startswith(OPEN) and "(?P" not in route)
ENDPOINTS = sorted(
    route
    for route, view in ROUTES.items()
    if issubclass(getattr(view, "view_class", object), Endpoint) and view.view_class is not Health
)
OF_A_CASE = [
    route for route in ENDPOINTS if route.startswith(("api/v1/requests/", "api/v1/grants/"))
]


def _fill(route: str, grant: Grant) -> str:
    """Put the names of things that are there into the address."""
    pk = grant.request_id if "requests" in route else grant.pk
    values = {
        "uuid:pk": pk,
        "int:case": grant.request.case,
        "int:number": grant.request.case,
        "slug:slug": grant.scenario.slug,
        "slug:target": "shop-db",
    }
    for name, value in values.items():
        route = route.replace(f"<{name}>", str(value))
    parts = [str(uuid.uuid4()) if "<uuid" in part else part for part in route.split("/")]
    return "/" + "/".join("1" if part.startswith("<") else part for part in parts)


case = made_once(broken, scope="class")


@pytest.mark.usefixtures("case")
class TestOthers:
    @pytest.mark.parametrize("route", OURS)
    def test_strangers_get_nowhere(self, client: Client, route: str) -> None:
        path = _fill(route, Grant.objects.get())

        for answer in (client.get(path), client.post(path)):
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/")
            else:
                assert answer.status_code in (401, 403, 404, 405)

    @pytest.mark.parametrize("route", OF_A_CASE)
    def test_a_case_of_somebody_else_is_not_there(self, route: str) -> None:
        grant = Grant.objects.get()
        view: Any = ROUTES[route]
        client = bearer(make_user("mallory"))
        body = {
            "comment": "x", "minutes": 1, "justification": "x", "reason": "x", "text": "x",
                "reference": "x",
        }  # fmt: skip
        fields = view.view_class.Input().fields if view.view_class.Input else {}
        given = {name: value for name, value in body.items() if name in fields}

        path = _fill(route, grant).removeprefix("/api/v1/")
        answer = send(client, path, given if view.view_class.Input else None)

        assert answer.status_code == 404
        assert kinds()[-1] == "access.refused"
        grant.refresh_from_db()
        assert grant.status == "active"


class TestSession:
    def test_acts_in_the_api_only_with_a_csrf_token(self) -> None:
        body, client = asking(), Client(enforce_csrf_checks=True)
        client.force_login(make_user("ada"))

        answer = send(client, "requests", body)

        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert not Request.objects.exists()

    def test_acts_with_one(self) -> None:
        body, client = asking(), Client(enforce_csrf_checks=True)
        client.force_login(make_user("ada"))
        client.get("/profile/")
        token = client.cookies["csrftoken"].value

        assert send(client, "requests", body, **{"X-CSRFToken": token}).status_code == 201

    def test_cookies_are_out_of_reach_of_scripts_and_other_sites(self, client: Client) -> None:
        make_user("ada", password="correct horse battery")
        given = {"login": "ada@example.com", "password": "correct horse battery"}

        client.post("/accounts/login/", given)

        cookie = client.cookies["sessionid"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_pages_name_what_they_load(self, client: Client) -> None:
        policy = client.get("/accounts/login/")["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


class TestSecrets:
    def test_are_not_in_the_record(self) -> None:
        _token, secret = make_token(make_user("ada"))

        rows = [bytes(row.envelope) + bytes(row.payload) for row in Pending.objects.all()]
        assert not [row for row in rows if secret[4:20].encode() in row]

    def test_are_not_sent_back(self, client: Client) -> None:
        answer = client.get("/api/v1/cases", headers={"Authorization": "Bearer bgp_mine"})

        assert answer.status_code == 401
        assert b"bgp_mine" not in answer.content

    def test_of_a_target_that_does_not_answer_stay_here(self) -> None:
        grant = broken()
        target = grant.targets.get()
        target.seal_secret("hunter2-of-the-target", at=timezone.now())
        target.save()

        path = f"grants/{grant.pk}/doors/{target.slug}/credentials"
        answer = send(bearer(grant.holder), path, {})

        assert answer.status_code == 409
        assert b"hunter2" not in answer.content


def test_a_token_does_not_open_pages(client: Client) -> None:
    """Tokens are for the API: a stolen reading token must not show whole pages."""
    assert bearer(make_user("ada")).get("/profile/").status_code == 302


def test_somebody_who_left_the_group_sees_no_more_cases() -> None:
    asked, bob = pending(), make_user("bob")
    client = bearer(bob)
    assert send(client, f"requests/{asked.pk}").status_code == 200

    bob.groups.clear()

    assert send(client, f"requests/{asked.pk}").status_code == 404
