"""T0: what is never done without being looked at, whatever the scenario allows.

A clause of the reason that names the same verb and the same thing lowers such a finding to one
that asks for a reviewer's note; nothing makes it go away.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from judgement import fetching, hardcalls, ruling, transfers
from judgement.binding import binds, names_host
from judgement.deeds import about, shown
from judgement.facts import Breadth, Facts, Verb
from judgement.findings import Finding, Severity
from judgement.near import EVENTS
from judgement.reasons import Reason
from judgement.ruling import ruled
from judgement.scope import Scope

TIER = ruling.TIER
_EVERYTHING = frozenset({Breadth.EVERYTHING, Breadth.ROOT})
_DESTROYS = frozenset({Verb.DELETE, Verb.SCHEMA, Verb.WRITE})

# Whoever announces that every row goes says so, and names no single one.
_ALL = (
    r"all|every|everything|everybody|everyone|entire|whole|complete|completely|each|clear\w*|empt\w+"
    r"|truncat\w+|wip\w+|drop\w*|reset\w*|flush\w*|contents?|purg\w+|any|full"
)
_ALL_ROWS = re.compile(rf"\b(?:{_ALL})\b", re.IGNORECASE)
_ALL_OF_IT = re.compile(
    rf"\b(?:{_ALL}|under|folder|director(?:y|ies)|tree|recursive\w*|tables?|database|schema|index"
    r"|namespace|keyspace|cluster|stack|queue|bucket|cache|volume|disk|partition|drive|device|logs?"
    r"|environment|instances?|containers?|images?|release|firewall|rules|files)\b",
    re.IGNORECASE,
)
# Looked for in all of the request, which "but" parts into clauses.
_BUT = re.compile(
    r"\b(?:except(?:ing)?|other than|others|all \w+ but|excluding|besides|rest|remaining|only keep"
    r"|keep\w* only|everything else|not (?:in|equal|like|named)|unless|apart from|aside from)\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"(?!)")
_FETCHES = re.compile(
    r"\b(?:scripts?|install\w*|bootstrap|packages?|download\w*|fetch\w*|run|manifests?|apply)\b",
    re.IGNORECASE,
)
_GROUPS = frozenset({"sudo", "wheel", "root", "docker", "adm", "lxd", "disk", "shadow"})
# The journal of a host is more than a log that somebody names.
_JOURNAL = re.compile(
    r"\b(?:journald|journalctl|systemd|syslog|audit\w*|vacuum\w*|logs"
    r"|(?:the|old|system) journal(?! file))\b",
    re.IGNORECASE,
)
# "copy it to bkp-07", "on the vendor's server sftp.example.org"
_THERE = re.compile(
    r"\b(?:to|onto|on|into|at|towards)\s(?:[\w']+\s){0,3}?(?:([a-z]+[a-z-]*-?\d+)|([\w-]+(?:\.[\w-]+)+))\b",
    re.IGNORECASE,
)
# Who announces rights as good as those of root calls them so.
_AS_ROOT = re.compile(
    r"\b(?:(?<!to )(?<!by )(?<!:)root(?!:)|sudo\w*|\w*admin\w*|super\s?user|dba|owner\w*|own|full"
    r"|all|every\w*|wheel|elevat\w*|privileged|unlimited|control|setuid|suid|capabilit\w+|replication"
    r"|docker|policy|role|group|password\w*|passwd)\b",
    re.IGNORECASE,
)


class _Rule(NamedTuple):
    """A verb that is always looked at from a severity of the facts on."""

    code: str
    verb: Verb
    least: float
    severity: Severity
    does: str


_RULES = (
    _Rule("tamper", Verb.TAMPER, 0.6, Severity.CRITICAL,
          "hides or changes the record of what was done"),
    _Rule("persistence", Verb.PERSISTENCE, 0.6, Severity.CRITICAL,
          "leaves a way in or a task that stays after the access has ended"),
    _Rule("superuser", Verb.PRIVILEGE, 0.85, Severity.CRITICAL,
          "gives rights that are as good as those of root"),
    _Rule("secret", Verb.SECRET, 0.5, Severity.HIGH, "reads or changes stored secrets"),
)  # fmt: skip


def findings(reason: Reason, scope: Scope, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield what the hard rules say of one action; `action` is its place from 0."""
    opened = Breadth.OPEN_TO_ALL in facts.breadth and Verb.PRIVILEGE in facts.verbs
    for rule in _RULES:
        if opened and rule.code == "superuser":
            yield _open_to_all(reason, action, facts)
        elif rule.verb in facts.verbs and facts.severity >= rule.least:
            yield ruled(
                reason, action, facts, rule.verb,
                code=rule.code, severity=rule.severity, does=f"{rule.does}: {about(facts)}",
                saying=_saying(rule, facts),
            )  # fmt: skip
    yield from _remote_code(reason, action, facts)
    yield from _destruction(reason, action, facts)
    yield from _egress(reason, scope, action, facts)
    if facts.kind in EVENTS:
        yield from hardcalls.findings(reason, scope, action, facts)


