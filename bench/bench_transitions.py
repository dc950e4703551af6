"""Transitions per second through the API against the same number of bare INSERT … COMMIT pairs.

Usage: python -m bench.bench_transitions [SECONDS]        (10 for each part if not given)

Eight clients over HTTP, each with a person and a scenario of its own, submit and withdraw against
a real server process; then eight connections insert and commit one row of the same size. Both
run on the same PostgreSQL with fsync on. What is printed is the ratio.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count

import psycopg

from bench.ground import installation
from config.local import free_port

CLIENTS = 8


def main(seconds: float) -> None:
    """Measure both and print the ratio."""
    with installation() as database:
        tokens = _tokens()
        with _server() as port:
            done = _all([_caller(port, token) for token in tokens], seconds)
        with psycopg.connect(database) as connection:
            connection.execute("CREATE TABLE bench_bare (id bigserial, body bytea)")
        bare = _all([_inserter(database) for _ in range(CLIENTS)], seconds)
    print(f"transitions through the API, {CLIENTS} clients: {done:8.0f} /s")
    print(f"bare INSERT and COMMIT, {CLIENTS} clients:      {bare:8.0f} /s")
    print(f"ratio: {done / bare:.4f}")


def _tokens() -> list[str]:
    """Make a scenario with a person for each client; return their tokens."""
    from io import StringIO

    from django.core.management import call_command

    from tests.make import make_group, make_scenario, make_user

    tokens = []
    for number in range(CLIENTS):
        person = make_user(f"client{number}")
        make_scenario(f"scenario-{number}")
        make_group("Platform engineers", person)
        out = StringIO()
        call_command("token", person.email, "--name", "bench", "--scope", "write", stdout=out)
        tokens.append(out.getvalue().split()[-1])
    return tokens


@contextlib.contextmanager
def _server() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    env = {**os.environ, "BASE_URL": f"http://127.0.0.1:{port}", "DATABASE_POOL": "8"}
    with subprocess.Popen([*command, "--log-level", "error", "--workers", "2"], env=env) as server:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request("GET", "/api/v1/health")
                    connection.getresponse().read()
                    break
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def _caller(port: int, token: str) -> Callable[[], Iterator[int]]:
    """Submit and withdraw for ever; yield the number of transitions of each round."""

    def run() -> Iterator[int]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        def post(path: str, body: dict[str, object]) -> dict[str, object]:
            connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status in (200, 201), (path, answer.status, text)
            return dict(json.loads(text))

        scenario = f"scenario-{token_number[token]}"
        for _ in count():
            made = post(
                "requests",
                {
                    "scenario": scenario, "targets": ["shop-db"], "minutes": 10,
                    "justification": "Checkout fails for all customers; I will end the lock.",
                    "reference": "INC-1", "intent": "", "urgency": "normal",
                },
            )  # fmt: skip
            post(f"requests/{made['id']}/withdraw", {})
            yield 2

    token_number.setdefault(token, len(token_number))
    return run


token_number: dict[str, int] = {}


def _inserter(database: str) -> Callable[[], Iterator[int]]:
    def run() -> Iterator[int]:
        with psycopg.connect(database) as connection:
            body = os.urandom(800)
            for _ in count():
                connection.execute("INSERT INTO bench_bare (body) VALUES (%s)", [body])
                connection.commit()
                yield 1

    return run


def _all(makers: list[Callable[[], Iterator[int]]], seconds: float) -> float:
    """Run every client in a thread; return how much they did in a second, after a warm-up."""
    counts = [0] * len(makers)
    begin, end = time.monotonic() + 1, time.monotonic() + 1 + seconds

    def run(index: int, maker: Callable[[], Iterator[int]]) -> None:
        for amount in maker():
            now = time.monotonic()
            if now >= end:
                return
            if now >= begin:
                counts[index] += amount

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(makers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
