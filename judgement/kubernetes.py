"""What a request to Kubernetes does, from its event in the audit log (audit.k8s.io/v1)."""

import re
from collections.abc import Mapping
from functools import cache

from judgement import rules
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.nested import leaves, text_at

_ADMINISTRATOR = re.compile(r"cluster-admin|system:masters")
_ESCAPES = frozenset(
    ["privileged", "hostPID", "hostNetwork", "hostIPC", "allowPrivilegeEscalation"]
)
_REFUSED = 0.7


def facts(event: Mapping[str, object]) -> Facts:
    """Return the facts of one event; NONE if it has no verb."""
    gathered = Gathered(Kind.KUBERNETES)
    verb = text_at(event, "verb").lower()
    if not verb:
        return gathered.facts()
    resource = text_at(event, "objectRef", "resource").lower()
    below = text_at(event, "objectRef", "subresource").lower()
    asked = f"{verb} {resource}/{below}" if below else f"{verb} {resource}"
    gathered.runs(asked)
    _verbs(asked, gathered)
    _names(event, resource, gathered)
    _body(event, gathered)
    if text_at(event, "responseStatus", "code") >= "400":
        gathered.severity *= _REFUSED
    return gathered.facts()


def _verbs(asked: str, gathered: Gathered) -> None:
    for rule in _rules():
        if found := rule.pattern.match(asked):
            rules.apply(rule, found, gathered)
            return
    gathered.does(Verb.EXEC)
    gathered.is_only(Quality.PARTIAL)


def _names(event: Mapping[str, object], resource: str, gathered: Gathered) -> None:
    namespace = text_at(event, "objectRef", "namespace")
    name = text_at(event, "objectRef", "name")
    gathered.names("/".join(part for part in (namespace, resource, name) if part), name, namespace)
    if not resource:
        gathered.names(text_at(event, "requestURI").split("?", 1)[0])
    if as_whom := text_at(event, "impersonatedUser", "username"):
        gathered.does(Verb.PRIVILEGE)
        gathered.names(as_whom)


def _body(event: Mapping[str, object], gathered: Gathered) -> None:
    """Add what the object that is sent asks for: rights of an administrator, or of the host."""
    body = event.get("requestObject")
    for _, value in leaves(body):
        if _ADMINISTRATOR.search(value):
            gathered.does(Verb.PRIVILEGE, severity=0.95)
            gathered.says(value)
    if isinstance(body, Mapping) and _escapes(body):
        gathered.does(Verb.PRIVILEGE, severity=0.9)
        gathered.reaches(Breadth.ROOT)


def _escapes(body: object, depth: int = 0) -> bool:
    """Whether a pod asks for the host's own rights, network or files."""
    if isinstance(body, Mapping) and depth < 10:
        return any(
            (key in _ESCAPES and value is True)
            or (key == "hostPath" and text_at(value, "path") in {"/", "/etc", "/var/run"})
            or _escapes(value, depth + 1)
            for key, value in body.items()
        )
    return isinstance(body, list) and any(_escapes(each, depth + 1) for each in body[:100])


@cache
def _rules() -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("kubernetes")["*"])
