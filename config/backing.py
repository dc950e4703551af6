"""The servers that a checkout brings along: PostgreSQL, Redis, and the demo's own target."""

import dataclasses
import hashlib
import secrets
import shutil
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import embedded
from config.children import Child, Children
from config.embedded import FAST_SHUTDOWN, Cluster, Redis
from config.local import Local

DATABASE = "breakglass"
OWNER, APPLICATION = "breakglass_owner", "breakglass_app"
SEQUENCER, SEALER = "breakglass_sequencer", "breakglass_sealer"
# Where data go when whoever runs PostgreSQL for root may not enter the checkout.
_ELSEWHERE = Path("/var/lib/breakglass")
_SHOP_SETTINGS = {
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_directory": "log",
    "log_filename": "server.log",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where everything is, and as whom each of us goes there."""

    application: str
    owner: str
    sequencer: str
    sealer: str
    redis: str
    # The superuser's, of the demo's target; right only until the demo is loaded, and kept nowhere.
    shop: str


class Backing:
    """Servers for whatever has no address in the environment."""

    def __init__(self, local: Local, env: Mapping[str, str], *, demo: bool) -> None:
        self._local, self._env = local, env
        self._account = embedded.account_for(local.path)
        self.home = self._home()
        self._database = None if env.get("DATABASE_URL") else self._cluster("postgres")
        self._shop = self._cluster("shop", settings=_SHOP_SETTINGS) if demo else None
        self._redis = None if env.get("REDIS_URL") else self._new_redis()

    @property
    def database_id(self) -> str:
        """Return what tells one database from another in our notes."""
        address = self._env.get("DATABASE_URL") or "embedded"
        return hashlib.sha256(address.encode()).hexdigest()[:16]

    @property
    def demo_is_loaded(self) -> bool:
        """Return whether the demo is in the database, and with it the way into the shop."""
        return self._local.read("demo") == self.database_id

    def remember_demo(self) -> None:
        """Note that the demo is in the database."""
        self._local.write("demo", self.database_id)

    def bring_up(self, children: Children) -> Addresses:
        """Start everything at once, put it into the care of `children`, and say where it is."""
        if self._shop and not self.demo_is_loaded:
            # Nobody has the passwords of one that is there: make it anew.
            shutil.rmtree(self._shop.home, ignore_errors=True)
        clusters = [cluster for cluster in (self._database, self._shop) if cluster]
        with ThreadPoolExecutor() as threads:
            list(threads.map(Cluster.create, clusters))
        for cluster in clusters:
            self._local.link("bin/psql", cluster.programs / "psql")
        try:
            self._start(children)
            return self._addresses()
        except BaseException:
            for server in self._servers().values():
                server.stop()
            raise

    def _start(self, children: Children) -> None:
        servers = self._servers()
        for server in servers.values():
            server.start()
        for name, server in servers.items():
            server.wait()
            how = FAST_SHUTDOWN if isinstance(server, Cluster) else signal.SIGTERM
            children.add(
                Child(
                    name=name,
                    start=server.start,
                    process=server.process,
                    how_to_stop=how,
                    stage=0,
                )
            )

    def _servers(self) -> dict[str, Cluster | Redis]:
        named = {"postgres": self._database, "shop-db": self._shop, "redis": self._redis}
        return {name: server for name, server in named.items() if server}

    def _addresses(self) -> Addresses:
        redis = self._redis.url if self._redis else self._env["REDIS_URL"]
        shop = self._shop.url() if self._shop else ""
        if not self._database:
            given = self._env["DATABASE_URL"]
            return Addresses(
                application=given,
                owner=self._env.get("OWNER_DATABASE_URL") or given,
                sequencer=self._env.get("SEQUENCER_DATABASE_URL") or given,
                sealer=self._env.get("SEALER_DATABASE_URL") or given,
                redis=redis,
                shop=shop,
            )
        roles = (OWNER, APPLICATION, SEQUENCER, SEALER)
        words = {role: self._local.secret(role) for role in roles}
        embedded.make_database(self._database.url(), DATABASE, owner=OWNER, passwords=words)
        urls = {
            role: self._database.url(DATABASE, user=role, password=word)
            for role, word in words.items()
        }
        return Addresses(
            application=urls[APPLICATION],
            owner=urls[OWNER],
            sequencer=urls[SEQUENCER],
            sealer=urls[SEALER],
            redis=redis,
            shop=shop,
        )

    def _home(self) -> Path:
        if not self._account.foreign or self._account.may("-x", self._local.path):
            return self._local.path
        checkout = hashlib.sha256(bytes(self._local.path)).hexdigest()[:12]
        home = _ELSEWHERE / checkout
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        return home

    def _cluster(self, name: str, settings: Mapping[str, str] | None = None) -> Cluster:
        kept = name == "postgres"
        # The demo's record of its target names the port.
        fixed = not kept and self.demo_is_loaded
        return Cluster(
            home=self.home / name,
            port=self._local.port(name, fixed=fixed),
            password=self._local.secret("postgres") if kept else secrets.token_urlsafe(32),
            account=self._account,
            programs=embedded.postgres_programs(18, account=self._account, spare=self.home),
            settings=settings or {},
        )

    def _new_redis(self) -> Redis:
        return Redis(
            port=self._local.port("redis"),
            password=self._local.secret("redis"),
            account=self._account,
        )
