"""What a shell action does, and to what: read without running it.

The grammar of bash finds the commands (`shellwords`), `carried` those within others, and a table
says what each does (`utilities`).
"""

import re
from collections.abc import Iterator
from itertools import islice

from judgement import (
    arguments,
    carried,
    comparing,
    fetching,
    naming,
    shellwords,
    sql,
    touching,
    utilities,
    written,
)
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call, Redirect, Script

_LONGEST = 20_000  # characters that are parsed; of what is longer, dangerous words are looked for
# Pipes and brackets that are parsed: the time that the grammar takes grows with their square.
_MOST_MARKS = 400
_MARKS = re.compile(r"[|(){}`]")
_DEEPEST = 4  # commands within commands
_CRON = re.compile(
    r"^\s*(?:(?:[\d*/,-]+\s+){5}|@(?:reboot|hourly|daily|weekly|monthly)\s+)(?P<run>\S.*)"
)
_ASSIGNED = re.compile(
    r"^(?:HIST(?:FILE|SIZE|FILESIZE)=(?:/dev/null|0|-?1|\"\"|''|)$|HISTCONTROL=|HISTIGNORE=)"
)
_EMPTIED = re.compile(
    r"(?:^|[;&|(]\s*)(?:cat\s+/dev/null|:|true|echo\s+-n(?:\s+(?:\"\"|''))?|printf\s+(?:\"\"|''))"
    r"\s*>(?![>&])"
)
_UNIT = re.compile(r"/etc/systemd/system/[\w@.-]+\.d/")
_RUNS = re.compile(r"\bExec(?:Start|Stop|Reload)\w*\s*=|\bEnvironment\w*\s*=.*LD_PRELOAD|\bedit\b")
_LOADED = re.compile(r"^(?:LD_PRELOAD|LD_LIBRARY_PATH|PROMPT_COMMAND|BASH_ENV)=")
_LOOKS = frozenset({Verb.READ, Verb.NEUTRAL, Verb.NETWORK})
_HARMLESS = 0.3  # below this severity a look is one
# They go on when whoever began them is gone.
_LISTENS = re.compile(r"\b(?:nc|ncat|netcat) (?:\S+ )*-\w*l|\bLISTEN\b|\bhttp\.server\b")
_GOES_ON = frozenset({"nohup", "setsid", "screen", "tmux", "daemonize", "systemd-run"})
_SOCKETS = frozenset(["nc", "ncat", "netcat", "socat", "telnet", "openssl"])
_UNSEEN = re.compile(r"^/dev/(?:null|stdout|stderr|tty|zero|fd/\d|full)$")


def facts(command: str) -> Facts:
    """Return the facts of an action in a shell: one command, or a script of many lines.

    Never raises. What has errors is PARTIAL: the commands around them are read all the same.
    """
    gathered = Gathered(Kind.SHELL)
    text = command.replace("\0", " ")
    beginning = _beginning(text)
    if len(beginning) < len(text):
        _long(text, gathered)
        text = beginning
    _script(text, gathered, 0)
    comparing.judge_all(text, gathered)
    if gathered.verbs & {Verb.WRITE, Verb.PRIVILEGE}:
        written.judge(text, gathered)
    return gathered.facts()


def _beginning(text: str) -> str:
    """Return as much of a text as is parsed: if not all, then whole commands if there are any."""
    marks = islice(_MARKS.finditer(text, 0, _LONGEST), _MOST_MARKS, None)
    end = min(next((mark.start() for mark in marks), _LONGEST), _LONGEST)
    if end >= len(text):
        return text
    return text[
        : max(text.rfind("\n", 0, end), text.rfind(";", 0, end), text.rfind("|", 0, end)) + 1
    ]


def _script(text: str, gathered: Gathered, depth: int) -> None:
    """Add what each command of a text does."""
    if found := _CRON.match(text):
        gathered.does(Verb.PERSISTENCE, Verb.WRITE)
        text = found["run"]
    script = shellwords.read(text)
    if not script.whole:
        gathered.is_only(Quality.PARTIAL)
    if script.neutral:
        gathered.does(Verb.NEUTRAL)
    for call in _lasting(script):
        _call(call, gathered, depth)
    for redirect in script.redirects:
        _redirect(redirect, gathered)
    for word in script.listed:
        thing, value = arguments.named(word)
        gathered.names("" if thing[:1] in "${" else thing)
        gathered.says(value)
    _there(script, gathered)
    _written(text, gathered)
    for assignment in script.assignments:
        _assignment(assignment, gathered)
    _together(script, text, gathered)


