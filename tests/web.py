"""A real web server on the database of the tests, with a Redis of its own that may die."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from config import embedded
from config.embedded import Redis
from config.local import free_port
from core import live


class Web:
    """uvicorn with the product, as `make run` starts it."""

    def __init__(self, redis: Redis) -> None:
        self.redis, self.port = redis, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when the first page answers."""
        place = urlsplit(os.environ["DATABASE_URL"])
        database = place._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        env = os.environ | {
            "DATABASE_URL": database,
            "REDIS_URL": self.redis.url,
            "BASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--lifespan=off"]
        command += ["--log-level=warning", f"--port={self.port}", "--timeout-graceful-shutdown=5"]
        self.process = subprocess.Popen(command, env=env)
        for _ in range(300):
            if self._answers():
                return
            time.sleep(0.1)
        raise AssertionError("The server does not answer.")

    def stop(self) -> float:
        """Ask it to end; return how many seconds that took."""
        begun = time.monotonic()
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        return time.monotonic() - begun

    def _answers(self) -> bool:
        door = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            door.request("GET", "/accounts/login/")
            return door.getresponse().status < 400  # with nobody there it leads to the set-up
        except OSError:
            return False
        finally:
            door.close()


@contextmanager
def serving(patch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Run the server; what this process signals reaches it."""
    account = embedded.account_for(Path(tempfile.gettempdir()))
    redis = Redis(port=free_port(), password="for-tests", account=account)
    redis.start()
    redis.wait()
    patch.setattr(settings, "REDIS_URL", redis.url)
    live.line.cache_clear()
    web = Web(redis)
    web.start()
    try:
        yield web
    finally:
        web.stop()
        redis.stop()
        live.line.cache_clear()
