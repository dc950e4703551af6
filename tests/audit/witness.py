"""Real witnesses for tests: processes of their own, spoken to over HTTP."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from audit.anchors.witnesses import Witness
from audit.core.note import WITNESS, read_key
from config.local import free_port

ROOT = Path(__file__).resolve().parents[2]
_ONLY = ("PATH", "LANG", "HOME")  # no settings, no database


class Running:
    """A witness process; start it again as often as you like."""

    def __init__(self, home: Path, *logs: str, name: str = "w1.example.org") -> None:
        self.home, self.logs, self.name = home, logs, name
        self.url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = ["witness", "--home", str(self.home), "--name", self.name]
        words += ["--bind", self.url.removeprefix("http://")]
        words += [word for log in self.logs for word in ("--log", log)]
        env = {name: os.environ[name] for name in _ONLY if name in os.environ}
        with (self.home.parent / f"{self.home.name}.log").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", *words], env=env, stdout=output, stderr=output
            )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError):
                self.look()
                return
            time.sleep(0.05)
        raise AssertionError(self.said())

    def kill(self) -> None:
        """End it without any warning."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def said(self) -> str:
        """Return what it wrote into its log."""
        return (self.home.parent / f"{self.home.name}.log").read_text()

    def look(self) -> str:
        """Return the page that says who it is."""
        with urllib.request.urlopen(self.url, timeout=5) as answer:
            return str(answer.read().decode())

    @property
    def known(self) -> Witness:
        """The witness as settings name it."""
        return Witness(read_key(self.look().split("\n")[0], WITNESS), self.url)

    @property
    def setting(self) -> str:
        """The words for LEDGER_WITNESSES."""
        return f"{self.known.key} {self.url}"

    def post(self, body: str | bytes) -> tuple[int, str, str]:
        """Send a request; return the code, the kind and the text of the answer."""
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(f"{self.url}/add-checkpoint", data)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()


@contextmanager
def running(home: Path, *logs: str, name: str = "w1.example.org") -> Iterator[Running]:
    """Run a witness in a folder, for logs with these keys."""
    witness = Running(home, *logs, name=name)
    witness.start()
    try:
        yield witness
    finally:
        witness.kill()
