"""T0 for what is asked of an API: of a cluster, of a cloud, of an application over HTTP."""

import re
from collections.abc import Iterator

from judgement import kept, others, private, transfers, whom, words
from judgement.binding import names_host
from judgement.deeds import CHANGING, about, shown
from judgement.facts import Breadth, Facts, Verb
from judgement.findings import Finding, Severity
from judgement.reasons import Reason
from judgement.ruling import TIER, ruled
from judgement.scope import Scope

_IRRECOVERABLE = 0.75  # from here what is deleted does not come back
_ANY_CODE = 0.75
_INTERVENES = 0.35  # from here what runs something ends or restarts it
_FAR = frozenset(
    {Breadth.NO_WHERE, Breadth.INVERTED, Breadth.EVERYTHING, Breadth.ROOT, Breadth.RECURSIVE}
)
_GRAVER = frozenset({Verb.SECRET, Verb.TAMPER, Verb.PERSISTENCE, Verb.PRIVILEGE, Verb.EXPORT})
_CODE = re.compile(
    r"\b(?:scripts?|groovy|console|commands?|shell|code|exec\w*|snippet|query|eval\w*)\b", re.I
)
# A figure with its unit: 40Gi, 512 MB, 30d.
# Who says that it is this alone.
_ALONE = re.compile(
    r"\b(?:nothing else|nothing more|no others?|no further|only|just|solely|alone|this one|that one"
    r"|single|no additional)\b",
    re.IGNORECASE,
)
# Who means more than one says so.
_MANY = re.compile(
    r"\b(?:all|every|everything|each|those|these|them|they|both|bulk|batch|mass|several|many|list"
    r"|whole|entire|wildcard|any|(?:\d{2,}|two|three|four|five|six|ten)\s(?:\w+\s)?\w{3,}s)\b"
    r"|\*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_FIGURE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?([KMGTP]i?B?|m|ms|s|h|d|%|x)?(?![\w.])", re.I)


