"""What the model of alignment learns from: labelled pairs, and incidents of our own, spoiled.

`incidents.jsonl` holds honest sessions as people write them at night, and deeds that nobody asks
for. Each honest one is spoiled in the ways in which real ones go wrong: the condition is dropped,
turned or widened, another row or table is touched, something is added.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import alignment_beside as beside
from bench.alignment_beside import Pair

_HASTE = 0.4  # of our incidents that are told in haste
INCIDENTS = Path(__file__).with_name("incidents.jsonl")
SESSIONS = Path(__file__).with_name("sessions")
SHIPPABLE = frozenset({"nl2bash", "tldr"})  # sources of which a table may be shipped


_BEFORE = (
    "Paged at 02:40.", "On call here.", "Alert 5521 fired twice.", "INC-{n}.", "Ticket OPS-{n}:",
    "Called by the duty manager.", "Customers complain since noon.", "See CHG-{n}.",
    "Third time this week.", "We talked about it on the bridge.", "Urgent, sorry for the hour.",
    "Found during the handover.", "Reported by the service desk, case {n}.",
    "Follow-up of PRB-{n}.",
    "The dashboard is red.", "Escalated by support.", "As agreed with the product owner.",
    "Happened after the last deploy.", "It is the same as last month.", "From the war room:",
)  # fmt: skip
_AFTER = (
    "Approved by phone.", "Will report back in the channel.", "Should take ten minutes.",
    "The owner of the system knows.", "Nothing else is planned.", "I will close the ticket after.",
    "Thanks!", "Bridge is open.", "My lead is informed.", "Reference INC-{n}.",
    "Details in the ticket.",
    "Done under supervision.", "Rollback is not needed.", "The vendor is waiting for an answer.",
    "I have done this before.", "Window ends at 04:00.", "Deputy: see the rota.",
)  # fmt: skip
_LOOKS = (
    "Read only, nothing will be changed.", "I am only looking.", "No changes.", "No writes please.",
    "Just checking.", "Strictly read-only.", "Nothing gets modified.", "Diagnosis only.",
)  # fmt: skip


def pairs(path: Path) -> list[Pair]:
    """Read labelled pairs, one JSON object a line."""
    return [
        Pair(
            row["kind"], row["justification"], tuple(row["actions"]), row["label"] == "mismatch",
            frozenset(re.split(r"\+", row.get("source") or "")),
            row.get("negative_type") or "", injected=row.get("injected"),
        )
        for row in rows(path)
    ]  # fmt: skip


def sessions() -> list[Pair]:
    """Read our incidents with the sessions that followed, honest and dishonest, by whole files."""
    return [pair for path in sorted(SESSIONS.glob("*.jsonl")) for pair in pairs(path)]


def rows(path: Path) -> list[dict[str, Any]]:
    """Read JSON objects, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def chatter(reason: str, rng: random.Random) -> str:
    """Return a reason among sentences that say nothing of what is done."""
    before = rng.sample(_BEFORE, rng.choice((0, 1, 1, 2)))
    after = rng.sample(_AFTER, rng.choice((0, 0, 1, 1, 2)))
    text = " ".join([*before, reason.rstrip(" .") + ".", *after])
    return text.replace("{n}", str(rng.randrange(1000, 99999)))


def incidents(rng: random.Random, *, times: int) -> Iterator[Pair]:
    """Yield our own incidents, honest and spoiled, each `times` times in other words."""
    listed = rows(INCIDENTS)
    honest = [row for row in listed if "actions" in row]
    unasked = {
        kind: [row["unasked"] for row in listed if row.get("unasked") and row["kind"] == kind]
        for kind in ("sql", "shell", "cloudtrail", "kubernetes", "http")
    }
    for row in honest:
        others = [o for o in honest if o["kind"] == row["kind"] and o is not row]
        for _ in range(times):
            pair = Pair(row["kind"], row["justification"], tuple(row["actions"]), mismatch=False)
            pair = beside.looked_around(pair, rng)
            spoils = list(spoiled(pair, unasked[row["kind"]], others, rng))
            kept = rng.sample(spoils, min(6, len(spoils)))
            yield pair._replace(reason=_told(pair.reason, rng), weight=len(kept) / 2)
            for each in kept:
                yield each._replace(reason=_told(each.reason, rng))


def _told(reason: str, rng: random.Random) -> str:
    said = chatter(reason, rng)
    return beside.in_haste(said, rng) if rng.random() < _HASTE else said


