"""Grants through the API: looking, extending, ending, going in."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Part
from breakglass import transitions
from breakglass.models import Request
from targets import credentials
from targets.credentials import Credentials
from tests.breakglass.api import broken, call
from tests.make import REASON, make_group, make_user, voice
from tests.record import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Let credentials be issued without a server behind the door; return what was asked."""
    asked: list[dict[str, Any]] = []

    def issue(door: Any, **options: Any) -> Credentials:
        asked.append(options)
        return Credentials(
            kind="postgresql", host="db", port=5432, user=door.handle, password="s3cret",
            database="shop", expires_at=door.until, command="psql",
        )  # fmt: skip

    monkeypatch.setattr(credentials, "issue", issue)
    return asked


class TestLook:
    def test_shows_the_grant_and_its_doors(self) -> None:
        grant = broken()

        shown = call("ada", f"grants/{grant.pk}").json()

        assert shown["status"] == "active"
        assert shown["holder"] == {"id": str(grant.holder.pk), "name": "Ada"}
        assert shown["ends_at"].endswith("Z")
        [door] = shown["doors"]
        assert (door["target"]["slug"], door["state"]) == ("shop-db", "opening")

    def test_is_hidden_from_others(self) -> None:
        assert call("eve", f"grants/{broken().pk}").status_code == 404
        assert kinds()[-1] == "access.refused"


class TestExtend:
    BODY = {"minutes": 10, "justification": REASON}

    @pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k1"}])
    def test_of_somebody_else_is_hidden_and_recorded(self, headers: dict[str, str]) -> None:
        url = f"grants/{broken().pk}/extend"

        assert call("eve", url, self.BODY, **headers).status_code == 404
        assert kinds()[-1] == "access.refused"

    def test_asks_anew_in_the_same_case(self) -> None:
        grant = broken()

        answer = call("ada", f"grants/{grant.pk}/extend", self.BODY)

        assert answer.status_code == 201
        assert answer.json()["case"] == grant.request.case
        assert answer.json()["grant"] == str(grant.pk)
        assert Request.objects.get(pk=answer.json()["id"]).extends == grant

    def test_a_repeat_with_the_same_key_asks_once(self) -> None:
        path = f"grants/{broken().pk}/extend"

        first = call("ada", path, self.BODY, **{"Idempotency-Key": "k"})
        again = call("ada", path, self.BODY, **{"Idempotency-Key": "k"})

        assert first.json() == again.json()
        assert Request.objects.count() == 2

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"minutes": 0, "justification": REASON}, 422),
            ({"minutes": 10, "justification": "short"}, 422),
            ({"minutes": 1000, "justification": REASON}, 422),
        ],
    )
    def test_keeps_to_the_rules(self, body: dict[str, Any], status: int) -> None:
        assert call("ada", f"grants/{broken().pk}/extend", body).status_code == status

    def test_is_for_the_holder(self) -> None:
        assert call("bob", f"grants/{broken().pk}/extend", self.BODY).status_code == 403


class TestEnd:
    def test_the_holder_relinquishes(self) -> None:
        grant = broken()

        shown = call("ada", f"grants/{grant.pk}/relinquish", {}).json()

        assert shown["status"] == "relinquished"
        assert shown["doors"][0]["state"] in ("closing", "closed")
        assert call("ada", f"grants/{grant.pk}/relinquish", {}).status_code == 409

    def test_only_the_holder_relinquishes(self) -> None:
        assert call("bob", f"grants/{broken().pk}/relinquish", {}).status_code == 403

    def test_a_responder_revokes_with_a_reason(self) -> None:
        grant = broken()
        make_group("sre", make_user("dana"), part=Part.RESPONDER)

        assert call("dana", f"grants/{grant.pk}/revoke", {}).status_code == 422
        short = call("dana", f"grants/{grant.pk}/revoke", {"reason": "No."})
        assert short.status_code == 422
        assert short.json()["errors"] == {
            "reason": ["Say why in at least 10 characters; you wrote 3."]
        }
        shown = call("dana", f"grants/{grant.pk}/revoke", {"reason": "It is over."}).json()

        assert (shown["status"], shown["end_reason"]) == ("revoked", "It is over.")
        assert shown["ended_by"]["name"] == "Dana"

    def test_a_reviewer_does_not_revoke(self) -> None:
        answer = call("rita", f"grants/{broken().pk}/revoke", {"reason": "I would rather not."})

        assert answer.status_code == 403

    @pytest.mark.parametrize("verb", ["extend", "relinquish", "revoke"])
    def test_hides_somebody_elses(self, verb: str) -> None:
        body = {"extend": TestExtend.BODY, "revoke": {"reason": "Because."}}.get(verb, {})

        assert call("eve", f"grants/{broken().pk}/{verb}", body).status_code == 404

    @pytest.mark.parametrize("verb", ["extend", "relinquish", "revoke"])
    def test_a_reading_token_ends_nothing(self, verb: str) -> None:
        assert call("ada", f"grants/{broken().pk}/{verb}", {}, scope="read").status_code == 403


class TestCredentials:
    def test_the_holder_gets_them_and_nothing_keeps_them(
        self, issued: list[dict[str, Any]]
    ) -> None:
        answer = call("ada", f"grants/{broken().pk}/doors/shop-db/credentials", {"renew": True})

        assert answer.status_code == 200
        assert list(answer.json()) == [
            "kind", "host", "port", "user", "password", "database", "expires_at", "command",
        ]  # fmt: skip
        assert answer["Cache-Control"] == "no-store"
        assert issued[0]["renew"] is True

    @pytest.mark.parametrize(("name", "status"), [("bob", 403), ("eve", 404)])
    def test_are_for_the_holder(self, issued: list[dict[str, Any]], name: str, status: int) -> None:
        answer = call(name, f"grants/{broken().pk}/doors/shop-db/credentials", {})

        assert answer.status_code == status
        assert kinds()[-1] == "access.refused"
        assert not issued

    def test_need_a_door_of_the_grant(self, issued: list[dict[str, Any]]) -> None:
        answer = call("ada", f"grants/{broken().pk}/doors/other-db/credentials", {})

        assert answer.status_code == 404
        assert not issued

    def test_end_with_the_grant_by_the_clock(self, issued: list[dict[str, Any]]) -> None:
        grant = broken(at=timezone.now() - timedelta(hours=2))

        answer = call("ada", f"grants/{grant.pk}/doors/shop-db/credentials", {})

        assert answer.status_code == 409
        assert "over" in answer.json()["detail"]
        assert not issued

    def test_a_target_that_does_not_answer_is_said_without_secrets(self) -> None:
        answer = call("ada", f"grants/{broken().pk}/doors/shop-db/credentials", {})

        assert answer.status_code == 409
        assert "password" not in answer.json()["detail"].lower()

    def test_a_reading_token_gets_none(self, issued: list[dict[str, Any]]) -> None:
        path = f"grants/{broken().pk}/doors/shop-db/credentials"

        assert call("ada", path, {}, scope="read").status_code == 403
        assert not issued


def test_an_approved_extension_moves_the_end() -> None:
    grant = broken()
    more = call("ada", f"grants/{grant.pk}/extend", TestExtend.BODY).json()["id"]

    transitions.approve(Request.objects.get(pk=more), voice=voice("bob"), at=timezone.now())

    ends_at = grant.ends_at + timedelta(minutes=10)
    grant.refresh_from_db()
    assert grant.ends_at == ends_at
