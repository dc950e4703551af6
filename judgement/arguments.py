"""The arguments of a command: what is to be done, to what, by which values, and what is no name.

Which options take a value, and of what sort, stands in `tables/options.list`.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from judgement.shellwords import Call

_LONGEST = 2_000  # characters of a line against which patterns are held
_TABLE = Path(__file__).resolve().parent / "tables" / "options.list"
_ALL = "*"  # every long option takes a value, as with the tools of a cloud
# What of any utility is no name of a thing.
_COMMON = frozenset(("--format", "--since", "--until", "--timeout", "--limit", "--max-depth",
    "--output-format", "--lines", "--columns", "--sort-by", "--interval", "--retries", "--comment",
    "--duration", "--reason"))  # fmt: skip
# An option `--x=value` names a thing if it is called so.
_NAMES = re.compile(
    r"(?:^|[-_.])(?:files?|filename|dir(?:ectory)?|path|hosts?|hostname|servers?|namespace|users?|username"
    r"|groups?|db|dbname|database|tables?|topic|queue|unit|container|instances?|cluster|ur[li]|repo"
    r"|repository|target|dest|destination|config|device|bucket|key|names?|ids?|project|role|policy|email"
    r"|mailbox|domain|zone|vhost|node|pool|volume|snapshot|image|secret|member|principal|assignee|stack"
    r"|service|release|from|to|source|location|mount|slot|account|identifier|arn|function|body|document"
    r"|resource|chdir|servers|endpoint|cidr|server|clusterrole|serviceaccount)$",
    re.IGNORECASE,
)
# They call options of several letters by one dash: `-connect`; letters are not put together.
_LONG_NAMES = frozenset(
    ("openssl", "terraform", "tofu", "find", "keytool", "jmap", "vault", "nomad", "consul",
     "sqlite3", "amtool", "java", "yarn", "hdfs", "hadoop", "asterisk")
)  # fmt: skip
_BUNDLE = re.compile(r"-[a-zA-Z0-9]{2,9}$")
# How many words name what is to be done, before those that name to what.
_SUBCOMMANDS = {
    "aws": 2, "gcloud": 3, "az": 3, "oci": 3, "kubectl": 1, "oc": 1, "k": 1, "docker": 1,
    "podman": 1, "git": 1, "systemctl": 1, "helm": 1, "terraform": 1, "tofu": 1, "apt": 1,
    "apt-get": 1, "yum": 1, "dnf": 1, "apk": 1, "brew": 1, "snap": 1, "pip": 1, "pip3": 1,
    "npm": 1, "gem": 1, "vault": 2, "ufw": 1, "openssl": 1, "gsutil": 1, "gh": 2, "svn": 1,
    "zfs": 1, "zpool": 1, "virsh": 1, "rabbitmqctl": 1, "mysqladmin": 1, "pulumi": 1, "nomad": 2,
    "consul": 2, "heroku": 1, "zypper": 1, "cargo": 1, "yarn": 1, "flatpak": 1, "ip": 2,
    "nmcli": 2, "supervisorctl": 1, "etcdctl": 1, "hg": 1, "loginctl": 1, "timedatectl": 1,
    "nerdctl": 1, "crictl": 1, "ipmitool": 2, "chronyc": 1, "patronictl": 1, "certbot": 1,
    "pcs": 2, "argocd": 2, "redis-cli": 1, "valkey-cli": 1, "pdnsutil": 1, "rndc": 1, "borg": 1,
    "restic": 1, "pm2": 1, "getent": 1, "sssctl": 1, "wg": 1, "wg-quick": 1, "postfix": 1,
    "pdns_control": 1, "pg_ctl": 1, "varnishadm": 1, "doveadm": 2, "squeue": 0,
    "scontrol": 2, "sacctmgr": 2, "gluster": 2, "amtool": 2, "nft": 2, "mc": 1, "ceph": 2,
    "samba-tool": 2, "smbcontrol": 0, "qm": 1, "pct": 1, "rspamc": 1, "rspamadm": 1, "uci": 1,
    "apachectl": 1, "netplan": 1, "sapcontrol": 0, "crm": 2,
    "drbdadm": 1, "docker-compose": 1, "rabbitmqadmin": 2, "py-spy": 1, "airflow": 2,
    "rpk": 2, "etckeeper": 2,
}  # fmt: skip
_CLUSTERS = frozenset({"kubectl", "oc", "k"})
_OF_DOCKER = re.compile(
    r"^(?:container|image|volume|network|system|compose|service|stack|secret|builder|buildx|config)$"
)
_NONE_FIRST = frozenset({"service", "rc-service"})  # they have the thing first: `service a stop`
# Words that tell a utility what to do, whichever it is.
_DEED = (
    r"show|list|ls|status|stats?|info|get|describe|inspect|check|test|verify|view|dump|print|query|set"
    r"|add|create|new|delete|del|remove|rm|destroy|purge|prune|clear|clean|flush|reset|start|stop|restart"
    r"|reload|refresh|update|upgrade|apply|edit|modify|replace|rename|enable|disable|register|unregister"
    r"|notify|sync|resync|expire|rebuild|rebalance|recalc|promote|demote|failover|switchover|drain|resume"
    r"|pause|suspend|kill|run|exec|save|load|import|export|backup|restore|extract|mount|umount|unmount|lock"
    r"|unlock|attach|detach|rotate|renew|revoke|issue|sign|login|logout|install|uninstall|history|logs?"
    r"|retry|retransfer|freeze|thaw|increase|decrease|scale|rollback|deploy|ban|unban|hold|release|requeue"
)
_TELLS_TO = re.compile(rf"(?:(?:{_DEED})(?:[-_:][a-z_-]+)?|[a-z]+[-_:.](?:{_DEED}))$")
_MARKS = "-+{};,.()[]\\*!"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,:]\d+)?%?[a-zA-Z]{0,3}")
_TEXT = re.compile(r"\s|\(.*\)")  # messages, filters and expressions
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d\S{0,16}|\d\d?:\d\d(?::\d\d)?|(?:yesterday|today|now|tomorrow|midnight|noon)"
    r"|-\d+ ?[a-z]+|\+\d\S{0,12}",
    re.IGNORECASE,
)
# Filled in by the shell before the command is run: what stands there is not known.
_FILLED_IN = re.compile(r"\$\{[^}]*\}$|\$\w+(?![/\w])|\$\{\w+\}\.|\$\(|[<>]\(|`")
_INSERTED = re.compile(r"[.-]?(?:\$\(|`)")
_NOWHERE = re.compile(
    r"/dev/(?:null|stdin|stdout|stderr|zero|fd/\d|tty)$|(?:localhost|127\.0\.0\.1)(?::\d+)?$|ldapi://"
)
_FORMAT = re.compile(r"^\+?%|%[-{.\d]{0,5}[a-zA-Z{]|\{\{|^\{[a-z]+\}")
_COLUMNS = re.compile(r"[a-zA-Z_.%]+(?::\d+)?(?:,[a-zA-Z_.%]+(?::\d+)?)+=?|[a-z]+=")
_ENTRY = re.compile(r"(?:cn|uid|ou|dc)=(?P<name>[^=]+?),", re.IGNORECASE)  # of a directory
_HOST = re.compile(r"[a-zA-Z][\w-]*(?:\.[\w-]+)*\.[a-zA-Z]{2,}$")
_VERSION = re.compile(r"(?!\d+(?:\.\d+){3}$)\d+[.:-]\S*")
_SETTING = re.compile(r"(?P<key>[\w.:/\[\]-]+)=(?P<value>[^=].*)$")


class Parts(NamedTuple):
    """The arguments of a call, apart."""

    words: tuple[str, ...]
    options: tuple[str, ...]  # with their values behind them, in order
    values: tuple[str, ...]  # of options, that name things
    said: tuple[str, ...]  # of options, that say something else

    @property
    def line(self) -> str:
        """The words, " ;", and the options: what the patterns of the table are held against."""
        text = f"{' '.join(self.words)[:_LONGEST]} ; {' '.join(self.options)[:_LONGEST]}"
        return re.sub(r"\s+", " ", text).rstrip()

    def has(self, *options: str) -> bool:
        """Whether one of some options is given, a letter also among others: -rn has -n."""
        letters = {each[1] for each in options if len(each) == 2}
        return any(
            each in options or (_BUNDLE.match(each) and not letters.isdisjoint(each))
            for each in self.options
        )


class _Taking(NamedTuple):
    """Which options of a utility take the next word: for a thing, a value, or neither."""

    things: frozenset[str]
    values: frozenset[str]
    neither: frozenset[str]

    def takes(self, option: str) -> bool:
        return any(option in each for each in self)


_TAKES_NONE = _Taking(frozenset(), frozenset(), frozenset())


@cache
def _table() -> dict[str, _Taking]:
    found = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        names, colon, rest = line.partition(": ")
        if colon and not line.startswith("#"):
            sorts = [frozenset(each.split()) for each in f"{rest}||".split("|")[:3]]
            found.update(dict.fromkeys(names.split(), _Taking(*sorts)))
    return found


def apart(call: Call) -> Parts:
    """Return the words of a command, its options, and what these name and say."""
    taking = _table().get(call.name, _TAKES_NONE)
    words: list[str] = []
    options: list[str] = []
    values: list[str] = []
    said: list[str] = []
    args = iter(call.args)
    for arg in args:
        if arg == "--":
            words += args
        elif len(arg) < 2 or arg[0] != "-":
            words.append(arg)
        else:
            options.append(arg)
            option, equals, value = arg.partition("=")
            if equals:
                option = option if option in _COMMON or taking.takes(option) else f"{option}="
            elif taker := _takes(call, arg, taking):
                option, value = taker, next(args, "")
                options.append(value)
            _keep(option, value, taking, values, said)
    return Parts(tuple(words), tuple(options), tuple(values), tuple(said))


def _takes(call: Call, arg: str, taking: _Taking) -> str:
    """Return the option that takes the word after it, the last of several letters: -rn; else ""."""
    if taking.takes(arg) or arg in _COMMON or (_ALL in taking.things and arg.startswith("--")):
        return arg
    if call.name in _LONG_NAMES or not _BUNDLE.match(arg):
        return ""
    *before, last = (f"-{letter}" for letter in arg[1:])
    return last if taking.takes(last) and not any(map(taking.takes, before)) else ""


def _keep(option: str, value: str, taking: _Taking, values: list[str], said: list[str]) -> None:
    """Keep the value of an option among the things, or what is said, or nowhere."""
    if not value or option in taking.neither or option.rstrip("=") in _COMMON:
        return
    unknown = option.endswith("=") or not taking.takes(option)
    if "file=" in value and "," in value:
        values.append(value.rpartition("file=")[2])
    elif "=@" in value or value[0] == "@":
        values.append(value.partition("@")[2])
    elif option in taking.things or (
        unknown and ("/" in value or _NAMES.search(option.rstrip("=")))
    ):
        values.append(value)
    else:
        said.append(value)


def depth(call: Call, words: tuple[str, ...]) -> int:
    """Return how many words name what is to be done, before those that name to what."""
    known = _SUBCOMMANDS.get(call.name)
    if words[:1] in {("rollout",), ("set",), ("auth",), ("config",)} and call.name in _CLUSTERS:
        return 2
    if known == 1 and words and _OF_DOCKER.match(words[0]) and call.name in {"docker", "podman"}:
        return 2
    if known is None and call.name not in _NONE_FIRST:
        return int(bool(words) and tells_to(words[0]))
    # `update node=n1` says with its second word to what, not what.
    return next((at for at, word in enumerate(words[: known or 0]) if "=" in word), known or 0)


def tells_to(word: str) -> bool:
    """Whether a word tells a utility what to do: `show`, `list_queues`, `cache-expire`."""
    return bool(_TELLS_TO.match(word))


def named(word: str) -> tuple[str, str]:
    """Return the thing that a word names, and the value that it says; "" where it is none."""
    if not word.strip(_MARKS) or _FILLED_IN.match(word.removeprefix("@")) or _NOWHERE.match(word):
        return "", ""
    if word[0] in "/~" and (inserted := _INSERTED.search(word)):
        word = word[: inserted.start()]
    if _NUMBER.fullmatch(word) or word[0] == "-" or _TEXT.search(word) or _TIME.fullmatch(word):
        return "", word
    if "/" not in word and (_FORMAT.search(word) or _COLUMNS.fullmatch(word)):
        return "", ""
    if found := _ENTRY.match(word):
        return found["name"], ""
    if found := _SETTING.match(word):
        return _set(found["key"], found["value"])
    return word.removeprefix("@").strip("^$"), ""


def _set(key: str, value: str) -> tuple[str, str]:
    """Return what `key=value` names and says: a path or host, or a setting and what it is."""
    if _NOWHERE.match(value):
        return "", ""
    if "/" in key:
        return f"{key}={value}", ""
    if _HOST.match(value):
        return value, ""
    if re.search(r"[._-]", key) or _VERSION.match(value):
        return key, value
    names = _NAMES.search(key) or key.lower() in {"nodename", "jobid"}
    if names or "/" in value or "." in value.strip("."):
        return value.removeprefix("@"), ""
    return "", value
