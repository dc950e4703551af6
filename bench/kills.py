"""Kill writers, sequencer, sealer, backends and the server: is each event an entry exactly once?

Usage: python -m bench.kills [KILLS] [SEED]        (200 if not given, and another seed each time)

Eight writers do what a request does: change a row and record an event in one transaction, and note
outside of the database what they try and what was committed. Everything dies by SIGKILL at random
moments. At the end everybody is left in peace, and it is counted: an event that was acknowledged is
an entry, none is one twice, none is one that nobody tried, the rows count what the record does, and
all signed heads fit. Returns 1 when any of this is not so.
"""

import dataclasses
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import psycopg

from bench.ground import served_installation
from config.embedded import Cluster, EmbeddedError

WRITERS, THINGS = 8, 40
# How often each is killed, of a hundred; the server takes seconds to recover, others none.
SHARES = {"writer": 36, "sequencer": 28, "sealer": 20, "backend": 9, "server": 7}
# Seconds until the next one dies, at most: after the server, others need some to find it again.
_PAUSES = {"backend": 2.0, "server": 2.5}
_PAUSE = 0.4
_TABLE = "CREATE TABLE IF NOT EXISTS bench_thing (ref text PRIMARY KEY, deeds int8 NOT NULL)"
_DEED = """INSERT INTO bench_thing VALUES (%s, 1)
    ON CONFLICT (ref) DO UPDATE SET deeds = bench_thing.deeds + 1"""
_fork = multiprocessing.get_context("fork")


def main(kills: int, seed: int) -> int:
    """Kill, count and print; return 1 when anything was lost, doubled or made up."""
    with served_installation() as cluster, tempfile.TemporaryDirectory() as notes:
        with psycopg.connect(cluster.url()) as database:
            database.execute(_TABLE)
        _forget_connections()
        scene = Scene(cluster, Path(notes))
        scene.start()
        killed = _kill_around(scene, kills, random.Random(seed))
        scene.rest()
        print(f"{killed.total()} kills (seed {seed}):", *(f"{n} {k}," for k, n in killed.items()))
        found = count(Path(notes))
        print(found)
        return int(bool(found.wrong))


def _forget_connections() -> None:
    """Close ours: who is forked must not share it, and it would not outlive the server."""
    from django.db import connections

    connections.close_all()


def _kill_around(scene: "Scene", kills: int, chance: random.Random) -> Counter[str]:
    """Kill each kind once, and as often as its share says; return how often each was killed."""
    more = chance.choices([*SHARES], [*SHARES.values()], k=max(0, kills - len(SHARES)))
    victims = [*SHARES, *more]
    chance.shuffle(victims)
    for victim in victims:
        scene.kill(victim, chance)
        time.sleep(chance.uniform(0.02, _PAUSES.get(victim, _PAUSE)))
    return Counter(victims)


