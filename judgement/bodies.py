"""What a body of a request sets: of a patch, of parameters, of JSON that is sent.

A setting is called by the last key that tells something, `limits.memory` by "memory", and pairs as
`{"name": "LEVEL", "value": "debug"}` by the name in them.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered

_DEEPEST = 12
_MOST = 60  # settings of one body that are read
_LONGEST = 300  # characters of a value that is set; what is longer is a text, or a document
# Keys that say nothing by themselves: what stands above them does.
_BARE = frozenset(
    ("enabled", "enable", "disabled", "active", "on", "value", "values", "state", "status", "count",
     "type", "mode", "level", "default", "max", "min", "data", "spec", "items")
)  # fmt: skip
_CONTAINERS = frozenset(("spec", "data", "items", "template", "attributes", "input", "params"))
_NAMED = (
    "name", "key", "attribute", "field", "property", "path", "attributeKey", "tagKey",
    "parameterName", "attributeName",
)  # fmt: skip
_VALUED = ("value", "values", "valueSet", "attributeValue", "tagValue", "parameterValue")
_OF_PAIRS = frozenset({*_NAMED, *_VALUED, "op", "operator"})
# What people write for people, and what every object carries.
_TEXTS = re.compile(
    r"^(?:action|(?:ip)?_?protocol|evaluate\w*|notes?|comments?|reasons?|messages?|text"
    r"|descriptions?|title|remarks?|summary|subject"
    r"|currency|locale|ref_?id|overwrite|apiversion|kind|resourceversion|uid|generation"
    r"|creationtimestamp|managedfields|dry_?run|idempotency\w*|client(?:request)?token|etag"
    r"|environment|env|region|op|operator|comparator|attribute|field|property|name|key|id|slug|type|path|metadata\.name"
    r"|version"
    r"|correlation\w*|request_?id|force\w*)$",
    re.IGNORECASE,
)
# Switches that say how something is done, and set nothing that stays.
_HOW = re.compile(
    r"^(?:apply|honou?r|only|reset|skip|wait|force|full|dry|propagate|recursive|cascade|include|use"
    r"|with|validate|notify|send|create|allowMajor|ignore|evaluate)(?=$|_|[A-Z]|\w*_)"
)
_EACH = "[]"  # after the name of a list, within one of it
_MINOR = re.compile(r"^(?P<of>\w+?)_?(?:minor|cents)$", re.IGNORECASE)
_PATH = re.compile(r"^[\w.-]+\.[a-z]{2,}/")  # "nginx.ingress.kubernetes.io/" of an annotation
# What is written down of what is done, and what tells somebody of it …
_RECORD = re.compile(
    r"(?:^|[\W_])(?:\w*logs?|\w*logg(?:ing|ers?)|audit\w*|trail|record(?:ing|er)?s?|histor\w+|journal"
    r"|monitor(?:ing)?|telemetry|trac(?:e|ing)|alerts?|alarms?|notif\w+|detect\w+)(?=$|[\W_])",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"(?:^|_)(?:enabled?|disabled?|active|level|on|mode|status|state|muted?|silenced?|snoozed?|paused?)$"
)
_NEGATES = re.compile(r"(?:disab|muted?|silenc|snooz|paus|suppress)")
# … and what turns it off.
_OFF = frozenset({"false", "off", "none", "no", "disabled", "0", "never", "null"})
_UNSET = frozenset({"null"})
# Rights that a field gives to whoever has it.
_RIGHTS = re.compile(
    r"^(?:is_?|can_?)?(?:admin(?:istrator)?|superuser|staff|root|owner|sudo)$"
    r"|^(?:\w+_)?(?:roles?|permissions?|privileges?|scopes?|entitlements|access_?level)$",
    re.IGNORECASE,
)
_ADMIN = re.compile(r"^(?:super[-_]?)?(?:admin|administrator|superuser)s?$", re.IGNORECASE)
_PASSWORD = re.compile(r"(?:^|_)(?:passw(?:or)?d|passphrase|pin|secret|private_key)$", re.I)
_PUBLIC = re.compile(r"(?:^|_)(?:public(?:ly)?|anonymous(?:ly)?|unauthenticated|guest)(?:_|$)")
_TRUE = frozenset({"true", "yes", "1"})
_OPEN = re.compile(r"(?<![\d.])0\.0\.0\.0/0|(?<![\w:])::/0|\ballUsers\b|\ballAuthenticatedUsers\b")
_HIGHEST = re.compile(
    r"(?:^|[\W_])(?:\w*admin\w*|owner|root|superuser|\*|full)(?=$|[\W_])", re.IGNORECASE
)
_SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACRONYM = re.compile(r"[a-z][A-Z]{2}")
_SEGMENTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|\*")


def settings(body: object) -> Iterator[tuple[str, str]]:
    """Yield what a body sets: the name of a field and its value, "null" for what is taken away.

    Of a list each field is told once: what is new stands last.
    """
    found: dict[str, str] = {}
    for field, value in islice(_within(body, "", 0), _MOST):
        if value not in _UNSET or field not in found:
            found[field] = value
    for field, value in found.items():
        # CloudTrail writes tTL for TTL.
        called = field[:1].upper() + field[1:] if _ACRONYM.match(field) else field
        yield _SPLIT.sub("_", called), value


def sets(body: object, gathered: Gathered) -> None:
    """Add what a body sets, and what is grave about that by itself."""
    for field, value in settings(body):
        gathered.compares(*in_whole(field, value))
        judge(field, value, gathered)


def judge(field: str, value: str, gathered: Gathered, *, within: str = "") -> None:
    """Add what follows where a field gets a value: a record turned off, a right given.

    `within` is what the field is one of: `enabled` of /audit/settings.
    """
    words, low = "_".join(_SEGMENTS.findall(field)).lower(), value.lower()
    record = _RECORD.search(words) or (_TURNED.search(words) and _RECORD.search(within))
    off = low in _OFF if not _NEGATES.search(words) else low in _TRUE
    if record and off:
        gathered.does(Verb.TAMPER, severity=0.7)
    if _OPEN.search(value) or (_PUBLIC.search(words) and low in _TRUE) or low == "public":
        gathered.does(Verb.PRIVILEGE, severity=0.8)
        gathered.reaches(Breadth.OPEN_TO_ALL)
    if low == "privileged":
        gathered.does(Verb.PRIVILEGE, severity=0.85)
    if (_RIGHTS.match(field) and low not in _OFF) or _ADMIN.match(value):
        gathered.does(Verb.PRIVILEGE, severity=0.9 if _HIGHEST.search(value) else None)
    if _PASSWORD.search(words):
        gathered.does(Verb.SECRET, severity=0.5)


def in_whole(field: str, value: str) -> tuple[str, str, str]:
    """Return a setting as a condition; what is counted in cents as people say it."""
    if (found := _MINOR.match(field)) and value.isdecimal():
        return found["of"], "set", f"{int(value[:15]) / 100:.2f}"
    return field, "set", value


def _within(body: object, above: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(body, Mapping):
        yield from _fields(body, above, depth)
    elif isinstance(body, list | tuple):
        for each in body:
            yield from _within(each, f"{above.removesuffix(_EACH)}{_EACH}", depth + 1)
    elif body is None or isinstance(body, str | int | float):
        value, field = _plain("null" if body is None else str(body)), above.removesuffix(_EACH)
        how = value in {"true", "false"} and _HOW.match(field)
        if field and len(value) <= _LONGEST and not (how or _TEXTS.match(field)):
            yield field, value


def _fields(body: Mapping[object, object], above: str, depth: int) -> Iterator[tuple[str, str]]:
    pair = _pair(body)
    if pair:
        yield from _within(pair[1], pair[0], depth + 1)
    for key, value in body.items():
        if not (pair and _small(key) in _OF_PAIRS):
            yield from _within(value, _called(str(key), above), depth + 1)


def _pair(body: Mapping[object, object]) -> tuple[str, object] | None:
    """Return the name and the value of what says both: a pair, or a rule about an attribute."""
    small = {_small(key): value for key, value in body.items()}
    name = next((small[key] for key in _NAMED if isinstance(small.get(key), str)), None)
    value = next((small[key] for key in _VALUED if key in small), None)
    return (str(name), value) if name and value is not None else None


def _small(key: object) -> str:
    text = str(key)
    return text[:1].lower() + text[1:]


def _plain(value: str) -> str:
    """Return a value as the others are written that say yes or no."""
    if value in {"True", "False"}:
        return value.lower()
    return {"on": "true", "enabled": "true", "off": "false", "disabled": "false"}.get(value, value)


def _called(key: str, above: str) -> str:
    """Return what a field is called: its key, with the one above where it says nothing alone."""
    key = _PATH.sub("", key)
    if key == "name" and above and not above.endswith(_EACH):
        return f"{above}.name"  # of what is referred to; in a list it only says which it is
    above = above.removesuffix(_EACH)
    if key.lower() in _BARE and above and above.lower() not in _CONTAINERS:
        return above if key.lower() in {"items", "value", "values"} else f"{above}.{key}"
    return key
