"""What must be forgotten of a person: each room says where it keeps words by or about people.

Calls go down only, so the room of people cannot ask those above it: they register here, as they
fill places of pages. What is registered is both counted, for who decides, and forgotten.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from psycopg import sql


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trace:
    """How a person is found: their id, their names and addresses; `mark` takes words' place."""

    person: UUID
    ref: str
    words: tuple[str, ...]
    mark: str = ""

    def names(self) -> re.Pattern[str]:
        """Return what finds their names and addresses, as whole words in any case."""
        return re.compile(self.pattern, re.IGNORECASE)

    @property
    def pattern(self) -> str:
        """The same as a regular expression that Python and PostgreSQL read alike."""
        return rf"(?<!\w)(?:{'|'.join(map(re.escape, self.words))})(?!\w)"


Where = Callable[[Trace], Q]
NOBODY = Q(pk=None)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Texts:
    """Columns whose text gives way to the mark: in rows `about` the person, or that name them.

    `jsons` are columns in which single strings do, wherever they stand, when they name the person.
    `values` are what other columns get in rows about them.
    """

    label: str | Promise
    model: type[Model]
    fields: tuple[str, ...] = ()
    jsons: tuple[str, ...] = ()
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    about: Where = lambda _: NOBODY

    def count(self, trace: Trace) -> int:
        """Return how many rows would change."""
        hits = [self._written(field, trace) for field in self.fields] + [self._set(trace)]
        found = {key for rows in hits for key in rows.values_list("pk", flat=True)}
        found |= {row.pk for field in self.jsons for row, _ in self._rewritten(field, trace)}
        return len(found)

    def forget(self, trace: Trace) -> None:
        """Put the mark in place of the words."""
        for field in self.fields:
            self._written(field, trace).update(**{field: trace.mark})
        if self.values:
            self._set(trace).update(**self.values)
        for field in self.jsons:
            for row, value in self._rewritten(field, trace):
                self._rows().filter(pk=row.pk).update(**{field: value})

    def _rows(self) -> QuerySet[Any]:
        return self.model._default_manager.order_by()  # noqa: SLF001

    def _written(self, field: str, trace: Trace) -> QuerySet[Any]:
        rows = self._rows().filter(self.about(trace) | Q(**{f"{field}__iregex": trace.pattern}))
        return rows.exclude(**{field: ""}).exclude(**{field: trace.mark})

    def _set(self, trace: Trace) -> QuerySet[Any]:
        if not self.values:
            return self._rows().none()
        return self._rows().filter(self.about(trace)).exclude(**self.values)

    def _rewritten(self, field: str, trace: Trace) -> Iterator[tuple[Any, Any]]:
        rows = self._rows().annotate(as_text=Cast(field, TextField()))
        for row in rows.filter(as_text__iregex=trace.pattern):
            before = getattr(row, field)
            after = _without(before, trace.names(), trace.mark)
            if after != before:
                yield row, after


def _without(value: Any, names: re.Pattern[str], mark: str) -> Any:
    """Return a JSON value in which each string that names the person is the mark."""
    if isinstance(value, dict):
        return {key: _without(each, names, mark) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, names, mark) for each in value]
    return mark if isinstance(value, str) and names.search(value) else value


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows that go as a whole."""

    label: str | Promise
    model: type[Model]
    about: Where

    def count(self, trace: Trace) -> int:
        """Return how many rows would go."""
        return self._rows(trace).count()

    def forget(self, trace: Trace) -> None:
        """Delete them."""
        self._rows(trace).delete()

    def _rows(self, trace: Trace) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.about(trace))  # noqa: SLF001


@dataclasses.dataclass(frozen=True)
class Held:
    """What there is of a person in one place: how many rows."""

    label: str
    count: int


WhyNot = Callable[[Trace, datetime], Iterable[str]]
Cases = Callable[[Trace], Iterable[str]]
_keepers: list[Texts | Rows] = []
_reasons: list[WhyNot] = []
_cases: list[Cases] = []


def keep(*keepers: Texts | Rows) -> None:
    """Register where a room keeps words by or about people."""
    _keepers.extend(keepers)


def provide_reason(why_not: WhyNot) -> None:
    """Register why a person cannot be forgotten yet."""
    _reasons.append(why_not)


def provide_cases(cases: Cases) -> None:
    """Register which cases, as the record names them, are a person's."""
    _cases.append(cases)


def why_not(trace: Trace, *, at: datetime) -> list[str]:
    """Return each reason why the person cannot be forgotten yet."""
    return [reason for ask in _reasons for reason in ask(trace, at)]


def cases(trace: Trace) -> list[str]:
    """Return the person's cases."""
    return [case for ask in _cases for case in ask(trace)]


def held(trace: Trace) -> list[Held]:
    """Return what would be forgotten, place by place; places without anything are left out."""
    found = [Held(str(keeper.label), keeper.count(trace)) for keeper in _keepers]
    return [each for each in found if each.count]


def forget(trace: Trace) -> None:
    """Forget the person everywhere. Doing it twice is harmless."""
    for keeper in _keepers:
        keeper.forget(trace)


def remains(trace: Trace) -> list[Held]:
    """Return the tables in which a name or an address still stands, whoever wrote it there.

    Reads every row of the database, whatever its columns are called.
    """
    pattern = f"{trace.pattern}|{'|'.join(word.encode().hex() for word in trace.words)}"
    found = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            named = sql.SQL("SELECT count(*) FROM {} row WHERE row::text ~* %s")
            cursor.execute(named.format(sql.Identifier(table)), [pattern])
            found.append(Held(table, cursor.fetchone()[0]))
    return [each for each in found if each.count]
