"""A witness for the demo, so that it shows what witnesses are for. A real one runs elsewhere."""

import sys
from contextlib import closing
from pathlib import Path

from audit import key_file
from audit.witness import Home
from config.local import Local

NAME = "witness.localhost/demo"


class OwnWitness:
    """A witness on this machine, of the record of one database."""

    def __init__(self, local: Local, database_id: str) -> None:
        self._home = local.path / "witness" / database_id
        self._bind = f"127.0.0.1:{local.port('witness')}"

    def setting(self) -> str:
        """Return how settings name it; its key is made at the first start."""
        with closing(Home(self._home)) as home:
            return f"{home.key(NAME).vkey} http://{self._bind}"

    def command(self, log_key: Path) -> list[str]:
        """Return what starts it, or nothing as long as the sealer has not made the log's key."""
        if not log_key.exists():
            return []
        vkey = key_file.read(log_key.read_text(encoding="utf-8")).vkey
        words = ["--home", str(self._home), "--log", vkey, "--bind", self._bind]
        return [sys.executable, "manage.py", "witness", *words]
