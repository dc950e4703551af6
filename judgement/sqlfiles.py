"""Statements and commands that move data between an SQL server and files or programs.

COPY and `\\copy`, INTO OUTFILE, and the commands of `psql` and `sqlite3` themselves.
"""

import re

from judgement import rules
from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered

_LONGEST = 20_000  # characters that are looked at
_FILE = r"(?P<{}>'(?:[^']|'')*'|stdout|stdin|\S+)"
_COPY = re.compile(
    r"\s*\\?copy\s+(?:binary\s+)?(?:\((?P<query>.*)\)|(?P<table>[\w.\"]+)\s*(?P<columns>\([^)]*\))?)"
    r"\s*(?<=[\s)])(?P<way>to|from)\s+(?P<program>program\s+)?" + _FILE.format("file"),
    re.IGNORECASE | re.DOTALL,
)
_OUTFILE = re.compile(
    r"\binto\s+(?:outfile|dumpfile)\s+(?:s3\s+)?"
    + _FILE.format("file")
    + r"(?:\s+(?:character|fields|lines"
    r"|columns)\b(?:(?!\bfrom\b|;).)*)?",
    re.IGNORECASE | re.DOTALL,
)
_SENT = re.compile(r"\s\\g(?P<kind>x|set|desc|exec)?(?:\s+(?P<file>\|?\s*\S+).*)?\s*$")
_META = re.compile(
    r"\s*(?P<name>\\[a-z?!]+[+S]*|\.[a-z]+)(?=\s|$|[^a-z.])\s*(?P<rest>.*)", re.I | re.S
)
_META_RULES = {
    "\\!": (Verb.EXEC,), ".shell": (Verb.EXEC,), ".system": (Verb.EXEC,), "\\i": (Verb.EXEC,),
    "\\ir": (Verb.EXEC,), "\\include": (Verb.EXEC,), ".read": (Verb.EXEC,), "\\gexec": (Verb.EXEC,),
    "source": (Verb.EXEC,), ".load": (Verb.EXEC,), "\\password": (Verb.PRIVILEGE,),
    "\\o": (Verb.EXPORT,), "\\out": (Verb.EXPORT,), "\\g": (Verb.EXPORT,), "\\w": (Verb.WRITE,),
    "\\s": (Verb.READ,), "\\tee": (Verb.EXPORT,), ".output": (Verb.EXPORT,),
    ".once": (Verb.EXPORT,),
    ".dump": (Verb.EXPORT, Verb.READ), ".backup": (Verb.EXPORT,), ".save": (Verb.EXPORT,),
    ".clone": (Verb.EXPORT,), ".import": (Verb.WRITE,), ".restore": (Verb.WRITE, Verb.DELETE),
    "\\lo_export": (Verb.EXPORT,), "\\lo_import": (Verb.WRITE,), "\\lo_unlink": (Verb.DELETE,),
    "\\e": (Verb.EXEC,), "\\ef": (Verb.SCHEMA,), ".excel": (Verb.EXPORT,), ".log": (Verb.WRITE,),
}  # fmt: skip
# What every statement has that starts a program, in lower case.
_STARTS = re.compile(r"\\|\.shell|\.system|program|xp_cmdshell")
_HAS_FILE = frozenset({Verb.EXPORT})


def meta(single: str, gathered: Gathered) -> bool:
    """Add a command of `psql` or `sqlite3`; those that only show or set are neutral."""
    found = _META.match(single)
    if not found:
        return False
    name = found["name"].lower()
    if name == "\\copy":
        return False
    verbs = _META_RULES.get(name, (Verb.NEUTRAL,))
    rest = found["rest"].strip()
    if name in {"\\g", "\\o", "\\out", ".output"} and not rest:
        verbs = (Verb.NEUTRAL,)
    gathered.runs(name)
    gathered.does(*verbs)
    if rest.startswith("|"):
        gathered.does(Verb.EXEC)
    if _HAS_FILE & {*verbs} and rest:
        gathered.sends_to(rest.split()[-1])
    else:
        gathered.names(*(rules.clean(word) for word in rest.split()[:5]))
    return True


def ended(single: str, gathered: Gathered) -> str:
    """Return a query without the command of `psql` that ends it, and add what that one does."""
    found = _SENT.search(single)
    if not found:
        return single
    gathered.runs("\\g" + (found["kind"] or ""))
    if found["kind"] == "exec":
        gathered.does(Verb.EXEC)
    if found["file"]:
        gathered.does(Verb.EXEC if found["file"].startswith("|") else Verb.EXPORT)
        gathered.sends_to(found["file"].lstrip("|"))
    return single[: found.start()]


def copied(single: str, gathered: Gathered) -> str | None:
    """Add COPY and `\\copy`; return the query that is copied, None if it is no such statement."""
    found = _COPY.match(single) if single.lstrip("\\ \t\n\r")[:4].lower() == "copy" else None
    if not found:
        return None
    gathered.runs("copy")
    out, file = found["way"].lower() == "to", rules.clean(found["file"])
    if found["program"]:
        gathered.does(Verb.EXEC, severity=0.9)
    if out:
        gathered.does(Verb.EXPORT, Verb.READ)
        gathered.sends_to(file)
    else:
        gathered.does(Verb.WRITE)
        gathered.says(file)
    if found["query"]:
        return found["query"]
    gathered.names(rules.clean(found["table"]))
    columns = re.findall(r"\w+", found["columns"] or "")
    gathered.has_columns(*columns)
    if out:
        gathered.shows(*columns)
        gathered.reaches(Breadth.WHOLE_TABLE)
    return ""


def written_out(single: str, gathered: Gathered) -> str | None:
    """Add SELECT … INTO OUTFILE; return its query, None if it is no such statement."""
    found = _OUTFILE.search(single) if "file" in single.lower() else None
    if not found:
        return None
    gathered.does(Verb.EXPORT, Verb.READ)
    gathered.sends_to(rules.clean(found["file"]))
    return single[: found.start()] + " " + single[found.end() :]


def programs(statement: str) -> tuple[str, ...]:
    """Return the shell commands that an action in SQL starts: `\\!`, COPY … PROGRAM."""
    if not _STARTS.search(statement[:_LONGEST].lower()):
        return ()
    found = re.findall(
        r"^\s*(?:\\!|\.shell|\.system)\s*(.+)$|\bprogram\s+'((?:[^']|'')+)'|\\o\s+\|(.+)$"
        r"|xp_cmdshell\s*\(?\s*'((?:[^']|'')+)'",
        statement[:_LONGEST],
        re.IGNORECASE | re.MULTILINE,
    )
    return tuple(next(filter(None, each)).replace("''", "'") for each in found)