def _lasting(script: Script) -> Iterator[Call]:
    """Yield the commands of a script without those that take away what it has made itself."""
    made = {redirect.target for redirect in script.redirects if redirect.operator[0] == ">"}
    inmost = [[*carried.innermost(call)] for call in script.calls]
    for each in (inner for own in inmost for inner in own):
        if each.name in {"touch", "mktemp", "tee", "dd"}:
            made.update(arg.removeprefix("of=") for arg in each.args)
    for call, own in zip(script.calls, inmost, strict=True):
        gone = [arg for arg in own[-1].args if arg[:1] != "-"]
        if own[-1].name != "rm" or not gone or not made.issuperset(gone):
            yield call


def _there(script: Script, gathered: Gathered) -> None:
    """Add the folder in which something is done that names nothing: `cd /srv/a && chmod g+w .`."""
    if not gathered.objects:
        gathered.names(*(call.args[0] for call in script.calls if call.name == "cd" and call.args))


def _written(text: str, gathered: Gathered) -> None:
    """Add what follows from what is written into a file."""
    if _UNIT.search(text) and _RUNS.search(text):
        gathered.does(Verb.PERSISTENCE)  # a drop-in that only sets limits is none
    if _EMPTIED.search(text):
        gathered.does(Verb.DELETE, severity=0.6)


def _assignment(text: str, gathered: Gathered) -> None:
    """Add what a variable does that shells or loaders listen to."""
    if _ASSIGNED.match(text):
        gathered.does(Verb.TAMPER)
        gathered.names(text.split("=", 1)[0])
    elif _LOADED.match(text):
        gathered.does(Verb.PERSISTENCE, Verb.EXEC, severity=0.6)


def _call(call: Call, gathered: Gathered, depth: int) -> None:
    """Add what a command does and what those that it carries do."""
    if not call.name.isprintable():
        gathered.is_only(Quality.PARTIAL)
    inner = list(carried.calls(call)) if depth < _DEEPEST else []
    texts = list(carried.scripts(call)) if depth < _DEEPEST else []
    for each in inner:
        _call(each, gathered, depth + 1)
    if texts and call.name in carried.SESSIONS:
        _elsewhere(call, texts, gathered, depth)
        return
    for text in texts:
        _script(text, gathered, depth + 1)
    queries = list(carried.queries(call))
    for query in queries:
        gathered.takes(sql.facts(query))
    _wraps(call, inner, texts, gathered)
    if _does_no_more(call, carries=bool(inner or texts), asks=bool(queries)):
        gathered.runs(call.name)
        return
    utilities.judge(carried.alone(call, inner), gathered)


def _wraps(call: Call, inner: list[Call], texts: list[str], gathered: Gathered) -> None:
    """Add what follows from how a command is run: as root, for all that is found, for longer."""
    if call.name in _RAISERS and any(each.name in _AS_ROOT and not each.args for each in inner):
        gathered.does(Verb.PRIVILEGE, severity=0.6)
    if call.name in _GOES_ON and (
        any(each.name in _SOCKETS or "http.server" in each.args for each in inner)
        or any(map(_LISTENS.search, texts))
    ):
        gathered.does(Verb.PERSISTENCE, severity=0.8)
    if call.name in carried.FINDERS and any(each.name in _REMOVERS for each in inner):
        gathered.reaches(Breadth.RECURSIVE, severity=0.6)


def _elsewhere(call: Call, texts: list[str], gathered: Gathered, depth: int) -> None:
    """Add a session on other hosts and what is done there: if that only looks, no more is run."""
    there = Gathered(Kind.SHELL)
    for text in texts:
        _script(text, there, depth + 1)
    session = Gathered(Kind.SHELL)
    utilities.judge(carried.session(call, texts[0]), session)
    if (
        there.verbs <= _LOOKS
        and there.severity < _HARMLESS
        and session.verbs <= _LOOKS | {Verb.EXEC}
    ):
        session.verbs, session.severity = {Verb.NETWORK}, 0.2
        session.commands.clear()
    gathered.takes(there.facts())
    gathered.takes(session.facts())


def _does_no_more(call: Call, *, carries: bool, asks: bool) -> bool:
    """Whether a command does nothing but what it carries, or asks a server."""
    if carries and (call.name in carried.TRANSPARENT or call.name in _ONLY_CARRY):
        return True
    return asks and call.name in _SQL_CLIENTS