class Scene:
    """Everybody who can be killed, and how to put another in their place."""

    def __init__(self, cluster: Cluster, notes: Path) -> None:
        self._cluster, self._notes, self._writers_begun = cluster, notes, 0
        self._people: list[tuple[str, BaseProcess]] = []

    def start(self) -> None:
        """Let all of them begin."""
        for name in ("sequencer", "sealer", *["writer"] * WRITERS):
            self._begin(name)

    def kill(self, victim: str, chance: random.Random) -> None:
        """Kill one, and start another in its place."""
        if victim == "server":
            self._kill_server()
        elif victim == "backend":
            self._kill_backend(chance)
        else:
            one = chance.choice([each for each in self._people if each[0] == victim])
            one[1].kill()
            one[1].join()
            self._people.remove(one)
            self._begin(victim)

    def rest(self, seconds: float = 60) -> None:
        """Let the writers end, wait until everything is entered and signed, and end the others."""
        self._end("writer")
        with psycopg.connect(self._cluster.url(), autocommit=True) as database:
            until = time.monotonic() + seconds
            while not _is_quiet(database) and time.monotonic() < until:
                time.sleep(0.1)
        self._end("sequencer", "sealer")

    def _begin(self, name: str) -> None:
        work: Callable[[], None] = {"sequencer": _sequencer, "sealer": _sealer}.get(name) or Writer(
            self._writers_begun, self._notes
        )
        self._writers_begun += name == "writer"
        process = _fork.Process(target=work, daemon=True)
        process.start()
        self._people.append((name, process))

    def _end(self, *names: str) -> None:
        ending = [process for name, process in self._people if name in names]
        for process in ending:
            process.terminate()
        for process in ending:
            process.join(30)

    def _kill_backend(self, chance: random.Random) -> None:
        """Kill who serves one of us; the server then restarts all of its processes by itself."""
        with suppress(psutil.NoSuchProcess, IndexError):
            chance.choice([*self._backends()]).kill()
        self._cluster.wait()

    def _kill_server(self) -> None:
        assert self._cluster.process
        children = psutil.Process(self._cluster.process.pid).children(recursive=True)
        self._cluster.process.kill()
        self._cluster.process.wait()
        psutil.wait_procs(children, timeout=20)  # they notice, and end by themselves
        for _ in range(20):
            self._cluster.start()
            with suppress(EmbeddedError):
                self._cluster.wait()
                return
            time.sleep(0.3)  # its memory is still held by one that has not noticed yet
        raise EmbeddedError("PostgreSQL does not start again.")

    def _backends(self) -> Iterator[psutil.Process]:
        assert self._cluster.process
        for child in psutil.Process(self._cluster.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if "127.0.0.1" in " ".join(child.cmdline()):
                    yield child


def _is_quiet(database: "psycopg.Connection[tuple[object, ...]]") -> bool:
    row = database.execute(
        "SELECT NOT EXISTS (SELECT FROM audit_pending), size, (SELECT max(size) FROM"
        " audit_checkpoint) FROM audit_state"
    ).fetchone()
    return row is not None and bool(row[0]) and row[1] == row[2]


def _sequencer() -> None:
    _command("audit_sequencer")


def _sealer() -> None:
    _command("audit_sealer")


def _command(name: str) -> None:
    import logging

    from django.core.management import call_command

    logging.disable()  # it tells of each database that it lost
    call_command(name)


class Writer:
    """One who acts again and again; its notes outlive it: what it tried, what was committed."""

    def __init__(self, number: int, notes: Path) -> None:
        self._number, self._notes, self._stopped = number, notes, False

    def __call__(self) -> None:
        """Act until somebody asks for an end."""
        from django.db import DatabaseError, InterfaceError, connection

        signal.signal(signal.SIGTERM, self._stop)
        kinds = ("tried", "done")
        tried, done = (self._open(kind) for kind in kinds)
        count = 0
        while not self._stopped:
            key = f"{self._number}.{count}"
            os.write(tried, f"{key}\n".encode())
            try:
                _act(key, random.randrange(THINGS))
            except (DatabaseError, InterfaceError):
                connection.close()
                time.sleep(0.05)
            else:
                os.write(done, f"{key}\n".encode())
            count += 1
        connection.close()

    def _open(self, kind: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.open(self._notes / f"{kind}.{self._number}", flags)

    def _stop(self, *_: object) -> None:
        self._stopped = True


def _act(key: str, number: int) -> None:
    """Do what a request does: lock and change a row, and record what happened."""
    from django.db import connection, transaction
    from django.utils import timezone

    from audit import log
    from tests.audit.make import Happened, Pressed

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DEED, [f"thing:{number}"])
        kind = Pressed if number % 8 == 0 else Happened
        event = kind(what=key, words="Words of somebody.")
        log.record(event, actor="user:ada", subject=f"thing:{number}", at=timezone.now())


@dataclasses.dataclass(frozen=True)
class Found:
    """What is in the record, beside what the writers noted."""

    tried: int
    acknowledged: int
    entries: int
    lost: int  # acknowledged, but no entry
    doubled: int
    made_up: int  # entries that nobody tried
    rows: int  # deeds that the changed rows count
    others: dict[str, int]  # entries of other kinds, such as of gaps
    heads: int
    why: str  # what our verification says, where it is not whole
    verdict: str  # of bgverify
    exit: int

    @property
    def wrong(self) -> bool:
        """Whether anything is not as it has to be."""
        odd = self.lost or self.doubled or self.made_up or self.rows != self.entries
        return bool(odd or self.others or self.why or self.exit)

    def __str__(self) -> str:
        return (
            f"tried {self.tried:,}, acknowledged {self.acknowledged:,}, entries {self.entries:,}\n"
            f"lost {self.lost}, doubled {self.doubled}, made up {self.made_up},"
            f" rows count {self.rows:,}, entries of other kinds {self.others or 'none'}\n"
            f"{self.heads:,} signed heads; verify_log: {self.why or 'whole'}\n"
            f"bgverify exits {self.exit}: {self.verdict}"
        )


def count(notes: Path) -> Found:
    """Compare the notes of the writers with the record, and verify it."""
    import json

    from django.db import connection

    from audit.models import Checkpoint, Entry, Payload
    from audit.verify import verify

    tried, done = (_noted(notes, kind) for kind in ("tried", "done"))
    ours = ("test.happened", "test.pressed")
    said = Payload.objects.filter(part="d", entry__kind__in=ours).values_list("body")
    held = Counter(json.loads(bytes(body))["what"] for (body,) in said)
    kinds = Counter(Entry.objects.exclude(kind__in=ours).values_list("kind", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(deeds) FROM bench_thing")
        rows = int(cursor.fetchone()[0])
    code, verdict = _bgverify()
    return Found(
        tried=len(tried),
        acknowledged=len(done),
        entries=held.total(),
        lost=len(done - held.keys()),
        doubled=held.total() - len(held),
        made_up=len(held.keys() - tried),
        rows=rows,
        others=dict(kinds),
        heads=Checkpoint.objects.count(),
        why=verify().why,
        verdict=verdict,
        exit=code,
    )


def _noted(notes: Path, kind: str) -> set[str]:
    return {key for path in notes.glob(f"{kind}.*") for key in path.read_text().split()}


def _bgverify() -> tuple[int, str]:
    """Export the record without its words, which are opened by our own, and verify the copy."""
    from audit import evidence
    from audit.models import Key
    from tests.audit.core.make import ask, write

    with tempfile.TemporaryDirectory() as folder:
        files = dict(evidence.record_files())
        write({name: files[name] for name in files if "payloads" not in name}, Path(folder))
        code, said = ask("log", folder, "--vkey", Key.objects.get().vkey)
    return code, said.split("\n")[0]


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(asked + [200, random.randrange(10**6)][len(asked) :])))
