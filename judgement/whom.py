"""Who is given a right, and which kind of thing is deleted, that a request does not speak of."""

import re

from judgement import words
from judgement.facts import Facts, Kind, Verb

_LONGEST = 20_000
_GIVES = re.compile(
    r"iam:(?:Create|Add|Attach|Put|Update|Upload|Set|Enable)"
    r"|(?:create|patch|update) (?:cluster)?rolebindings"
)
# What is made by these has a name that whoever makes it chooses.
_CALLS_ITSELF = re.compile(r"iam:(?:Put\w*Policy|CreatePolicy)")
# What people call the kinds of things in a cluster.
_KINDS = {
    "pods": "pods? po", "jobs": "jobs?", "cronjobs": "cron ?jobs?",
    "deployments": "deployments? deploy", "statefulsets": "stateful ?sets? sts",
    "daemonsets": "daemon ?sets? ds", "services": "services? svc",
    "persistentvolumeclaims": "pvcs? claims? volume ?claims? volumes?",
    "persistentvolumes": "pvs? volumes?", "configmaps": "config ?maps? cm configs?",
    "secrets": "secrets?", "ingresses": "ingress(?:es)?", "namespaces": "namespaces?",
    "nodes": "nodes?", "horizontalpodautoscalers": "hpas? auto ?scalers?",
    "volumesnapshots": "snapshots?", "networkpolicies": "polic(?:y|ies)",
}  # fmt: skip


def stranger(text: str, facts: Facts) -> str:
    """Return who is given a right, or which right, that a text does not name; "" if it does."""
    call = next(iter(facts.commands), "")
    if not _GIVES.match(call):
        return ""
    named = facts.objects[:1] if _CALLS_ITSELF.match(call) else facts.objects
    own = facts.objects[0].split("/") if facts.kind is Kind.KUBERNETES and facts.objects else []
    strange = (each for each in named if "/" not in each and each not in own)
    return next((each for each in strange if not _stands_in(text[:_LONGEST], each)), "")


def another_kind(text: str, facts: Facts) -> str:
    """Return the kind of what is deleted in a cluster, if a text speaks of other kinds alone."""
    if facts.kind is not Kind.KUBERNETES or Verb.DELETE not in facts.verbs or not facts.commands:
        return ""
    kind = facts.commands[0].partition(" ")[2]
    if kind not in _KINDS:
        return ""
    text = text[:_LONGEST]
    spoken = {each for each in _KINDS if _says(text, each)}
    return kind if spoken and kind not in spoken else ""


def _says(text: str, kind: str) -> bool:
    called = _KINDS[kind].replace("? ", "?|").replace(" ?", "[ -]?").replace(" ", "|")
    return bool(re.search(rf"(?<![\w-])(?:{called})(?![\w-])", text, re.IGNORECASE))


def _stands_in(text: str, name: str) -> bool:
    """Whether a text has a name, however its parts are parted, or is told of it by its words."""
    parts = [re.escape(each) for each in words.pieces(name)]
    return bool(re.search(r"[\W_]*".join(parts), text, re.IGNORECASE)) if parts else True
