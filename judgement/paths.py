"""What the path of a request over HTTP is about: nouns, names, and what is done to them."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from judgement import words
from judgement.identifiers import numbered

# Ends of paths that are posted to and only ask …
ASKS = re.compile(
    r"/_?(?:m?search|(?:ds/)?query|count|evaluate|preview|validate|verify|simulate|explain|lookup"
    r"|introspect|estimate|calculate|compare|diff|check|dry-?run)/?$", re.I
)  # fmt: skip
# … those that run, end or repeat something, and those that take something away.
RUNS = re.compile(
    r"/_?(?:(?:re)?start|reboot|restart|stop|abort|kill|terminate|cancel|retry|redo|re-?(?:play|run"
    r"|send|deliver|drive|queue|build|index|sync|try|process|load)|build(?:withparameters)?|sync"
    r"|trigger|run|execute|refresh|resume|pause|suspend|drain|failover|promote|rollback|deploy"
    r"|shutdown|scale|wake|kick|poll|flush|\w*runs|executions|builds|invocations"
    r"|pipelines)/?$", re.I
)  # fmt: skip
TAKES_AWAY = re.compile(r"/_?(?:purge|clear|invalidate|delete|remove|wipe|erase|truncate)/?$", re.I)
EACH = re.compile(r"/[\w-]*(?:bulk|mass)[-_]?[\w-]*(?:/|$)|/batch[-_](?:up|del|edit|set)\w*", re.I)
# What stands after a thing and is none: what is done to it, or a side of it.
_SIDES = re.compile(
    r"^(?:(?:un|re|de)?(?:lock|block|ban|mute|pin|assign|subscribe|archive|publish|approve|open|close|enable"
    r"|disable|activate|freeze|hold|grant|voke|rotate|set|new|store|instate|fund|capture|void|confirm|accept"
    r"|decline|ject|lease|merge|move|copy|clone|share|link|schedule|fresh|mind)|(?:ex|im)port|(?:down|up)load"
    r"|impersonate|status|state|health|history|stats|metrics|settings|config\w*|count|summary|latest|current"
    r"|default|last\w*|next|log|mfa|otp|profile|balance|details?|info|contents?|lifecycle|actions?|operations?|commands?|preview|notify|e?mail|password"
    r"|send|publish|credit|debit|transfer|charge|pay|ack\w*|resolve|escalate|sign|check(?:in|out))$",
    re.I,
)
_BY = frozenset({"uid", "id", "name", "by-name", "by-id", "slug", "key", "by_name", "by_id"})
_PLURAL = re.compile(
    r"(?!(?:alias|atlas|canvas|jenkins|news|https|series|kubernetes|address)$)"
    r"(?:[a-z][\w-]+[^\Wsui]s|[\w-]+ies|[\w-]+[sc]h?ess?es)$", re.I
)  # fmt: skip
# A verb with what it is done to: reset-password, execute-actions-email.
_DOES = re.compile(
    r"_|(?:(?:re)?set|(?:re)?send|execute|force|revoke|get|add|remove|clear|(?:un)?(?:lock|mark|block)"
    r"|generate|create|update|delete|enable|disable|cancel|refresh|change|invite|approve)(?:[-_]|(?=[A-Z]))"
)
# What everybody looks at who looks for a cause, by the last word: job_statuses, error-log.
_STATE = re.compile(
    r"(?:health|live|ready|status(?:es)?|states?|versions?|metrics?|stats|statistics|history|events?"
    r"|logs?|annotations?|settings|config\w*|info|nodes?|queues?|jobs?|builds?|tasks?|runs?|locks?"
    r"|resources|flags?|toggles?|features?|segments|environments?|dashboards?|datasources?|alerts?"
    r"|alarms?|monitors|pipelines?|deployments?|releases?|workers?|executors?|plugins?|limits?"
    r"|quotas?|schemas?|count|search|shards?|indices|replicas?|instances?|services?|uptime|ping"
    r"|text|json|traces?|spans)", re.I
)  # fmt: skip
_PASSES = re.compile(
    r"^(?:api|rest|v\d+(?:\.\d+)?|v\d+\w*|json|admin|internal|public|latest|me|self)$"
)


class Path(NamedTuple):
    """An address in parts: what it is about, the names in it, and the values that pick."""

    route: str
    names: tuple[str, ...]
    values: tuple[str, ...]
    collection: bool  # whether it ends with one, so that all of it is meant

    def about(self, *, read: bool) -> tuple[str, ...]:
        """Return what it is about: how something is doing names nothing where it is only read."""
        if not read:
            return self.route, *self.names
        telling = tuple(each for each in self.names if not _tells_state(each))
        ends = self.route.rpartition("/")[2]
        return telling if _tells_state(ends) else (self.route, *telling)


def _tells_state(segment: str) -> bool:
    return bool(_STATE.fullmatch(next(reversed([*words.pieces(segment)]), "")))


def read(path: str) -> Path:
    """Read a path: a segment after one in the plural is a name, /tenants/kestrel."""
    route: list[str] = []
    nouns: list[str] = []
    values: list[str] = []
    before = named = ""
    for segment in (unquote(each) for each in path.split("/") if each):
        if segment.lower() in _BY or segment == "/":
            continue
        if _PASSES.match(segment):
            route.append(segment)
            continue
        if numbered(segment) or (_PLURAL.fullmatch(before) and _names(segment)):
            values.append(segment)
            named = "" if numbered(segment) else segment
        else:
            route.append(segment)
            if not _verb(segment):
                nouns.append(segment)
                named = ""
        before = segment
    if len(nouns) > 1 and not _PLURAL.fullmatch(nouns[0]):
        del nouns[0]  # a service, of which nobody speaks: /backoffice/cards
    picked = bool(values and before == values[-1])
    name = [named] if named else []
    collection = bool(_PLURAL.fullmatch(before)) and not picked
    return Path("/" + "/".join(route), (*nouns[-2:], *name), tuple(values), collection)


def _names(segment: str) -> bool:
    """Whether a segment is the name of one of those that stand before it."""
    return len(segment) > 2 and not (_PLURAL.fullmatch(segment) or _verb(segment))


def _verb(segment: str) -> bool:
    """Whether a segment says what is done to what stands before it, or which side of it is."""
    path = f"/{segment}"
    own = _SIDES.match(segment) or _DOES.match(segment)
    return bool(own) or any(each.search(path) for each in (ASKS, RUNS, TAKES_AWAY, EACH))
