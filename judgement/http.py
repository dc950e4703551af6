"""What a request over HTTP does, from a line of an access log or an event of a proxy (RFC 9110)."""

import json
import re
from collections.abc import Iterable, Mapping, Set
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from judgement import bodies, paths, rules, words
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.identifiers import opaque
from judgement.nested import number_at, text_at

_VERBS = {
    "GET": Verb.READ, "HEAD": Verb.READ, "OPTIONS": Verb.NEUTRAL, "TRACE": Verb.NEUTRAL,
    "POST": Verb.WRITE, "PUT": Verb.WRITE, "PATCH": Verb.WRITE, "DELETE": Verb.DELETE,
    "PROPFIND": Verb.READ, "MKCOL": Verb.WRITE, "MOVE": Verb.WRITE, "COPY": Verb.WRITE,
    "CONNECT": Verb.NETWORK, "PURGE": Verb.DELETE, "QUERY": Verb.READ, "REPORT": Verb.READ,
}  # fmt: skip
_LINE = re.compile(
    r"\"?(?P<method>[A-Z]{3,10}) (?P<url>\S+)(?: HTTP/[\d.]+)?\"?"
    r"(?: (?P<status>\d{3}))?(?: (?P<bytes>\d+)(?!\S))?(?: (?P<body>[\[{].*))?"
)
_MUCH = 10_000_000  # bytes in one answer, from which it is more than reading
_LONGEST_BODY = 20_000
_CHANGES = frozenset({Verb.WRITE, Verb.DELETE})
_WHOLE = re.compile(
    r"/(?:_?all|\*)(?=$|/|\?)|[a-z][-_]all(?=$|/|\?)|[a-z]All(?=$|/|\?)|[?&]\w+=(?:\*|_all|all)(?:$|&)"
    r"|[?&]all=(?:1|true)|/_delete_by_query"
)
# Which come again by themselves: whoever ends all sessions of a user has signed them out.
_PASSING = re.compile(r"/(?:sessions|logins|devices|caches|cookies|factors|drafts)$")
_TECHNICAL = frozenset(
    ("lifespan", "timeout", "wait", "async", "notify", "client_id", "redirect_uri", "force")
)
_GRAPHQL = re.compile(r"/(?:graphql|gql)/?(?:$|\?)")
_OPERATION = re.compile(
    r"\s*(?:(?P<mutates>mutation)|query)?\s*\w*\s*(?:\([^)]*\))?\s*\{\s*(?:\w+\s*:\s*)?(?P<called>\w+)"
)
_ARGUMENT = re.compile(
    r"\b(\w{1,60})\s*:\s*(?:\"([^\"]{1,200})\"|(\d[\d.]*|true|false|[A-Z_]{2,})\b)"
)
_ID = re.compile(r"(?:^|_)(?:id|uid|uuid|guid|ref)s?$", re.I)
# What says how an answer looks, and not what is in it.
_VIEW = frozenset(
    ("limit", "per_page", "page_size", "pagesize", "size", "count", "page", "offset", "cursor",
     "skip", "after", "before", "sort", "order", "order_by", "orderby", "direction", "fields",
     "include", "expand", "exact", "depth", "tree", "pretty", "format", "view", "lang", "locale",
     "tz", "timezone", "step", "interval", "granularity", "from", "to", "since", "until", "start",
     "end", "start_time", "end_time", "starttime", "endtime", "brief", "verbose", "_", "max",
     "min", "top", "columns", "timeout", "range", "wait")
)  # fmt: skip
_PAGES = frozenset({"limit", "per_page", "page_size", "pagesize", "size", "count", "max", "top"})
_PICKS = frozenset(
    {"query", "q", "filter", "filters", "where", "selector", "match", "search", "conditions"}
)
_TERM = re.compile(
    r"(?<![\w.])([A-Za-z_.]{1,60})(?:\s*(:|>=|<=|=|>|<)\s*|\s+(?:eq|co|sw)\s+)(\"[^\"]*\"|[^\s&]+)"
)
_TURNS = frozenset({"not_in", "not in", "notin", "ne", "neq", "!=", "<>", "not", "exclude", "nin"})
_PLACES = re.compile(
    r"^(?:url|uri|callback\w*|endpoint|target_?url|webhook\w*|deliver_to|send_to|to|recipients?"
    r"|emails?|cc|bcc|forward\w*|destination|redirect\w*|notify\w*|shared?_with|bucket)$", re.I
)  # fmt: skip
_PLACE = re.compile(r"^(?:\w+://|[\w.+-]+@[\w-]+\.|[\w-]+(?:\.[\w-]+)+(?:[:/]|$))")


