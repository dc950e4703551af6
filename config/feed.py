"""The live stream of a page: server-sent events beside Django, one connection for each tab.

A stream says which topics moved, never what: the page asks the ordinary views again, and they
check rights as always. All tabs of a process share one subscription to Redis, and the database is
asked once for each signal and once for each round of checks, never once for each tab.
"""

import asyncio
import contextlib
import json
import logging
import random
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

import redis.asyncio
from django.conf import settings
from django.db import connections
from django.http import parse_cookie
from django.utils import timezone
from redis.exceptions import RedisError

from config import feed_facts
from core.live import CHANNEL

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

PATH = "/live/"
HEARTBEAT = 15.0  # seconds; proxies close what is silent for a minute
PAUSE = 0.5  # seconds between two messages to one tab: what moves meanwhile is said at once
_GATHER = 0.05  # seconds in which signals are taken together
_CHECK = 20.0  # seconds between two rounds of checks: who is still signed in, how the lamps are
_AGAIN = 2.0  # seconds between two attempts to reach Redis
_KEPT = 300.0  # seconds for which we listen on when the last tab has gone
_MOST = 5_000  # tabs of one process
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(eq=False)
class Tab:
    """One page that is open somewhere, and what it is to be told next."""

    session: str
    person: UUID
    about: str  # the reference of what the page is about, or nothing
    words: set[str] = field(default_factory=set)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def tell(self, *words: str) -> None:
        """Have these words sent with the next message."""
        if words:
            self.words.update(words)
            self.bell.set()

    def end(self, *words: str) -> None:
        """Say a last word, if any, and end the stream."""
        self.over = True
        self.words.update(words)
        self.bell.set()


@dataclass(frozen=True)
class Moved:
    """A thing that moved: when we heard of it (ms since 1970), and who may know."""

    at: int
    reference: str
    topic: str
    people: Collection[UUID]

    def words_for(self, tab: Tab) -> set[str]:
        """Return what this tab is told of it."""
        if tab.person not in self.people:
            return set()
        return {self.topic, "case"} if tab.about == self.reference else {self.topic}


