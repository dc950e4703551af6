"""What the teams of now did: the cells of their members, added up once for each span.

Teams are who belongs to them now. What was added up stands beside a key that is made of who that
was and where they might ask: a change of either adds it up anew. Counting the span again does, too.
"""

import dataclasses
from collections.abc import Sequence
from functools import cached_property
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
# Bins are unpacked in the select list: beside the rows, a function takes three times as long.
_ADD = f"""
WITH theirs AS MATERIALIZED (
    SELECT team.crew, c.* FROM reviews_cell c
    JOIN unnest(%(teams)s::bigint[], %(members)s::uuid[]) AS team (crew, person) USING (person)
    JOIN unnest(%(permitted)s::bigint[], %(scenarios)s::uuid[]) AS permit (crew, scenario)
        ON (permit.crew, permit.scenario) = (team.crew, c.scenario)
    WHERE c.span_id = %(span)s AND c.person = ANY(%(members)s::uuid[])
), added AS (
    SELECT crew, scenario, target, {_SUMS} FROM theirs GROUP BY crew, scenario, target
), packed AS (
    SELECT crew, scenario, target, array_agg(mark ORDER BY mark) AS marks,
        array_agg(n ORDER BY mark) AS counts
    FROM (SELECT crew, scenario, target, mark, sum(n)::int AS n
        FROM (SELECT crew, scenario, target, unnest(marks) AS mark, unnest(counts) AS n
            FROM theirs) AS bins
        GROUP BY crew, scenario, target, mark) AS marked
    GROUP BY crew, scenario, target
), sorts AS (
    SELECT crew, scenario, target, jsonb_object_agg(kind, n) AS kinds
    FROM (SELECT crew, scenario, target, kind, sum(n::int)::int AS n
        FROM theirs, jsonb_each_text(kinds) AS k (kind, n)
        GROUP BY crew, scenario, target, kind) AS found
    GROUP BY crew, scenario, target
)
INSERT INTO reviews_crewcell (crew_id, scenario, target, {_NAMES}, marks, counts, kinds)
SELECT crew, scenario, target, {_NAMES},
    coalesce(marks, '{{}}'), coalesce(counts, '{{}}'), kinds
FROM added LEFT JOIN packed USING (crew, scenario, target)
LEFT JOIN sorts USING (crew, scenario, target)"""  # noqa: S608 - made of constants only


@dataclasses.dataclass(frozen=True)
class Members:
    """Who is in a team now, and the scenarios in which it may ask."""

    team: int
    people: list[UUID]
    scenarios: list[UUID]

    @classmethod
    def of(cls, *teams: Group) -> "list[Members]":
        """Return who is in each of some teams; two questions, however many they are."""
        groups = {"group__in": teams}
        people = Membership.objects.standing().filter(**groups).values_list("group", "user")
        permits = GroupPermit.objects.of(Permit.REQUEST).filter(**groups)
        theirs = list(permits.values_list("group", "content_object"))
        joined = list(people)
        return [
            cls(
                team=team.pk,
                people=sorted(person for group, person in joined if group == team.pk),
                scenarios=sorted(scenario for group, scenario in theirs if group == team.pk),
            )
            for team in teams
        ]

    @cached_property
    def key(self) -> UUID:
        """Return what no other team of people and scenarios has."""
        return uuid5(NAMESPACE_OID, f"{self.people} may ask in {self.scenarios}")


def ensure(spans: Sequence[int], members: Members) -> dict[int, int]:
    """Return what is added up of a team by span, after adding up what is not yet."""
    there = Crew.objects.filter(span__in=spans, team=members.team, key=members.key)
    found = dict(there.values_list("span", "pk"))
    return found | {span: add(span, [members])[0] for span in spans if span not in found}


def add(span: int, teams: Sequence[Members]) -> list[int]:
    """Add up what teams did in a span, where it is not yet; return the ids of their crews.

    The lock of the span's row keeps it from being counted now.
    """
    with transaction.atomic():
        Span.objects.select_for_update().get(pk=span)
        found, new = [], []
        for team in teams:
            Crew.objects.filter(span=span, team=team.team).exclude(key=team.key).delete()
            crew, made = Crew.objects.get_or_create(span_id=span, team=team.team, key=team.key)
            found.append(crew.pk)
            new += [(crew.pk, team)] if made else []
        if new:
            _add(span, new)
    return found


def _add(span: int, teams: Sequence[tuple[int, Members]]) -> None:
    members = [(crew, person) for crew, team in teams for person in team.people]
    permits = [(crew, scenario) for crew, team in teams for scenario in team.scenarios]
    values: dict[str, Any] = {
        "span": span,
        "teams": [crew for crew, _ in members], "members": [person for _, person in members],
        "permitted": [crew for crew, _ in permits], "scenarios": [each for _, each in permits],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)
