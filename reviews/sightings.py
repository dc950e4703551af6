"""How many actions of a case each reporter brought onto the record, and how late."""

import dataclasses
from datetime import datetime, timedelta

from django.db import connection

# The words of people lie apart ("p"); all that is asked here is in "d", which nobody erases.
# Each text is parsed once and only what is asked for is carried on: a case may have 100,000.
_SEEN = """WITH told AS MATERIALIZED (
        SELECT e.occurred_at, greatest(e.at - e.occurred_at, interval '0') AS lag,
            f.target, coalesce(f.source, '') AS source, f.truncated, f.result = '' AS endless
        FROM audit_entry e JOIN audit_payload p ON p.entry_id = e.seq AND p.part = 'd',
            json_to_record(convert_from(p.body, 'UTF8')::json)
                AS f (target text, source text, truncated boolean, result text)
        WHERE e.case = %s AND e.kind = 'action.performed'
    )
    SELECT target, source, count(*), max(occurred_at),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY lag), max(lag),
        count(*) FILTER (WHERE truncated), count(*) FILTER (WHERE endless)
    FROM told GROUP BY 1, 2 ORDER BY 1, 2"""


@dataclasses.dataclass(frozen=True)
class Sighting:
    """The actions that one reporter brought: `typical` and `worst` are from doing to record."""

    count: int
    last_at: datetime  # when the last of them was done
    typical: timedelta
    worst: timedelta
    truncated: int
    endless: int  # of which the end was not seen

    @property
    def typical_seconds(self) -> float:
        """From doing to record, half of them sooner."""
        return self.typical.total_seconds()

    @property
    def worst_seconds(self) -> float:
        """From doing to record, of the latest."""
        return self.worst.total_seconds()


def of_case(case: str) -> dict[tuple[str, str], Sighting]:
    """Return what was seen of a case, by the names of target and source; "" is the target's log."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [case])
        return {(target, source): Sighting(*rest) for target, source, *rest in cursor.fetchall()}
