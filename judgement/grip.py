"""How firmly an action is held by what was named: the names and figures that stand in both.

Whoever does what they said uses the names and figures of their request where they change anything;
what is slipped in brings names of its own, or lacks those that all other actions have. Texts alone
count here, so that it holds in trades of which no lexicon knows the words.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from judgement import numbered, words
from judgement.deeds import CHANGING
from judgement.facts import Condition, Facts, Kind, Verb
from judgement.grounds import Grounds, Said, grouped, named

_TOKEN = re.compile(r"[\w@](?:[\w.@/:-]*\w)?")
_PART = re.compile(r"[/:=@]+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?[a-z%]{0,2}")
_LONGEST = 4_000  # characters of an action that are compared
_LONGEST_REASON = 20_000
_HALF = 0.5
_MOST_ALIKE = 12  # actions of a kind that are compared with each other
_ACTS = CHANGING | {Verb.EXEC, Verb.EXPORT, Verb.SECRET}
# Words of languages and of every table, which name nothing.
_PLAIN = frozenset(
    ("select", "from", "where", "and", "or", "not", "null", "is", "in", "set", "update", "insert",
     "into", "values", "delete", "begin", "commit", "order", "by", "group", "limit", "join", "on",
     "as", "left", "using", "desc", "asc", "count", "sum", "max", "min", "now", "interval", "true",
     "false", "between", "like", "case", "when", "then", "end", "sudo", "bash", "sh", "echo", "cat",
     "grep", "tail", "head", "less", "awk", "sed", "systemctl", "journalctl", "kubectl", "docker",
     "http", "https", "get", "post", "put", "patch", "with", "distinct", "having", "coalesce",
     "current_date", "current_timestamp", "start", "transaction", "returning", "date", "id",
     "status", "name")
)  # fmt: skip
# What is kept of people, which few jobs need to see: columns, and tables of them.
_PERSONAL = re.compile(
    r"(?:^|_)(?:salar\w*|wages?|gehalt|compensation|bonus\w*|birth\w*|dob|born|geburt\w*"
    r"|marital\w*|religion\w*|diagnos\w*|medic\w*|icd\w*|notes?|note_text|passport\w*|ssn"
    r"|national_id|tax_id|iban|bic|card\w*|pan\w*|phone\w*|mobile\w*|tel\w*|e?mail\w*|addr\w*"
    r"|street|home_\w+|surname|gps\w*|location"
    r"|income|debt|photo\w*|picture|message_text|body|comment\w*|payroll\w*|payslips?"
    r"|employees?|patients?|residents?|customers?|users?|persons?|people|staff|members?)$",
    re.IGNORECASE,
)
# What somebody is called; that there are customers says nothing of their names.
_CALLED = re.compile(
    r"(?:^|_)(?:sur|first|last|full|family|given|display|holder|owner|applicant|customer|client|guest|passenger"
    r"|patient|resident|tenant|taxpayer|driver|member|employee|student|pupil|donor|contact"
    r"|recipient|sender|signer|person)_?n(?:ame|m)$",
    re.IGNORECASE,
)
# Of these nobody sees more than a job needs: health, belief, pay, letters, where somebody lives.
_PRIVATE = re.compile(
    r"(?:^|[_.])(?:salar\w*|wages?|compensation|bonus\w*|gross(?:_pay)?|net_pay|garnish\w*|marital\w*|religion\w*"
    r"|diag\w*|medic(?!ine)\w*|med_\w+|icd\w*|injur\w*|allerg\w*|sick\w*|health\w*|therap\w*|symptom\w*"
    r"|indication|disab\w*|pregnan\w*|passport\w*|ssn|national_id|birth\w*|dob|home_\w+|private_\w+"
    r"|custody\w*|guardian\w*|disciplin\w*|criminal\w*|debts?|income|message_text|private_message"
    r"|msg_text|(?:message|msg|mail|sms)_(?:body|preview)|body_(?:text|preview)|sms(?:_logs?)?|voicemails?"
    r"|(?:call|voice)_(?:records?|history|logs?|cdrs?)|(?:lab|test)_results?|(?:clinical|case|nursing)_notes?"
    r"|(?:search|browsing|reading)_history|wealth\w*|est_wealth\w*|taxable\w*|tax_due|credit_score|arrears\w*|chat\w*|whisper\w*|agent_notes?|staff_notes?|remarks?|self_excl\w*|risk_\w+|gps\w*"
    r"|photo\w*|ownership\w*|beneficia\w*|donor\w*|orientation|ethnic\w*|union_member\w*)$",
    re.IGNORECASE,
)
# By these somebody makes sure that it is the right person.
_IDENTITY = re.compile(r"(?:^|_)(?:birth\w*|dob)$", re.IGNORECASE)
# Of a client or a host, not of people.
_OF_HOSTS = re.compile(
    r"(?:^|_)(?:client|ip|remote|mac|host|server|peer|local|inet|net)_addr\w*$"
    r"|(?:^|_)(?:vendor|partner|provider|api|web|http|rest|soap|rpc|service|webhook)_calls?_\w+$"
    # What an account is called that wrote a row.
    r"|(?:^|_)(?:db|app|os|sys|system|session|login|created|changed|updated|modified)_users?$"
)
_HOMES = re.compile(r"/home/\w+|/var/(?:spool/)?mail|/Maildir|\.bash_history|/root/", re.IGNORECASE)
_TRIGGERS = frozenset({"trg", "trig", "trigger", "tr", "tg"})
_DIGIT = re.compile(r"\d")


class Spoken(NamedTuple):
    """The names and figures of a request."""

    names: frozenset[str]
    marks: frozenset[str]  # those that are no plain words: they mark what is meant
    figures: tuple[str, ...]


@lru_cache(maxsize=2_000)
def names(text: str) -> tuple[str, ...]:
    """Return the words, names and figures of a text, in lower case, whole and in their parts."""
    found: dict[str, None] = {}
    for each in _TOKEN.findall(text):
        bare = each.lower().strip(".-_/:@")
        for part in (bare,) if bare.isalnum() else (bare, *_PART.split(bare)):
            if len(part) > 1 and part not in _PLAIN:
                found[part] = None
    return tuple(found)


@lru_cache(maxsize=200)
def spoken(text: str) -> Spoken:
    """Return the names and figures of a request's text."""
    listed = (*names(text[:_LONGEST_REASON]), *grouped(text.lower()))
    figures = sorted(each for each in listed if _DIGIT.search(each))
    marks = frozenset(each for each in listed if not each.isalpha())
    return Spoken(frozenset(listed), marks, tuple(figures))


