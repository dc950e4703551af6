import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from judgement.facts import Kind
from judgement.findings import WHOLE_SESSION
from judgement.grounds import Said
from judgement.judge import Judgement
from judgement.plugins import Chat, Embeddings, Opinion, raised, redacted
from judgement.reading import facts_of
from judgement.reasons import read

REASON = read("Look at order 4711 of ann@example.org.")
ACTIONS = [
    Said.of(text, facts_of(Kind.SQL, text))
    for text in ("SELECT * FROM orders WHERE id = 4711", "SELECT salary FROM staff")
]


@contextmanager
def answering(answer: object, status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run a server that answers with this; yield its address and what it was sent."""
    sent: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent.append(body | {"key": self.headers["Authorization"]})
            made = answer(body) if callable(answer) else answer
            text = made if isinstance(made, bytes) else json.dumps(made).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", sent
        finally:
            server.shutdown()
            thread.join()


def vectors(body: dict[str, Any]) -> dict[str, Any]:
    """Answer as a model for which only what speaks of orders is alike."""
    return {"data": [{"embedding": [1.0, 0.0] if "order" in text else [0.0, 1.0]}
                     for text in body["input"]]}  # fmt: skip


def said(content: object) -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"choices": [{"message": {"content": text}}]}


class TestEmbeddings:
    def test_the_least_similar_action_counts(self) -> None:
        with answering(vectors) as (url, _):
            opinion = Embeddings(url).opinion(REASON, ACTIONS)
        assert opinion == Opinion(3, 1.0, opinion.text if opinion else "", 1)

    def test_what_is_alike_is_nothing_to_mention(self) -> None:
        with answering(vectors) as (url, _):
            opinion = Embeddings(url).opinion(REASON, ACTIONS[:1])
        assert opinion
        assert opinion.score == 0

    @pytest.mark.parametrize(
        "answer", [b"no", {}, {"data": []}, {"data": [{"embedding": ["x"]}]}, {"data": [1, 2, 3]}]
    )
    def test_an_answer_of_another_form_changes_nothing(self, answer: object) -> None:
        with answering(answer) as (url, _):
            assert Embeddings(url).opinion(REASON, ACTIONS) is None


class TestChat:
    def test_values_never_leave(self) -> None:
        answer = said({"risk": 0.9, "action": 2, "summary": "It reads salaries."})
        with answering(answer) as (url, sent):
            opinion = Chat(url, "small", key="k-1").opinion(REASON, ACTIONS)
        assert opinion
        assert (opinion.tier, opinion.score, opinion.action) == (4, 0.9, 1)
        asked = json.dumps(sent[0]["messages"])
        assert "4711" not in asked
        assert "ann@" not in asked
        assert sent[0]["key"] == "Bearer k-1"

    def test_equal_values_have_equal_marks(self) -> None:
        marks: dict[str, str] = {}
        assert redacted("order 42", marks) == "order <1>"
        assert redacted("WHERE id = 42 OR id = 43", marks) == "WHERE id = <1> OR id = <2>"

    @pytest.mark.parametrize(
        "content",
        [
            "fine", {}, {"risk": 2, "action": 1, "summary": ""},
            {"risk": True, "action": 1, "summary": ""}, {"risk": 0.5, "action": 9, "summary": ""},
            {"risk": 0.5, "action": 1, "summary": 7}, {"risk": "high", "action": 1, "summary": ""},
        ],
    )  # fmt: skip
    def test_an_answer_of_another_form_changes_nothing(self, content: object) -> None:
        with answering(said(content)) as (url, _):
            assert Chat(url, "small").opinion(REASON, ACTIONS) is None

    def test_a_server_that_fails_or_is_none_changes_nothing(self) -> None:
        with answering({}, status=500) as (url, _):
            assert Chat(url, "small").opinion(REASON, ACTIONS) is None
        assert Chat(url, "small", patience=0.5).opinion(REASON, ACTIONS) is None
        assert Chat("ftp://x", "small").opinion(REASON, ACTIONS) is None


class TestRaised:
    JUDGED = Judgement(score=0.4, flag=False, findings=(), explained=2, actions=2)

    def test_an_opinion_raises_and_says_so(self) -> None:
        found = raised(self.JUDGED, Opinion(4, 0.9, "It reads salaries.", 1), flag_at=0.5)
        assert (found.score, found.flag) == (0.9, True)
        assert found.findings[0].text == "It reads salaries."

    def test_an_opinion_never_lowers(self) -> None:
        for opinion in (Opinion(4, 0.1, "Fine.", WHOLE_SESSION), None):
            assert raised(self.JUDGED, opinion, flag_at=0.5) == self.JUDGED
