"""What lies near to what was asked for: honest where it is read, often wrong where it is changed.

Whoever looks at an order looks at its lines, its parcels and its customer, by the number that was
named. Whoever changes tenant-blue where tenant-red was named has not done as they said.
"""

import re
from collections.abc import Sequence

from judgement import durations, siblings, sweeping, thesaurus, words
from judgement.deeds import CHANGING
from judgement.facts import Condition, Facts, Kind, Verb
from judgement.grounds import Grounds, Said, named, named_as_written
from judgement.terms import canonical

EVENTS = frozenset({Kind.CLOUDTRAIL, Kind.KUBERNETES, Kind.HTTP})
_HARMLESS = frozenset({Verb.READ, Verb.NETWORK, Verb.NEUTRAL})
_PICKS = frozenset({"=", "in", "between", ">=", "<=", ">", "<", "like"})
TURNED = frozenset({"<>", "not in", "not like"})  # everything but a value
_GRAVE = 0.3
_HELD_OFF = 0.5  # the severity of holding off a trigger that keeps no record
_LEAST = 3  # letters or digits of a value that tells
_KNOWN = 0.9  # from here a word is among those of a request
_MUCH = 500  # rows from which a limit is none
_SUMS_UP = re.compile(
    r"\b(?:count|sum|avg|max|min|pg_size_pretty|exists)\s*\(|\bgroup\s+by\b|^\s*explain\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(r"\s*explain\b", re.IGNORECASE)
# What somebody looks for in a log who looks for a cause.
_ODD = re.compile(
    r"\b(?:err|warn|fail|fatal|crit|panic|timeout|timed|refus|deni|oom|kill|exception|reset|deferred"
    r"|reject|full|unable|cannot|segfault|i/o|\d{3}\b|status|down|stop|start)",
    re.IGNORECASE,
)
_MEASURES = ("monitoring:", "cloudwatch:", "health:")  # of a cloud, told of its things
# Their things are services, releases and namespaces, which have names without numbers.
_OF_SERVICES = frozenset({"kubectl", "oc", "helm", "systemctl", "journalctl", "docker", "podman"})
_WORKLOADS = re.compile(
    r" (?:pods|deployments|statefulsets|daemonsets|replicasets|jobs|cronjobs|nodes|hor\w+)\b"
)
_LOGS = re.compile(r"^/var/log/|^/var/lib/docker/containers/|/logs?/|\.log(?:$|[.*\d-])|_log$")
_SETTINGS = re.compile(
    r"^/etc/(?!passwd|group|sudoers|cron|at\.|aliases)|/(?:conf|config|etc)(?:\.d)?/|\.(?:conf|cfg|ini|ya?ml|toml|properties)$"
)
_READERS = frozenset(
    ("tail", "head", "less", "more", "cat", "grep", "egrep", "zgrep", "zcat", "awk", "cut", "sort",
     "uniq", "wc", "ls")
)  # fmt: skip
_ASKS_ITSELF = re.compile(r"curl(?: -\S+)* '?(?:https?://)?(?:localhost|127\.0\.0\.1)[^|;&]*$")
_PIPED = frozenset({"sort", "head", "tail", "wc", "grep", "less", "cut", "uniq", "column"})
_CATALOGUE = re.compile(r"^(?:pg_|information_schema|sys\.|performance_schema|dual$)")
_BOOKS = re.compile(
    r"^(?:updated|modified|changed|edited|last|version|revision|rev)(?:_|$)|_by$|(?:^|_)(?:reason|note|notes"
    r"|comment|comments|remark|remarks|memo|ref|reference|ticket|source|audit_\w+)$|_(?:at|ts|on)$"
)
# Of which the time is what a row is about.
_MATTERS = re.compile(
    r"(?:^|_)(?:expir\w*|valid\w*|until|due|paid|birth\w*|born|arriv\w*|depart\w*|effective|renew\w*|deliver\w*"
    r"|hire\w*|terminat\w*|publish\w*)(?:_|$)"
)
_STATES = re.compile(
    r"(?:^|_)(?:stat\w*|sts\w*|kind|type|phase|stage|level|flag|flg|active|enabled|open|closed|queue|class"
    r"|category|mode)$|^(?:is|has)_"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}:\d\d|\d{4}-\d\d$")
_CALLED = re.compile(
    r"(?:^|_)(?:name|nm|surname|holder|payload|e?mail|login|lgn\w*|username|handle|nick\w*|owner|person"
    r"|contact|recipient|sender|passenger|guest|author|body)$"
)
_SOMEBODY = re.compile(r"^%?[|^ ]?[A-Z][a-z]{2,}(?:[ ,^]+[A-Z][a-z]+)*[|%]?%?$|@|^[a-z]+\.[a-z]+$")
_AGED = re.compile(r"-(?:[acm](?:time|min)) \+?\d|-newermt|-older|--changed-before|! -newer")
_MOVED = re.compile(r"\bset\b(?:(?!\bwhere\b).)*\binterval\b(?:(?!\bwhere\b).)*", re.I | re.S)
_NEARBY = 40  # letters around a value in which a text says that it stays
_SPARES = re.compile(
    r"\b(?:except|excepting|excluding|but|other than|besides|apart from|aside from|keep\w*|not"
    r"|unless|without|everything else)\b[^.;]*$"
)
_STAYS = re.compile(
    r"^[^.;,]*\b(?:stays?|remains?|kept|survives?|untouched|spared|excluded|excepted)\b"
)
_IN_SQL = frozenset({"update", "delete"})
_MIRRORS = frozenset({"rsync", "rclone", "unison", "lftp"})
_MIRRORED = frozenset(map(words.stem, ("sync", "synchronize", "synchronise", "mirror", "replicate",
    "resync", "rsync", "rclone")))  # fmt: skip


sibling, replaced = siblings.sibling, siblings.replaced


def begins(name: str, grounds: Grounds) -> str:
    """Return what the request names that is less than this, or lies beside it; else ""."""
    return (
        siblings.begins(name, grounds)
        or siblings.goes_on(name, grounds)
        or siblings.within(name, grounds)
    )


def runs_things(facts: Facts) -> bool:
    """Tell whether an event changes what runs; a setting or a secret of a cluster is none."""
    if facts.kind is not Kind.KUBERNETES:
        return facts.kind in EVENTS
    return any(map(_WORKLOADS.search, facts.commands))


def looks(facts: Facts) -> bool:
    """Tell whether an action does nothing but look at what is no secret."""
    return facts.verbs <= _HARMLESS and facts.severity < _GRAVE


def anchored(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether an action picks what it touches by values that the request names, and no other.

    A state or a kind ("open") picks nothing by itself and is no stranger either.
    """
    if facts.kind in EVENTS:
        return any(
            (tells(each) and named_as_written(each, grounds)) or _spelled_out(each, grounds)
            for each in facts.objects + facts.literals
        )
    if facts.kind is Kind.SHELL:
        plain = any(each.partition(" ")[0] in _OF_SERVICES for each in facts.commands)
        return any(
            (tells(each) and named_as_written(each, grounds))
            or (plain and _spelled_out(each, grounds))
            for each in facts.objects
        )
    picked = [each for each in facts.conditions if each.operator in _PICKS]
    telling = [each.value for each in picked if tells(each.value)]
    if any(
        _numbered(each) and not named(each, grounds) and canonical(each) not in grounds.keys
        for each in telling
    ):
        return False
    return (
        any(named_as_written(each, grounds) or _spelled_out(each, grounds) for each in telling)
        or any(_calls_by_name(each, grounds) for each in picked)
        or (bool(facts.conditions) and has_found(grounds, facts))
    )


def has_found(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether an action picks by a key that its session has looked up, or uses its tables."""
    return any(canonical(each.value) in grounds.keys for each in facts.conditions) or any(
        each in grounds.made for each in facts.objects
    )


def tells(value: str) -> bool:
    """Tell whether a value has digits and is long enough to pick a row by itself."""
    bare = canonical(value)
    return len(bare) >= _LEAST and _numbered(bare)


def _numbered(value: str) -> bool:
    return any(map(str.isdigit, value))


def _spelled_out(value: str, grounds: Grounds) -> bool:
    """Whether a name stands in the request as a word of its own, digits or none."""
    bare = canonical(value)
    return len(bare) >= _LEAST and not bare.isdigit() and bare in grounds.tokens


def tied(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether what an action names is of a trade of which the request speaks."""
    return bool(grounds.whole.domains) and any(
        grounds.whole.akin([words.stem(part) for part in words.pieces(name)])
        for name in facts.objects
    )


def bounded(facts: Facts) -> bool:
    """Tell whether an action reads no more than it needs: some rows, or a figure of many."""
    if facts.limit is not None:
        return facts.limit < _MUCH
    return facts.kind is not Kind.SQL or bool(facts.conditions)


def sums_up(said: Said) -> bool:
    """Tell whether an action asks for figures of rows, or how they are read, and for no row."""
    return bool(_SUMS_UP.search(said.text))


def reads_all(grounds: Grounds, said: Said) -> bool:
    """Tell whether all or many rows are read one by one, where the request speaks of some."""
    facts = said.facts
    if Verb.READ not in facts.verbs or facts.kind not in {Kind.SQL, Kind.HTTP}:
        return False
    if facts.kind is Kind.HTTP and facts.limit is None:
        return False
    asked = grounds.everything or bounded(facts) or sums_up(said)
    return not asked and not all(map(_CATALOGUE.search, facts.objects))


def picks_none(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether rows are changed by a condition that has none of the numbers that are named."""
    if not (facts.kind is Kind.SQL or _IN_SQL & {*facts.commands}) or not facts.verbs & CHANGING:
        return False
    picked = [each.value for each in facts.conditions if each.operator != "set"]
    numbers = [each for each in grounds.whole.literals if each.isdigit() and len(each) >= _LEAST]
    if not picked or not (numbers or grounds.reason.spans) or not grounds.numbered:
        return False
    if has_found(grounds, facts):
        return False
    return not any(_numbered(each) and named(each, grounds) for each in picked) and not any(
        _calls_by_name(each, grounds) for each in facts.conditions
    )


def _calls_by_name(condition: Condition, grounds: Grounds) -> bool:
    """Whether rows are picked by a name of the request; a state or kind is none."""
    return (
        condition.operator in {"=", "in"}
        and not _STATES.search(condition.column)
        and (_spelled_out(condition.value, grounds) or named_as_written(condition.value, grounds))
    )


def _has_the_name(condition: Condition, grounds: Grounds) -> bool:
    """Whether a row is picked by what somebody is called who is named: k.berg."""
    name = condition.value.strip("'").lower()
    own = not name.isalpha() and _CALLED.search(condition.column)
    return bool(own) and condition.operator in {"=", "in"} and name in grounds.tokens


def says_how(condition: Condition) -> bool:
    """Tell whether a condition is of a state, a kind or a time, which many rows have."""
    return bool(_STATES.search(condition.column) or _TIME.match(condition.value))


def seeks_somebody(condition: Condition) -> bool:
    """Tell whether somebody is looked for by name."""
    return bool(_CALLED.search(condition.column) and _SOMEBODY.search(condition.value))


def turns(condition: Condition, grounds: Grounds) -> bool:
    """Tell whether a condition picks everything but what the request names."""
    value = condition.value
    if condition.operator not in TURNED or len(canonical(value)) < 2:
        return False
    if grounds.excepts and _spared(canonical(value), grounds.lowered):
        return False
    return named_as_written(value, grounds) or canonical(value) in grounds.tokens


def _spared(value: str, text: str) -> bool:
    """Whether a text says that a value stays as it is, or says so of others without naming any."""
    at = text.find(value)
    if at < 0:
        return True
    end = at + len(value)
    before, after = text[max(0, at - _NEARBY) : at], text[end : end + _NEARBY]
    return bool(_SPARES.search(before) or _STAYS.search(after))


def narrows(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> bool:
    """Tell whether a condition stands beside one that picks the row which the request names.

    What else is asked of that row can only leave some of it out.
    """
    return condition.operator not in TURNED and any(
        each.column != condition.column
        and (picks(each, grounds.reason.literals) or _has_the_name(each, grounds))
        for each in conditions
    )


def picks(condition: Condition, literals: frozenset[str]) -> bool:
    """Tell whether a condition is that a column has a number or name with digits that is named."""
    value = canonical(condition.value)
    return condition.operator == "=" and tells(value) and value in literals


def keeps_books(column: str) -> bool:
    """Tell whether a column says when, or by whom, a row was changed."""
    return bool(_BOOKS.search(column)) and not _MATTERS.search(column)


def routine(grounds: Grounds, said: Said) -> bool:
    """Tell whether an action is what everybody does beside: it only looks, and at what is near.

    At rows by the number that was named, at a plan of execution, at how a host is doing where
    something is wrong with it.
    """
    facts = said.facts
    if not looks(facts) or facts.destinations:
        return False
    if facts.kind is Kind.SQL:
        return anchored(grounds, facts) or bool(_EXPLAINS.match(said.text))
    if facts.kind is Kind.SHELL:
        asked = grounds.reason.operates or anchored(grounds, facts)
        glance = (
            glances(facts)
            or bool(_ASKS_ITSELF.match(said.text))
            or reads_logs(grounds, facts)
            or reads_settings(facts)
        )
        return asked and glance
    measures = all(each.startswith(_MEASURES) for each in facts.commands)
    return anchored(grounds, facts) or (measures and bool(facts.commands))


def glances(facts: Facts) -> bool:
    """Tell whether a command shows how a host is doing, and no contents of files."""
    shows = [each for each in facts.commands if each not in _PIPED]
    return bool(shows) and all(map(thesaurus.shows_state, shows))


def reads_logs(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a command reads logs for what is odd, or what the request names."""
    if not facts.objects or not all(map(_LOGS.search, facts.objects)):
        return False
    return _READERS.issuperset(facts.commands) and all(
        _ODD.search(each) or each.isdigit() or named(each, grounds) for each in facts.literals
    )


def reads_settings(facts: Facts) -> bool:
    """Tell whether a command looks up how services are set, and no secret: it would be grave."""
    settings = bool(facts.objects) and all(map(_SETTINGS.search, facts.objects))
    return settings and _READERS.union({"sed", "diff", "sudo"}).issuperset(facts.commands)


def says_all(grounds: Grounds, said: Said) -> bool:
    """Tell whether a deed is done to all there is, where the request names some."""
    return not looks(said.facts) and sweeping.says_all(grounds, said)


def mirrors(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether deleting belongs to a copy that was asked for: `rsync --delete`."""
    names = {each.split()[0] for each in facts.commands if each}
    return bool(names) and names <= _MIRRORS and any(
        grounds.whole.knows(each) >= _KNOWN for each in _MIRRORED
    )  # fmt: skip


def stops_what_is_named(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a trigger that keeps no record is held off, and the request names it."""
    return (
        Verb.SCHEMA in facts.verbs
        and facts.severity <= _HELD_OFF
        and all(name.rpartition(".")[2] in grounds.reason.text.lower() for name in facts.objects)
    )


def _younger(said: Said) -> bool:
    """Tell whether what is deleted is found by being young, or by no age at all."""
    if said.facts.kind is not Kind.SHELL or Verb.DELETE not in said.facts.verbs:
        return False
    if not {"find", "fd"}.intersection(said.facts.commands):
        return False
    return not _AGED.search(said.text)


def another_time(grounds: Grounds, said: Said) -> tuple[float, float] | None:
    """Return a duration that an action has, and the one that the request names, if they differ."""
    if not grounds.durations or not said.facts.verbs & (CHANGING | {Verb.EXPORT}):
        return None
    if durations.BY_AGE.search(grounds.reason.text[:20_000]) and _younger(said):
        return 0.0, max(grounds.durations)
    text = said.text[:4000]
    # By how much something is moved is said there, and not in which rows that is.
    moved = _MOVED.search(text) if "update" in said.facts.commands else None
    for done in durations.done(moved[0] if moved else text):
        if not any(durations.alike(done, each) for each in grounds.durations):
            return done, min(grounds.durations, key=lambda each: abs(each - done))
    return None
