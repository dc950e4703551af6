"""Bearer tokens at the door of the API."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts import authentication
from accounts.requests import ApiRequest
from core.api import Endpoint
from tests.accounts.make import bearer, make_token
from tests.make import make_user
from tests.record import kinds

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Me(Endpoint):
    """Say who is calling."""

    class Output(serializers.Serializer[object]):
        name = serializers.CharField()

    def get(self, request: ApiRequest) -> Response:
        return Response({"name": request.user.name})

    post = get


urlpatterns = [path("me", Me.as_view())]


def ask(secret: str, method: str = "get", **headers: str) -> Any:
    client = Client(headers={"Authorization": f"Bearer {secret}", **headers})
    return getattr(client, method)("/me")


def test_a_good_token_is_its_person_and_shows_when_it_was_used() -> None:
    token, secret = make_token(make_user("ada"), scope="read")

    assert ask(secret).json() == {"name": "Ada"}
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_use_is_written_down_once_a_minute_at_most() -> None:
    earlier = timezone.now() - timedelta(seconds=30)
    token, secret = make_token(make_user("ada"), created_at=earlier, last_used_at=earlier)

    ask(secret)

    token.refresh_from_db()
    assert token.last_used_at == earlier


@pytest.mark.parametrize("scheme", ["", "Basic YTpi"])
def test_without_a_token_one_is_asked_for(scheme: str) -> None:
    answer = Client(headers={"Authorization": scheme}).get("/me")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="breakglass"'
    assert "Sign in" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"revoked_at": timezone.now() + timedelta(1)}, "revoked"),
        ({"created_at": timezone.now() - timedelta(2),
          "expires_at": timezone.now() - timedelta(1)}, "expired"),
    ],
)  # fmt: skip
def test_an_ended_token_is_refused_with_a_sentence(fields: dict[str, Any], word: str) -> None:
    _token, secret = make_token(make_user("ada"), **fields)

    answer = ask(secret)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert word in json.loads(answer.content)["detail"]


def test_a_wrong_token_is_refused() -> None:
    assert "unknown" in ask("bgp_nonsense").json()["detail"]


def test_the_token_of_a_person_who_is_switched_off_is_refused() -> None:
    ada = make_user("ada")
    client = bearer(ada)
    ada.is_active = False
    ada.save(update_fields=["is_active"])

    assert client.get("/me").status_code == 401


def test_a_reading_token_may_not_act_and_the_attempt_is_recorded() -> None:
    _token, secret = make_token(make_user("ada"), scope="read")

    answer = ask(secret, "post")

    assert answer.status_code == 403
    assert kinds() == ["token.issued", "access.refused"]


def test_a_writing_token_may_act() -> None:
    assert bearer(make_user("ada")).post("/me").status_code == 200


def test_many_wrong_tokens_are_told_to_wait_but_a_good_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(authentication, "FAILURES", 2)
    _token, secret = make_token(make_user("ada"))

    answers = [ask("bgp_wrong") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert ask(secret).status_code == 200
