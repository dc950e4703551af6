"""Numbers by which what is meant is told: of a row, a process, a job, a machine."""

import re
from collections.abc import Sequence

from judgement.deeds import CHANGING
from judgement.facts import Condition, Facts, Kind, Verb
from judgement.grounds import Grounds
from judgement.near import EVENTS
from judgement.terms import canonical

_LEAST = 3  # digits of a number that tells
_KIND = re.compile(r"/|(?<=[a-z])\.(?=\d+$)")
_SEGMENT = re.compile(r"\d{2,}")
_JOINED = re.compile(r"[-/.:_]")
_COMPOUND = re.compile(r"(?=\D*\d)\w{1,8}(?:[-/.:_]\w{1,8}){1,3}")
_OF_A_SESSION = re.compile(
    r"\b(?:pid|process|session|backend|thread|connection|query)s?\W{0,3}(?:id\W{0,2})?\d{2,}"
)
_STATEMENT = 4_000
_ENDS_ANY = re.compile(
    r"\bpg_(?:terminate|cancel)_backend\s*\(\s*(?:\w+\.)?pid\s*\).*\bfrom\s+pg_stat_activity\b",
    re.IGNORECASE | re.DOTALL,
)
_OF_MANY = re.compile(r"^(?:datname|datid|state|backend_type|wait_event\w*)$")
_ONE_SESSION = re.compile(
    r"\b(?:that|this|the|its|one) (?:\w+ ){0,2}?(?:session|backend|pid|connection|process|query)\b"
    r"|\b(?:pid|backend|session) \d|\b(?:kill|terminat\w+|end) (?:it|him|her)\b"
)
# They are told by a number to what they do something: a process, a job, a machine.
_BY_NUMBER = frozenset(
    {"kill", "lprm", "cancel", "qm", "pct", "scancel", "atrm", "bkill", "qdel", "ceph", "zpool"}
)


def told(grounds: Grounds) -> set[str]:
    """Return the numbers that a request names, those behind a kind as well: osd.47, job/12."""
    parts = (part for each in grounds.whole.literals for part in _KIND.split(each))
    return {part for part in parts if part.isdigit()}


def split(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> bool:
    """Tell whether a condition has one part of what is named, and others the rest: bed 4B-12.

    It is bed 12 of ward 4B there.
    """
    own = canonical(condition.value)
    values = {canonical(each.value) for each in conditions if each.operator == "="}
    return own in values and any(
        own in parts and len(parts) > 1 and values.issuperset(parts)
        for parts in map(_parts, grounds.whole.literals)
    )


def _parts(literal: str) -> list[str]:
    """Return the parts of a name with digits: of 4b-12, and of no day."""
    return _JOINED.split(literal) if _COMPOUND.fullmatch(literal) else []


def numbers(facts: Facts) -> list[str]:
    """Return the numbers by which an action picks what it touches, of those that tell."""
    if facts.kind in EVENTS:
        found = [canonical(each) for each in facts.literals + facts.objects]
        return [each for each in found if each.isdigit() and len(each) >= _LEAST]
    if facts.kind is Kind.SQL and Verb.EXEC in facts.verbs and not facts.conditions:
        return [each for each in facts.literals if each.isdigit() and len(each) >= _LEAST]
    if facts.kind is Kind.SHELL and facts.verbs & (CHANGING | {Verb.EXEC}):
        paths = [each for each in facts.objects if "/" in each]
        found = [part for each in paths for part in each.split("/") if _SEGMENT.fullmatch(part)]
        ends = any(each.split()[0] in _BY_NUMBER for each in facts.commands if each)
        return found + [each for each in facts.literals if ends and _SEGMENT.fullmatch(each)]
    return []


def ends_any(grounds: Grounds, facts: Facts, statement: str) -> bool:
    """Tell whether sessions of a server are ended by nothing that is theirs, where one is meant.

    That they are of a database, or idle, holds of many: "terminate that session".
    """
    if Verb.EXEC not in facts.verbs or not _ENDS_ANY.search(statement[:_STATEMENT]):
        return False
    own = (each for each in facts.conditions if each.operator in {"=", "in", "like"})
    if any(not _OF_MANY.search(each.column) for each in own):
        return False
    return bool(_ONE_SESSION.search(grounds.lowered))


def ends_what_was_looked_up(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a session of a server is ended that was looked for, and no request has a number.

    Numbers of sessions are known to nobody beforehand.
    """
    return (
        grounds.watches
        and facts.kind is Kind.SQL
        and Verb.EXEC in facts.verbs
        and not facts.conditions
        and not _OF_A_SESSION.search(grounds.lowered)
    )
