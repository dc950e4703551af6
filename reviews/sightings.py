"""How many actions of a case each reporter brought onto the record, and how late."""

import dataclasses
from datetime import datetime, timedelta

from django.db import connection

# The words of people lie apart ("p"); all that is asked here is in "d", which nobody erases.
_SEEN = """WITH told AS (
        SELECT e.occurred_at, greatest(e.at - e.occurred_at, interval '0') AS lag,
            convert_from(p.body, 'UTF8')::jsonb AS facts
        FROM audit_entry e JOIN audit_payload p ON p.entry_id = e.seq AND p.part = 'd'
        WHERE e.case = %s AND e.kind = 'action.performed'
    )
    SELECT facts->>'target', coalesce(facts->>'source', ''), count(*), max(occurred_at),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY lag), max(lag),
        count(*) FILTER (WHERE (facts->>'truncated')::boolean),
        count(*) FILTER (WHERE facts->>'result' = '')
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
