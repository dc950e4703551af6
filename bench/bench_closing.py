"""How soon access is over although all of us die: a house whose processes are killed at its end.

Usage: python -m bench.bench_closing

A person breaks the glass for a minute and stays connected. From five seconds before the end until
five after it, web, worker, beat, sequencer and sealer are killed again and again; then they are
left in peace. Printed are seconds: how late the target refused the first login (nobody of ours was
alive to tell it to), how long after the last kill the open session was cut, and until the door
was closed and probed.
"""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from tests.house.running import House
from tests.house.test_whole_house import connect, cut, refused

OURS = ("web", "worker", "beat", "sequencer", "sealer")
AROUND = 5.0  # seconds before and after the end in which nobody of ours lives
GOALS = {"refused": 1.0, "cut": 10.0, "closed": 60.0}


def main() -> int:
    """Measure once; return 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "house"
        home.mkdir()
        for path in (home, home.parent):
            path.chmod(0o755)
        house = House(home)
        house.start()
        try:
            found = _measured(house)
        finally:
            house.stop()
    for name, seconds in found.items():
        print(f"{name:<10}{seconds:>8.2f} s    goal {GOALS[name]:.0f} s")
    return int(any(seconds > GOALS[name] for name, seconds in found.items()))


def _measured(house: House) -> dict[str, float]:
    ada = house.sign_in("requester")
    made = ada.break_glass(minutes=1)
    way = ada.post(f"grants/{made['grant']}/doors/shop-db/credentials")
    end = datetime.fromisoformat(ada.get(f"grants/{made['grant']}")["ends_at"]).timestamp()
    with connect(way) as session:
        session.execute("SELECT 1")
        refused_at = 0.0
        while time.time() < end + AROUND:
            if time.time() > end - AROUND:
                for name in OURS:
                    house.kill(name)
            if time.time() > end - 1 and not refused_at and refused(way):
                refused_at = time.time()
            time.sleep(0.05)
        left_in_peace = time.time()
        while not cut(session):
            time.sleep(0.05)
        cut_at = time.time()
    while not house.answers():
        time.sleep(0.1)
    while ada.get(f"grants/{made['grant']}")["doors"][0]["state"] != "closed":
        time.sleep(0.1)
    return {
        "refused": refused_at - end,
        "cut": cut_at - left_in_peace,
        "closed": time.time() - left_in_peace,
    }


if __name__ == "__main__":
    sys.exit(main())
