"""What open tabs cost: real streams on a real server, idle and while cases move.

    python -m bench.bench_live [tabs, default 500]

Each tab is a connection of its own with the session of a person of its own.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.ground import installation, quantile

_IDLE = 30.0  # seconds; heartbeats and checks of sessions are within
_MOVES = 10


def main() -> None:
    tabs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    from config import embedded
    from config.embedded import Redis
    from config.local import free_port

    account = embedded.account_for(Path(tempfile.gettempdir()))
    redis = Redis(port=free_port(), password="for-benchmarks", account=account)
    redis.start()
    redis.wait()
    os.environ["REDIS_URL"] = redis.url
    try:
        with installation() as database:
            _measure(tabs, database, free_port())
    finally:
        redis.stop()


def _measure(tabs: int, database: str, port: int) -> None:
    import psutil

    sessions = _sessions(tabs)
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--lifespan=off"]
    command += ["--log-level=warning", f"--port={port}", "--timeout-graceful-shutdown=3"]
    env = os.environ | {"DATABASE_URL": database, "DATABASE_POOL": "10"}
    with subprocess.Popen(command, env=env) as web:
        process = psutil.Process(web.pid)
        asyncio.run(_session(process, port, sessions))
        web.terminate()


async def _session(process: "object", port: int, sessions: list[str]) -> None:
    await _wait_for(port)
    warm = await _tab(port, sessions[0])  # all modules are loaded, and Redis is heard
    await asyncio.sleep(2)
    before = process.memory_info().rss  # type: ignore[attr-defined]
    begun = time.monotonic()
    open_tabs = list(await asyncio.gather(*(_tab(port, each) for each in sessions)))
    connected = time.monotonic() - begun
    await asyncio.sleep(3)
    cost = (process.memory_info().rss - before) / 1e6  # type: ignore[attr-defined]
    used = _seconds(process)
    await asyncio.sleep(_IDLE)
    idle = (_seconds(process) - used) / _IDLE
    threads = process.num_threads()  # type: ignore[attr-defined]
    print(f"{len(open_tabs)} tabs open after {connected:.1f} s, {threads} threads")
    print(f"memory: {cost:.1f} MB more, {cost * 1000 / len(open_tabs):.0f} kB for each tab")
    print(f"idle for {_IDLE:.0f} s: {idle:.1%} of a core")
    delays, used = await _moves([warm, *open_tabs]), _seconds(process) - used
    print(f"{_MOVES} moves to every tab: median {statistics.median(delays) * 1000:.0f} ms,"
          f" p95 {quantile(delays, 0.95) * 1000:.0f} ms after the signal")  # fmt: skip


async def _moves(tabs: "list[asyncio.StreamReader]") -> list[float]:
    """Let something move that concerns everybody; return the seconds until each tab knew."""
    from core import live

    await asyncio.gather(*(_drain(tab) for tab in tabs))
    delays: list[float] = []
    for _ in range(_MOVES):
        begun = time.monotonic()
        live.line().say('[["freeze:0", "freeze.lifted"]]')
        delays += [at - begun for at in await asyncio.gather(*(_next(tab) for tab in tabs))]
        await asyncio.sleep(1)
    return delays


async def _next(tab: "asyncio.StreamReader") -> float:
    while not (await tab.readline()).startswith(b"data:"):
        pass
    return time.monotonic()


async def _drain(tab: "asyncio.StreamReader") -> None:
    try:
        async with asyncio.timeout(1):
            while True:
                await tab.readline()
    except TimeoutError:
        return


async def _tab(port: int, session: str) -> "asyncio.StreamReader":
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    now = int(time.time() * 1000)
    writer.write(
        f"GET /live/?since={now} HTTP/1.1\r\nHost: localhost\r\n"
        f"Cookie: sessionid={session}\r\n\r\n".encode()
    )
    await _next(reader)
    _kept.append(writer)
    return reader


_kept: list[asyncio.StreamWriter] = []


async def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


def _seconds(process: "object") -> float:
    times = process.cpu_times()  # type: ignore[attr-defined]
    return float(times.user + times.system)


def _sessions(count: int) -> list[str]:
    """Return the sessions of as many people."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    people = User.objects.bulk_create(
        User(email=f"p{n}@example.com", name=f"Person {n}", password="!") for n in range(count)
    )
    made = []
    for person in people:
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store[BACKEND_SESSION_KEY] = "accounts.backends.Backend"
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        store.create()
        made.append(str(store.session_key))
    return made


if __name__ == "__main__":
    main()
