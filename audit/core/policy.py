"""Whom to trust: a policy file of C2SP tlog-policy, or the keys of logs alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from audit.core.checkpoint import read_checkpoint, read_number
from audit.core.findings import Incomplete, Tampered, Usage
from audit.core.note import LOG, WITNESS, Key, read_key


class Head(NamedTuple):
    """A checkpoint that a trusted log signed."""

    origin: str
    size: int
    root: bytes
    keys: list[str]  # those that signed
    times: dict[str, int]  # witness: when it cosigned, in seconds since 1970
    since: int | None  # when enough witnesses had; None as long as they are not enough


@dataclass
class Policy:
    """The keys of logs and witnesses, and which witnesses together are enough."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = ""

    def open(self, data: bytes | None) -> Head:
        """Read a checkpoint; raise Tampered unless a trusted log signed, and nobody falsely."""
        if data is None:
            raise Incomplete("There is no checkpoint.")
        origin, size, root, note = read_checkpoint(data)
        keys = [str(k) for k in self.logs if k.name == origin and note.signed_by(k) is not None]
        if not keys:
            raise Tampered(f"No trusted key of {origin[:200]!r} signed the checkpoint.")
        times = {n: t for n, k in self.witnesses.items() if (t := note.signed_by(k)) is not None}
        since = next((time for time in sorted(times.values()) if self._enough(times, time)), None)
        return Head(origin, size, root, keys, times, since)

    def _enough(self, times: dict[str, int], until: int) -> bool:
        held = {"none", *(name for name, time in times.items() if time <= until)}
        for name, (least, members) in self.groups.items():
            held |= {name} if len(held.intersection(members)) >= least else set()
        return self.quorum in held

    def ask(self, head: Head) -> None:
        """Raise Incomplete when the policy asks for more cosignatures than a head has."""
        if head.since is None and self.quorum != "none":
            names = ", ".join(head.times) or "nobody"
            raise Incomplete(f"The policy asks for more cosignatures than those of {names}.")

    def add(self, kind: str, name: str = "", *rest: str) -> None:
        """Add a line of a policy file, or raise Usage or ValueError."""
        known = {"none", *self.witnesses, *self.groups}
        if kind == "log" and len(rest) < 2:
            self.logs.append(read_key(name, LOG))
        elif kind == "witness" and name not in known and len(rest) in (1, 2):
            self.witnesses[name] = read_key(rest[0], WITNESS)
        elif kind == "group" and name not in known and len(rest) > 1:
            self._add_group(name, rest[0], [*rest[1:]], known - {"none"})
        elif kind == "quorum" and name in known and not rest and not self.quorum:
            self.quorum = name
        else:
            raise Usage("it is none of log, witness, group and quorum as they are written.")
        for keys in (self.logs, [*self.witnesses.values()]):
            if len({key.public for key in keys}) < len(keys):
                raise Usage("a key stands twice.")

    def _add_group(self, name: str, least: str, members: list[str], known: set[str]) -> None:
        count = {"any": 1, "all": len(members)}.get(least) or read_number(least)
        self.groups[name] = (count, members)
        used = [each for _, others in self.groups.values() for each in others]
        if not 1 <= count <= len(members) or len({*used}) < len(used) or not known >= {*members}:
            raise Usage("its members are unknown, stand twice, or are fewer than it asks for.")


def read_policy(data: bytes) -> Policy:
    """Read a policy file, or raise Usage with the line that cannot be read."""
    policy = Policy()
    if re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", data):
        raise Usage("The policy has a control character in it.")
    for number, line in enumerate(data.decode(errors="surrogateescape").split("\n"), 1):
        words = re.findall("[^ \t]+", line)
        if words and not words[0].startswith("#"):
            try:
                policy.add(*words)
            except (Usage, ValueError) as error:
                raise Usage(f"Line {number} of the policy cannot be read: {error}") from None
    if not policy.quorum:
        raise Usage("The policy has no quorum line.")
    return policy