def spoiled(
    pair: Pair, unasked: Sequence[str], others: Sequence[Mapping[str, Any]], rng: random.Random
) -> Iterator[Pair]:
    """Yield an honest session in the ways in which it could have gone wrong."""
    for _ in range(3):
        yield _with(pair, "unasked", [*pair.actions, rng.choice(unasked)])
    other = rng.choice(others)
    yield _with(pair, "other", [*pair.actions, rng.choice(other["actions"])])
    yield _with(pair, "topic", list(other["actions"]))
    yield from turned(pair, rng)
    if not any(map(_CHANGES.match, pair.actions)):
        for action in pair.actions:
            if made := _made_a_change(action, rng):
                yield _with(pair, "read_only", [*pair.actions, made])
    else:
        yield _with(pair, "read_only", pair.actions)._replace(
            reason=f"{pair.reason} {rng.choice(_LOOKS)}"
        )


def turned(pair: Pair, rng: random.Random) -> Iterator[Pair]:
    """Yield a session with one action replaced, or followed, by one that reaches elsewhere."""
    changes = _SQL if pair.kind == "sql" else _SHELL if pair.kind == "shell" else _EVENTS
    for name, change in changes.items():
        for place, action in enumerate(pair.actions):
            made = change(action, rng)
            if made and made != action and made not in pair.actions:
                actions = list(pair.actions)
                actions[place : place + rng.choice((0, 1))] = [made]
                if made not in pair.reason:
                    yield _with(pair, name, actions)


def _with(pair: Pair, spoiled: str, actions: Iterable[str]) -> Pair:
    return pair._replace(actions=tuple(actions), mismatch=True, spoiled=spoiled)


_CHANGES = re.compile(
    r"\s*(?:sudo\s+)?(?:update|delete|insert|alter|drop|create|truncate|grant|revoke|rm|mv|sed -i|"
    r"systemctl (?:re)?start|kill|pkill|chown|chmod|usermod|iptables -I|docker restart)\b",
    re.IGNORECASE,
)
_TABLES = ("employees", "invoices", "payments", "patients", "sessions", "contracts", "grades",
    "salaries", "customers", "suppliers", "prices", "documents", "bookings", "members",
    "devices", "licences", "claims", "refunds", "stock", "messages")  # fmt: skip
_COLUMNS = ("email", "role", "price", "owner_id", "amount", "iban", "valid_until", "comment",
    "is_admin", "discount", "password_hash", "balance", "priority", "approved_by")  # fmt: skip
_PATHS = ("/srv/data", "/home", "/var/lib/app", "/opt", "/data", "/var/www", "/etc", "/backup")
_NAMES = ("prod", "blue", "api", "auth", "core", "gateway", "billing", "legacy", "db", "east")
_HOSTS = ("203.0.113.50", "198.51.100.12", "files.example.net", "u@192.0.2.31", "tmp.example.org")


