"""What is known to be bad: Sigma rules, ours and those of the organisation, asked of each entry."""

import functools
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings

from audit import reading
from audit.models import Entry
from judgement.facts import Facts, Kind
from judgement.sigma import fields
from judgement.sigma.rules import OURS, Level, Rule, Rules, load

ALARMING = (Level.CRITICAL, Level.HIGH)
TELLING = (*ALARMING, Level.MEDIUM)  # the others are hints that mean nothing by themselves
_WINDOW = timedelta(minutes=10)
_COUNTED = 100
_DONE = ("", "00000")


@functools.cache
def rules() -> Rules:
    """Return the rules in use, read once for each process; bad files are left out."""
    return load(OURS, *settings.SIGMA_RULES)


def alarming(matched: Sequence[Rule]) -> list[Rule]:
    """Return those of the rules for which somebody is told at once."""
    return [rule for rule in matched if rule.level in ALARMING]


def of_action(details: dict[str, Any], facts: Facts | None, *, entry: Entry) -> list[Rule]:
    """Return the rules that an action matches, the gravest first."""
    statement, language = str(details.get("statement", "")), str(details.get("language", "sql"))
    found: Sequence[Rule] = []
    if language == Kind.SQL:
        known = {
            "user": details.get("identity") or entry.actor,
            "result": details.get("result", ""),
            **{key: details.get(key, "") for key in ("database", "application", "client_address")},
            "repeats": _failed_alike(entry) if details.get("result", "") not in _DONE else 1,
        }
        found = rules().matches(fields.of_statement(statement, facts, **known), fields.DATABASE)
    elif language == Kind.SHELL:
        user = details.get("identity", "")
        commands = fields.of_commands(statement, facts, User=user)
        found = [rule for said in commands for rule in rules().matches(said, fields.SHELL)]
    elif language in _AS_THEY_ARE and (event := _object(statement)):
        found = rules().matches(event, _AS_THEY_ARE[Kind(language)])
    return [rule for rule in _gravest_first(found) if rule.level in TELLING]


def of_entry(entry: Entry) -> list[Rule]:
    """Return the rules that an entry of the record itself matches, the gravest first."""
    said = fields.of_entry(
        entry.kind,
        reading.parts_of(entry).get("d", {}),
        actor=entry.actor,
        subject=entry.subject,
        case=entry.case,
        repeats=_repeats(entry),
    )
    return _gravest_first(rules().matches(said, fields.RECORD))


_AS_THEY_ARE = {Kind.CLOUDTRAIL: fields.CLOUDTRAIL, Kind.KUBERNETES: fields.KUBERNETES}


def _object(text: str) -> dict[str, Any]:
    try:
        event = json.loads(text)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _gravest_first(found: Sequence[Rule]) -> list[Rule]:
    order = list(Level)
    once = {rule.id: rule for rule in found}.values()
    return sorted(once, key=lambda rule: -order.index(rule.level))


def _repeats(entry: Entry) -> int:
    """Return how often this actor caused entries of this kind within ten minutes, this one too."""
    before = entry.occurred_at - _WINDOW
    alike = Entry.objects.filter(
        kind=entry.kind, actor=entry.actor, seq__lte=entry.seq, occurred_at__gt=before
    )
    return alike.order_by("-seq")[:_COUNTED].count()


def _failed_alike(entry: Entry) -> int:
    """Return how many of this actor's last actions failed with the same code within ten minutes."""
    before = entry.occurred_at - _WINDOW
    rows = Entry.objects.filter(
        kind=entry.kind, actor=entry.actor, seq__lte=entry.seq, occurred_at__gt=before
    )
    lately = rows.order_by("-seq").prefetch_related("payloads")[:_COUNTED]
    codes = [reading.parts_of(each).get("d", {}).get("result") for each in lately]
    return codes.count(codes[0]) if codes else 1
