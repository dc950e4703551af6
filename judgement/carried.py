"""What a command carries: commands behind `sudo`, scripts in `bash -c`, SQL in `psql -c`."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from judgement.shellwords import Call

# Which options of a wrapper take a value, and how many words of its own stand before the command.
_WRAPPERS: dict[str, tuple[str, int]] = {
    "sudo": ("-u -g -U -h -p -C -r -t -D -R -T --user --group --host --chdir", 0),
    "doas": ("-u -C", 0), "pkexec": ("--user", 0), "env": ("-u -C -S --unset --chdir", 0),
    "nohup": ("", 0), "time": ("-f -o", 0), "nice": ("-n --adjustment", 0),
    "ionice": ("-c -n -p", 0), "timeout": ("-s -k --signal --kill-after", 1), "setsid": ("", 0),
    "stdbuf": ("-i -o -e", 0), "unbuffer": ("", 0), "xargs": (
        "-I -n -P -L -d -E -s -a --max-args --max-procs --delimiter --arg-file --replace", 0
    ),
    "chroot": ("--userspec --groups", 1), "flock": ("-w -E --timeout", 1), "exec": ("-a", 0),
    "command": ("", 0), "builtin": ("", 0), "busybox": ("", 0), "toybox": ("", 0),
    "nsenter": ("-t --target -S -G", 0), "unshare": ("", 0), "strace": ("-p -o -e -s -u", 0),
    "ltrace": ("-p -o -e -s -u", 0), "chrt": ("", 1), "taskset": ("", 1), "proxychains": ("-f", 0),
    "torsocks": ("", 0), "faketime": ("", 1), "parallel": ("-j -I --jobs", 0),
    "systemd-run": ("-p --property --unit --on-calendar --on-active --on-boot --uid --gid", 0),
    "watch": ("-n -d --interval", 0), "ssh-agent": ("", 0), "dbus-run-session": ("", 0),
    "firejail": ("", 0), "catchsegv": ("", 0), "numactl": ("", 0), "setarch": ("", 1),
    "fakeroot": ("", 0), "script": ("-c", 0), "capsh": ("", 0), "runcon": ("-t -u -r", 0),
    "sshpass": ("-p -f", 0), "aws-vault": ("", 99), "tini": ("", 0), "gosu": ("", 1),
    "su-exec": ("", 1), "start-stop-daemon": ("", 99), "cgexec": ("-g", 0), "prlimit": ("-p", 0),
}  # fmt: skip
# Wrappers that do nothing but run what they carry.
TRANSPARENT = frozenset(_WRAPPERS) - {
    "exec", "nsenter", "chroot", "strace", "ltrace", "systemd-run", "sshpass", "parallel",
    "aws-vault", "start-stop-daemon", "capsh", "prlimit", "unshare",
}  # fmt: skip
SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "ash", "fish"})
FINDERS = frozenset(["find", "fd", "fdfind"])
# They run what they are given on other hosts.
SESSIONS = frozenset(["ssh", "slogin", "mosh", "pdsh", "clush", "dsh"])
_EXECUTES = frozenset(["-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch"])
_NARROWS = re.compile(
    r"^-(?:[acm](?:time|min)|newer\w*|size|user|group|perm|links|empty|inum|uid)$"
)
_SCRIPT_OPTION = re.compile(r"^-\w*c$|^--command$")
# What Ansible runs on its hosts as it stands: that of no module as well.
_SHELL_MODULES = frozenset({"shell", "command", "raw", "ansible.builtin.shell"})
_MODULE, _ARGUMENTS = re.compile(r"^(?:-m|--module-name)$"), re.compile(r"^(?:-a|--args)$")
_SQL = {
    "psql": "-c --command", "mysql": "-e --execute", "mariadb": "-e --execute",
    "sqlcmd": "-Q -q", "cockroach": "-e --execute", "clickhouse-client": "-q --query",
    "clickhouse": "-q --query", "pgcli": "-c", "mycli": "-e", "duckdb": "-c", "cqlsh": "-e",
    "influx": "-execute",
    "usql": "-c", "presto": "--execute", "trino": "--execute", "hive": "-e", "beeline": "-e",
    "snowsql": "-q", "impala-shell": "-q", "bq": "", "sqlite3": "", "sqlplus": "", "isql": "",
}  # fmt: skip
_LATER = frozenset({"at", "batch"})  # they run later what they are fed
_WITH_OPTION = SHELLS | _LATER | {"su", "runuser", "script", "flock", "ansible"}
# Whose arguments together are a line of a shell; with the options that take a value.
_AS_IT_STANDS = {"eval": "", "watch": "-n -d"}
# Programs that run a command in a container, a pod or on another host, and where it begins.
_REMOTE = re.compile(
    r"^(?:kubectl|oc|k)$|^(?:docker|podman|nerdctl|lxc|docker-compose|podman-compose)$"
)
_MANY_VALUES = "-w -x -g -f -l -t -u -o -b -S"
_SSH_VALUES = "-i -p -l -o -F -L -R -D -J -b -c -E -e -m -Q -S -W -w -B"


def calls(call: Call) -> Iterator[Call]:
    """Yield the commands that a command runs as they stand among its arguments."""
    if call.name in FINDERS:
        yield from _of_find(call)
    elif call.name in {"screen", "runuser"}:
        yield from _of_session(call)
    elif call.name in _WRAPPERS and call.name not in _AS_IT_STANDS:
        values, own = _WRAPPERS[call.name]
        yield from _after_options(call, values, own)
    elif _REMOTE.match(call.name):
        yield from _of_container(call)


def innermost(call: Call, depth: int = 0) -> Iterator[Call]:
    """Yield a command, those that it carries, and those that these carry."""
    yield call
    if depth < 4:
        for inner in calls(call):
            yield from innermost(inner, depth + 1)


def alone(call: Call, inner: Sequence[Call]) -> Call:
    """Return a command without the commands that it carries: they stand at its end."""
    if not inner:
        return call
    if call.name not in FINDERS:
        return replace(call, args=call.args[: -len(inner[-1].args) - 1])
    end = next(at for at, arg in enumerate(call.args) if arg in _EXECUTES)
    return replace(call, args=call.args[:end])


def scripts(call: Call) -> Iterator[str]:
    """Yield the texts that a command gives to a shell, here or on another host."""
    if call.name in _WITH_OPTION:
        yield from _in_option(call)
        if call.name in SHELLS | _LATER and call.feed:
            yield call.feed
    elif call.name in SESSIONS:
        if text := " ".join(_there(call)) or call.feed:
            yield text
    elif call.name in {"tmux", "screen"}:
        yield from (arg for arg in call.args if " " in arg)
    elif call.name in _AS_IT_STANDS:
        yield " ".join(_rest(call.args, _AS_IT_STANDS[call.name], 0))
    elif call.name == "trap":
        yield from call.args[:1]


def session(call: Call, text: str) -> Call:
    """Return a session on another host without what is run there, which stands at its end."""
    there = _there(call)
    return replace(call, args=call.args[: len(call.args) - len(there)], feed=text if there else "")


def _there(call: Call) -> tuple[str, ...]:
    """Return the words that are a command on another host."""
    if call.name in {"pdsh", "clush", "dsh"}:
        return _rest(call.args, _MANY_VALUES, 0)
    return _rest(call.args, _SSH_VALUES, 1)


def _of_session(call: Call) -> Iterator[Call]:
    """Yield what a terminal that is left behind runs, or another user, where it stands alone."""
    if call.name == "runuser" and not {"-u", "--user", "--"} & {*call.args}:
        return
    yield from _after_options(call, "-S -dmS -t -T -h -c -u -g -G --user --group", 0)


def _in_option(call: Call) -> Iterator[str]:
    """Yield the scripts behind `-c`; Ansible has them behind `-a`, unless it runs a module."""
    if call.name != "ansible":
        yield from _values(call, _SCRIPT_OPTION.match)
    elif _SHELL_MODULES.issuperset(_values(call, _MODULE.match)):
        yield from _values(call, _ARGUMENTS.match)


def queries(call: Call) -> Iterator[str]:
    """Yield the SQL that a command gives to a server."""
    options = _SQL.get(call.name)
    if options is None:
        return
    if options:
        names = options.split()
        letters = {each[1] for each in names if len(each) == 2}
        yield from _values(
            call,
            lambda option: (
                option in names
                or (re.fullmatch(r"-[a-zA-Z]{2,6}", option) and option[-1] in letters)
            ),
        )
        for arg in call.args:
            if arg.startswith(tuple(f"{name}=" for name in names if name.startswith("--"))):
                yield arg.split("=", 1)[1]
            elif call.name in {"mysql", "mariadb"} and re.match(r"-\w*e.", arg) and " " in arg:
                yield arg.split("e", 1)[1]
    else:
        yield from (arg for arg in call.args[1:] if " " in arg or arg.startswith("."))
    if call.feed:
        yield call.feed


def _values(call: Call, wanted: Callable[[str], object]) -> Iterator[str]:
    for option, value in pairwise(call.args):
        if wanted(option):
            yield value


def _rest(args: tuple[str, ...], values: str, own: int) -> tuple[str, ...]:
    """Return the arguments after the options of a command and the first few words of its own."""
    taking = values.split()
    index = 0
    while index < len(args):
        arg = args[index]
        if arg == "--":
            index += 1
            break
        if arg in taking or (re.match(r"-[a-zA-Z]{2,}$", arg) and f"-{arg[-1]}" in taking):
            index += 2
        elif re.match(r"-[\w-]|\w+=", arg):
            index += 1
        elif own:
            own -= 1
            index += 1
        else:
            break
    return args[index:]


def _after_options(call: Call, values: str, own: int) -> Iterator[Call]:
    rest = _rest(call.args, values, own)
    if rest:
        yield _made(rest, call)


def _of_find(call: Call) -> Iterator[Call]:
    found = _found(call.args)
    for index, arg in enumerate(call.args):
        if arg in _EXECUTES:
            rest = call.args[index + 1 :]
            end = next((at for at, word in enumerate(rest) if word in {";", "+", "\\;"}), None)
            if rest[:end]:
                yield _made(tuple(found if word == "{}" else word for word in rest[:end]), call)


def _found(args: tuple[str, ...]) -> str:
    """Return what stands for all that `find` finds: a place, with the name that is looked for."""
    place = next((arg for arg in args if not arg.startswith("-")), ".")
    for option, value in pairwise(args):
        if option in {"-name", "-iname", "-path", "-wholename", "-regex"}:
            return f"{place.rstrip('/')}/{value}"
    narrowed = any(_NARROWS.match(arg) for arg in args)
    return f"{place.rstrip('/')}/{{}}" if narrowed else place


def _of_container(call: Call) -> Iterator[Call]:
    args = call.args
    if "--" in args:
        rest = args[args.index("--") + 1 :]
    elif "exec" in args[:4]:
        start = args.index("exec") + 1
        rest = _rest(
            args[start:], "-u --user -w --workdir -e --env -n --namespace -c --container", 1
        )
    else:
        rest = ()
    if rest:
        yield _made(rest, call)


def _made(words: tuple[str, ...], call: Call) -> Call:
    place, _, name = words[0].rpartition("/")
    return Call(name or words[0], words[1:], call.piped, call.feed, place)