_ONLY_CARRY = carried.SHELLS | {"ansible", "su", "runuser"}
_RAISERS = frozenset(["sudo", "doas", "pkexec"])
_AS_ROOT = carried.SHELLS | {"su"}
_STORES = frozenset(["redis-cli", "valkey-cli"])
# What they are told by lines that another command writes.
_TOLD = re.compile(
    r"['\"/ ](?:(?P<sets>p?expire(?:at)?|h?set|persist)|(?:un|h)?(?:del|link)|flush(?:all|db)) ",
    re.IGNORECASE,
)
_ENCODERS = frozenset(["base64", "base32", "xxd", "od", "hexdump"])
_RESOLVERS = frozenset(["dig", "host", "nslookup", "drill", "kdig", "ping"])
_MADE = re.compile(r"[$`].*?[)}\w`]\.((?:[\w-]+\.)+[a-z]{2,})\.?$", re.IGNORECASE)
_REMOVERS = frozenset(["rm", "shred", "unlink", "truncate"])
_SQL_CLIENTS = frozenset(["psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "duckdb", "cqlsh"])


def _redirect(redirect: Redirect, gathered: Gathered) -> None:
    """Add what goes into a file, or comes from it."""
    target = redirect.target
    if target.startswith(("/dev/tcp/", "/dev/udp/")):
        gathered.does(Verb.NETWORK, Verb.EXEC, Verb.PERSISTENCE, severity=0.95)
        gathered.sends_to(target.split("/")[3] if target.count("/") > 2 else target)
        return
    if _UNSEEN.match(target):
        return
    if naming.SCRATCH.match(target) and not redirect.alone:
        gathered.does(Verb.NEUTRAL)
        return
    gathered.names(target)
    if redirect.operator.startswith("<"):
        gathered.does(Verb.READ)
        touching.touched(target, "read", gathered)
        return
    if redirect.alone and redirect.operator == ">":
        gathered.does(Verb.DELETE, severity=0.6)
    gathered.does(Verb.WRITE)
    gathered.sends_to(target)
    touching.touched(target, "write", gathered)


def _together(script: Script, text: str, gathered: Gathered) -> None:
    """Add what commands do together that none of them does alone."""
    calls = [each for call in script.calls for each in carried.innermost(call)]
    if fetching.runs_fetched(script, calls):
        gathered.does(Verb.EXEC, severity=0.85)
        gathered.runs(fetching.RUNS_FETCHED)
    elif any(fetching.is_fed_a_script(call) for call in calls):
        gathered.does(Verb.EXEC, severity=0.85 if fetching.decodes(calls) else 0.5)
    interactive = (c.name in fetching.INTERPRETERS and "-i" in c.args for c in calls)
    if any(interactive) and any(call.name in _SOCKETS for call in calls):
        gathered.does(Verb.PERSISTENCE, Verb.NETWORK, severity=0.95)
    names = {call.name for call in calls}
    if "xargs" in names and names & carried.FINDERS and names & _REMOVERS:
        gathered.reaches(Breadth.RECURSIVE, severity=0.6)
    if any(c.name in _STORES and c.piped for c in calls) and (
        told := _TOLD.search(text[:_LONGEST])
    ):
        gathered.does(Verb.WRITE if told["sets"] else Verb.DELETE)
    if any(c.name in _ENCODERS for c in calls) and (asked := _asked(calls)):
        gathered.does(Verb.EXPORT, Verb.NETWORK, severity=0.8)
        gathered.sends_to(*asked)
    into_a_file = any(
        redirect.operator.startswith(">") and not _UNSEEN.match(redirect.target)
        for redirect in script.redirects
    )
    if into_a_file and Verb.READ in gathered.verbs and any(c.name in _SQL_CLIENTS for c in calls):
        gathered.does(Verb.EXPORT)


def _asked(calls: list[Call]) -> list[str]:
    """Return the domains that are asked for names that the shell makes: data may be in them."""
    words = (word for call in calls if call.name in _RESOLVERS for word in call.args)
    return [found[1] for word in words if (found := _MADE.search(word))]


def _long(text: str, gathered: Gathered) -> None:
    """Add what words alone tell of a text that is too long to be parsed."""
    gathered.is_only(Quality.PARTIAL)
    gathered.does(Verb.EXEC)
    for words, verb in _DANGEROUS.items():
        if words in text:
            gathered.does(verb)


_DANGEROUS = {
    "rm -r": Verb.DELETE, "rm -f": Verb.DELETE, "mkfs": Verb.DELETE, "of=/dev/": Verb.DELETE,
    "shred ": Verb.DELETE, "delete ": Verb.DELETE, "iptables -F": Verb.DELETE,
    "/etc/shadow": Verb.SECRET, "id_rsa": Verb.SECRET, ".aws/credentials": Verb.SECRET,
    "authorized_keys": Verb.PERSISTENCE, "crontab": Verb.PERSISTENCE, "/dev/tcp/": Verb.PERSISTENCE,
    "sudoers": Verb.PRIVILEGE, "useradd": Verb.PRIVILEGE, "usermod": Verb.PRIVILEGE,
    "chmod 777": Verb.PRIVILEGE, "chmod -R": Verb.PRIVILEGE, "HISTFILE": Verb.TAMPER,
    "history -c": Verb.TAMPER, "auditd": Verb.TAMPER, "/var/log/auth": Verb.TAMPER,
    "curl ": Verb.NETWORK, "wget ": Verb.NETWORK, "scp ": Verb.EXPORT, "rsync ": Verb.EXPORT,
}  # fmt: skip
