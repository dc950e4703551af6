"""What a checkout remembers under `.local/`: secrets, ports and what was already done."""

import contextlib
import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

# Below the range from which systems draw the ports of outgoing connections.
_PORTS = range(20_000, 30_000)


class Local:
    """The directory `.local/`; its files are for its owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)  # servers that run as somebody else pass through to their own

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """Return the secret called `name`, made and written down at first use."""
        file = self.path / "secrets" / name
        if not file.exists():
            self.write(f"secrets/{name}", make())
        return self.read(f"secrets/{name}")

    def port(self, name: str, *, fixed: bool = False) -> int:
        """Return the free port remembered for `name`.

        Raises OSError when another program took a `fixed` one, whose number somebody else
        remembers too; any other is drawn anew.
        """
        ports: dict[str, int] = json.loads(self.read("ports.json") or "{}")
        if name not in ports or not _becomes_free(ports[name]):
            if name in ports and fixed:
                raise OSError(
                    f"Port {ports[name]}, remembered for {name}, is taken by another program."
                    f" Stop that program, or remove {self.path} to begin anew."
                )
            ports[name] = free_port()
            self.write("ports.json", json.dumps(ports))
        return ports[name]

    def read(self, name: str) -> str:
        """Return what was written as `name`; nothing when it never was."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write(self, name: str, text: str) -> None:
        """Write a file that only we can read, whole or not at all."""
        file = self.path / name
        file.parent.mkdir(mode=0o700, exist_ok=True)
        new = file.with_name(f".{file.name}.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
        new.replace(file)

    def link(self, name: str, target: Path) -> None:
        """Let `name` lead to `target`."""
        link = self.path / name
        link.parent.mkdir(mode=0o755, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    def forget(self, name: str) -> None:
        """Remove what was written as `name`."""
        (self.path / name).unlink(missing_ok=True)

    def lock(self) -> IO[str] | None:
        """Return the lock of this directory, held until closed; None while another holds it."""
        file = (self.path / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections that are over for us but not for the kernel do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((host, port))
            return True
    return False


def _becomes_free(port: int) -> bool:
    """Return whether the port is free, or will be once a server of ours has stopped."""
    for _ in range(30):
        if is_free(port):
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    """Return a port of the loopback address on which nothing listens."""
    for _ in range(1000):
        if is_free(port := secrets.choice(_PORTS)):
            return port
    raise OSError("No free port between 20000 and 29999. Stop programs that hold them.")