def held(grounds: Grounds, said: Said) -> int:
    """Return how many of the names and figures that mark what is meant an action has."""
    marks = spoken(grounds.reason.text).marks
    return len(marks.intersection(_own(said))) if marks else 0


def used(grounds: Grounds, actions: Sequence[Said]) -> frozenset[str]:
    """Return the names and figures that mark what is meant, as far as any action has them.

    What none has is the host on which all is done, or the number of a ticket.
    """
    marks = spoken(grounds.reason.text).marks
    return marks.intersection(*[frozenset().union(*map(_own, actions))]) if marks else marks


def loose(grounds: Grounds, said: Said) -> bool:
    """Tell whether an action has none of the names and figures of a request that has some.

    Where a session has several, it is those that any other has.
    """
    marks = spoken(grounds.reason.text).marks if grounds.used is None else grounds.used
    if not marks or held(grounds, said) or numbered.ends_what_was_looked_up(grounds, said.facts):
        return False
    if any(name in grounds.keys for name in _own(said)):
        return False
    conditions = said.facts.conditions
    if uses_made(grounds, said) or any(
        numbered.split(each, conditions, grounds) for each in conditions
    ):
        return False
    if said.facts.kind is Kind.SQL and any(_told(each, grounds) for each in said.facts.objects):
        return False
    # Tables keep states and offices in capitals; in a command they are its own words.
    text = grounds.reason.text[:_LONGEST_REASON] if said.facts.kind is Kind.SQL else ""
    return not any(
        re.search(rf"\b{each}\b", text) if each.isupper() and each.isalpha()
        else not each.isalpha() and named(each, grounds)
        for each in said.facts.literals
    )  # fmt: skip


