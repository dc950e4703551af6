"""All witnesses get each head; who is down or slow delays nobody, and is heard of."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from audit import heads, key_file, sealer
from audit.anchors import places, witnesses
from audit.anchors.courier import Courier
from audit.anchors.rounds import Rounds
from audit.key_file import SigningKey
from audit.outside import Cosignature, Place
from tests.audit.make import NOON, happen, sequence
from tests.audit.witness import Running, running

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = "breakglass.example.com/breakglass/1"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return key_file.make(tmp_path / "key", ORIGIN)


@pytest.fixture
def grow(key: SigningKey, tmp_path: Path) -> Callable[[], None]:
    file = sealer.MemoryFile(tmp_path / "memory", ORIGIN)

    def run() -> None:
        happen()
        sequence(timezone.now())
        sealer.seal(key, file, sealer.remembered(file), at=timezone.now())

    return run


@pytest.fixture
def three(key: SigningKey, tmp_path: Path, settings: Settings) -> Iterator[list[Running]]:
    """Three witnesses, of which two are enough."""
    names = ["w1.example.org", "w2.example.org", "w3.example.org"]
    with (
        running(tmp_path / "w1", key.vkey, name=names[0]) as one,
        running(tmp_path / "w2", key.vkey, name=names[1]) as two,
        running(tmp_path / "w3", key.vkey, name=names[2]) as three,
    ):
        settings.LEDGER_WITNESSES = [each.setting for each in (one, two, three)]
        yield [one, two, three]


def rounds() -> Rounds:
    known = witnesses.configured()
    return Rounds([Courier.of(each) for each in known], witnesses.quorum(known), timezone.now)


def settled(going: Rounds) -> None:
    """Wait until no witness is being asked any more."""
    until = time.monotonic() + 15
    while any(way.busy for way in going._ways) and time.monotonic() < until:  # noqa: SLF001
        time.sleep(0.02)
    going.stop()


def test_enough_witnesses_sign_the_same_head(
    three: list[Running], grow: Callable[[], None]
) -> None:
    grow()
    going = rounds()
    going.go()
    settled(going)

    assert Cosignature.objects.count() == 3
    assert witnesses.newest() == heads.newest() == witnesses.over(0)
    assert {place.size for place in Place.objects.all()} == {1}


def test_one_that_is_down_is_missed_and_heard_of_again(
    three: list[Running], grow: Callable[[], None]
) -> None:
    three[1].kill()
    grow()
    going = rounds()
    going.go()
    settled(going)

    assert witnesses.newest() == heads.newest()
    missed = Place.objects.get(name="w2.example.org")
    assert missed.failing_since is not None
    assert "It does not answer" in missed.why

    three[1].start()
    grow()
    going = rounds()
    going.go()
    settled(going)
    back = Place.objects.get(name="w2.example.org")
    assert (back.failing_since, back.why, back.size) == (None, "", 2)


def test_two_that_are_down_leave_the_head_unwitnessed(
    three: list[Running], grow: Callable[[], None]
) -> None:
    for each in three[1:]:
        each.kill()
    grow()
    going = rounds()
    going.go()
    settled(going)

    assert Cosignature.objects.count() == 1
    assert witnesses.newest() is None


def test_one_that_hangs_delays_nobody(
    three: list[Running], grow: Callable[[], None], settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        vkey = settings.LEDGER_WITNESSES[0].split(" ")[0]
        settings.LEDGER_WITNESSES[0] = f"{vkey} http://127.0.0.1:{hung.getsockname()[1]}"
        grow()
        going = rounds()
        begun = time.monotonic()
        going.go()
        assert time.monotonic() - begun < 3
        assert witnesses.newest() == heads.newest()

        grow()
        going.go()
        assert witnesses.newest() == heads.newest()
    settled(going)


def test_a_thread_of_its_own_goes_round_when_somebody_rings(
    three: list[Running], grow: Callable[[], None]
) -> None:
    going = rounds()
    going.start()
    grow()
    going.ring()
    until = time.monotonic() + 10
    while witnesses.newest() is None and time.monotonic() < until:
        time.sleep(0.02)
    going.stop()
    going.join(timeout=10)

    assert witnesses.newest() == heads.newest()
    assert not going.is_alive()


class TestPlaces:
    def test_a_contradiction_stays_until_it_was_told(self) -> None:
        places.failed(Place.Kind.WITNESS, "w", why="Other entries.", at=NOON, contradicts=True)
        places.failed(Place.Kind.WITNESS, "w", why="It is down.", at=NOON)
        places.went_well(Place.Kind.WITNESS, "w", size=3, at=NOON)
        place = Place.objects.get()
        assert (place.why, place.contradicts, place.size) == ("Other entries.", True, 3)

        Place.objects.update(told_at=NOON)
        places.went_well(Place.Kind.WITNESS, "w", size=4, at=NOON)
        place.refresh_from_db()
        assert (place.why, place.contradicts, place.failing_since) == ("", False, None)