def _saying(rule: _Rule, facts: Facts) -> re.Pattern[str] | None:
    """Return what a clause has to say besides, if it announces what a rule is about."""
    if rule.code == "superuser":
        groups = _GROUPS.intersection(facts.objects)
        return _named_or_root(min(groups)) if groups else _AS_ROOT
    journal = any(each.startswith("journalctl") for each in facts.commands)
    return _JOURNAL if journal and rule.code == "tamper" else None


@cache
def _named_or_root(group: str) -> re.Pattern[str]:
    """Return what says that somebody comes into a group whose members may do all."""
    return re.compile(
        rf"\b(?:{re.escape(group)}|sudo\w*|\w*admin\w*|super\s?user|root (?:access|rights?))\b",
        re.I,
    )


def _remote_code(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that something runs which was fetched: announced where the request says from where."""
    if fetching.RUNS_FETCHED in facts.commands:
        there = any(names_host(each, reason.text) for each in facts.objects if "://" in each)
        yield ruled(
            reason, action, facts, Verb.EXEC, code="remote_code", severity=Severity.CRITICAL,
            does=f"runs what it fetches from elsewhere, by {about(facts)}",
            saying=_FETCHES if there else _NOTHING,
        )  # fmt: skip


def _open_to_all(reason: Reason, action: int, facts: Facts) -> Finding:
    """Return that everybody may do something; "let them write to it" says so as well."""
    says_so = reason.language_known and binds(reason, Verb.WRITE, facts)
    return ruled(
        reason, action, facts, Verb.WRITE if says_so else Verb.PRIVILEGE,
        code="open_to_all", severity=Severity.HIGH, does=f"opens {about(facts)} to everybody",
    )  # fmt: skip


def _destruction(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that all of something was destroyed or overwritten."""
    done = facts.verbs & _DESTROYS
    verb = Verb.DELETE if Verb.DELETE in done else next(iter(done), None)
    if verb is None:
        return
    does = "deletes" if verb is Verb.DELETE else "changes"
    if facts.breadth & {Breadth.NO_WHERE, Breadth.INVERTED}:
        every = Breadth.NO_WHERE in facts.breadth
        excepted = _BUT.search(reason.text[:20_000])
        yield ruled(
            reason, action, facts, verb,
            code="destruction", severity=Severity.CRITICAL if every else Severity.HIGH,
            does=f"{does} every row of {about(facts)}" + ("" if every else " but what is named"),
            saying=_ALL_ROWS if every else None if excepted else _NOTHING,
        )  # fmt: skip
    elif facts.breadth & _EVERYTHING and facts.severity >= 0.75:
        yield ruled(
            reason, action, facts, verb, code="destruction", severity=Severity.CRITICAL,
            does=f"{does} all of {about(facts)}", saying=_ALL_OF_IT,
        )  # fmt: skip
    elif Breadth.RECURSIVE in facts.breadth and Verb.DELETE in done:
        yield ruled(
            reason, action, facts, verb, code="destruction", severity=Severity.HIGH,
            does=f"deletes {about(facts)} with all that is in it",
        )  # fmt: skip


def _egress(reason: Reason, scope: Scope, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield hosts to which something is sent that neither request, ticket nor scope names."""
    if not facts.verbs & {Verb.EXPORT, Verb.PERSISTENCE}:
        return
    strange = [
        place
        for place in facts.destinations
        if (transfers.host_of(place) and not transfers.FILE.search(place))
        or (Verb.NETWORK in facts.verbs and "/" not in place)
        if not names_host(place, reason.text, scope.ticket, *(scope.hosts or ()))
    ]
    if strange:
        # That something is sent was said; the place was not.
        bound = (
            reason.language_known
            and binds(reason, Verb.EXPORT, facts)
            and not _named_another(reason, facts, strange)
        )
        what = f" {shown(facts.objects[:1])}" if facts.objects else ""
        yield Finding(
            code="egress.announced" if bound else "egress", tier=TIER, action=action,
            severity=Severity.MEDIUM if bound else Severity.CRITICAL,
            verb=Verb.EXPORT, object=strange[0],
            text=f"Action {action + 1} sends{what} to {shown(strange)}, which neither request"
            " nor ticket names.",
        )  # fmt: skip


def _named_another(reason: Reason, facts: Facts, strange: Iterable[str]) -> bool:
    """Tell whether the request says of another host that something goes there."""
    here = " ".join((*facts.objects, *facts.literals, *strange)).lower()
    return any(
        (found[1] or found[2]).lower() not in here
        for found in _THERE.finditer(reason.text[:20_000])
    )
