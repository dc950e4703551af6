"""A creation that is sent twice happens once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from core import tasks
from core.models import StoredAnswer
from tests.accounts.make import bearer
from tests.core import endpoints
from tests.make import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.endpoints")]


def create(client: Client, name: str, key: str = "k1") -> Any:
    return client.post(
        "/groups",
        {"name": name},
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


@pytest.fixture
def ada() -> Client:
    return bearer(make_user("ada"))


def test_a_repeat_gets_the_first_answer(ada: Client) -> None:
    first, again = create(ada, "dba"), create(ada, "dba")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Group.objects.count() == 1


def test_a_key_belongs_to_one_body(ada: Client) -> None:
    create(ada, "dba")

    answer = create(ada, "sre")

    assert answer.status_code == 422
    assert "Take a new one" in answer.json()["detail"]
    assert Group.objects.count() == 1


def test_a_key_belongs_to_one_person(ada: Client) -> None:
    create(ada, "dba")

    assert create(bearer(make_user("bob")), "sre").status_code == 201


def test_a_refused_creation_can_be_sent_again(ada: Client) -> None:
    assert create(ada, "refused").status_code == 409
    assert create(ada, "").status_code == 422
    assert create(ada, "dba").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_a_key_is_plain_and_short(ada: Client, key: str) -> None:
    answer = create(ada, "dba", key)

    assert answer.status_code == 422
    assert not Group.objects.exists()


def test_a_key_needs_a_person(client: Client) -> None:
    assert create(client, "dba").status_code == 401


def test_without_a_key_nothing_is_kept(ada: Client) -> None:
    ada.post("/groups", {"name": "dba"}, content_type="application/json")

    assert not StoredAnswer.objects.exists()


def test_answers_are_forgotten_after_a_day(ada: Client) -> None:
    create(ada, "dba", "old")
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    create(ada, "sre", "new")

    tasks.forget_answers()

    assert [answer.key for answer in StoredAnswer.objects.all()] == ["new"]


@pytest.mark.parametrize("fields", [{"status": 201}, {"body": {}}, {"status": 100, "body": {}}])
def test_database_refuses(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredAnswer.objects.create(
            person=make_user().pk,
            key="k",
            fingerprint=b"x" * 32,
            created_at=timezone.now(),
            **fields,
        )


@pytest.mark.django_db(transaction=True)
def test_a_repeat_waits_for_the_first(ada: Client) -> None:
    endpoints.working.clear()
    endpoints.go_on.clear()
    answers: list[Any] = []

    def send() -> None:
        try:
            answers.append(create(ada, "slow"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    threads[0].start()
    assert endpoints.working.wait(5)
    threads[1].start()
    threads[1].join(0.3)
    assert not answers
    endpoints.go_on.set()
    for thread in threads:
        thread.join(5)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Group.objects.count() == 1