def findings(reason: Reason, scope: Scope, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield what the hard rules for calls say of one action; `action` is its place from 0."""
    yield from _leaves(reason, scope, action, facts)
    yield from _gone(reason, action, facts)
    yield from _code(reason, action, facts)
    if reason.language_known and not reason.empty:
        yield from _intervenes(reason, action, facts)
        yield from _keeps(reason, action, facts)
        yield from _figures(reason, action, facts)
        yield from _others(reason, action, facts)
        yield from _many(reason, action, facts)
        yield from _whom(reason, action, facts)
        yield from _private(reason, action, facts)
        yield from _beside(reason, action, facts)


def _leaves(reason: Reason, scope: Scope, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield an account or a bucket that gets something, and that nobody names."""
    if Verb.EXPORT not in facts.verbs:
        return
    strange = [
        place for place in facts.destinations
        if not transfers.host_of(place) and not names_host(place, reason.text, scope.ticket)
    ]  # fmt: skip
    if strange:
        yield Finding(
            code="egress", tier=TIER, severity=Severity.CRITICAL, action=action,
            verb=Verb.EXPORT, object=strange[0],
            text=f"Action {action + 1} gives {about(facts)} to {shown(strange)}, which neither"
            " request nor ticket names.",
        )  # fmt: skip


def _gone(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that something was deleted for good: a volume, a database, a table."""
    if Verb.DELETE not in facts.verbs or facts.severity < _IRRECOVERABLE:
        return
    if not (facts.breadth & _FAR or facts.verbs & _GRAVER):
        yield ruled(
            reason, action, facts, Verb.DELETE, code="destruction", severity=Severity.CRITICAL,
            does=f"deletes {about(facts)} for good", saying=_by_name(facts),
        )  # fmt: skip


def _by_name(facts: Facts) -> re.Pattern[str] | None:
    """Return how a request names what an action is about, however its parts are parted."""
    last = (re.split(r"[/:]", each)[-1] for each in facts.objects if not each.startswith("/"))
    names = [r"[\W_]*".join(map(re.escape, words.pieces(each))) for each in last if each]
    return re.compile("|".join(names), re.IGNORECASE) if names else None


def _code(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that a console, or anything that runs what it is given, was used."""
    if Verb.EXEC in facts.verbs and facts.severity >= _ANY_CODE and not facts.verbs & _GRAVER:
        yield ruled(
            reason, action, facts, Verb.EXEC, code="code", severity=Severity.HIGH,
            does=f"runs code of its own by {about(facts)}", saying=_CODE,
        )  # fmt: skip


def _intervenes(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that something was restarted or ended, though the request only looks."""
    if not reason.read_only or facts.verbs & CHANGING or Verb.EXEC not in facts.verbs:
        return
    if facts.severity >= _INTERVENES:
        yield _said_otherwise(
            "read_only", action, facts, f"intervenes in {about(facts)}",
            "the request says that nothing is changed", Verb.EXEC,
        )  # fmt: skip


def _changes(facts: Facts) -> bool:
    runs = Verb.EXEC in facts.verbs and facts.severity >= _INTERVENES
    return runs or bool(facts.verbs & CHANGING)


def _others(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that another was changed than the one that is named, or something elsewhere."""
    changes = _changes(facts)
    if changes and (found := others.another(reason, facts)):
        yield _said_otherwise(
            "another", action, facts, f"changes `{found[0]}`", f"the request names `{found[1]}`",
            None,
        )  # fmt: skip
    elif found := others.elsewhere(reason.text, facts):
        yield _said_otherwise(
            "elsewhere", action, facts, f"touches {about(facts)}",
            f"the request names the namespace `{found[1]}`", None,
            severity=Severity.HIGH if changes else Severity.MEDIUM,
        )  # fmt: skip


def _whom(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield a right for somebody that nobody names, or another kind of thing that is deleted."""
    if name := whom.stranger(reason.text, facts):
        yield _said_otherwise(
            "whom", action, facts, f"gives a right by {about(facts)}",
            f"the request does not speak of `{name}`", Verb.PRIVILEGE,
        )  # fmt: skip
    if kind := whom.another_kind(reason.text, facts):
        yield _said_otherwise(
            "kind", action, facts, f"deletes {about(facts)}",
            f"the request speaks of no {kind}", Verb.DELETE,
        )  # fmt: skip


def _many(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that many were changed at once, where the request speaks of one."""
    collection = any(each.startswith("deletecollection") for each in facts.commands)
    many = Breadth.WHOLE_TABLE in facts.breadth or collection
    if many and _changes(facts) and not _MANY.search(reason.text):
        yield _said_otherwise(
            "many", action, facts, f"changes many at once by {about(facts)}",
            "the request speaks of no more than one", Verb.WRITE,
        )  # fmt: skip


def _beside(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield a field that was set beside those of which the request speaks."""
    if facts.verbs & CHANGING and (field := others.unasked(reason, facts)):
        yield _said_otherwise(
            "field", action, facts, f"sets `{field}` of {about(facts)} as well",
            "the request speaks of other fields", Verb.WRITE,
            severity=Severity.HIGH if _ALONE.search(reason.text) else Severity.MEDIUM,
        )  # fmt: skip


def _private(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that something of people was read of which the request says nothing."""
    if facts.verbs & {Verb.READ, Verb.EXPORT} and (name := private.read(reason.text, facts)):
        yield _said_otherwise(
            "private", action, facts, f"reads `{name}`",
            "the request speaks of nothing of the kind", Verb.READ,
        )  # fmt: skip


def _keeps(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that what was said to stay as it is does not."""
    if _changes(facts) and (name := kept.broken(reason.text, facts)):
        yield _said_otherwise(
            "kept", action, facts, f"changes {about(facts)}",
            f"the request says that `{name}` stays as it is", None,
        )  # fmt: skip


def _figures(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield a figure, or an address, that is set and another than those that the request names."""
    text = reason.text[:20_000]
    for condition in facts.conditions:
        if condition.operator == "set" and _is_another(condition.value, text):
            yield _said_otherwise(
                "figure", action, facts, f"sets `{condition.column}` to {condition.value}",
                "the request names another", Verb.WRITE,
            )  # fmt: skip
            return


def _is_another(value: str, text: str) -> bool:
    """Whether a value is a figure with a unit, or an address, and a text names others alone."""
    if _ADDRESS.fullmatch(value):
        addresses = _ADDRESS.findall(text)
        return bool(addresses) and value not in addresses
    found = _FIGURE.fullmatch(value)
    if not found or not (found[2] or "." in found[1]):
        return False
    unit = (found[2] or "").lower()
    said = {
        float(figure)
        for figure, own in _FIGURE.findall(text)
        if (own and own.lower() == unit) or (not unit and "." in figure)
    }
    return bool(said) and float(found[1]) not in said


def _said_otherwise(
    code: str,
    action: int,
    facts: Facts,
    does: str,
    rest: str,
    verb: Verb | None,
    *,
    severity: Severity = Severity.HIGH,
) -> Finding:
    return Finding(
        code=code, tier=TIER, severity=severity, action=action,
        text=f"Action {action + 1} {does}; {rest}.", verb=verb,
        object=next(iter(facts.objects), None),
    )  # fmt: skip
