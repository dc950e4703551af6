"""What the teams of now did: the cells of their members, added up once for each span.

Teams are who belongs to them now. What was added up stands beside a key that is made of who that
was and where they might ask: a change of either adds it up anew. Counting the span again does, too.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.contrib.auth.models import Group
from django.db import connection, transaction

from accounts.models import Membership
from breakglass.models import GroupPermit, Permit
from reviews.cells import COUNTS
from reviews.models.span import Crew, Span

_ADDED, _LARGEST = (*COUNTS, "decision_seconds", "access_seconds"), (
    "slowest_decision", "slowest_access",
)  # fmt: skip
_NAMES = ", ".join((*_ADDED, *_LARGEST))
_SUMS = ", ".join([f"sum({name}) AS {name}" for name in _ADDED] + [
    f"max({name}) AS {name}" for name in _LARGEST
])  # fmt: skip
_ADD = f"""
WITH theirs AS MATERIALIZED (
    SELECT * FROM reviews_cell
    WHERE span_id = %(span)s AND person = ANY(%(members)s) AND scenario = ANY(%(scenarios)s)
), added AS (
    SELECT scenario, target, {_SUMS} FROM theirs GROUP BY scenario, target
), packed AS (
    SELECT scenario, target, array_agg(mark ORDER BY mark) AS marks,
        array_agg(n ORDER BY mark) AS counts
    FROM (SELECT scenario, target, mark, sum(n)::int AS n
        FROM theirs, unnest(marks, counts) AS m (mark, n)
        GROUP BY scenario, target, mark) AS marked
    GROUP BY scenario, target
), sorts AS (
    SELECT scenario, target, jsonb_object_agg(kind, n) AS kinds
    FROM (SELECT scenario, target, kind, sum(n::int)::int AS n
        FROM theirs, jsonb_each_text(kinds) AS k (kind, n)
        GROUP BY scenario, target, kind) AS found
    GROUP BY scenario, target
)
INSERT INTO reviews_crewcell (crew_id, scenario, target, {_NAMES}, marks, counts, kinds)
SELECT %(crew)s, scenario, target, {_NAMES},
    coalesce(marks, '{{}}'), coalesce(counts, '{{}}'), kinds
FROM added LEFT JOIN packed USING (scenario, target) LEFT JOIN sorts USING (scenario, target)"""  # noqa: S608 - made of constants only


@dataclasses.dataclass(frozen=True)
class Members:
    """Who is in a team now, and the scenarios in which it may ask."""

    team: int
    people: list[UUID]
    scenarios: list[UUID]

    @classmethod
    def of(cls, team: Group) -> "Members":
        people = Membership.objects.standing().filter(group=team)
        permits = GroupPermit.objects.of(Permit.REQUEST).filter(group=team)
        return cls(
            team=team.pk,
            people=sorted(people.values_list("user", flat=True)),
            scenarios=sorted(permits.values_list("content_object", flat=True)),
        )

    @property
    def key(self) -> UUID:
        """Return what no other team of people and scenarios has."""
        return uuid5(NAMESPACE_OID, f"{self.people} may ask in {self.scenarios}")


def ensure(spans: Sequence[int], members: Members) -> dict[int, int]:
    """Return what is added up of a team by span, after adding up what is not yet."""
    there = Crew.objects.filter(span__in=spans, team=members.team, key=members.key)
    found = dict(there.values_list("span", "pk"))
    return found | {span: _add(span, members) for span in spans if span not in found}


def _add(span: int, members: Members) -> int:
    """Add up what a team did in a span; the lock of its row keeps it from being counted now."""
    with transaction.atomic():
        Span.objects.select_for_update().get(pk=span)
        Crew.objects.filter(span=span, team=members.team).exclude(key=members.key).delete()
        crew, new = Crew.objects.get_or_create(span_id=span, team=members.team, key=members.key)
        if new:
            values: dict[str, Any] = {"span": span, "crew": crew.pk, "members": members.people,
                      "scenarios": members.scenarios}  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute(_ADD, values)
    return crew.pk
