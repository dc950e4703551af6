"""How soon people are told: a running house, a real mail server, fifty emergencies a minute.

Usage: python -m bench.bench_alerts [SECONDS]        (60 if not given)

Somebody breaks the glass and gives it back, again and again, at a steady pace. Measured is the
time from the moment the button was pressed to the moment the mail server had taken over the mail
of each person who is told of it, once the workers have told of a first one. Returns 1 when a goal
is missed.
"""

import re
import sys
import tempfile
import time
from email.message import Message
from pathlib import Path
from typing import Any

from bench.ground import quantile
from tests.alerts.post_office import PostOffice, post_office
from tests.house.running import House, until

A_MINUTE = 50
GOALS = {0.5: 1.0, 0.99: 3.0}  # seconds
_SUBJECT = re.compile(r"\[Case (\d+)\][^[]*broke\s+the\s+glass")


class Clocked(PostOffice):
    """A mail server that notes when it took over what."""

    def __init__(self) -> None:
        super().__init__(port=0)
        self.taken: list[tuple[float, Message]] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self.taken.append((time.monotonic(), self.mails[-1]))
        return answer

    def told(self) -> list[tuple[int, float]]:
        """Return the case and the moment of each message about broken glass.

        Many for one person may have come as one mail, which has their subjects in its text.
        """
        return [
            (int(case), at)
            for at, mail in self.taken
            for case in {*_SUBJECT.findall(" ".join([str(mail["Subject"]), _text(mail)]))}
        ]


def _text(mail: Message) -> str:
    part = next(each for each in mail.walk() if each.get_content_type() == "text/plain")
    return bytes(part.get_payload(decode=True)).decode()


def main(seconds: int) -> int:
    """Measure once; return 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as folder, post_office(office=Clocked()) as office:
        assert isinstance(office, Clocked)
        home = Path(folder) / "house"
        home.mkdir()
        for path in (home, home.parent):
            path.chmod(0o755)
        house = House(home, EMAIL_URL=f"smtp://127.0.0.1:{office.port}")
        house.start()
        try:
            _press(house, 2)  # one, while the workers are still starting
            until(office.told, seconds=60)
            pressed = _press(house, seconds)
            until(lambda: len({case for case, _ in office.told()}) == len(pressed), seconds=60)
            time.sleep(3)  # for the last of the people
        finally:
            house.stop()
    took = [at - pressed[case] for case, at in office.told() if case in pressed]
    print(f"{len(pressed)} emergencies in {seconds} s, {len(took)} mails")
    for share, most in GOALS.items():
        print(f"p{share * 100:.0f} {quantile(took, share):6.2f} s    goal {most:.0f} s")
    return int(any(quantile(took, share) > most for share, most in GOALS.items()))


def _press(house: House, seconds: int) -> dict[int, float]:
    """Break the glass at a steady pace; return when it was pressed, by case."""
    ada, pressed, begun = house.sign_in("requester"), {}, time.monotonic()
    for number in range(seconds * A_MINUTE // 60):
        time.sleep(max(0.0, begun + number * 60 / A_MINUTE - time.monotonic()))
        at = time.monotonic()
        made = ada.break_glass()
        pressed[made["case"]] = at
        ada.post(f"grants/{made['grant']}/relinquish")
    return pressed


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