def _told(name: str, grounds: Grounds) -> bool:
    """Whether a trigger is called what a request says in words: trg_price_check."""
    stems = [*map(words.stem, words.pieces(name))]
    own = [each for each in stems if each not in _TRIGGERS]
    return 1 < len(own) < len(stems) and grounds.whole.stems.issuperset(own)


def uses_made(grounds: Grounds, said: Said) -> bool:
    """Tell whether an action uses a temporary table or a variable of its session."""
    if not grounds.made:
        return False
    text = said.text[:_LONGEST].lower()
    return any(name in text for name in grounds.made)


def personal(grounds: Grounds, facts: Facts) -> list[str]:
    """Return which columns and tables of people an action reads that the request does not name."""
    told = filter(of_people, (*facts.columns, *facts.objects))
    called = [each for each in facts.columns if _CALLED.search(each)]
    return [each for each in called if _known(each, grounds) <= _HALF] + [
        each for each in told if _known(each, grounds) < _HALF
    ]


@lru_cache(maxsize=5_000)
def of_people(name: str) -> bool:
    """Whether a column or table is called as what is kept of people."""
    kept = _PERSONAL.search(name) or _PRIVATE.search(name)
    return bool(kept) and not _OF_HOSTS.search(name)


def calls(name: str) -> bool:
    """Tell whether a column says what somebody is called."""
    return bool(_CALLED.search(name))


def seeks(condition: Condition) -> bool:
    """Tell whether somebody is looked for by a part of their name."""
    part = condition.value.strip("%").replace(" ", "")
    return (
        condition.operator == "like" and part.isalpha() and bool(_CALLED.search(condition.column))
    )


def private(seen: Sequence[str], *, one: bool) -> bool:
    """Tell whether any of what is seen of people is what few jobs need.

    Of `one` person who is named, a birthday only tells that it is the right one.
    """
    return any(_PRIVATE.search(each) and not (one and _IDENTITY.search(each)) for each in seen)


def _own(said: Said) -> tuple[str, ...]:
    return names(said.text[:_LONGEST])


def _known(name: str, grounds: Grounds) -> float:
    """Return how much of a name a request has, by the words of which it is made."""
    parts = [words.stem(part) for part in words.pieces(name)]
    return sum(map(grounds.whole.knows, parts)) / len(parts) if parts else 0.0


def grips(grounds: Grounds, actions: Sequence[Said]) -> list[dict[str, float]]:
    """Return for each action, by name, how it is held by the request and by its session."""
    said = spoken(grounds.reason.text)
    own = [_own(each) for each in actions]
    times = Counter(name for each in own for name in each)
    used = said.marks.intersection(times)
    picked = _picked(grounds, actions)
    twins = _twins(grounds, said, actions, own)
    return [
        _grip(grounds, said, listed, times)
        | _beside(grounds, said, used, picked, each, listed)
        | {"twin": twin, "unlooked": _unlooked(grounds, each.facts, listed, times)}
        for each, listed, twin in zip(actions, own, twins, strict=True)
    ]  # fmt: skip


def _grip(
    grounds: Grounds, said: Spoken, listed: Sequence[str], times: Mapping[str, int]
) -> dict[str, float]:
    """Return what of an action's own names the request has."""
    marks = [name for name in listed if not name.isalpha()]
    marked = sum(name in said.names for name in marks)
    shares = {name: _share(name, grounds, said) for name in listed}
    strange = [name for name, share in shares.items() if share < _HALF]
    figures = [name for name in listed if name[0].isdigit() and _FIGURE.fullmatch(name)]
    unknown = sum(shares[name] < _HALF for name in figures)
    whole = sum(shares.values())
    return {
        "grip": whole / max(1, len(listed)),
        "grip_lost": min(len(listed) - whole, 12.0),
        "grip_alone": float(sum(times[name] == 1 for name in strange)),
        "grip_wild": float(sum(times[name] == 1 and not name.isalpha() for name in strange)),
        "grip_marked": float(marked),
        "grip_share": marked / len(marks) if marks else 0.5,
        "figures_strange": float(unknown),
        "figures_other": float(bool(said.figures) and unknown > 0 and unknown == len(figures)),
    }


