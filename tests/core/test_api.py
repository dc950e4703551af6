"""One shape for every refusal, and nothing unknown let through."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.endpoints")]


def post(client: Client, body: Any, **extra: Any) -> Any:
    return client.post("/groups", body, content_type="application/json", **extra)


@pytest.mark.parametrize(
    ("how", "status", "detail"),
    [
        ("input", 422, "Too long. Ask for less."),
        ("state", 409, "It is over."),
        ("allowed", 403, "Ask Bob."),
        ("missing", 404, "There is nothing here that you may see."),
        ("denied", 403, "You may not do this."),
        ("throttled", 429, "Request was throttled."),
    ],
)
def test_each_refusal_is_a_problem_document(
    client: Client, how: str, status: int, detail: str
) -> None:
    answer = client.get(f"/fail/{how}")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:breakglass:problem:")
    assert problem["title"]
    assert problem["detail"].startswith(detail)


def test_bad_input_names_its_field(client: Client) -> None:
    assert client.get("/fail/input").json()["errors"] == {"minutes": ["Too long. Ask for less."]}


def test_a_throttled_caller_learns_when_to_come_back(client: Client) -> None:
    assert client.get("/fail/throttled")["Retry-After"] == "7"


def test_what_broke_stays_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/fail/broken")

    assert answer.status_code == 500
    assert b"hunter2" not in answer.content
    number = answer.json()["detail"].split()[-1].rstrip(".")
    assert number in caplog.text
    assert "hunter2" in caplog.text


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": "a", "nmae": "b"}, {"nmae": ["Unknown here. Known are: name, sizes."]}),
        ({"\ud800": 1}, {"\\ud800": ["Unknown here. Known are: name, sizes."]}),
        ({"name": "a", "sizes": [1, "x"]}, {"sizes.1": ["A valid integer is required."]}),
        ([1], {"body": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
def test_a_wrong_body_is_422_with_a_sentence_for_each_field(
    client: Client, body: Any, errors: dict[str, list[str]]
) -> None:
    answer = post(client, body)

    assert answer.status_code == 422
    assert answer.json()["errors"] == errors
    assert not Group.objects.exists()


def test_one_error_is_the_sentence_itself_and_several_are_named(client: Client) -> None:
    assert post(client, {"name": ""}).json()["detail"] == "name: This field may not be blank."
    several = post(client, {"name": "", "other": 1, "more": 2}).json()["detail"]
    assert several == "Correct these and send it again: more, other."


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("\xff", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_not_json_is_refused(client: Client, body: str, kind: str, status: int) -> None:
    answer = client.post("/groups", body.encode("latin-1"), content_type=kind)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_an_unknown_verb_is_405(client: Client) -> None:
    assert client.delete("/groups").status_code == 405


@pytest.mark.parametrize(
    "query", ["?unknown=1", "?limit=0", "?limit=201", "?limit=1&limit=2", "?format=xml"]
)
def test_unknown_repeated_and_wrong_parameters_are_400(client: Client, query: str) -> None:
    answer = client.get(f"/groups{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [query[1:].split("=", maxsplit=1)[0]]


def test_a_post_takes_no_parameters(client: Client) -> None:
    answer = client.post("/groups?limit=1", {"name": "a"}, content_type="application/json")

    assert answer.status_code == 400
    assert not Group.objects.exists()


def test_an_unknown_address_is_a_problem_too(client: Client) -> None:
    answer = client.get("/api/v9/nothing")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


class TestPaging:
    @pytest.fixture(autouse=True)
    def groups(self) -> None:
        for name in "abcde":
            Group.objects.create(name=name)

    def test_follows_next_to_the_end(self, client: Client) -> None:
        names, url = [], "/groups?limit=2"
        while url:
            answer = client.get(url).json()
            names.append("".join(item["name"] for item in answer["items"]))
            url = answer["next"]

        assert names == ["ed", "cb", "a"]

    def test_is_not_confused_by_new_rows(self, client: Client) -> None:
        following = client.get("/groups").json()["next"]
        Group.objects.create(name="z")

        assert [item["name"] for item in client.get(following).json()["items"]] == ["c", "b"]

    def test_says_when_nothing_follows(self, client: Client) -> None:
        assert client.get("/groups?limit=5").json()["next"] is None

    @pytest.mark.parametrize(
        "cursor", ["x", "é", "e30=", "dHJ1ZQ==", "WzFd", "IlwwIg==", "Ilx1MDAwMCI="]
    )
    def test_refuses_a_cursor_of_somebody_else(self, client: Client, cursor: str) -> None:
        answer = client.get("/groups", {"cursor": cursor})

        assert answer.status_code == 400
        assert "Follow `next`" in answer.json()["detail"]
