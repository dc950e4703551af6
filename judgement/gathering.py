"""Facts while they are being read: what each part of an action adds to the whole."""

import dataclasses
from collections.abc import Iterable

from judgement.facts import Breadth, Condition, Facts, Kind, Quality, Verb

_MOST = 60  # names of a kind that are kept: a statement of a thousand tables needs no more
_LONGEST = 300  # characters of a name or value

# What the gravest use of a verb may cost, where a rule does not say.
SEVERITY = {
    Verb.NEUTRAL: 0.0,
    Verb.READ: 0.1,
    Verb.NETWORK: 0.25,
    Verb.EXEC: 0.3,
    Verb.WRITE: 0.35,
    Verb.DELETE: 0.5,
    Verb.SCHEMA: 0.5,
    Verb.EXPORT: 0.6,
    Verb.PRIVILEGE: 0.75,
    Verb.PERSISTENCE: 0.8,
    Verb.SECRET: 0.8,
    Verb.TAMPER: 0.9,
}
_LOOKS = frozenset({Verb.NEUTRAL, Verb.READ, Verb.NETWORK})
_ORDER = (Quality.WHOLE, Quality.PARTIAL, Quality.NONE)


@dataclasses.dataclass
class Gathered:
    """What was read of one action so far. Names keep the order in which they came."""

    kind: Kind
    verbs: set[Verb] = dataclasses.field(default_factory=set)
    objects: dict[str, None] = dataclasses.field(default_factory=dict)
    columns: dict[str, None] = dataclasses.field(default_factory=dict)
    shown: dict[str, None] = dataclasses.field(default_factory=dict)  # columns, not only compared
    literals: dict[str, None] = dataclasses.field(default_factory=dict)
    destinations: dict[str, None] = dataclasses.field(default_factory=dict)
    commands: dict[str, None] = dataclasses.field(default_factory=dict)
    conditions: dict[Condition, None] = dataclasses.field(default_factory=dict)
    breadth: set[Breadth] = dataclasses.field(default_factory=set)
    severity: float = 0.0
    quality: Quality = Quality.WHOLE
    limit: int | None = None
    changed: set[str] = dataclasses.field(default_factory=set)
    sources: dict[str, None] = dataclasses.field(default_factory=dict)  # that changes only read
    # What is only glanced at, which counts where an action does nothing else: `ls /srv`.
    aside: dict[str, None] = dataclasses.field(default_factory=dict)

    def does(self, *verbs: Verb, severity: float | None = None) -> None:
        """Add verbs, as grave as `severity` says, else as grave as they usually are."""
        for verb in verbs:
            self.verbs.add(verb)
            self.severity = max(self.severity, SEVERITY[verb] if severity is None else severity)

    def reaches(self, *breadth: Breadth, severity: float = 0.0) -> None:
        """Add ways in which the action reaches far."""
        self.breadth.update(breadth)
        self.severity = max(self.severity, severity)

    def names(self, *objects: str) -> None:
        """Add objects, in lower case."""
        _keep(self.objects, (name.lower() for name in objects))

    def only_reads(self, changed: Iterable[str], sources: Iterable[str]) -> None:
        """Add tables that a statement changes, and those that it only reads to know how."""
        self.changed.update(changed)
        _keep(self.sources, (name.lower() for name in sources))

    def glances_at(self, *objects: str) -> None:
        """Add objects at which an action only glances."""
        _keep(self.aside, (name.lower() for name in objects))

    def has_columns(self, *columns: str) -> None:
        """Add columns, in lower case."""
        _keep(self.columns, (name.lower() for name in columns))

    def shows(self, *columns: str) -> None:
        """Add columns of which the values are shown, or copied."""
        _keep(self.shown, (name.lower() for name in columns))

    def says(self, *literals: str) -> None:
        """Add values, as they are written."""
        _keep(self.literals, literals)

    def sends_to(self, *destinations: str) -> None:
        """Add hosts, buckets and paths to which something is sent."""
        _keep(self.destinations, destinations)

    def runs(self, *commands: str) -> None:
        """Add utilities, statements or calls by their own names."""
        _keep(self.commands, commands)

    def compares(self, column: str, operator: str, value: str) -> None:
        """Add a comparison of a column with a value, and the value."""
        if len(self.conditions) < _MOST:
            self.conditions[Condition(column.lower(), operator, value[:_LONGEST])] = None
        self.says(value)

    def is_only(self, quality: Quality) -> None:
        """Lower the quality: it never rises again."""
        self.quality = max(self.quality, quality, key=_ORDER.index)

    def limits(self, rows: int) -> None:
        """Note a limit of rows; the largest of several counts."""
        self.limit = rows if self.limit is None else max(self.limit, rows)

    def takes(self, other: Facts) -> None:
        """Add the facts of another action that this one carries: `bash -c`, `psql -c`."""
        self.verbs |= other.verbs
        self.breadth |= other.breadth
        self.severity = max(self.severity, other.severity)
        self.is_only(other.quality)
        self.names(*other.objects)
        self.has_columns(*other.columns)
        self.says(*other.literals)
        self.sends_to(*other.destinations)
        self.only_reads(set(other.changed), other.sources)
        self.runs(*other.commands)
        for condition in other.conditions:
            self.compares(*condition)
        if other.limit is not None:
            self.limits(other.limit)

    def read_only_sources(self) -> list[str]:
        """Return the tables that are read, where something else is changed, and only read."""
        return [name for name in self.sources if name not in self.changed]

    def facts(self) -> Facts:
        """Return what was gathered. Where nothing was, nothing is known: the quality is NONE."""
        verbs = frozenset(self.verbs - {Verb.NEUTRAL} or self.verbs)
        if verbs <= _LOOKS:
            self.names(*self.aside)  # beside a deed they are none of its objects
        return Facts(
            kind=self.kind,
            verbs=verbs,
            objects=tuple(self.objects),
            columns=tuple(self.columns),
            literals=tuple(self.literals),
            destinations=tuple(self.destinations),
            commands=tuple(self.commands),
            conditions=tuple(self.conditions),
            sources=tuple(self.read_only_sources()),
            breadth=frozenset(self.breadth),
            severity=round(self.severity, 2),
            quality=self.quality if verbs else Quality.NONE,
            limit=self.limit,
        )


def _keep(kept: dict[str, None], names: Iterable[str]) -> None:
    for name in names:
        if len(kept) >= _MOST:
            return
        if name:
            kept[name[:_LONGEST]] = None
