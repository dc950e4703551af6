"""Kill whoever hands messages over, while the server refuses some: is everybody told, in order?

Usage: python -m bench.alert_faults [KILLS] [ALERTS] [SEED]        (100 and 1000 if not given)

Cases are begun and ended, and many people are alerted. Senders die by SIGKILL at random moments;
the mail server refuses three of ten mails for now; Redis is not there at all. At the end one sender
is left in peace, and it is counted: every message was taken over, none after its success had been
written down, and each reader got those of a case in order. Returns 1 when any of this is not so.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg

from bench.ground import installation
from tests.alerts.post_office import PostOffice, post_office

ROOT = Path(__file__).resolve().parent.parent
WATCHERS, REFUSED = 40, 0.3
# The clock of each process is a lease ahead of the one before, so that nobody waits for a minute.
SENDER = """
import sys, django; django.setup()
from datetime import timedelta
from django.utils import timezone
from alerts import deliver, transitions
deliver.LONGEST = timedelta(hours=1)
ahead = transitions.LEASE * int(sys.argv[1])
deliver.run(lambda: timezone.now() + ahead)
"""
_STATE = """SELECT state, "case" FROM alerts_delivery
    WHERE entry_seq = %s AND recipient_id = %s"""
_READER = re.compile(r"\.([0-9a-f]{32})@")
_ENTRY = re.compile(r"entry=(\d+);")


@dataclass
class Watched(PostOffice):
    """A mail server that refuses some mails, and looks up what we had written down before."""

    database: str = ""
    chance: random.Random = field(default_factory=random.Random)
    came: Counter[tuple[str, int]] = field(default_factory=Counter)
    late: list[tuple[str, int]] = field(default_factory=list)
    orders: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.chance.random() < REFUSED:
            return "451 Not now"
        answer = await super().handle_DATA(server, session, envelope)
        with psycopg.connect(self.database) as raw:
            for reader, entry in _told(self.mails[-1]):
                self._note(raw, reader, entry)
        return answer

    def _note(self, raw: psycopg.Connection[Any], reader: str, entry: int) -> None:
        state, case = raw.execute(_STATE, [entry, reader]).fetchone() or ("", "")
        self.came[reader, entry] += 1
        if state == "sent":
            self.late.append((reader, entry))
        if self.came[reader, entry] == 1 and case:
            self.orders[reader, case].append(entry)


def _told(mail: Message) -> Iterator[tuple[str, int]]:
    """Yield whom a mail tells of which entries: of one, or of all that came together in it."""
    reader = _READER.search(str(mail["Message-ID"]))
    one = _ENTRY.search(str(mail["X-Breakglass-Record"]))
    assert reader
    assert one
    for entry in str(mail["X-Breakglass-Entries"] or one[1]).split():
        yield reader[1], int(entry)


def main(kills: int, alerts: int, seed: int) -> int:
    """Kill, count and print; return 1 when anything is not as it should be."""
    with installation() as database:
        total = _tell(alerts)
        office = Watched(port=0, database=database, chance=random.Random(seed), pause=0.003)
        with post_office(office=office):
            killed = _kill_around(office, database, kills)
            while _left():
                killed += 1
                _sender(office, database, killed).wait(600)
        return _report(office, total, kills=kills, seed=seed)


def _tell(alerts: int) -> int:
    """Begin and end cases until there are that many messages; return how many there are."""
    from alerts.models import Delivery
    from breakglass import transitions
    from tests.alerts.make import SOON, catch_up, make_cast, with_alerted
    from tests.make import make_broken_glass, make_group, make_user

    watchers = make_group("Watchers", *(make_user(f"w{number}") for number in range(WATCHERS)))
    scenario, number = with_alerted(make_cast(), [watchers]), 0
    while Delivery.objects.count() < alerts:
        person = make_user(f"r{number}")
        make_group("Platform engineers", person)
        request = make_broken_glass(scenario, by=person)
        transitions.relinquish(request.grant, by=person, at=SOON)
        catch_up()
        number += 1
    return Delivery.objects.count()


def _kill_around(office: Watched, database: str, kills: int) -> int:
    """Let senders hand over a few mails each and kill them; return how many there were."""
    for number in range(kills):
        sender, enough = _sender(office, database, number), len(office.mails) + number % 7
        end = time.monotonic() + 30
        while len(office.mails) < enough and sender.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        sender.send_signal(signal.SIGKILL)
        sender.wait(10)
    return kills


def _left() -> int:
    from alerts.models import Delivery

    return Delivery.objects.filter(state__in=Delivery.WAITING).count()


def _sender(office: PostOffice, database: str, number: int) -> "subprocess.Popen[bytes]":
    env = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{office.port}",
    }
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, str(number)], cwd=ROOT, env=env, stderr=quiet
    )


def _report(office: Watched, total: int, *, kills: int, seed: int) -> int:
    """Print what came of it, and return 1 where it is not as it should be."""
    from alerts.models import Delivery

    dead = Delivery.objects.filter(state=Delivery.State.DEAD).count()
    unsorted = [key for key, seqs in office.orders.items() if seqs != sorted(seqs)]
    twice = office.came.total() - len(office.came)
    print(f"{kills} kills (seed {seed}), {total} messages, 30 % of mails refused at first")
    print(f"mails {len(office.mails)}, messages in them {len(office.came)}")
    print(f"messages that came twice, by a kill in between {twice}")
    print(f"given up {dead}, after their success was written down {len(office.late)}")
    print(f"readers of a case {len(office.orders)}, out of order {len(unsorted)}")
    missing = total - len(office.came)
    return int(bool(dead or office.late or unsorted or missing or _left()))


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    defaults = [100, 1000, int(time.time())]
    sys.exit(main(*(given + defaults[len(given) :])))
