"""A short run of `bench.kills`: writers, sequencer, sealer, backends and the server are killed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10


def test_no_event_is_lost_doubled_or_made_up_whoever_is_killed() -> None:
    """Each of the five at least once; the full run is `python -m bench.kills`."""
    env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    words = [sys.executable, "-m", "bench.kills", str(KILLS), "5"]

    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    for victim in ("writer", "sequencer", "sealer", "backend", "server"):
        assert f" {victim}," in done.stdout
    assert "lost 0, doubled 0, made up 0" in done.stdout
