#!/usr/bin/env python
"""Run a management command of Breakglass."""

import io
import json
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from audit import witness_server
from judgement import scoring

# As whom commands go to the database that may do more than the application.
_ADDRESSES = {
    "migrate": "OWNER_DATABASE_URL",
    "audit_recover": "OWNER_DATABASE_URL",
    "audit_sequencer": "SEQUENCER_DATABASE_URL",
    "audit_sealer": "SEALER_DATABASE_URL",
}


def main() -> None:
    """Run the command with the addresses of `make run`, unless the environment has others."""
    if sys.argv[1:2] == ["witness"]:
        # It is for a machine that has neither database nor settings, and stays small without them.
        sys.exit(witness_server.main(sys.argv[2:]))
    if sys.argv[1:] == ["score_alignment"]:
        # It needs neither a database nor settings, and runs where there are none.
        lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
        sys.exit(scoring.main(lines, sys.stdout, sys.stderr))
    lent = Path(__file__).resolve().parent / ".local" / "environment.json"
    if not {"DATABASE_URL", "SECRET_KEY"} & os.environ.keys() and os.access(lent, os.R_OK):
        os.environ.update(json.loads(lent.read_text(encoding="utf-8")))
    command = "".join(sys.argv[1:2])
    if address := os.environ.get(_ADDRESSES.get(command, "")):
        os.environ["DATABASE_URL"] = address
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
