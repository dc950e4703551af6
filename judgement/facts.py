"""The facts of one action: what it does, to what, how widely, and how well that could be read.

Each source has its own reader (`sql`, `shell`, `cloudtrail`, `kubernetes`, `http`). All speak in
these words, so that rules, alignment and statistics know nothing of languages.
"""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

VERSION = 8  # of all readers together: what was read by an older one is read again


_LISTS = ("objects", "columns", "literals", "destinations", "commands", "sources")


class Kind(StrEnum):
    """The language in which an action was written down."""

    SQL = "sql"
    SHELL = "shell"
    CLOUDTRAIL = "cloudtrail"
    KUBERNETES = "kubernetes"
    HTTP = "http"


class Verb(StrEnum):
    """What an action does; most do several. NEUTRAL changes and discloses nothing (`ls`, BEGIN)."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    SCHEMA = "schema"
    PRIVILEGE = "privilege"
    EXPORT = "export"
    PERSISTENCE = "persistence"
    TAMPER = "tamper"
    SECRET = "secret"  # noqa: S105 - the word for reading one
    NETWORK = "network"
    EXEC = "exec"
    NEUTRAL = "neutral"


class Breadth(StrEnum):
    """A way in which an action reaches further than one thing."""

    NO_WHERE = "no_where"  # UPDATE or DELETE of every row
    INVERTED = "inverted"  # all rows but those named: <>, NOT IN, a condition that is always true
    EVERYTHING = "everything"  # DROP, TRUNCATE, `rm -rf`, all of a namespace
    ROOT = "root"  # the whole file system, or a directory of the system
    RECURSIVE = "recursive"
    OPEN_TO_ALL = "open_to_all"  # chmod 777, GRANT … TO PUBLIC, 0.0.0.0/0
    WHOLE_TABLE = "whole_table"  # SELECT * with neither a condition nor a limit
    SPREAD = "spread"  # changes all rows that share something with the one that is picked
    EITHER = "either"  # changes rows that have one mark or another: id = 7 OR state = 'open'


class Quality(StrEnum):
    """How well an action could be read."""

    WHOLE = "whole"
    PARTIAL = "partial"  # with errors around which a parser went
    NONE = "none"  # nothing is known of it: it cannot be judged, and is never passed silently


class Condition(NamedTuple):
    """One comparison of an SQL statement: `id <> 42` is ("id", "<>", "42").

    Operators: = <> < <= > >= in, not in, like, not like, between; "set" is a value that a column
    gets, by INSERT or UPDATE.
    """

    column: str
    operator: str
    value: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one action. Names are in lower case, as `schema.table`, path or host."""

    kind: Kind
    verbs: frozenset[Verb]
    objects: tuple[str, ...] = ()  # tables, paths, users, hosts, resources that it names
    columns: tuple[str, ...] = ()  # of tables; "*" is all of them
    literals: tuple[str, ...] = ()  # the values that it names: numbers, strings, patterns
    destinations: tuple[str, ...] = ()  # hosts, buckets and paths to which something is sent
    commands: tuple[str, ...] = ()  # utilities, statements, API calls by their own names
    conditions: tuple[Condition, ...] = ()  # comparisons, as far as they are with one value
    sources: tuple[str, ...] = ()  # of the objects, tables that a change only reads
    limit: int | None = None  # rows at most, where it says so
    breadth: frozenset[Breadth] = frozenset()
    severity: float = 0.0  # of 0 to 1: what the gravest of it may cost
    quality: Quality = Quality.WHOLE
    version: int = VERSION

    def body(self) -> dict[str, object]:
        """Return the JSON form that `of` reads; what is empty is left out."""
        said: dict[str, object] = {
            "kind": self.kind.value, "verbs": sorted(self.verbs), "quality": self.quality.value,
            "severity": self.severity, "version": self.version,
        }  # fmt: skip
        for name in (*_LISTS, "conditions"):
            if value := getattr(self, name):
                said[name] = [list(each) if isinstance(each, tuple) else each for each in value]
        if self.breadth:
            said["breadth"] = sorted(self.breadth)
        return said | ({"limit": self.limit} if self.limit is not None else {})

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Facts":
        """Return the facts that `body` wrote. Raises KeyError or ValueError for anything else."""
        return cls(
            kind=Kind(said["kind"]),
            verbs=frozenset(map(Verb, said["verbs"])),
            conditions=tuple(Condition(*each) for each in said.get("conditions", ())),
            limit=said.get("limit"),
            breadth=frozenset(map(Breadth, said.get("breadth", ()))),
            severity=said["severity"],
            quality=Quality(said["quality"]),
            version=said["version"],
            **{name: tuple(said.get(name, ())) for name in _LISTS},
        )

    def idle(self) -> "Facts":
        """Return the facts of an action that changes nothing that was there before its session."""
        verbs, breadth = frozenset({Verb.NEUTRAL}), frozenset[Breadth]()
        return dataclasses.replace(self, verbs=verbs, breadth=breadth, severity=0.0)

    @property
    def changed(self) -> tuple[str, ...]:
        """The objects that are changed, without those that only say how."""
        return tuple(each for each in self.objects if each not in self.sources)

    @property
    def neutral(self) -> bool:
        """Whether it changes and discloses nothing by itself."""
        return self.verbs <= {Verb.NEUTRAL} and self.quality is not Quality.NONE
