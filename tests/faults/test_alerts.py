"""Kill whoever sends, in the middle of it: every mail arrives, none after its success was noted."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts.models import User
from alerts.models import Delivery
from tests.alerts.make import catch_up, make_cast, with_alerted
from tests.alerts.post_office import PostOffice, post_office
from tests.make import make_broken_glass, make_group, make_user

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE, KILLS = 18, 3
# The clock of each process is a lease ahead of the one before, so that nobody waits for a minute.
SENDER = """
import sys, django; django.setup()
from datetime import timedelta
from django.utils import timezone
from alerts import deliver, transitions
ahead = transitions.LEASE * int(sys.argv[1])
print(deliver.run(lambda: timezone.now() + ahead))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_sender_loses_nothing() -> None:
    watchers = make_group("Watchers", *(make_user(f"w{number}") for number in range(PEOPLE)))
    make_broken_glass(with_alerted(make_cast(), [watchers]))
    catch_up()
    wanted = {
        cast(User, row.recipient).email for row in Delivery.objects.select_related("recipient")
    }
    with post_office(pause=0.02) as office:
        for number in range(KILLS):
            _kill_amid(office, number)
        _sender(office, KILLS).wait(60)
    came = Counter(office.addresses())
    assert set(came) == wanted
    assert not Delivery.objects.exclude(state="sent").exists()
    for row in Delivery.objects.select_related("recipient"):
        assert came[address(row)] <= row.attempts  # a success that was noted is final
    print(f"{KILLS} kills, {len(wanted)} messages, {came.total() - len(wanted)} came twice")  # noqa: T201


def address(row: Delivery) -> str:
    """Return where a mail goes."""
    return cast(User, row.recipient).email


def _kill_amid(office: PostOffice, number: int) -> None:
    """Let a sender hand over a few mails and kill it without a word."""
    enough = len(office.mails) + 3
    sender = _sender(office, number)
    end = time.monotonic() + 60
    while len(office.mails) < enough and time.monotonic() < end:
        time.sleep(0.005)
    sender.send_signal(signal.SIGKILL)
    assert sender.wait(10) == -signal.SIGKILL, "it had ended by itself: nothing was proved"


def _sender(office: PostOffice, number: int) -> subprocess.Popen[bytes]:
    place = urlsplit(os.environ["DATABASE_URL"])
    env = os.environ | {
        "DATABASE_URL": place._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{office.port}",
    }
    return subprocess.Popen([sys.executable, "-c", SENDER, str(number)], cwd=ROOT, env=env)
