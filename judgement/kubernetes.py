"""What a request to Kubernetes does, from its event in the audit log (audit.k8s.io/v1)."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from judgement import bodies, rules, shell
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.nested import leaves, text_at

_ADMINISTRATOR = re.compile(r"cluster-admin|system:masters")
_ESCAPES = frozenset(
    ["privileged", "hostPID", "hostNetwork", "hostIPC", "allowPrivilegeEscalation"]
)
_REFUSED = 0.7
_LOOKS = frozenset({Verb.READ, Verb.NEUTRAL})
_CHANGES = frozenset({"patch", "update", "apply"})
# A restart is a mark on the pods that a controller makes.
_RESTARTED = re.compile(r"/restartedAt$|^restartedAt$|^rollout-?restart\w*$", re.IGNORECASE)
# What everybody looks at who looks for a cause, wherever the fault is.
_INFRASTRUCTURE = re.compile(
    r"(?:[\w-]*-system|ingress[\w-]*|cert-manager|monitoring|istio[\w-]*|linkerd|prometheus|traefik|argocd"
    r"|metallb[\w-]*|longhorn[\w-]*|rook[\w-]*)$"
)
_OF_CLUSTER = re.compile(
    r"(?:nodes|namespaces|persistentvolumes|storageclasses|\w*classes|customresourcedefinitions|volume\w+"
    r"|poddisruptionbudgets|resourcequotas|limitranges|leases|componentstatuses|apiservices|csi\w+)$"
)
# What writes down or tells what happens in a cluster, by the names that it usually has.
_WATCHES = re.compile(
    r"(?:^|[-/.])(?:\w*audit\w*|falco\w*|fluent\w*|filebeat|promtail|vector-agent|osquery\w*|sysdig\w*|kyverno\w*"
    r"|gatekeeper\w*|tetragon|alertmanager\w*|logging-\w+|log-(?:agent|collector|shipper|forwarder)\w*)"
)
# Fields that people call by another word.
_CALLED = {
    "unschedulable": "cordon", "replicas": "replicas", "nodeName": "node", "suspend": "suspend",
    "paused": "pause",
}  # fmt: skip
_MOST_SETTINGS = 12  # of an object that is written as a whole: what of it is new is not told
# Of a list that is written as a whole: what was there stands in it as well.
_STRUCTURE = frozenset({"host", "hosts", "path_type", "number", "port", "target_port", "effect"})
_ROUTES = frozenset({"ingresses", "httproutes", "services", "virtualservices", "routes"})
_RUNS_CODE = frozenset({"command", "args", "entrypoint", "lifecycle", "exec"})
_SHELLS = re.compile(r"^(?:/(?:usr/)?bin/)?(?:ba|z|k|a|da)?sh$")


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
    _names(event, resource, below, gathered)
    _body(event, verb, resource, gathered)
    if below in {"exec", "attach"}:
        _command(event, gathered)
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


def _names(event: Mapping[str, object], resource: str, below: str, gathered: Gathered) -> None:
    """Add what is acted on: what only says where it is, or is never said aloud, is a value."""
    namespace = text_at(event, "objectRef", "namespace")
    name = text_at(event, "objectRef", "name")
    looks = gathered.verbs <= _LOOKS
    full = "/".join(part for part in (namespace, resource, name) if part)
    if below == "eviction" or (looks and _everywhere(namespace, resource)):
        # Whoever drains a node names no pod of it.
        gathered.says(name, namespace)
    else:
        gathered.names(full, name, namespace)
    for key, value in parse_qsl(urlsplit(text_at(event, "requestURI")).query, max_num_fields=50):
        if key in {"fieldSelector", "labelSelector"}:
            gathered.says(*re.split(r"[=,!]+", value))
    if not resource:
        gathered.names(text_at(event, "requestURI").split("?", 1)[0])
    if as_whom := text_at(event, "impersonatedUser", "username"):
        gathered.does(Verb.PRIVILEGE)
        gathered.names(as_whom)
    if Verb.DELETE in gathered.verbs and _WATCHES.search(name):
        gathered.does(Verb.TAMPER)


def _everywhere(namespace: str, resource: str) -> bool:
    """Whether it belongs to the cluster and to no application in it."""
    return bool(_INFRASTRUCTURE.match(namespace) or _OF_CLUSTER.match(resource))


def _body(event: Mapping[str, object], verb: str, resource: str, gathered: Gathered) -> None:
    """Add what the object that is sent asks for: fields, rights of an administrator or a host."""
    body = event.get("requestObject")
    for _, value in leaves(body):
        if _ADMINISTRATOR.search(value):
            gathered.does(Verb.PRIVILEGE, severity=0.95)
            gathered.says(value)
    if isinstance(body, Mapping) and _escapes(body):
        gathered.does(Verb.PRIVILEGE, severity=0.9)
        gathered.reaches(Breadth.ROOT)
    if Verb.PRIVILEGE in gathered.verbs:
        gathered.names(*_who(body))
        if "*" in {value for _, value in leaves(body)}:
            gathered.does(Verb.PRIVILEGE, severity=0.9)
    if resource == "networkpolicies" and _lets_all(body):
        gathered.does(Verb.PRIVILEGE, severity=0.8)
        gathered.reaches(Breadth.OPEN_TO_ALL)
    if verb in _CHANGES and not resource.startswith("secrets"):
        _sets(body, resource, gathered)


def _who(body: object) -> Iterator[str]:
    """Yield to whom a binding gives rights, and which role."""
    if not isinstance(body, Mapping):
        return
    subjects = body.get("subjects")
    for each in subjects if isinstance(subjects, list) else ():
        yield text_at(each, "name")
    yield text_at(body, "roleRef", "name")


def _lets_all(body: object) -> bool:
    """Whether a policy of the network has a rule without a condition, which lets all through."""
    spec = body.get("spec") if isinstance(body, Mapping) else None
    if not isinstance(spec, Mapping):
        return False
    return any(isinstance(own, list) and {} in own for own in map(spec.get, ("ingress", "egress")))


def _sets(body: object, resource: str, gathered: Gathered) -> None:
    settings = list(bodies.settings(body))
    if Verb.WRITE in gathered.verbs and settings and all(map(_restarts, settings)):
        gathered.verbs.discard(Verb.WRITE)
        gathered.does(Verb.EXEC, severity=0.4)
        return
    for field, value in settings[:_MOST_SETTINGS]:
        if _restarts((field, value)):
            gathered.does(Verb.EXEC, severity=0.4)
            continue
        if field.lower() in _STRUCTURE and resource in _ROUTES:
            gathered.says(value)
            continue
        if field == "image":
            gathered.says(value)
        gathered.compares(_CALLED.get(field, field), "set", _release(field, value))
        bodies.judge(field, value, gathered)
        gone = (field == "replicas" and value == "0") or "nodeSelector" in str(body)[:2_000]
        if gone and any(map(_WATCHES.search, gathered.objects)):
            gathered.does(Verb.TAMPER)
        if field in _RUNS_CODE and resource in {"cronjobs", "daemonsets"}:
            gathered.does(Verb.PERSISTENCE)


def _release(field: str, value: str) -> str:
    """Return a value as people say it: of an image they say the release."""
    return value.rpartition("/")[2].rpartition(":")[2] if field == "image" else value


def _restarts(setting: tuple[str, str]) -> bool:
    return bool(_RESTARTED.search(setting[0].replace("_", "")))


def _command(event: Mapping[str, object], gathered: Gathered) -> None:
    """Add what the command does that is run in a container."""
    asked = parse_qsl(urlsplit(text_at(event, "requestURI")).query, max_num_fields=100)
    words = [value for key, value in asked if key == "command"]
    if not words or (len(words) == 1 and _SHELLS.match(words[0])):
        return
    carries = len(words) > 2 and _SHELLS.match(words[0]) and words[1].startswith("-")
    carried = shell.facts(words[2] if carries else " ".join(words))
    if carried.verbs <= _LOOKS and carried.quality is Quality.WHOLE:
        # Whoever looks at the disk from within has not intervened.
        gathered.verbs.clear()
        gathered.severity = 0.0
        gathered.does(Verb.READ, severity=0.2)
    gathered.takes(carried)
    if words[0] in {"tar", "dd"} and "-" in words:
        gathered.does(Verb.EXPORT)  # what is written to the other end of the line is taken away


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
