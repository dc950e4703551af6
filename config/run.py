"""Run the whole of Breakglass on one machine: what `make run` does.

It brings up PostgreSQL and Redis where no address is given, makes the tables, loads the demo,
and keeps web, sequencer, sealer, worker and beat running until Ctrl-C. All it needs to remember
lies in `.local/`; a second start finds everything as it was.
"""

import base64
import dataclasses
import functools
import hashlib
import ipaddress
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from config import processes
from config.backing import Backing
from config.children import Child, Children
from config.embedded import EmbeddedError
from config.local import Local, is_free
from config.own_witness import OwnWitness

BASE = Path(__file__).resolve().parent.parent
_STARTED = time.monotonic()
_SEALING = {"LEDGER_KEY_PATH": "key", "LEDGER_MEMORY_PATH": "memory"}


class Refusal(Exception):
    """We cannot go on; the text says what to do."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """What the environment asks for."""

    host: str
    port: int
    demo: bool

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Options":
        """Read BIND and DEMO.

        Raises Refusal for nonsense, and for a demo that others than this machine could reach.
        """
        bind = env.get("BIND") or "127.0.0.1:8000"
        host, _, port = bind.rpartition(":")
        host = host.strip("[]")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise Refusal(f"BIND={bind!r}: use an address and a port, such as 127.0.0.1:8000.")
        if (demo := env.get("DEMO") or "yes") not in ("yes", "no"):
            raise Refusal(f'DEMO={demo!r}: use "yes" or "no".')
        if demo == "yes" and not _is_loopback(host):
            raise Refusal(
                f"The demo has accounts with a known password, so it does not listen on {host}."
                " Use BIND=127.0.0.1:8000, or DEMO=no for a real installation."
            )
        return cls(host=host, port=int(port), demo=demo == "yes")

    @property
    def url(self) -> str:
        """Return where a browser on this machine finds us."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Run:
    """One run, from nothing to a page in the browser, until somebody ends it."""

    def __init__(self, options: Options, local: Local) -> None:
        self._options, self._local = options, local
        self._children = Children()
        self._kept = ".local/"
        self._witness: OwnWitness | None = None
        # Celery's advice against root is not for a trial on one's own machine.
        quiet = {"PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"}
        self._env = quiet | dict(os.environ)

    def go(self) -> None:
        """Bring everything up and keep it so. Only an exception, such as Ctrl-C, ends it."""
        try:
            self._prepare()
            self._serve()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            say("Stopping …")
            self._children.stop()
            say(f"Stopped. Everything is kept in {self._kept}.")

    def _prepare(self) -> None:
        self._env |= self._secrets()
        backing = Backing(self._local, self._env, demo=self._options.demo)
        self._env |= self._sealing(backing.database_id)
        if self._options.demo and not self._env.get("LEDGER_WITNESSES"):
            self._witness = OwnWitness(self._local, backing.database_id)
            self._env["LEDGER_WITNESSES"] = self._witness.setting()
        if backing.home != self._local.path:
            self._kept = f".local/ and {backing.home}/"
        say(f"Starting PostgreSQL and Redis, with data in {self._kept} …")
        self._addresses = backing.bring_up(self._children)
        say("They answer.")
        self._lend()
        self._bring_up_to_date(backing.database_id)
        if self._options.demo and not backing.demo_is_loaded:
            self._load_demo()
            backing.remember_demo()

    def _secrets(self) -> dict[str, str]:
        """Return the variables that settings need; what is set already wins."""
        made: dict[str, Callable[[], str]] = {
            "SECRET_KEY": lambda: self._local.secret(
                "secret-key", lambda: secrets.token_urlsafe(48)
            ),
            "TARGET_KEYS": lambda: self._local.secret("target-keys", _new_target_key),
            "LEDGER_DATA_KEYS": lambda: self._local.secret("ledger-data-keys", _new_target_key),
            "DEMO_PASSWORD": lambda: self._local.secret("demo-password", _new_password),
            "BASE_URL": lambda: self._options.url,
            "DEMO": lambda: "yes" if self._options.demo else "no",
        }
        return {name: self._env.get(name) or make() for name, make in made.items()}

    def _sealing(self, database_id: str) -> dict[str, str]:
        """Return where the sealer has its key and its memory: apart for each database."""
        home = self._local.path / "ledger" / database_id
        return {name: self._env.get(name) or str(home / file) for name, file in _SEALING.items()}

    def _lend(self) -> None:
        """Leave to `manage.py` what we made ourselves, so that its commands find everything."""
        if "DATABASE_URL" in os.environ:
            self._local.forget("environment.json")
            return
        addresses = {
            "DATABASE_URL": self._addresses.application,
            "OWNER_DATABASE_URL": self._addresses.owner,
            "SEQUENCER_DATABASE_URL": self._addresses.sequencer,
            "SEALER_DATABASE_URL": self._addresses.sealer,
            "REDIS_URL": self._addresses.redis,
            **{name: self._env[name] for name in _SEALING},
            "LEDGER_WITNESSES": self._env.get("LEDGER_WITNESSES", ""),
        }
        self._local.write("environment.json", json.dumps(self._secrets() | addresses))

    def _bring_up_to_date(self, database_id: str) -> None:
        """Make tables and static files, unless nothing has changed since they were made."""
        wanted = f"{database_id} {_fingerprint()}"
        if self._local.read("prepared") == wanted:
            return
        say("Making tables and static files …")
        steps = (["migrate"], ["collectstatic", "--no-input", "--clear"])
        for step in [self._manage(*step, "--verbosity=0") for step in steps]:
            self._finish(step)
        self._local.write("prepared", wanted)

    def _load_demo(self) -> None:
        say("Loading the demo …")
        demo = self._manage("demo", DEMO_TARGET_URL=self._addresses.shop)
        self._local.write("demo.txt", self._finish(demo))

    def _first_run(self) -> str:
        """Return how an installation without the demo is set up, while nobody is there."""
        return self._finish(self._manage("set_up_code"))

    def _manage(self, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start a management command as the owner of the tables."""
        command = [sys.executable, "manage.py", *words]
        return self._start(command, self._addresses.owner, **variables)

    def _finish(self, step: subprocess.Popen[bytes]) -> str:
        """Wait for a command and return what it said; Refusal when it failed."""
        said = step.communicate()[0].decode(errors="replace")
        if step.returncode:
            raise Refusal(f"{said}\nThe step above failed, so nothing was started.")
        return said

    def _start(self, command: list[str], database: str, **defaults: str) -> subprocess.Popen[bytes]:
        addresses = {"DATABASE_URL": database, "REDIS_URL": self._addresses.redis}
        env = defaults | self._env | addresses
        for name in ("OWNER_DATABASE_URL", "SEQUENCER_DATABASE_URL", "SEALER_DATABASE_URL"):
            env.pop(name, None)
        return processes.start(command, account=processes.myself(), env=env, output=subprocess.PIPE)

    def _serve(self) -> None:
        say("Starting web, sequencer, sealer, worker and beat …")
        python, options, to = sys.executable, self._options, self._addresses
        celery = [python, "-m", "celery", "--quiet", "-A", "config"]
        web = [python, "-m", "uvicorn", "config.asgi:application", "--log-level=warning"]
        web += ["--lifespan=off", "--timeout-graceful-shutdown=3"]
        web += [f"--host={options.host}", f"--port={options.port}"]
        worker = ["worker", "--concurrency=2", "--without-mingle", "--without-gossip"]
        beat = ["beat", f"--schedule={self._local.path / 'beat'}", "--pidfile="]
        self._keep("web", web, to.application, DATABASE_POOL="10")
        while not _answers(options):
            self._children.pump(0.1)
        self._keep("sequencer", [python, "manage.py", "audit_sequencer"], to.sequencer)
        self._keep("sealer", [python, "manage.py", "audit_sealer"], to.sealer)
        self._keep("worker", [*celery, *worker, "--loglevel=WARNING"], to.application)
        self._keep("beat", [*celery, *beat, "--loglevel=WARNING"], to.application)
        say(f"Ready: {self._env['BASE_URL']}    (Ctrl-C stops everything)")
        sys.stdout.write(self._local.read("demo.txt") if options.demo else self._first_run())
        sys.stdout.flush()
        while True:
            self._keep_witness()
            self._children.pump(1 if self._witness else 60)

    def _keep_witness(self) -> None:
        """Start the demo's witness, as soon as there is the key that it looks for."""
        log_key = Path(self._env["LEDGER_KEY_PATH"])
        if self._witness and (command := self._witness.command(log_key)):
            self._keep("witness", command, "")
            self._witness = None

    def _keep(self, name: str, command: list[str], database: str, **defaults: str) -> None:
        start = functools.partial(self._start, command, database, **defaults)
        self._children.add(Child(name=name, start=start))


def say(text: str) -> None:
    """Print a line of progress with the seconds since the start."""
    sys.stdout.write(f"{time.monotonic() - _STARTED:6.1f} s  {text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return 0 after that and 1 when we could not."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    if "--with-parent" in sys.argv:
        processes.follow_parent()
    os.chdir(BASE)
    try:
        _run()
    except KeyboardInterrupt:
        pass
    except PermissionError as error:
        return _fail(
            f"{error.filename} belongs to another account. Run as the account of the first time,"
            " or remove .local/ to begin anew."
        )
    except (Refusal, EmbeddedError, OSError) as error:
        return _fail(str(error))
    return 0


def _run() -> None:
    options = Options.read(os.environ)
    local = Local(BASE / ".local")
    lock = local.lock()
    if not lock:
        raise Refusal("Breakglass runs here already; stop it first (Ctrl-C in its window).")
    if not is_free(options.port, options.host):
        raise Refusal(
            f"Port {options.port} on {options.host} is taken by another program."
            f" Choose another: make run BIND={options.host}:{options.port + 1}"
        )
    with lock:
        Run(options, local).go()


def _fail(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


def _new_key() -> str:
    return secrets.token_urlsafe(48)


def _new_target_key() -> str:
    return f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _new_password() -> str:
    """Return a password of 59 bits that is easy to type."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def _fingerprint() -> str:
    """Return what changes whenever a migration, a static file or a library does."""
    patterns = ("*/migrations/*.py", "*/apps.py", "audit/*.py", "static/**/*", "requirements.txt")
    digest = hashlib.sha256()
    for file in sorted({file for pattern in patterns for file in BASE.glob(pattern)}):
        if file.is_file():
            digest.update(str(file.relative_to(BASE)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _answers(options: Options) -> bool:
    """Return whether the first page is there."""
    url = urlsplit(options.url)
    connection = HTTPConnection(url.hostname or "", options.port, timeout=10)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
