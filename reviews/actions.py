"""What was done behind the doors of a case, beside what the scenario expects.

The rule is deliberately simple: an action lies outside the plan when one of its verbs or objects
is not among those that the scenario names. The database applies it to every action of the case,
so that no number of harmless ones can push the others off the page.
"""

import dataclasses
import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from audit import reading
from audit.models import Entry
from breakglass.rules import Rules
from targets.outcomes import REFUSED, meaning

SHOWN = 100  # of each sort; the rest is counted, and the record has it
LONGEST = 2000  # characters of a statement on the page
_DONE = ("00000", "")
# Verbs that change and disclose nothing by themselves.
_NEUTRAL = ("begin", "commit", "rollback", "show")
# Words that scenarios may use for several verbs of SQL.
_MEANS = {
    "read": ("select",),
    "write": ("insert", "update", "merge"),
    "delete": ("delete", "truncate"),
    "export": ("copy",),
    "schema": ("create", "alter", "drop"),
}
# The server's own catalogues, which every client asks, but for those that hold secrets.
_CATALOGUES = r"^(pg_catalog\.)?pg_(?!catalog\.|authid|shadow|user_mapping)|^information_schema\."
_JUDGED = """WITH told AS (
        SELECT e.seq, convert_from(p.body, 'UTF8')::jsonb AS facts
        FROM audit_entry e LEFT JOIN audit_payload p ON p.entry_id = e.seq AND p.part = 'd'
        WHERE e.case = %(case)s AND e.kind = 'action.performed'
    ), action AS (
        SELECT seq, facts->>'result' AS result, coalesce(facts->>'verb', 'unknown') AS verb,
            ARRAY(SELECT v FROM
                unnest(string_to_array(lower(coalesce(facts->>'verb', 'unknown')), ', ')) v
                WHERE v <> ALL(%(verbs)s) AND (%(any_verb)s IS FALSE OR v = 'unknown')) AS verbs,
            ARRAY(SELECT o FROM jsonb_array_elements_text(facts->'objects') o
                WHERE %(any_object)s IS FALSE AND lower(o) !~ %(catalogues)s
                AND regexp_replace(lower(o), '^public[.]', '') <> ALL(%(objects)s)) AS objects
        FROM told
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY verbs || objects <> '{}' ORDER BY seq) AS place
        FROM action
    )
    SELECT verbs || objects <> '{}' AS outside, verb, count(*),
        jsonb_agg(jsonb_build_array(seq, verbs, objects, result)) FILTER (WHERE place <= %(shown)s)
    FROM ranked GROUP BY 1, 2 ORDER BY 3 DESC, 2"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Action:
    """One action as the page shows it; `why` is empty where it lies within the plan."""

    seq: int
    at: datetime
    statement: str
    verb: str
    objects: list[str]
    target: str
    milliseconds: int | None
    result: str | None  # an SQLSTATE; empty where the end was not seen, None where it is erased
    why: list[str]
    odd_objects: list[str]

    @property
    def refused(self) -> bool:
        """Whether the target refused it."""
        return self.result == REFUSED

    @property
    def outcome(self) -> str:
        """Say how it ended."""
        if self.result in _DONE:
            return _("done") if self.result else _("end not seen")
        if self.result is None:
            return _("erased")
        why = meaning(self.result)
        return why if self.refused else _("failed: %(why)s") % {"why": why}

    @property
    def failed(self) -> bool:
        """Whether the target answered with the code of a failure."""
        return self.result is not None and self.result not in _DONE

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.result == _DONE[0]

    @property
    def title(self) -> str:
        """Say what it was in two words."""
        return f"{self.verb} {', '.join(self.objects)}".strip().capitalize()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Actions:
    """All actions of a case: the first ones of each sort, and how many there are."""

    outside: list[Action]
    within: list[Action]
    outside_count: int
    within_count: int
    verbs: list[tuple[str, int]]  # within the plan, the most frequent first
    outside_verbs: list[tuple[str, int]]

    @property
    def shown(self) -> list[Action]:
        """Those that the page shows, the ones outside the plan first."""
        return [*self.outside, *self.within]

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.outside_count + self.within_count


def of_case(case: str, rules: Rules) -> Actions:
    """Return what was done in a case, judged by what its scenario expects."""
    counts = _judged(case, rules)
    first = {row[0]: row for *_, rows in counts for row in json.loads(rows or "[]")}
    entries = list(Entry.objects.filter(seq__in=first).order_by("seq"))
    actions = [_action(told, first[told.seq], rules) for told in reading.told(entries)]
    return Actions(
        outside=[action for action in actions if action.why],
        within=[action for action in actions if not action.why],
        outside_count=sum(number for outside, _, number, _ in counts if outside),
        within_count=sum(number for outside, _, number, _ in counts if not outside),
        verbs=[(verb, number) for outside, verb, number, _ in counts if not outside],
        outside_verbs=[(verb, number) for outside, verb, number, _ in counts if outside],
    )


def _judged(case: str, rules: Rules) -> list[tuple[bool, str, int, str | None]]:
    """Return for each sort and verb how many actions there are, and the first ones as JSON."""
    with connection.cursor() as cursor:
        cursor.execute(
            _JUDGED,
            {"case": case, "shown": SHOWN, "catalogues": _CATALOGUES, **_expected(rules)},
        )
        return list(cursor.fetchall())


def _expected(rules: Rules) -> dict[str, Any]:
    """Return what the scenario expects; one that names no verbs or no objects expects any."""
    words = [word.strip().lower() for word in rules.expected_verbs]
    verbs = {verb for word in words for verb in (word, *_MEANS.get(word, ()))}
    objects = {name.strip().lower().removeprefix("public.") for name in rules.expected_objects}
    return {
        "verbs": sorted({*verbs, *_NEUTRAL}),
        "objects": sorted(objects),
        "any_verb": not words,
        "any_object": not objects,
    }


def _action(told: reading.Told, judged: list[Any], rules: Rules) -> Action:
    facts = told.details
    statement = str(facts.get("statement", ""))
    micro = facts.get("microseconds")
    return Action(
        seq=told.seq,
        at=told.occurred_at,
        statement=statement[:LONGEST] + ("…" if len(statement) > LONGEST else ""),
        verb=str(facts.get("verb", "unknown")),
        objects=list(facts.get("objects", [])),
        target=str(facts.get("target", "")),
        milliseconds=None if micro is None else round(micro / 1000),
        result=judged[3],
        why=_why(judged[1], judged[2], rules),
        odd_objects=judged[2],
    )


def _why(verbs: list[str], objects: list[str], rules: Rules) -> list[str]:
    """Return a sentence for each reason to look at an action."""
    reasons = []
    said: dict[str, object] = {"scenario": rules.name}
    if "unknown" in verbs:
        reasons.append(_("What it does could not be read from the statement."))
    if odd := [verb for verb in verbs if verb != "unknown"]:
        said |= {"odd": ", ".join(odd), "expected": ", ".join(rules.expected_verbs)}
        reasons.append(_("%(scenario)s does not expect “%(odd)s”, only %(expected)s.") % said)
    if objects:
        said |= {"odd": ", ".join(objects), "expected": ", ".join(rules.expected_objects)}
        reasons.append(_("%(odd)s: %(scenario)s names %(expected)s.") % said)
    return reasons
