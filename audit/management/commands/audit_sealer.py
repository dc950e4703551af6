"""`manage.py audit_sealer`: the process that signs the heads of the record."""

import logging
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from audit import key_file, key_source, restore, sealer, sequencer, sql
from audit.anchors import witnesses
from audit.anchors.courier import Courier
from audit.anchors.rounds import Rounds
from audit.key_file import SigningKey
from audit.key_life import KeyRing
from audit.models import Checkpoint
from audit.office import LONGEST_PAUSE, POLL, Office
from audit.sealer import Memory, MemoryFile, Refused

logger = logging.getLogger(__name__)

OFTEN = 1.0  # seconds that an entry waits for its signature, unless it is critical
MANY = 256  # entries that do not wait so long
ALIVE = 5.0  # seconds between two words for the lamps
Keys = SigningKey | KeyRing
_OFFICE = 0x6272_6561_6B03  # held by the sealer that works; a second one waits for it


class Command(Office):
    help = "Sign the heads of the record, until SIGTERM. Makes its key at the first start."
    name, lock = "sealer", _OFFICE
    told = ""  # why nothing is signed, as it was last said

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--trust-database",
            action="store_true",
            help="begin with the newest signed head of the database: the sealer's memory is lost",
        )

    def handle(self, *args: Any, trust_database: bool, **options: Any) -> None:
        self.hold(lambda: self.take_up(trust_database=trust_database))

    def take_up(self, *, trust_database: bool) -> None:
        """Go on from what was signed; say why not where that cannot be, and try again later."""
        try:
            key = _key()
            file = MemoryFile(Path(settings.LEDGER_MEMORY_PATH), key.origin)
            memory = sealer.remembered(file, trust_database=trust_database)
            restore.check()
            self.serve(key, file, memory)
        except Refused as refused:
            if self.told != str(refused):
                logger.error("The sealer signs nothing. %s", refused)  # noqa: TRY400
            self.told = str(refused)
            sealer.report(why=self.told, at=timezone.now())
            self.rest(LONGEST_PAUSE)

    def serve(self, key: Keys, file: MemoryFile, memory: Memory) -> None:
        """Sign, and have the witnesses sign beside it."""
        logger.info("The sealer is at work; others verify with %s", key.vkey)
        known = witnesses.configured()
        rounds = Rounds([Courier.of(each) for each in known], witnesses.quorum(known), timezone.now)
        rounds.start()
        try:
            self.sign(key, file, memory, rounds)
        finally:
            rounds.stop()

    def sign(self, key: Keys, file: MemoryFile, memory: Memory, rounds: Rounds) -> None:
        """Sign what grows: at once what is critical, the rest once a second."""
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {sequencer.CHANNEL}")
        alive = waiting = float("-inf")
        critical = True  # whatever was entered before we listened
        while not self.stopped:
            now = time.monotonic()
            unsigned = 0 if critical else sealer.entered() - memory.tree.size
            if unsigned and waiting < 0:
                waiting = now
            waited = unsigned > 0 and now >= waiting + OFTEN
            if critical or waited or not 0 <= unsigned < MANY:
                memory = sealer.seal(key, file, memory, at=timezone.now())
                waiting, self.told = float("-inf"), ""
                if critical:
                    rounds.ring()
            if now >= alive + ALIVE:
                sealer.report(why="", at=timezone.now())
                alive = now
            critical = sequencer.CRITICAL in sql.rings(POLL)


def _key() -> Keys:
    """Return the key that is given, or that of its file; make one for a record that has none."""
    if key := key_source.given():
        return key
    path = Path(settings.LEDGER_KEY_PATH)
    try:
        return KeyRing(path, key_source.read(path.read_text(encoding="utf-8"), str(path)))
    except FileNotFoundError:
        pass
    if Checkpoint.objects.exists():
        raise Refused(f"The key {path} is missing, but the record was signed. Put the key back.")
    return KeyRing(path, key_file.make(path, key_file.new_origin(settings.BASE_URL)))
