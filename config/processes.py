"""Start processes that never outlive us, as root or not."""

import contextlib
import ctypes
import dataclasses
import functools
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
# Loaded here, since loading a library between fork and exec may hang.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Account:
    """The system account that a process runs as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, uid: int) -> "Account":
        """Return the account with this user id."""
        entry = pwd.getpwuid(uid)
        return cls(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)

    @property
    def foreign(self) -> bool:
        """Whether becoming this account means giving up our own."""
        return self.uid != os.geteuid()

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this account and return what it said.

        A command that this account may not even reach returns 126, as in a shell.
        """
        try:
            return subprocess.run(
                command, check=False, capture_output=True, text=True, cwd="/", **self.become()
            )
        except PermissionError as error:
            return subprocess.CompletedProcess(command, 126, "", str(error))

    def may(self, test: str, path: Path) -> bool:
        """Return whether this account passes `test(1)`, such as `-x` or `-w`, on `path`."""
        return self.run("test", test, path).returncode == 0

    def own(self, path: Path) -> None:
        """Make `path` a directory of this account that nobody else may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        if self.foreign:
            os.chown(path, self.uid, self.gid)

    def become(self) -> dict[str, Any]:
        """Return what `subprocess` must be told to run something as this account."""
        if not self.foreign:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def myself() -> Account:
    """Return the account that we run as."""
    return Account.of(os.geteuid())


def start(
    command: Sequence[str | Path],
    *,
    account: Account,
    env: Mapping[str, str],
    output: int | IO[bytes],
    stdin: int = subprocess.DEVNULL,
    when_we_die: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, so that Ctrl-C in a terminal reaches only us.

    Linux sends it `when_we_die` should we be killed without a chance to stop it. Call this from
    the main thread: the kernel takes the end of the calling thread for our death.
    """
    return subprocess.Popen(
        command,
        env=env,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        # The one way to ask for the signal: it is lost when the user id changes before exec.
        preexec_fn=functools.partial(_follow, os.getpid(), when_we_die),  # noqa: PLW1509
        **account.become(),
    )


def ask(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)


def end(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Wait for a process that was asked, then end whatever is left of its group."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    # Even one that went by itself may have left children of its own.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def follow_parent() -> None:
    """Let SIGTERM end us when our parent dies: a killed `make run` leaves nothing behind."""
    _follow(os.getppid(), signal.SIGTERM)


def _follow(parent: int, how: signal.Signals) -> None:
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
