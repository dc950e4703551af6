"""What an entry's leaf says, and what entries must keep to from one to the next."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from audit.core import jcs
from audit.core.findings import Tampered

_FORM: dict[str, type] = dict.fromkeys(("actor", "case", "ev", "id", "obj"), str)
_FORM.update(dict.fromkeys(("at", "occ", "ov", "seq", "v"), int), pc=dict)
# Nearly every leaf has this form, which is canonical by itself; the others are read slowly.
_PLAIN = bytes(each ^ 128 if each < 32 or each == 92 else each for each in range(256))
_TEXT, _NUMBER = '"([^"]*)"', "([1-8][0-9]{0,15}|9[0-9]{0,14}|0)"
_usual = re.compile(
    f'{{"actor":"[^"]*","at":{_NUMBER},"case":{_TEXT},"ev":{_TEXT},"id":"[0-9a-f]{{32}}","obj":{_TEXT}'
    f',"occ":{_NUMBER.replace("(", "(?:")},"ov":{_NUMBER},"pc":'
    f'({{(?:"d":"[^"]{{64}}"(?:,"p":"[^"]{{64}}")?|"p":"[^"]{{64}}")?}}),"seq":{_NUMBER},"v":1}}'
).fullmatch


class Entry(NamedTuple):
    """An entry, read. Times are microseconds since 1970."""

    at: int
    case: str
    ev: str
    obj: str
    ov: int
    pc: str  # JSON: the commitment to each payload
    seq: int


def read(leaf: bytes, seq: int) -> Entry:
    """Read the leaf at place `seq`, or raise Tampered when it is not one that a log writes."""
    try:
        match = _usual(leaf.decode())
    except UnicodeDecodeError:
        raise Tampered(f"Entry {seq} is not UTF-8.") from None
    if match and leaf.translate(_PLAIN) == leaf:  # `Entry(…)` would cost twice as much
        at, case, ev, obj, ov, pc, own = match.groups()
        entry = tuple.__new__(Entry, (int(at), case, ev, obj, int(ov), pc, int(own)))
    else:
        entry = _examine(leaf, seq)
    if entry.seq != seq:
        raise Tampered(f"Entry {seq} says that it is entry {entry.seq}.")
    return entry


def _examine(leaf: bytes, seq: int) -> Entry:
    try:
        fields = jcs.parse(leaf)
    except ValueError as error:
        raise Tampered(f"Entry {seq} is not canonical JSON: {error}.") from None
    if not isinstance(fields, dict) or fields.get("v") != 1:
        raise Tampered(f"Entry {seq} is not in the one known form of entries, version 1.")
    form = {key: type(value) for key, value in fields.items()}
    sound = form == _FORM and min(fields["at"], fields["occ"], fields["ov"]) >= 0
    if not (sound and re.fullmatch("[0-9a-f]{32}", fields["id"])):
        raise Tampered(f"Entry {seq} has other fields than an entry has.")
    committed = [f"{part}{each}" for part, each in fields["pc"].items()]
    if not all(re.fullmatch("[a-z][0-9a-f]{64}", each) for each in committed):
        raise Tampered(f"Entry {seq} commits to its payload in an unknown way.")
    fields["pc"] = json.dumps(fields["pc"])
    return Entry(*(fields[key] for key in Entry._fields))


class Order:
    """Follows entries in a row; one that begins in the middle keeps the first of each object."""

    def __init__(self, first: int, at: int = 0, lasts: dict[str, int] | None = None) -> None:
        self.first, self.at, self.lasts, self.began = first, at, lasts or {}, 0
        self.firsts: dict[str, tuple[Any, ...]] = {}

    def take(self, entry: tuple[Any, ...]) -> None:
        """Take the next entry, or raise Tampered when it cannot follow those before."""
        at, _, ev, obj, ov, _, seq = entry
        if at < self.at:
            raise Tampered(f"Entry {seq} has an earlier time than the entry before it.")
        due = self.lasts.get(obj, 0) + 1
        if due == 1 and self.first:
            self.firsts[obj] = at, "", ev, obj, ov, "", seq  # plain: it goes between processes
        elif ov != due:
            what = f"Entry {seq} is event {ov} of {obj}"
            raise Tampered(f"{what}, but event {due} is due: one was removed, or never entered.")
        self.lasts[obj], self.at = ov, at
        if ev == "audit.log_continued":  # those before it are of a log with other heads
            self.began = seq

    def join(self, later: Order) -> None:
        """Go on with an order that began where this one ends."""
        for entry in later.firsts.values():
            self.take(entry)
        self.lasts.update(later.lasts)
        self.at, self.began = later.at, max(self.began, later.began)


def moment(seconds: int) -> str:
    """Return a time, in seconds since 1970, as people write it, in UTC."""
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)).isoformat()
