"""Doubts: in what one action goes beyond what a reason says, each with a weight and a sentence.

They are what a reviewer reads, and what the model is told first. Weights are of 0 to 1 and were
set by hand: how sure such a doubt alone makes one that the action was not what was announced.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence

from judgement import words
from judgement.deeds import CHANGING, DOES, DOING, about
from judgement.facts import Breadth, Condition, Quality, Verb
from judgement.grounds import Grounds, Said, destination_named, named

# How grave it is that a verb was done which no clause mentions.
_WEIGHTS = {
    Verb.TAMPER: 0.92, Verb.SECRET: 0.9, Verb.PERSISTENCE: 0.88, Verb.PRIVILEGE: 0.88,
    Verb.DELETE: 0.8, Verb.EXPORT: 0.7, Verb.SCHEMA: 0.7, Verb.WRITE: 0.6, Verb.EXEC: 0.3,
    Verb.NETWORK: 0.25, Verb.READ: 0.05,
}  # fmt: skip
_TURNED = frozenset({"<>", "not in", "not like"})
_OPEN = frozenset({">", ">=", "<", "<="})
_REMOTE = re.compile(r"@|://|^s3:|^[\w-]+(?:\.[\w-]+)+(?::|$)|^\w[\w.-]*:")
_FILE = re.compile(
    r"^[\w./~-]+\.(?:csv|tsv|sql|txt|gz|tgz|bz2|xz|zip|json|xml|tar|dump|log|bak|xlsx?|parquet|pdf"
    r"|db|bin|out|html?)$"
)
_PLAIN = frozenset({"true", "false", "null", "0", "1", "now()", "current_timestamp", "default", ""})
# Which nobody names, since everybody looks there.
_EVERYWHERE = re.compile(
    r"^(?:(?:pg_catalog\.)?pg_(?:stat|locks|settings|replication|class|index|tables|database|names)"
    r"|information_schema|performance_schema|sys\.|sqlite_(?:master|schema)|v\$|dual$|/dev/null$"
    r"|/tmp$|/proc/|-$|\.{1,2}/?$|[*]$|root$|localhost$)"
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Doubt:
    """One way in which an action goes beyond a reason."""

    code: str
    weight: float
    text: str  # goes on after "Action 4 …"
    verb: Verb | None = None
    object: str | None = None


def doubts(grounds: Grounds, action: Said) -> list[Doubt]:
    """Return what is doubtful about one action, gravest first."""
    found = [
        *_unreadable(action),
        *_verbs(grounds, action),
        *_prohibitions(grounds, action),
        *_objects(grounds, action),
        *_reach(grounds, action),
        *_conditions(grounds, action),
        *_destinations(grounds, action),
    ]
    return sorted(found, key=lambda doubt: -doubt.weight)


def weight(found: Sequence[Doubt]) -> float:
    """Return how doubtful an action is altogether, as if each doubt were a reason of its own."""
    rest = 1.0
    for doubt in found:
        rest *= 1 - doubt.weight
    return 1 - rest


def _unreadable(action: Said) -> Iterator[Doubt]:
    if action.facts.quality is Quality.NONE:
        yield Doubt("unreadable", 0.5, "cannot be read, so that nothing is known of what it does")


def _verbs(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    reason = grounds.reason
    for verb in action.facts.verbs - reason.verbs - {Verb.NEUTRAL}:
        share = 0.5 if verb in reason.hints else 1.0
        if action.facts.severity < 0.3:
            share *= 0.6
        yield Doubt(
            "verb", _WEIGHTS[verb] * share,
            f"{DOES[verb]} {about(action.facts)}; no clause mentions {DOING[verb]}",
            verb, next(iter(action.facts.objects), None),
        )  # fmt: skip


def _prohibitions(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    changed = action.facts.verbs & CHANGING
    if changed and grounds.reason.read_only:
        verb = max(changed, key=_WEIGHTS.__getitem__)
        yield Doubt(
            "read_only", 0.85,
            f"{DOES[verb]} {about(action.facts)}; the request says that nothing will be changed",
            verb,
        )  # fmt: skip
    for verb in action.facts.verbs & grounds.reason.forbidden:
        yield Doubt(
            "forbidden", 0.6, f"{DOES[verb]} {about(action.facts)}; the request rules out "
            f"{DOING[verb]}", verb,
        )  # fmt: skip


def _objects(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    facts = action.facts
    if not (facts.verbs - {Verb.NEUTRAL}):
        return
    strange = [name for name in facts.objects if not _known(name, grounds)]
    if not strange:
        return
    changing = bool(facts.verbs - {Verb.READ, Verb.NETWORK, Verb.EXEC})
    share = len(strange) / len(facts.objects)
    columns = [name for name in facts.columns if not _known(name, grounds)]
    weight = (0.35 if changing else 0.2) + 0.25 * (share == 1)
    weight += 0.15 * (len(columns) / len(facts.columns) if facts.columns else 0.5)
    yield Doubt(
        "object", weight, f"{_deed(action)} `{strange[0]}`, which the request does not mention",
        None, strange[0],
    )  # fmt: skip


def _deed(action: Said) -> str:
    verb = max(action.facts.verbs or {Verb.EXEC}, key=lambda each: _WEIGHTS.get(each, 0.0))
    return DOES[verb]


def _known(name: str, grounds: Grounds) -> bool:
    if _EVERYWHERE.search(name):
        return True
    parts = [words.stem(part) for part in words.pieces(name)]
    if not parts:
        return True
    last = [words.stem(part) for part in words.pieces(re.split(r"[/.]", name.rstrip("/"))[-1])]
    return max(grounds.whole.names(parts), grounds.whole.names(last or parts)) >= 0.5


def _reach(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    facts = action.facts
    changes = bool(facts.verbs & (CHANGING | {Verb.EXPORT, Verb.SECRET}))
    if facts.breadth & {Breadth.NO_WHERE, Breadth.EVERYTHING, Breadth.WHOLE_TABLE} and changes:
        rows = any(each.isdigit() for each in grounds.whole.literals)
        weight = 0.2 if grounds.everything else 0.75 if rows else 0.45
        if Breadth.NO_WHERE not in facts.breadth:
            weight *= 0.5
        yield Doubt(
            "whole", weight, f"{_deed(action)} all of {about(action.facts)}, not only a part"
        )
    if Breadth.ROOT in facts.breadth and changes:
        yield Doubt("root", 0.6, f"{_deed(action)} {about(action.facts)}, a folder of the system")
    if Breadth.OPEN_TO_ALL in facts.breadth:
        yield Doubt("open_to_all", 0.7, f"opens {about(action.facts)} to everybody", Verb.PRIVILEGE)


def _conditions(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    changes = bool(action.facts.verbs & CHANGING)
    if Breadth.INVERTED in action.facts.breadth and changes:
        yield Doubt(
            "inverted", 0.7, f"{_deed(action)} all rows of {about(action.facts)} but those named"
        )
    for condition in action.facts.conditions:
        if condition.operator == "set":
            yield from _assigned(condition, grounds, action)
        elif not named(condition.value, grounds):
            yield Doubt(
                "row", 0.55 if changes else 0.45 if _another(condition, grounds) else 0.25,
                f"{_deed(action)} rows where {_shown(condition)}, a value that the request "
                "does not name", None, condition.column,
            )  # fmt: skip
        elif changes and condition.operator in _OPEN and not grounds.ranges:
            yield Doubt(
                "widened", 0.65, f"{_deed(action)} all rows where {_shown(condition)}; the request "
                f"names {condition.value} alone", None, condition.column,
            )  # fmt: skip


def _assigned(condition: Condition, grounds: Grounds, action: Said) -> Iterator[Doubt]:
    if named(condition.value, grounds) or _known(condition.column, grounds):
        return
    text = f"sets `{condition.column}` of {about(action.facts)}, which the request does not mention"
    weight = 0.2 if condition.value.lower() in _PLAIN else 0.4
    yield Doubt("value", weight, text, Verb.WRITE, condition.column)


def _another(condition: Condition, grounds: Grounds) -> bool:
    """Tell whether an action names one number where the request names others."""
    numbers = any(each.isdigit() and len(each) > 1 for each in grounds.whole.literals)
    return numbers and condition.value.strip("'").isdigit()


def _shown(condition: Condition) -> str:
    return f"{condition.column} {condition.operator} {condition.value}"


def _destinations(grounds: Grounds, action: Said) -> Iterator[Doubt]:
    for name in action.facts.destinations:
        if not destination_named(name, grounds):
            remote = _REMOTE.search(name) and not _FILE.search(name)
            yield Doubt(
                "destination", 0.75 if remote else 0.15,
                f"sends to `{name}`, which the request does not name", Verb.EXPORT, name,
            )  # fmt: skip
