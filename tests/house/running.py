"""A whole running house in a directory of its own: every process, as `make run` starts them."""

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from config.local import free_port

PASSWORD = "a-password-of-this-test"
_WAIVER = "Customers cannot pay, and the review is promised for tomorrow."
_START = """
import os, signal, sys
from pathlib import Path
from config.local import Local
from config.run import Options, Run

# A shell lets what it starts in the background ignore Ctrl-C; this one is to hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    Run(Options.read(os.environ), Local(Path(sys.argv[1]))).go()
except KeyboardInterrupt:
    pass
"""
_WORDS = {
    "web": "uvicorn",
    "sequencer": "audit_sequencer",
    "sealer": "audit_sealer",
    "witness": "manage.py witness",
    "worker": "config worker",  # PostgreSQL has workers, too
    "beat": "config beat",
    "redis": "redis-server",
    "database": "/postgres/data",  # not that of the shop
}


class House:
    """The running house, and what a test does to it."""

    def __init__(self, home: Path, **env: str) -> None:
        self._home, self._env = home, env
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._people: dict[str, Person] = {}

    def start(self) -> None:
        """Bring everything up and wait until the page answers."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        env = {**kept, "BIND": f"127.0.0.1:{self.port}", "DEMO_PASSWORD": PASSWORD}
        env |= self._env
        with (self._home / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(self._home)],
                env=env, stdout=output, stderr=output,
            )  # fmt: skip
        until(lambda: "Ready:" in self.output() and self.answers(), seconds=300)

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=40)
            self._process = None

    def kill(self, name: str) -> None:
        """End one of its processes, and what that has started, without any warning."""
        for process in self._processes(name):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def answers(self) -> bool:
        """Whether the web process does."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def output(self) -> str:
        """Return everything its processes have said."""
        return (self._home / "output").read_text(encoding="utf-8", errors="replace")

    def sign_in(self, mailbox: str) -> "Person":
        """Return somebody who has signed in through the page, once: how often is limited."""
        if mailbox not in self._people:
            self._people[mailbox] = Person(self.url, f"{mailbox}@example.com")
        return self._people[mailbox]

    def _processes(self, name: str) -> Iterator[psutil.Process]:
        assert self._process
        for child in psutil.Process(self._process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if _WORDS[name] in " ".join(child.cmdline()) + " ":
                    yield child


class Person:
    """A browser of somebody who is signed in, and speaks to the API with the same session."""

    def __init__(self, url: str, email: str) -> None:
        self._url, self._jar = url, http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.fill("/accounts/login/", login=email, password=PASSWORD)

    def look(self, path: str) -> str:
        """Return a page."""
        with self._opener.open(self._url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def cookies(self) -> dict[str, str]:
        """Return its cookies, for a real browser."""
        return {cookie.name: cookie.value or "" for cookie in self._jar}

    def fill(self, path: str, *, send_to: str = "", **fields: str) -> None:
        """Send the form that stands on the page at `path`."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.look(path))
        assert found
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **fields}).encode()
        address = self._url + (send_to or path)
        request = urllib.request.Request(address, data, {"Referer": self._url + path})
        self._opener.open(request, timeout=20).read()

    def get(self, path: str) -> Any:
        """Return what the API answers."""
        return self._call("GET", path, None)

    def post(self, path: str, **body: object) -> Any:
        """Send a body to the API and return what it answers."""
        return self._call("POST", path, json.dumps(body).encode())

    def break_glass(self, minutes: int = 10, waiver: str = _WAIVER) -> Any:
        """Start access to the shop at once."""
        return self.post(
            "requests",
            scenario="production-outage", targets=["shop-db"], urgency="break_glass",
            justification="Checkout fails for all customers; I will end the blocking session.",
            reference="INC-20999", intent="Read pg_stat_activity.", minutes=minutes,
            waiver=waiver,
        )  # fmt: skip

    def _call(self, method: str, path: str, data: bytes | None) -> Any:
        token = next((cookie.value for cookie in self._jar if cookie.name == "csrftoken"), "")
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": token or "",
            "Referer": self._url,
        }
        url = f"{self._url}/api/v1/{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()[:500]}") from error


def until(true: Callable[[], object], *, seconds: float) -> float:
    """Wait until something is true; return how long it took, in seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if true():
            return time.monotonic() - begun
        time.sleep(0.05)
    raise AssertionError(f"Not within {seconds} s.")