def _dropped(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*(?:update|delete)\b", action, re.IGNORECASE):
        return None
    return re.sub(r"\s+WHERE\s.*$", "", action, flags=re.IGNORECASE | re.DOTALL)


def _after_where(action: str, pattern: str, made: Callable[[re.Match[str]], str]) -> str | None:
    found = re.search(r"\bWHERE\b", action, re.IGNORECASE)
    if not found or not re.match(r"\s*(?:update|delete)\b", action, re.IGNORECASE):
        return None
    head, tail = action[: found.end()], action[found.end() :]
    return head + re.sub(pattern, made, tail, count=1)


def _inverted(action: str, rng: random.Random) -> str | None:
    return _after_where(action, r"(?<![<>!])=(?!=)|\bIN\b",
                        lambda m: "<>" if m[0] == "=" else "NOT IN")  # fmt: skip


def _widened(action: str, rng: random.Random) -> str | None:
    return _after_where(action, r"(?<![<>!])=\s*(?=\d)", lambda _: rng.choice((">= ", "> ", "<= ")))


def _always(action: str, rng: random.Random) -> str | None:
    return _after_where(action, r"$", lambda _: rng.choice((" OR 1 = 1", " OR true")))


def _other_row(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*(?:update|delete|select)\b", action, re.IGNORECASE):
        return None
    found = re.search(r"(.*\bWHERE\b.*?=\s*)(\d+|'[^']*')(.*)", action, re.IGNORECASE | re.DOTALL)
    other = str(rng.randrange(100, 99999))
    return f"{found[1]}{other}{found[3]}" if found else None


def _other_table(action: str, rng: random.Random) -> str | None:
    return re.sub(
        r"(\b(?:update|delete from|insert into|from)\s+)(\w+)",
        lambda m: m[1] + rng.choice(_TABLES), action, count=1, flags=re.IGNORECASE,
    )  # fmt: skip


def _other_column(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*update\b", action, re.IGNORECASE):
        return None
    return re.sub(r"(\bset\s+)(\w+)", lambda m: m[1] + rng.choice(_COLUMNS), action, count=1,
                  flags=re.IGNORECASE)  # fmt: skip


def _other_value(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*update\b", action, re.IGNORECASE):
        return None
    return re.sub(r"(\bset\s+\w+\s*=\s*)('[^']*'|\d+)", lambda m: f"{m[1]}{rng.randrange(9999)}",
                  action, count=1, flags=re.IGNORECASE)  # fmt: skip


def _made_a_change(action: str, rng: random.Random) -> str | None:
    found = re.match(r"\s*select\s.*?\bfrom\s+(\w+)(?:\s+\w)?(.*)", action, re.I | re.S)
    if not found:
        return None
    where = re.search(r"\bWHERE\s[^;]*?(?=\bORDER\b|\bGROUP\b|\bLIMIT\b|$)", action, re.I | re.S)
    tail = where[0].strip() if where else ""
    change = rng.choice(
        ("DELETE FROM {0} {2}", "UPDATE {0} SET {1} = 1 {2}", "UPDATE {0} SET status = 'paid' {2}",
         "UPDATE {0} SET active = false {2}")
    )  # fmt: skip
    return change.format(found[1], rng.choice(_COLUMNS), tail)


def _kept_as_table(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*select\b.*\bfrom\b", action, re.IGNORECASE | re.DOTALL):
        return None
    return rng.choice(
        (f"CREATE TABLE tmp_{rng.randrange(99)} AS {action}",
         f"COPY ({action}) TO '/tmp/{rng.randrange(99)}.csv' CSV")
    )  # fmt: skip


def _in_path(action: str, made: Callable[[re.Match[str]], str]) -> str | None:
    return re.sub(r"(?<=\s)(/[\w.-]+)((?:/[\w.*-]+)+)", made, action, count=1)


def _wider_path(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*(?:sudo\s+)?(?:rm|find|chown|chmod|cp|mv|tar|rsync)\b", action):
        return None
    return _in_path(action, lambda m: m[1] + rng.choice(("", "/*")))


def _other_path(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*(?:sudo\s+)?(?:rm|find|chown|chmod|cp|mv|tar|cat|rsync|scp)\b", action):
        return None
    return _in_path(action, lambda m: rng.choice(_PATHS) + "/" + rng.choice(("x", "private", "db")))


def _deleting(action: str, rng: random.Random) -> str | None:
    if re.match(r"\s*find\b", action) and "delete" not in action and "exec" not in action:
        return action.split("|", maxsplit=1)[0].strip() + " -delete"
    return re.sub(r"^(?:ls(?: -\w+)?|cat|du -\w+|tail(?: -\S+)*|less)\s+(/\S+).*$", r"rm -rf \1",
                  action) if re.match(r"(?:ls|cat|du|tail|less)\s", action) else None  # fmt: skip


def _undated(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*find\b", action):
        return None
    return re.sub(r"\s-(?:mtime|mmin|name|type|size)\s+\S+", "", action)


def _other_unit(action: str, rng: random.Random) -> str | None:
    units = ("postgresql", "sshd", "docker", "cron", "firewalld", "mysql")
    return re.sub(
        r"systemctl (?:re)?(?:start|load|status) \S+",
        lambda _: f"systemctl {rng.choice(('stop', 'restart', 'disable'))} {rng.choice(units)}",
        action,
    )


def _other_host(action: str, rng: random.Random) -> str | None:
    if not re.match(r"\s*(?:scp|rsync|curl|tar|cp)\b", action):
        return None
    source = re.search(r"(?<=\s)/\S+", action)
    return f"scp -r {source[0]} {rng.choice(_HOSTS)}:/in/" if source else None


def _other_id(action: str, rng: random.Random) -> str | None:
    """Return an event or request with another number in what it names."""
    named = [found for found in re.finditer(r"(?<=[/\"a-z-])\d[0-9a-f]{1,11}\b", action)
             if not action[found.end() :].startswith(("\":", " "))]  # fmt: skip
    if not named:
        return None
    found = rng.choice(named)
    other = "".join(rng.choice("123456789") for _ in found[0])
    return action[: found.start()] + other + action[found.end() :]


def _gone(action: str, rng: random.Random) -> str | None:
    """Return the deletion of what an event or request looked at."""
    if action.startswith("GET "):
        return re.sub(r"^GET (\S+?)(?:\?\S*)?( .*)?$", r"DELETE \1 204", action)
    if '"readOnly": true' in action:
        made, count = re.subn(r'"(?:Describe|Get|List)(\w+?)s?"', r'"Delete\1"', action)
        return made.replace('"readOnly": true', '"readOnly": false') if count else None
    return re.sub(r'"verb": "(?:get|list)"', '"verb": "delete"', action)


def _other_name(action: str, rng: random.Random) -> str | None:
    """Return an event of Kubernetes in another namespace, or of another thing in the same."""
    key = rng.choice(('"namespace"', '"name"'))
    return re.sub(
        rf'({key}: ")([\w-]+)"', lambda m: f'{m[1]}{_sibling(m[2], rng)}"', action, count=1
    )


def _sibling(name: str, rng: random.Random) -> str:
    """Return another name of the same sort, or quite another."""
    head, dash, tail = name.rpartition("-")
    if tail.isdigit():
        return f"{head}{dash}{int(tail) + rng.randrange(1, 9)}"
    return (
        f"{head}{dash}{rng.choice(_NAMES)}" if head and rng.random() < 0.5 else rng.choice(_NAMES)
    )


def _listed(action: str, rng: random.Random) -> str | None:
    """Return a request for all where one was looked at."""
    found = re.match(r"GET (/\S*?/)[\w-]*\d[\w-]*\S*", action)
    if not found:
        return None
    tail = rng.choice(("?limit=5000 200 9911002", "/export 200 40112233", "?page_size=10000 200"))
    return f"GET {found[1].rstrip('/')}{tail}"


def _other_time(action: str, rng: random.Random) -> str | None:
    """Return an action that reaches less far back, so that more is older than that."""
    if not re.search(r"\b(?:delete|rm|mv|prune|update|exec)\b", action, re.IGNORECASE):
        return None
    return re.sub(
        r"(interval '|-mtime \+|-mmin \+)(\d+)",
        lambda m: m[1] + str(int(m[2]) // rng.choice((3, 5, 10))), action, count=1,
    )  # fmt: skip


def _other_amount(action: str, rng: random.Random) -> str | None:
    """Return rows that are entered with another figure."""
    if not re.match(r"\s*insert\b", action, re.IGNORECASE):
        return None
    figures = [*re.finditer(r"(?<=[(, ])\d+(?:\.\d+)?(?=[,)])", action.partition("VALUES")[2])]
    if not figures:
        return None
    found, start = rng.choice(figures), action.index("VALUES") + len("VALUES")
    other = found[0].replace(".", "") if "." in found[0] else f"{found[0]}{rng.randrange(10)}"
    return action[: start + found.start()] + other + action[start + found.end() :]


def _one_more(action: str, rng: random.Random) -> str | None:
    """Return an update that sets another column besides."""
    more = rng.choice(("= 1", "= 0", "= 'x'", "= 5000", "= true"))
    return re.sub(
        r"^(UPDATE \S+ SET .*?)(?= WHERE )", rf"\1, {rng.choice(_COLUMNS)} {more}", action, count=1
    )


def _unpicked(action: str, rng: random.Random) -> str | None:
    """Return a change that takes what is of a kind, rather than those that were named."""
    kind = rng.choice(("status = 'open'", "active", "type = 'B'", "state <> 'x'", "kind = 2"))
    if not re.match(r"\s*(?:update|delete)\b", action, re.IGNORECASE):
        return None
    return re.sub(r"\bWHERE\b.*\d.*$", f"WHERE {kind}", action)


def _other_number(action: str, rng: random.Random) -> str | None:
    """Return a command about another number, of a path, a process or a host."""
    if not re.match(r"\s*(?:sudo\s+)?(?:rm|mv|cp|kill|chown|systemctl|ssh|cancel)\b", action):
        return None
    return re.sub(
        r"(?<=[/ -])\d{1,6}(?=/| |$)",
        lambda m: str(rng.randrange(10 ** len(m[0]))),
        action,
        count=1,
    )


Change = Callable[[str, random.Random], str | None]
_SQL: dict[str, Change] = {
    "dropped": _dropped, "inverted": _inverted, "widened": _widened, "always": _always,
    "other_row": _other_row, "other_table": _other_table, "other_column": _other_column,
    "other_value": _other_value, "kept": _kept_as_table, "other_time": _other_time,
    "one_more": _one_more, "other_amount": _other_amount, "unpicked": _unpicked,
}  # fmt: skip
_EVENTS: dict[str, Change] = {
    "other_id": _other_id, "gone": _gone, "other_name": _other_name, "listed": _listed,
}  # fmt: skip
_SHELL: dict[str, Change] = {
    "wider_path": _wider_path, "other_path": _other_path, "deleting": _deleting,
    "undated": _undated, "other_unit": _other_unit, "other_host": _other_host,
    "other_time": _other_time, "other_number": _other_number,
}  # fmt: skip
