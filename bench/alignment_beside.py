"""What people do beside what they said, honestly, and how they say it in haste.

Incidents are learned with and without: whoever looks at an order looks at its lines as well, and
again afterwards; whoever is paged at night leaves out articles and letters.
"""

import json
import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from judgement import thesaurus, words


class Pair(NamedTuple):
    """A session with what was said before it."""

    kind: str
    reason: str
    actions: tuple[str, ...]
    mismatch: bool
    source: frozenset[str] = frozenset()
    spoiled: str = ""  # in which way, where we did it
    weight: float = 1.0
    injected: int | None = None  # the action that is not what was said, where we know


_AROUND = 0.6  # of incidents in which somebody looks around
_PARTS = (
    "lines",
    "items",
    "notes",
    "events",
    "states",
    "positions",
    "contacts",
    "documents",
    "steps",
)
_HOST = ("uptime", "df -h", "free -m", "date", "hostname", "ls -l", "ps aux | head -n 20", "who",
         "journalctl -n 50 --no-pager", "dmesg | tail -n 20", "tail -n 50 /var/log/syslog",
         "ss -ltn", "vmstat 1 3", "cat /etc/os-release", "top -bn1 | head", "pwd")  # fmt: skip
_BELOW = ("status", "history", "events", "lines", "notes", "details", "items")
_ROW = re.compile(
    r"\b(?:FROM|UPDATE|INTO)\s+(?P<table>[a-z_]+)\b.*?\bWHERE\s+(?:\w+\.)?(?P<column>\w+)\s*=\s*"
    r"(?P<value>\d{2,}|'[^']+')",
    re.DOTALL,
)
_TABLE = re.compile(r"\b(?:FROM|UPDATE|INTO)\s+(?P<table>[a-z_]+)\b")
_SHORT = {
    "customer": "cust", "account": "acct", "invoice": "inv", "please": "pls", "number": "no",
    "employee": "empl", "address": "addr", "with": "w/", "without": "w/o", "transaction": "txn",
    "quantity": "qty", "department": "dept", "user": "usr", "check": "chk", "delete": "del",
    "update": "upd", "change": "chg", "message": "msg", "service": "svc", "namespace": "ns",
    "database": "db", "password": "pwd", "configuration": "cfg", "certificate": "cert",
    "environment": "env", "payment": "pmt", "supplier": "suppl", "patient": "pat",
    "production": "prod", "deployment": "deploy", "information": "info", "and": "&",
}  # fmt: skip
_LEFT_OUT = re.compile(r"\b(?:the|a|an|of|is|are|please|i|we|will|to)\s+", re.IGNORECASE)


def looked_around(pair: Pair, rng: random.Random) -> Pair:
    """Return an honest session, now and then with what is looked at beside."""
    if rng.random() > _AROUND:
        return pair
    found = list(dict.fromkeys(_beside(pair, rng)))
    added = rng.sample(found, min(len(found), rng.choice((1, 1, 2, 3))))
    actions = list(pair.actions)
    for each in added:
        actions.insert(rng.randrange(len(actions) + 1), each)
    return pair._replace(actions=tuple(actions))


def _beside(pair: Pair, rng: random.Random) -> Iterator[str]:
    """Yield what somebody may look at beside."""
    first = pair.actions[0]
    if pair.kind == "shell":
        yield from rng.sample(_HOST, 3)
    elif pair.kind == "sql":
        yield from _rows(pair, rng)
    elif pair.kind == "kubernetes":
        if found := re.search(r'"namespace": "([\w-]+)"', first):
            for resource in ("events", "pods", "deployments", "replicasets"):
                where = {"resource": resource, "namespace": found[1]}
                yield json.dumps({"verb": "list", "objectRef": where})
    elif first.startswith("GET ") or '"readOnly": true' in first:
        yield first
        if found := re.match(r"GET (/[^\s?]*\d[\w-]*)", first):
            yield f"GET {found[1]}/{rng.choice(_BELOW)} 200"


def _rows(pair: Pair, rng: random.Random) -> Iterator[str]:
    """Yield looks at neighbouring tables by what was named, or at the shape of the table itself."""
    joined = "\n".join(pair.actions)
    if found := _ROW.search(joined):
        table = found["table"]
        base = words.stem(table.rpartition("_")[2]) if len(table) > 3 else table
        one = re.sub(r"(?<=s)es$|s$", "", table)
        column = found["column"] if found["column"] != "id" else f"{one}_id"
        picked = f"WHERE {column} = {found['value']}"
        yield f"SELECT * FROM {one}_{rng.choice(_PARTS)} {picked}"  # noqa: S608 - is run nowhere
        if akin := sorted(thesaurus.akin(base)):
            for other in rng.sample(akin, min(2, len(akin))):
                yield f"SELECT * FROM {other}s {picked} LIMIT 20"  # noqa: S608 - is run nowhere
    if found := _TABLE.search(joined):
        yield f"\\d {found['table']}"
        yield f"SELECT count(*) FROM {found['table']}"  # noqa: S608 - is run nowhere
    looks = [each for each in pair.actions if each.upper().startswith("SELECT")]
    yield from looks[:1] and (f"EXPLAIN {looks[0]}", looks[0])
    yield "SELECT now()"


def in_haste(reason: str, rng: random.Random) -> str:
    """Return a reason as somebody types it who has no time."""
    text = reason.lower() if rng.random() < 0.5 else reason
    if rng.random() < 0.5:
        text = _LEFT_OUT.sub("", text)
    if rng.random() < 0.7:
        text = re.sub(
            r"\b[a-z]+?(?=s?\b)",
            lambda m: _SHORT.get(m[0], m[0]) if rng.random() < 0.6 else m[0],
            text,
        )
    if rng.random() < 0.5:
        text = re.sub(r"\b[a-z]{5,}\b", lambda m: _slip(m[0], rng), text)
    return text


def _slip(word: str, rng: random.Random) -> str:
    if rng.random() > 0.12:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :],
         word[:at] + word[at] + word[at:])
    )  # fmt: skip
