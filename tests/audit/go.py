"""The verifier that is written with Go's own packages, built once for all tests."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.core.make import VKEY

_SOURCE = Path(__file__).parent / "core" / "go"
_PATH = Path("/usr/share/gocode")
Verify = Callable[..., tuple[int, str]]

without_x_mod = pytest.mark.skipif(
    not (_PATH / "src/golang.org/x/mod/sumdb").is_dir() and os.environ.get("CI") != "true",
    reason="golang.org/x/mod is not installed: apt-get install golang-golang-x-mod-dev",
)


def run(*words: object, **env: str) -> tuple[int, str]:
    """Return how a program exits, and what it says."""
    done = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, check=False, env=os.environ | env
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """Build it; `token` is what it shows to a server."""
    program = tmp_path_factory.mktemp("go") / "verify"
    settings = {"GO111MODULE": "off", "GOPATH": str(_PATH), "GOFLAGS": ""}
    build = ["go", "build", "-o", str(program), "."]
    subprocess.run(build, cwd=_SOURCE, env=os.environ | settings, check=True)
    return lambda command, *files, vkey=VKEY, token="": run(
        program, command, vkey, *files, TOKEN=token
    )
