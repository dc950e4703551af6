"""Let words of people go when the policy says so, and then what is at the record's beginning.

Words go as they do for whoever asks to be forgotten: `audit.erased` says so, by the basis
"retention", and when it is signed they go. What must stay, or is under a hold, keeps its words.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from audit import erasure, transitions
from audit.erasure import PERSONAL, Found, Order, held_of
from audit.legal import Basis
from audit.models import Entry, Payload
from audit.retention import carrying_out, kept, rules
from audit.retention import transitions as retention
from audit.retention.plan import first_since, plan

logger = logging.getLogger(__name__)

BY = "system:retention"
MOST = 5000  # entries in one run, so that it takes seconds
_CHUNK = 200  # cases
# Cases that still have words and of which nothing happened since an entry.
_QUIET = """SELECT DISTINCT e.case FROM audit_payload p JOIN audit_entry e ON e.seq = p.entry_id
    WHERE p.part = 'p' AND e.case <> '' AND e.seq < %s
    AND NOT EXISTS (SELECT FROM audit_entry l WHERE l.case = e.case AND l.seq >= %s)
    ORDER BY e.case"""


def keep_to_policy(*, at: datetime) -> None:
    """Do what the policy wants today: erase words, then prune as far as nothing must stay."""
    if not rules.rules() or not erasure.is_finished():
        return
    if words := due_words(at=at):
        order = Order(basis=Basis.RETENTION_OVER, requested_by=BY, approver=BY)
        transitions.erase(Found(personal=words), order, at=at)
    elif (before := rules.of(rules.REST).entries_until(at)) and carrying_out.is_finished():
        made = plan(before, at=at)
        if made.cut > made.low:
            retention.prune(made, by=BY, at=at)
        elif made.wanted > made.low:
            logger.warning("Nothing can be pruned: %s", made.obstacles[0].why)


def due_words(*, at: datetime) -> list[int]:
    """Return entries, `MOST` of them, whose words are older than the policy keeps them."""
    found: list[int] = []
    for each in _due(at):
        found += held_of(each, PERSONAL)
        if len(found) >= MOST:
            break
    return found[:MOST]


def _due(at: datetime) -> Iterator[list[int]]:
    rest = rules.of(rules.REST).words_until(at)
    if rest:
        rows = Payload.objects.filter(part=PERSONAL, entry__case="", entry__lt=first_since(rest))
        yield list(rows.order_by("entry").values_list("entry_id", flat=True)[: 2 * MOST])
    stays = {thing.ref for thing in kept.everything(at)}
    for rule in rules.rules().values():
        until = rule.words_until(at) if rule.name != rules.REST else None
        cases = [case for case in _quiet(first_since(until)) if case not in stays] if until else []
        for start in range(0, len(cases), _CHUNK):
            some = rules.of_cases(cases[start : start + _CHUNK])
            mine = [case for case, of in some.items() if of == rule]
            yield list(Entry.objects.filter(case__in=mine).values_list("seq", flat=True))


def _quiet(until: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_QUIET, [until, until])
        return [case for (case,) in cursor.fetchall()]
