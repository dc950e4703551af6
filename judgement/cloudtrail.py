"""What a call to AWS does, from its event in CloudTrail.

The fields are those of the CloudTrail record, version 1.11.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from judgement import bodies, rules, shell, sql
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.identifiers import opaque, short
from judgement.nested import leaves, text_at

_LOOKS = frozenset({Verb.READ, Verb.NEUTRAL})
_READ_ONLY = frozenset({Verb.READ, Verb.SECRET, Verb.EXPORT, Verb.PRIVILEGE})
# Keys whose values name what is acted on, and those that say how.
_NAMES = re.compile(
    r"(?:name|id|arn|key|bucket|alias|identifier|set|user|role|group|host|url|principal|cluster|service"
    r"|instance|resource|repository|distribution|stack|table|path|prefix|target|trail|detector)s?$",
    re.I,
)
# Which metrics, fields or pages are asked for names nothing.
_VIEW = re.compile(
    r"^(?:metricName|attributeNames?|statistics?|period|namespace|next\w*|max\w*|limit|start\w*|end\w*|pageSize"
    r"|marker|include\w*|order\w*|sort\w*|queryString|expression|label|unit|returnData|client\w*|region\w*"
    r"|dryRun|encoding\w*|delimiter|version\w*|instanceType)$", re.I
)  # fmt: skip
_PLACES = frozenset(
    ("userid", "userids", "accountid", "accountids", "valuestoadd", "destinationaccountid",
     "principal", "principals", "destinationbucket", "s3bucket", "s3bucketname", "targetaccount",
     "accountstoadd", "notificationendpoint", "endpoint", "bucket", "account")
)  # fmt: skip
_ROLE = re.compile(r"(?:role|roleArn|execution\w*Role\w*|taskRoleArn|iamInstanceProfile)$")
_TO_WHOM = re.compile(r"(?:principals?|AWS|grantee\w*)$", re.I)
_QUERIES = ("queryString", "sql", "statement")
_QUERIED = frozenset({"athena", "rds-data", "redshift-data", "dynamodb", "timestream-query"})
_SECRET = re.compile(r"passw|secret|token|credential|private[-_]?key|api[-_]?key")
_MONTH = 30  # days of a log that are left to whoever looks into it
_LONGEST = 4_000
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_PAIR_NAMES = ("name", "attributeKey", "key", "field")
_PAIR_VALUES = ("value", "values", "valueSet", "attributeValue")
_ADMINISTRATOR = re.compile(
    r"AdministratorAccess|PowerUserAccess|IAMFullAccess|\"Action\": ?\[?\"(?:iam:)?\*\""
)
_OPEN = re.compile(
    r"(?<![\d.])0\.0\.0\.0/0|::/0|\"Principal\": ?(?:\"\*\"|\{ ?\"AWS\": ?\[?\"\*\")|AllUsers"
    r"|^public-read|^all$"
)
_POLICIES = re.compile(r"policy(?:Document)?$|^acl|acl$|cidr\w*$|group(?:Names)?$|userIds?$", re.I)
_SETS = re.compile(
    r"^(?:Update|Modify|Put|Set|Change|Edit|Configure|Replace|Authorize|Enable|Register)"
)
_RUN = re.compile(r"(?:userData|script|commands?|buildspec|handler|entryPoint|layers)$", re.I)
_HAS_OTHERS = re.compile(
    r"^(?:RegisterTask|PutObject|PutItem|PutRecord|PutEvents|PutMetricData|PutLog)"
)
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
    parameters = event.get("requestParameters")
    looks = gathered.verbs <= _LOOKS
    hidden = list[str]()
    _carries(service, parameters, gathered)
    for key, value in _leaves(parameters):
        _parameter(key, value, looks=looks, hidden=hidden, gathered=gathered)
    if _SETS.match(name) and not _HAS_OTHERS.match(name) and not looks:
        _sets(parameters, gathered)
    for key, value in leaves(event.get("resources")):
        if key.lower() == "arn":
            gathered.names(short(value) if gathered.objects else value)
    _hidden(hidden, looks=looks, gathered=gathered)
    _special(name, parameters, gathered)
    refused = text_at(event, "errorCode")
    if refused:
        gathered.says(refused)
        gathered.severity *= _REFUSED
    return gathered.facts()


def _verbs(service: str, name: str, read_only: object, gathered: Gathered) -> None:
    """Add what a call does: by its own rule, else by how its name begins, else by `readOnly`."""
    reads = read_only in {True, "true"}
    for section, text in (("*", f"{service}:{name}"), ("prefix", name)):
        for rule in _rules(section):
            if found := rule.pattern.match(text):
                rules.apply(rule, found, gathered)
                if section == "prefix" and reads:
                    gathered.verbs &= _READ_ONLY
                    gathered.severity = 0.0
                    gathered.does(Verb.READ, *gathered.verbs)
                return
    gathered.does(Verb.READ if reads else Verb.WRITE)
    gathered.is_only(Quality.PARTIAL)


def _carries(service: str, parameters: object, gathered: Gathered) -> None:
    """Add what commands and queries do that a call carries."""
    if not isinstance(parameters, Mapping):
        return
    if parameters.get("forceNewDeployment") is True:  # which is how a service is restarted
        gathered.verbs.discard(Verb.WRITE)
        gathered.does(Verb.EXEC, severity=0.4)
    within = parameters.get("parameters")
    commands = within.get("commands") if isinstance(within, Mapping) else None
    for each in commands[:10] if isinstance(commands, list) else ():
        gathered.takes(shell.facts(str(each)[:_LONGEST]))
    query = next((text_at(parameters, key) for key in _QUERIES if key in parameters), "")
    if query and service in _QUERIED:
        gathered.verbs.discard(Verb.EXEC)
        gathered.severity = 0.0
        gathered.takes(sql.facts(query))


def _leaves(parameters: object, *, top: bool = True) -> Iterator[tuple[str, str]]:
    """Yield each value with its key; of a filter or a dimension its value as a name."""
    if isinstance(parameters, Mapping):
        value = next((parameters[key] for key in _PAIR_VALUES if key in parameters), None)
        if not top and value is not None and any(key in parameters for key in _PAIR_NAMES):
            for _, each in leaves(value):
                yield "name", each
            return
        for key, each in parameters.items():
            if isinstance(each, Mapping | list):
                inner = _leaves(each, top=False)
                yield from ((str(key) if own == "" else own, leaf) for own, leaf in inner)
            else:
                yield from leaves(each, str(key))
    elif isinstance(parameters, list):
        for each in parameters:
            nested = isinstance(each, Mapping | list)
            yield from _leaves(each, top=False) if nested else leaves(each)


def _parameter(key: str, value: str, *, looks: bool, hidden: list[str], gathered: Gathered) -> None:
    if not looks:
        _grave(key, value, gathered)
    if _VIEW.search(key) or value == "*":
        return
    if key == "cluster" and not looks:
        gathered.says(value)  # where the service is that is changed
        return
    if not (_NAMES.search(key) and len(value) <= 300):
        gathered.says(value)
    elif opaque(value):
        hidden.append(value)
    else:
        gathered.names(short(value))


def _grave(key: str, value: str, gathered: Gathered) -> None:
    """Add what is grave by itself: full rights, an open door, a copy in another account."""
    policy = bool(_POLICIES.search(key))
    if _ADMINISTRATOR.search(value):
        gathered.does(Verb.PRIVILEGE, severity=0.95)
    if policy and Verb.PRIVILEGE in gathered.verbs:
        gathered.names(*_ACCOUNT.findall(value))
    if (policy and _OPEN.search(value)) or (value == "*" and _TO_WHOM.match(key)):
        gathered.does(Verb.PRIVILEGE, severity=0.8)
        gathered.reaches(Breadth.OPEN_TO_ALL, severity=0.8)
    if Verb.EXPORT in gathered.verbs:
        gathered.sends_to(*([short(value)] if key.lower() in _PLACES else []))
        gathered.sends_to(*(_ACCOUNT.findall(value) if policy else []))
    if _ROLE.match(key) and not gathered.verbs & {Verb.PRIVILEGE, Verb.NEUTRAL}:
        gathered.does(Verb.PRIVILEGE)  # what runs gets the rights of that role
    if key == "action" and value == "DELETE":
        gathered.does(Verb.DELETE)
    if value.startswith("*.") and _NAMES.search(key):
        gathered.reaches(Breadth.WHOLE_TABLE)


def _hidden(hidden: list[str], *, looks: bool, gathered: Gathered) -> None:
    """Add names that nobody says aloud: they are what is changed where nothing else is named."""
    if looks or gathered.objects:
        gathered.says(*hidden)
    else:
        gathered.names(*hidden)


def _special(name: str, parameters: object, gathered: Gathered) -> None:
    """Add what follows from the parameters of some calls: what is decrypted, or kept for days."""
    if name.startswith(("CopyObject", "UploadPartCopy")):
        _copied(parameters, gathered)
    elif name.startswith("GetParameter"):
        plain = text_at(parameters, "withDecryption") != "True"
        if not plain or any(map(_SECRET.search, gathered.objects)):
            gathered.does(Verb.SECRET)
    elif name == "PutRetentionPolicy":
        days = text_at(parameters, "retentionInDays")
        if days.isdecimal() and int(days[:6]) < _MONTH:
            gathered.does(Verb.TAMPER)


def _copied(parameters: object, gathered: Gathered) -> None:
    """Add where an object is copied to; within its bucket it leaves nothing."""
    source, bucket = (text_at(parameters, key) for key in ("x-amz-copy-source", "bucketName"))
    if source.lstrip("/").partition("/")[0] != bucket:
        gathered.sends_to(bucket)


def _sets(parameters: object, gathered: Gathered) -> None:
    """Add what is set: what names nothing, of a call that changes something."""
    for field, value in bodies.settings(parameters):
        key = field.rpartition(".")[2].replace("_", "")
        if value in {"", "null"}:
            gathered.compares(field, "set", "null")  # what is taken away, whatever it names
        elif not (_NAMES.search(key) or _VIEW.search(key)) and not value.startswith("{"):
            gathered.compares(field, "set", value.removesuffix("/32"))
            bodies.judge(field, value, gathered)
        if _RUN.match(key):
            gathered.does(Verb.EXEC, Verb.PERSISTENCE, severity=0.7)


@cache
def _rules(section: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("cloudtrail")[section], any_case=False)