class Feed:
    """All streams of this process. Lives in one event loop, which the first tab starts it in."""

    def __init__(self) -> None:
        self._tabs: set[Tab] = set()
        self._recent: deque[Moved] = deque(maxlen=1000)
        self._since = 0  # we know of everything that moved after this (ms since 1970)
        self._mode = "poll"
        self._tried = asyncio.Event()  # set when we know whether Redis answers
        self._wanted_at = 0.0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # Two, so that neither a storm of new tabs nor a slow database takes more of it.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="feed")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until the page goes, its person is signed out, or we end."""
        cookies = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
        session = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        person = (await self._ask(feed_facts.signed_in, {session})).get(session)
        if person is None or len(self._tabs) >= _MOST:
            last = "signed-out" if person is None else "poll"
            await send(_body(f"retry: 3600000\ndata: {last}\n\n", more=False))
            return
        tab = Tab(session, person, about=asked.get("about", [""])[0])
        watch = asyncio.create_task(_end_when_gone(tab, receive))
        try:
            await self._welcome(tab, since=asked.get("since", [""])[0])
            await self._serve(tab, send)
        finally:
            watch.cancel()
            self._tabs.discard(tab)
            self._wanted_at = time.monotonic()

    async def _welcome(self, tab: Tab, *, since: str) -> None:
        """Say how news come, and what the page has missed between its making and now."""
        self._wanted_at = time.monotonic()
        self._work()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._tried.wait()
        self._tabs.add(tab)
        tab.tell(self._mode)
        moment = int(since) if since.isdecimal() and len(since) < 16 else 0
        if moment < self._since:
            tab.tell("all")
            return
        for moved in self._recent:
            if moved.at >= moment:
                tab.tell(*moved.words_for(tab))

    def _work(self) -> None:
        if not self._tasks:
            _before_the_end(self._end)
        works: dict[str, Callable[[], Coroutine[Any, Any, None]]]
        works = {"listen": self._listen, "check": self._check}
        for name, work in works.items():
            if name not in self._tasks or self._tasks[name].done():
                self._tasks[name] = asyncio.create_task(work())

    @property
    def _wanted(self) -> bool:
        return bool(self._tabs) or time.monotonic() - self._wanted_at < _KEPT

    async def _serve(self, tab: Tab, send: Send) -> None:
        # Each browser comes back after another while, or all would come at once.
        await send(_body(f"retry: {random.randint(1000, 4000)}\n\n"))  # noqa: S311
        while not tab.over or tab.words:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await tab.bell.wait()
            except TimeoutError:
                await send(_body(":\n\n"))
                continue
            tab.bell.clear()
            words, tab.words = sorted(tab.words), set()
            if words:
                await send(_body(f"id: {_now()}\ndata: {' '.join(words)}\n\n"))
            if not tab.over:
                await asyncio.sleep(PAUSE)
        await send(_body("", more=False))

    async def _listen(self) -> None:
        """Hear what moves; while Redis does not answer, have the pages ask by themselves."""
        while self._wanted:
            try:
                client = redis.asyncio.Redis.from_url(
                    settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=10
                )
                async with client, client.pubsub() as line:
                    await line.subscribe(CHANNEL)
                    await line.get_message(timeout=2)  # the answer: from now on we miss nothing
                    self._change_mode("live")
                    await self._hear(line)
            except (RedisError, OSError):
                self._change_mode("poll")
                await asyncio.sleep(_AGAIN)
        self._mode, self._tried = "poll", asyncio.Event()

    async def _hear(self, line: Any) -> None:
        while self._wanted:
            if not (message := await line.get_message(timeout=5)):
                continue
            await asyncio.sleep(_GATHER)
            signals = []
            while message:
                if message["type"] == "message":
                    signals.append(message["data"])
                message = await line.get_message(timeout=0)
            await self._spread(signals)

    async def _spread(self, signals: list[bytes]) -> None:
        """Tell every tab what concerns it."""
        at = _now()
        try:
            moves = {(thing, kind) for each in signals for thing, kind in json.loads(each)}
            people = await self._ask(feed_facts.watchers, {thing for thing, _ in moves})
        except Exception:
            logger.exception("We do not know who may see what moved; every page looks by itself.")
            self._since = at
            self._tell_all("all")
            return
        for thing, topic in {(thing, feed_facts.topic(kind)) for thing, kind in moves}:
            moved = Moved(at, thing, topic, people.get(thing, ()))
            self._recent.append(moved)
            for tab in self._tabs:
                tab.tell(*moved.words_for(tab))
        if len(self._recent) == self._recent.maxlen:
            self._since = max(self._since, self._recent[0].at)

    async def _check(self) -> None:
        """End the streams of those who are signed out; say when a lamp changes."""
        lamps: object = None
        while self._wanted:
            await asyncio.sleep(_CHECK)
            try:
                people = await self._ask(feed_facts.signed_in, {tab.session for tab in self._tabs})
                before, lamps = lamps, await self._ask(feed_facts.lamps)
            except Exception:
                logger.exception("The streams could not be checked; next time, then.")
                continue
            for tab in self._tabs:
                if people.get(tab.session) != tab.person:
                    tab.end("signed-out")
            if before not in (None, lamps):
                self._tell_all("health")

    def _change_mode(self, mode: str) -> None:
        if mode == "live":
            self._recent.clear()
            self._since = _now()
        self._tried.set()
        if mode != self._mode:
            self._mode = mode
            self._tell_all(mode, "all")

    def _tell_all(self, *words: str) -> None:
        for tab in self._tabs:
            tab.tell(*words)

    def _end(self) -> None:
        for tab in self._tabs:
            tab.end("bye")
        for task in self._tasks.values():
            task.cancel()

    async def _ask(self, question: Callable[..., T], *args: Any) -> T:
        """Ask the database in a thread that leaves no connection behind."""

        def ask() -> T:
            try:
                return question(*args, at=timezone.now())
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


async def _end_when_gone(tab: Tab, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    tab.end()


def _before_the_end(end: Callable[[], None]) -> None:
    """Call `end` in this loop when the server is asked to stop: it would wait for the streams."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def stop(*args: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(end)
            if callable(before):
                before(*args)

        with contextlib.suppress(ValueError):  # not in the main thread: nobody signals us
            signal.signal(number, stop)


def _body(text: str, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}


def _now() -> int:
    return int(time.time() * 1000)