def facts(request: Mapping[str, object] | str) -> Facts:
    """Return the facts of one request: an event, or a line such as `GET /orders/881 200`.

    An event has `method`, `url` or `path`, and may have `host`, `status` and `bytes`, which are
    those of the answer, and the `body` that was sent. So may a line, in JSON at its end.
    """
    gathered = Gathered(Kind.HTTP)
    event = _event(request) if isinstance(request, str) else request
    method = (text_at(event, "method") or text_at(event, "verb")).upper()
    url = text_at(event, "url") or text_at(event, "path") or text_at(event, "uri")
    if not method or not url:
        return gathered.facts()
    gathered.runs(method)
    _method(method, url.partition("?")[0], gathered)
    body = _json(event.get("body") or event.get("requestBody"))
    if _GRAPHQL.search(url) and isinstance(body, Mapping):
        _graphql(text_at(body, "query"), gathered)
        body = body.get("variables")
    _address(url, text_at(event, "host"), body, gathered)
    _tells(method, url, gathered)
    if gathered.verbs & _CHANGES:
        _body(body, gathered)
    if Verb.READ in gathered.verbs and number_at(event, "bytes", "bytes_out", "size") > _MUCH:
        gathered.does(Verb.EXPORT)
    if number_at(event, "status", "code") >= 400:
        gathered.severity *= 0.7
    return gathered.facts()


def _event(line: str) -> Mapping[str, object]:
    found = _LINE.search(line[:_LONGEST_BODY])
    return dict(found.groupdict()) if found else {}


def _json(body: object) -> object:
    """Return the body of a request, read if it is text in JSON; None if there is none."""
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body[:_LONGEST_BODY])
    except (ValueError, RecursionError):
        return None


def _method(method: str, path: str, gathered: Gathered) -> None:
    """Add what a method does, and what a path that is posted to makes of it."""
    verb = _VERBS.get(method, Verb.WRITE)
    if method not in _VERBS:
        gathered.is_only(Quality.PARTIAL)
    if verb is not Verb.WRITE:
        gathered.does(verb)
    elif method == "POST" and paths.ASKS.search(path):
        gathered.does(Verb.READ)
    elif paths.TAKES_AWAY.search(path):
        gathered.does(Verb.DELETE)
    elif paths.RUNS.search(path) and method == "POST":
        gathered.does(Verb.EXEC, severity=0.4)
    else:
        gathered.does(Verb.WRITE)


def _graphql(query: str, gathered: Gathered) -> None:
    """Add what a query in GraphQL asks for, or what its mutation changes."""
    gathered.verbs.clear()
    gathered.severity = 0.0
    asked = _OPERATION.match(query)
    called = asked["called"] if asked else ""
    if not (asked and asked["mutates"]):
        gathered.does(Verb.READ)
    elif re.match(r"(?:delete|remove|purge|drop|clear)", called, re.I):
        gathered.does(Verb.DELETE)
    else:
        gathered.does(Verb.WRITE)
    gathered.names("_".join(words.pieces(called)))
    for field, quoted, bare in _ARGUMENT.findall(query):
        if asked and asked["mutates"] and not _ID.search(field):
            _set(field, quoted or bare, gathered)
        else:
            gathered.says(quoted or bare)


def _address(url: str, host: str, body: object, gathered: Gathered) -> None:
    """Add the route without its identifiers, the identifiers, the host and what is asked for."""
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        gathered.is_only(Quality.PARTIAL)
        gathered.names(url)
        return
    path = paths.read(parts.path)
    read = gathered.verbs <= {Verb.READ}
    about, host = path.about(read=read), parts.hostname or host.split(":", 1)[0]
    gathered.names(*about, host if about else "")
    gathered.says(*path.values)
    for key, value in asked:
        _asked(key, value, gathered)
    _reach(url, path, picked=bool(asked or body), gathered=gathered)


