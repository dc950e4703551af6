"""What a call to AWS does, from its event in CloudTrail.

The fields are those of the CloudTrail record, version 1.11.
"""

import re
from collections.abc import Mapping
from functools import cache

from judgement import rules
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.nested import leaves, text_at

_READ_ONLY = frozenset({Verb.READ, Verb.SECRET, Verb.EXPORT, Verb.EXEC, Verb.PRIVILEGE})
# Keys whose values name what is acted on, and those that say how.
_NAMES = re.compile(
    r"(?:name|id|arn|key|bucket|alias|identifier|set|user|role|group|host)s?$", re.I
)
_ADMINISTRATOR = re.compile(
    r"AdministratorAccess|PowerUserAccess|IAMFullAccess|\"Action\": ?\"\*\""
)
_OPEN = re.compile(r"0\.0\.0\.0/0|::/0|\"Principal\": ?(?:\"\*\"|\{ ?\"AWS\": ?\"\*\")|AllUsers")
# A call that was refused tried the same, and did no harm.
_REFUSED = 0.7


def facts(event: Mapping[str, object]) -> Facts:
    """Return the facts of one event; NONE if it names no call."""
    gathered = Gathered(Kind.CLOUDTRAIL)
    name = text_at(event, "eventName")
    service = text_at(event, "eventSource").split(".", 1)[0].lower()
    if not name:
        return gathered.facts()
    gathered.runs(f"{service}:{name}")
    _verbs(service, name, event.get("readOnly"), gathered)
    for key, value in leaves(event.get("requestParameters")):
        _parameter(key, value, gathered)
    for key, value in leaves(event.get("resources")):
        if key.lower() == "arn":
            gathered.names(value)
    refused = text_at(event, "errorCode")
    if refused:
        gathered.says(refused)
        gathered.severity *= _REFUSED
    return gathered.facts()


def _verbs(service: str, name: str, read_only: object, gathered: Gathered) -> None:
    """Add what a call does: by its own rule, else by how its name begins, else by `readOnly`."""
    for section, text in (("*", f"{service}:{name}"), ("prefix", name)):
        for rule in _rules(section):
            if found := rule.pattern.match(text):
                rules.apply(rule, found, gathered)
                if section == "prefix" and read_only in {True, "true"}:
                    gathered.verbs &= _READ_ONLY
                    gathered.does(Verb.READ)
                return
    gathered.does(Verb.READ if read_only in {True, "true"} else Verb.WRITE)
    gathered.is_only(Quality.PARTIAL)


def _parameter(key: str, value: str, gathered: Gathered) -> None:
    if _ADMINISTRATOR.search(value):
        gathered.does(Verb.PRIVILEGE, severity=0.95)
    if _OPEN.search(value):
        gathered.reaches(Breadth.OPEN_TO_ALL, severity=0.8)
    if _NAMES.search(key) and len(value) <= 300:
        gathered.names(value)
    else:
        gathered.says(value)


@cache
def _rules(section: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("cloudtrail")[section], any_case=False)