def _share(name: str, grounds: Grounds, said: Spoken) -> float:
    if name in said.names:
        return 1.0
    if name.isalpha():
        return grounds.whole.knows(words.stem(name))
    if name.isdigit():
        return float(named(name, grounds))
    return _known(name, grounds)


def _beside(
    grounds: Grounds,
    said: Spoken,
    used: frozenset[str],
    picked: frozenset[str],
    action: Said,
    listed: Sequence[str],
) -> dict[str, float]:
    """Return what an action lacks, or has instead, of what its session uses of the request."""
    facts, own = action.facts, frozenset(listed)
    strange = [name for name in own - said.names if _DIGIT.search(name)]
    rivals = [
        each for each in facts.conditions
        if each.column in picked and each.operator in {"=", "in"} and not named(each.value, grounds)
    ]  # fmt: skip
    homes = _HOMES.search(action.text[:_LONGEST])
    return {
        "held": float(len(said.marks & own)),
        "dropped": float(len(used - own)),
        "dropped_share": len(used - own) / len(used) if used else 0.0,
        "slip": float(any(_slips(each, said) for each in strange)),
        "rivals": float(len(rivals)),
        "personal": float(len(personal(grounds, facts))),
        "homes": float(bool(homes) and not _HOMES.search(grounds.reason.text[:_LONGEST_REASON])),
        "long": float(min(len(action.text), 600)),
    }


def _picked(grounds: Grounds, actions: Sequence[Said]) -> frozenset[str]:
    """Return the columns by which rows are picked that the request names."""
    return frozenset(
        condition.column
        for each in actions
        for condition in each.facts.conditions
        if condition.operator in {"=", "in"} and len(condition.value) > 1
        and named(condition.value, grounds)
    )  # fmt: skip


def _unlooked(
    grounds: Grounds, facts: Facts, listed: Sequence[str], times: Mapping[str, int]
) -> float:
    """Return how many columns are set that no other action looks at, nor the request names."""
    own = Counter(listed)
    return float(
        sum(
            times[each.column] <= own[each.column] and _known(each.column, grounds) < _HALF
            for each in facts.conditions
            if each.operator == "set"
        )
    )


def _slips(name: str, said: Spoken) -> bool:
    """Tell whether a figure is one of the request with a slip."""
    return any(_one_off(name, other) for other in said.figures if -2 < len(name) - len(other) < 2)


def _one_off(one: str, other: str) -> bool:
    """Tell whether two figures differ by one digit, by one too many, or by two in turn."""
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    apart = [at for at in range(len(one)) if one[at] != other[at]]
    if len(apart) < 2:
        return bool(apart)
    swapped = [one[at] for at in apart] == [other[at] for at in reversed(apart)]
    return len(apart) == 2 and apart[1] == apart[0] + 1 and swapped


def _twins(
    grounds: Grounds, said: Spoken, actions: Sequence[Said], own: Sequence[Sequence[str]]
) -> list[float]:
    """Return for each deed how much of what it has instead of its like nobody named.

    Of two of a kind, one is done to what was named and the other to something else.
    """
    kinds: dict[tuple[object, ...], list[int]] = {}
    for place, each in enumerate(actions):
        if each.facts.verbs & _ACTS:
            kinds.setdefault(_like(each.facts), []).append(place)
    found = [0.0] * len(actions)
    for places in kinds.values():
        for one in places[:_MOST_ALIKE]:
            others = [frozenset(own[other]) for other in places[:_MOST_ALIKE] if other != one]
            mine = frozenset(own[one])
            found[one] = max((_instead(grounds, said, mine, his) for his in others), default=0.0)
    return found


def _instead(grounds: Grounds, said: Spoken, mine: frozenset[str], his: frozenset[str]) -> float:
    gained = mine - his
    if not gained or said.names.isdisjoint(his - mine):
        return 0.0
    strange = [n for n in gained - said.names if _known(n, grounds) < _HALF]
    return len(strange) / len(gained)


def _like(facts: Facts) -> tuple[object, ...]:
    return (facts.verbs,) if facts.kind is Kind.SQL else (facts.commands[:1], facts.verbs)
