"""What is done behind open doors at this moment: the last actions of each open case."""

import dataclasses
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from audit import reading
from audit.models import Entry
from breakglass.views.opened import Opened
from targets.outcomes import REFUSED, meaning

_READ = 200  # of the newest actions behind open doors
_SHOWN = 8  # of them for each case
_CASES = 6  # beyond that one opens the case
_LONGEST = 400  # characters of a statement
_WELL = ("00000", "")


@dataclasses.dataclass(frozen=True)
class Act:
    """One action: when, what, and how it ended."""

    at: datetime
    what: str
    outcome: str
    failed: str  # the code of the failure; empty where it went well


@dataclasses.dataclass(frozen=True)
class Tail:
    """The last actions of one open case, the newest at the end."""

    opened: Opened
    acts: list[Act]


def tails(standing: list[Opened]) -> list[Tail]:
    """Return what was done last in each open case in which anything was done."""
    shown = standing[:_CASES]
    cases = {each.grant.case_ref: each for each in shown}
    rows = Entry.objects.filter(case__in=list(cases), kind="action.performed")
    entries = list(rows.order_by("-seq")[:_READ])
    prefetch_related_objects(entries, "payloads")
    acts: dict[str, list[Act]] = {case: [] for case in cases}
    for entry in entries:
        if len(acts[entry.case]) < _SHOWN:
            acts[entry.case].insert(0, _act(entry))
    return [Tail(cases[case], found) for case, found in acts.items() if found]


def _act(entry: Entry) -> Act:
    facts: dict[str, Any] = {}
    for part in reading.parts_of(entry).values():
        facts |= part
    result, took = str(facts.get("result", "")), facts.get("microseconds")
    failed = result not in _WELL
    if failed:
        words = meaning(result)
        outcome = words if result == REFUSED else _("failed: %(why)s") % {"why": words}
    else:
        outcome = f"{took // 1000} ms" if isinstance(took, int) else ""
    what = str(facts.get("statement") or facts.get("verb") or reading.ERASED)
    return Act(entry.occurred_at, what[:_LONGEST], outcome, result if failed else "")