def _asked(key: str, value: str, gathered: Gathered) -> None:
    """Add one parameter of a query: what is picked by it, what is set, or how much is shown."""
    low = key.lower()
    if low in _PAGES and value.isdecimal():
        gathered.limits(int(value[:18]))
    elif low in _PICKS and (terms := _TERM.findall(value)):
        _terms(terms, gathered)
    elif low in _PICKS or _ID.search(low) or opaque(value):
        gathered.says(value)
    elif gathered.verbs & _CHANGES:
        if low not in _TECHNICAL:
            _set(key, value, gathered)
    elif low in _VIEW or value.lower() in {"true", "false"}:
        return
    else:
        gathered.compares(key, "=", value)


def _set(field: str, value: str, gathered: Gathered) -> None:
    gathered.compares(*bodies.in_whole(field, value))
    bodies.judge(field, value, gathered, within=next(iter(gathered.objects), ""))
    if _PLACES.match(field) and _PLACE.match(value):
        gathered.sends_to(value)


def _reach(url: str, path: paths.Path, *, picked: bool, gathered: Gathered) -> None:
    """Add that all of a collection is changed, or removed, or many at once."""
    if not gathered.verbs & (_CHANGES | {Verb.EXEC}):
        return
    all_of_it = path.collection and not picked and not (path.values and _PASSING.search(path.route))
    if _WHOLE.search(url) or (Verb.DELETE in gathered.verbs and all_of_it):
        gathered.reaches(
            Breadth.EVERYTHING, severity=0.85 if Verb.DELETE in gathered.verbs else 0.75
        )
    elif paths.EACH.search(urlsplit(url).path):
        gathered.reaches(Breadth.WHOLE_TABLE)


def _body(body: object, gathered: Gathered) -> None:
    """Add what a body picks, and what it sets."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            if str(key).lower() in _PICKS:
                _picked(value, gathered)
        if any(str(each).lower() in _TURNS for each in _operators(body)):
            gathered.reaches(Breadth.INVERTED)
        body = {key: value for key, value in body.items() if str(key).lower() not in _PICKS}
    for field, value in bodies.settings(body):
        if _ID.search(field):
            gathered.says(value)
        else:
            _set(field, value, gathered)


def _picked(picked: object, gathered: Gathered) -> None:
    if isinstance(picked, str):
        _terms(_TERM.findall(picked), gathered)
        return
    for field, value in bodies.settings(picked):
        gathered.compares(field, "=", value)


def _terms(terms: Iterable[tuple[str, str, str]], gathered: Gathered) -> None:
    """Add the terms of a search: `group:Returns created>=2024-11-03`."""
    for field, operator, wanted in terms:
        if _ID.search(field):
            gathered.says(wanted)
        else:
            gathered.compares(field, (operator or "=").replace(":", "="), wanted.strip('"'))


def _operators(body: object, depth: int = 0) -> list[object]:
    """Return how a rule in a body compares: `{"attribute": "country", "op": "not_in"}`."""
    if depth > 6:
        return []
    if isinstance(body, Mapping):
        own = [value for key, value in body.items() if key in {"op", "operator", "comparator"}]
        return own + [op for value in body.values() for op in _operators(value, depth + 1)]
    if isinstance(body, list):
        return [op for each in body[:20] for op in _operators(each, depth + 1)]
    return []


def _tells(method: str, url: str, gathered: Gathered) -> None:
    """Add what the address tells beside the method."""
    for section in _sections(method, gathered.verbs):
        for rule in _rules(section):
            if found := rule.pattern.search(url):
                rules.apply(rule, found, gathered)
    if Verb.PRIVILEGE in gathered.verbs:
        gathered.verbs.discard(Verb.WRITE)  # to write a role is to give it


def _sections(method: str, verbs: Set[Verb]) -> list[str]:
    """Return which sections of the table are about a request."""
    told = {
        "always": True,
        "read": verbs <= {Verb.READ},
        "changed": bool(verbs & _CHANGES),
        "posted": method in {"POST", "PUT"} and Verb.WRITE in verbs,
        "deleted": Verb.DELETE in verbs,
    }
    return [section for section, applies in told.items() if applies]


@cache
def _rules(section: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("http")[section])
