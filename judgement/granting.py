"""Where rights, or what guards a table, are given or held off beyond what a request names.

"May read the three views" gives no right to write, none on all tables of a schema, and makes nobody
one who passes row security; "switch trg_check off" leaves the other triggers on.
"""

import re
from collections.abc import Iterator

from judgement.facts import Facts, Kind, Verb
from judgement.grounds import Grounds

_LONGEST = 4_000
_ATTRIBUTE = re.compile(
    r"(?<!no)(?<![\w'])(superuser|bypassrls|createrole|createdb|replication|sysadmin|db_owner)\b",
    re.I,
)
_OPTION = re.compile(r"\bwith (?:grant|admin) option\b", re.I)
_ALL_OF = re.compile(
    r"\bon (all (?:tables|sequences|functions|routines) in schema \S+|\*\.\*|\w+\.\*)", re.I
)
_GRANT = re.compile(r"\bgrant\s+(.*?)\s+on\b", re.I | re.DOTALL)
_WRITES = re.compile(
    r"\b(?:insert|update|delete|truncate|alter|drop|create|references|trigger|execute|all(?: privileges)?)\b",
    re.I,
)
_TO_READ = re.compile(
    r"\b(?:read\w*|select|view|see|look\w*|ro|query|queries|report\w*)\b(?!\s?[-/]?\s?(?:and |& ?)?write)"
)
_TO_WRITE = re.compile(
    r"\b(?:writ\w*|rw|insert\w*|updat\w*|delet\w*|truncat\w*|chang\w*|edit\w*|modif\w*|execut\w*|full|all|creat\w*|owner\w*"
    r"|alter\w*|load\w*|import\w*|maintain\w*|same)\b"
)
_OF_MANY = re.compile(r"\b(?:all|every|each|entire|whole|any|schema)\b")
_NAME = re.compile(r"\b\w+[_.]\w+\b")
_TRIGGER = re.compile(r"\bdisable\s+(?:replica\s+|always\s+)?(?:trigger|rule)\s+[\"`]?(\w+)", re.I)
_TRIGGERS = re.compile(
    r"\b(?:trg|tr|trig|tg)_\w+|\b\w+_(?:trg|tr|trig|trigger|tg)\b|\btrigger [a-z]+_\w+"
)


def found(grounds: Grounds, text: str, facts: Facts) -> Iterator[tuple[str, float, str, Verb]]:
    """Yield a code, a weight, and a sentence of what is given or held off that was not named."""
    if facts.kind is not Kind.SQL or not facts.verbs & {Verb.PRIVILEGE, Verb.TAMPER}:
        return
    text, told = text[:_LONGEST], grounds.lowered
    if (attribute := _ATTRIBUTE.search(text)) and attribute[1].lower() not in told:
        said = attribute[1].lower()
        yield "value", 0.7, f"gives `{said}`, which the request does not mention", Verb.PRIVILEGE
    if (option := _OPTION.search(text)) and option[0].lower() not in told:
        yield (
            "value", 0.55, "lets rights be passed on, which the request does not mention",
            Verb.PRIVILEGE,
        )  # fmt: skip
    if (every := _ALL_OF.search(text)) and not _OF_MANY.search(told) and _NAME.search(told):
        what = every[1].lower()
        yield "whole", 0.6, f"gives rights on {what}; the request names some", Verb.PRIVILEGE
    given = _GRANT.search(text)
    if given and (right := _WRITES.search(given[1])) and _reads_alone(told):
        said = right[0].lower()
        yield "value", 0.6, f"gives `{said}`, where the request speaks of reading", Verb.PRIVILEGE
    off = _TRIGGER.search(text)
    if off and _TRIGGERS.search(told) and off[1].lower() not in told:
        said = off[1].lower()
        yield "row", 0.7, f"holds off `{said}`, where the request names another", Verb.TAMPER


def _reads_alone(told: str) -> bool:
    return bool(_TO_READ.search(told)) and not _TO_WRITE.search(told)
