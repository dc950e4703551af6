"""Where the record's key comes from: its file, the environment, or a key store.

A key store (a KMS, a vault) is asked by a command of the installation, which prints the key: then
it lies on no disk of ours. Only the sealer may run it.
"""

import shlex
import subprocess

from django.conf import settings
from django.core.management.base import CommandError

from audit import key_file
from audit.key_file import SigningKey
from audit.sealer import Refused

_PATIENCE = 30  # seconds that a key store gets


def given() -> SigningKey | None:
    """Return the key that the environment or a key store gives; None where it has a file.

    Raises Refused while the key store gives none, and CommandError, without it, when it is no key.
    """
    if settings.LEDGER_KEY:
        return read(settings.LEDGER_KEY, "LEDGER_KEY")
    if settings.LEDGER_KEY_COMMAND:
        return read(_asked(settings.LEDGER_KEY_COMMAND), "LEDGER_KEY_COMMAND")
    return None


def why_not_changed() -> str:
    """Why a command of ours cannot give the record another key; empty where its file is ours."""
    for name in ("LEDGER_KEY", "LEDGER_KEY_COMMAND"):
        if getattr(settings, name):
            return f"The key comes by {name}; move it to the file LEDGER_KEY_PATH."
    return ""


def read(line: str, where: str) -> SigningKey:
    """Return the key of a line. Raises CommandError, without it, when it is none."""
    try:
        return key_file.read(line)
    except ValueError as error:
        raise CommandError(f"{where}: {error}") from error


def _asked(command: str) -> str:
    """Return what the command prints. What goes wrong is not repeated: it could hold secrets."""
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except subprocess.CalledProcessError as error:
        raise _refused(f"it ended with {error.returncode}") from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _refused(type(error).__name__) from None
    return done.stdout


def _refused(why: str) -> Refused:
    return Refused(
        f"LEDGER_KEY_COMMAND gave no key ({why}). Run it by hand to see more. Nothing is signed."
    )
