"""What a request over HTTP does, from a line of an access log or an event of a proxy (RFC 9110)."""

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl, unquote, urlsplit

from judgement import rules
from judgement.facts import Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.nested import number_at, text_at

_VERBS = {
    "GET": Verb.READ, "HEAD": Verb.READ, "OPTIONS": Verb.NEUTRAL, "TRACE": Verb.NEUTRAL,
    "POST": Verb.WRITE, "PUT": Verb.WRITE, "PATCH": Verb.WRITE, "DELETE": Verb.DELETE,
    "PROPFIND": Verb.READ, "MKCOL": Verb.WRITE, "MOVE": Verb.WRITE, "COPY": Verb.WRITE,
    "CONNECT": Verb.NETWORK, "PURGE": Verb.DELETE, "QUERY": Verb.READ, "REPORT": Verb.READ,
}  # fmt: skip
_LINE = re.compile(
    r"\"?(?P<method>[A-Z]{3,10}) (?P<url>\S+)(?: HTTP/[\d.]+)?\"?"
    r"(?: (?P<status>\d{3}))?(?: (?P<bytes>\d+))?"
)
_MUCH = 10_000_000  # bytes in one answer, from which it is more than reading
_CHANGES = frozenset({Verb.WRITE, Verb.DELETE})
_IDENTIFIER = re.compile(r"\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}")


def facts(request: Mapping[str, object] | str) -> Facts:
    """Return the facts of one request: an event, or a line such as `GET /orders/881 200`.

    An event has `method`, `url` or `path`, and may have `host`, `status` and `bytes`, which are
    those of the answer.
    """
    gathered = Gathered(Kind.HTTP)
    event = _event(request) if isinstance(request, str) else request
    method = (text_at(event, "method") or text_at(event, "verb")).upper()
    url = text_at(event, "url") or text_at(event, "path") or text_at(event, "uri")
    if not method or not url:
        return gathered.facts()
    gathered.runs(method)
    gathered.does(_VERBS.get(method, Verb.WRITE))
    if method not in _VERBS:
        gathered.is_only(Quality.PARTIAL)
    _address(url, text_at(event, "host"), gathered)
    _tells(url, gathered)
    if Verb.READ in gathered.verbs and number_at(event, "bytes", "bytes_out", "size") > _MUCH:
        gathered.does(Verb.EXPORT)
    if number_at(event, "status", "code") >= 400:
        gathered.severity *= 0.7
    return gathered.facts()


def _event(line: str) -> Mapping[str, object]:
    found = _LINE.search(line[:8_000])
    return dict(found.groupdict()) if found else {}


def _address(url: str, host: str, gathered: Gathered) -> None:
    """Add the route without its identifiers, the identifiers, the host and what is asked for."""
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        gathered.is_only(Quality.PARTIAL)
        gathered.names(url)
        return
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    kept = [segment for segment in segments if not _IDENTIFIER.fullmatch(segment)]
    gathered.names("/" + "/".join(kept), *kept, parts.hostname or host.split(":", 1)[0])
    gathered.says(*(segment for segment in segments if _IDENTIFIER.fullmatch(segment)))
    for key, value in asked:
        gathered.compares(key, "=", value)
        if key.lower() in {"limit", "per_page", "page_size", "size", "count"} and value.isdecimal():
            gathered.limits(int(value[:18]))


def _tells(url: str, gathered: Gathered) -> None:
    """Add what the address tells beside the method."""
    sections = ["always"]
    if gathered.verbs & _CHANGES:
        sections.append("changed")
    if Verb.DELETE in gathered.verbs:
        sections.append("deleted")
    for section in sections:
        for rule in _rules(section):
            if found := rule.pattern.search(url):
                rules.apply(rule, found, gathered)


@cache
def _rules(section: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("http")[section])
