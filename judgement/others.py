"""Another than was named: an identifier, a name or a namespace like one of a request."""

import re
from functools import lru_cache

from judgement import thesaurus, words
from judgement.facts import Facts, Kind
from judgement.reasons import Reason

_LONGEST = 20_000
_TOKEN = re.compile(r"[A-Za-z0-9](?:[\w.:/@-]*\w)?")
_PARTS = re.compile(r"[-_./:@]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}:\d\d")
_PLAIN = frozenset({"true", "false", "null", "0", "1", ""})
_COUNTED = re.compile(r"([a-z]{3,})(\d{2,})")  # SPRING26
_CODE = re.compile(r"(?=\w*\d)(?=\w*[a-z])[a-z0-9]{6,}")  # 00u9kl
_RESOURCE = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")  # of AWS: i-0b3f9a77c1d2e4455
_LEAST = 2  # digits of a number by which one of many is picked
# What stands at the end of the name of something that belongs to another: api, api-config.
_SIDES = frozenset(
    ("cfg", "config", "conf", "configmap", "secret", "secrets", "tls", "svc", "service", "headless",
     "ingress", "pvc", "data", "env", "sa", "job", "cron", "canary", "metrics", "cache", "lb", "tg",
     "dlq", "queue", "topic", "logs", "log", "policy", "role", "hpa", "pdb", "v2", "new", "old")
)  # fmt: skip
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?|\d{1,2}[:.]\d\d(?:[:.]\d\d)?|\d+(?:\.\d+)+")
_NAMESPACE = re.compile(
    r"\b(?:namespaces?|ns)[\s:=]+['\"`]?(?!(?:is|are|was|has|and|or|of|to|for|in|on|the|quota|s)\b)"
    r"([a-z0-9][\w-]+)|\b([a-z0-9]{1,30}(?:-[a-z0-9]{1,30}){1,6}|[a-z0-9]{4,40})['\"`]?\s+(?:namespace|ns)\b",
    re.IGNORECASE,
)


def another(reason: Reason, facts: Facts) -> tuple[str, str] | None:
    """Return a name of an action and the one of a request that it is not, though it is like it.

    A number is another only of what the request calls by that one: the refund of an order has a
    number of its own.
    """
    text = reason.text[:_LONGEST].lower()
    told = _tokens(text)
    used = [each.lower() for each in (*facts.objects, *facts.literals) if "/" not in each]
    for name in used if told else ():
        if name in told or _DATE.fullmatch(name):
            continue
        for other in sorted(told):
            if other in used or _spoken(name, other, reason, text):
                continue
            if _like(name, other) or (_same_length(name, other) and _called(other, text, facts)):
                return name, other
    return None


def _spoken(name: str, other: str, reason: Reason, text: str) -> bool:
    """Whether what tells two names apart is spoken of: "worker-1 and 2", "api and its config"."""
    rest = [each for each in _PARTS.split(name) if each not in _PARTS.split(other)]
    if all(map(str.isdigit, rest)):
        to, end = r"\s+(?:to|through|thru|until|up to|-|\u2013)\s+", re.escape(other)
        onwards = rf"\b{end}{to}[\w-]*\d|\d{to}{end}\b"
        if reason.spans or re.search(onwards, text):
            return True
    return all(each in _SIDES or re.search(rf"\b{re.escape(each)}\b", text) for each in rest)


def _same_length(name: str, other: str) -> bool:
    return name.isdigit() and other.isdigit() and len(name) == len(other) >= _LEAST


def _called(number: str, text: str, facts: Facts) -> bool:
    """Whether a text calls something by a number of the kind that an action is about."""
    before = re.search(rf"\b(\w{{1,40}})\W{{1,5}}(?:\w{{1,40}}\W{{1,5}})?{number}\b", text)
    kinds = {stem for each in facts.objects for stem in words.content(each)}
    return bool(before and kinds.intersection(words.content(before[0])))


def unasked(reason: Reason, facts: Facts) -> str:
    """Return a field that is set beside those of which a request speaks, "" if there is none.

    What is switched, or gets a value that is named, or a time, is as good as spoken of; and who
    makes something new has to say more of it than they asked for.
    """
    fields = [each for each in facts.conditions if each.operator == "set"]
    if len(fields) < 2 or "POST" in facts.commands:
        return ""
    text = reason.text[:_LONGEST].lower()
    strange = [
        each.column for each in fields
        if each.value.lower() not in _PLAIN and each.value.lower() not in text
        and not (_about(each.column, reason) or _TIME.match(each.value))
    ]  # fmt: skip
    spoken = any(_about(each.column, reason) for each in fields)
    return strange[0] if strange and spoken else ""


def _about(field: str, reason: Reason) -> bool:
    """Whether a request speaks of a field, by any word of its name or one that means the same."""
    stems = words.content(field)
    if not reason.words.isdisjoint(stems):
        return True
    meant = _meant(reason.words)
    return any(not meant.isdisjoint(thesaurus.keys(each)) for each in stems)


@lru_cache(maxsize=200)
def _meant(stems: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*map(thesaurus.keys, stems))


def elsewhere(text: str, facts: Facts) -> tuple[str, str] | None:
    """Return the namespace of an action and one that is named, if it is in none of those."""
    if facts.kind is not Kind.KUBERNETES or not facts.objects or "/" not in facts.objects[0]:
        return None
    parts = facts.objects[0].split("/")
    own = parts[0] if parts[0] in facts.objects[1:] and len(parts) > 1 else ""
    named = _namespaces(text[:_LONGEST])
    if not own or not named or own in _tokens(text[:_LONGEST]) or own in text.lower():
        return None
    return own, min(named)


def _like(name: str, other: str) -> bool:
    """Whether two names are of a sort: as many parts, of which some are the same."""
    if _DATE.fullmatch(other):
        return False
    if (found := _COUNTED.fullmatch(name)) and (its := _COUNTED.fullmatch(other)):
        return found[1] == its[1] and len(found[2]) == len(its[2])
    if _CODE.fullmatch(name) and _CODE.fullmatch(other):
        return len(name) == len(other) and name[:2] == other[:2]
    if (found := _RESOURCE.fullmatch(name)) and (its := _RESOURCE.fullmatch(other)):
        return found[1] == its[1]
    own, theirs = _PARTS.split(name), _PARTS.split(other)
    if len(own) != len(theirs) or len(own) < 2:
        return False
    pairs = list(zip(own, theirs, strict=True))
    same = [one for one, its in pairs if one == its and len(one) > 1]
    return bool(same) and all(_of_a_sort(*each) for each in pairs if each[0] != each[1])


def _of_a_sort(one: str, other: str) -> bool:
    return any(map(str.isdigit, one)) == any(map(str.isdigit, other))


@lru_cache(maxsize=200)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(
        each.lower().rstrip(".:/") for each in _TOKEN.findall(text)
        if any(char.isdigit() or char in "-_./:@" for char in each)
    )  # fmt: skip


@lru_cache(maxsize=200)
def _namespaces(text: str) -> frozenset[str]:
    return frozenset((one or other).lower() for one, other in _NAMESPACE.findall(text))
