"""What one command does, by the table of utilities and the paths that it touches."""

import re
from functools import cache
from typing import NamedTuple

from judgement import carried, rules, transfers
from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call

_LONGEST = 2_000  # characters of a line against which patterns are held
# Options that take the next word as their value. Those of a cloud's tools all do.
_ALL = "*"
_VALUES = {
    "kubectl": "-n --namespace --context --kubeconfig -l --selector -o --output -f --filename -c"
    " --container --cluster --user -p --patch --as --image --replicas --type --since --tail",
    "docker": "-H --host --context -f --file -p --publish -v --volume -e --env --name --network"
    " -w -u --user --mount",
    "aws": _ALL, "gcloud": _ALL, "az": _ALL, "oci": _ALL, "ibmcloud": _ALL,
    "systemctl": "-H -M -t --type -p --property -n --state", "git": "-C -c -m --message",
    "helm": "-n --namespace -f --values --set --version --kube-context",
    "curl": "-o --output -H --header -d --data --data-binary --data-raw --data-urlencode -F --form"
    " -T --upload-file -X --request -u --user -A -b -c -e -m -w -x --retry --cacert --cert --key"
    " --connect-timeout --json",
    "wget": "-O -o -P -U --header --post-file --post-data --method --body-file --body-data -e",
    "psql": "-h -p -U -d -c -f -o -v --host --port --username --dbname --command --file",
    "mysql": "-h -P -u -e -D --host --port --user --execute --database",
    "useradd": "-u -g -G -d -s -c -e -p", "usermod": "-G -g -aG -u -d -s -c -e -p -l",
    "grep": "-e -f -m -A -B -C", "head": "-n -c", "tail": "-n -c", "cut": "-d -f -c",
    "sort": "-k -t -o", "awk": "-F -v -f", "sed": "-e -f", "crontab": "-u",
    "journalctl": "-u -n --since --until -p -t --unit", "iptables": "-A -I -D -p -s -d -j --dport"
    " --sport -i -o -t -m --state --ctstate", "openssl": "-in -out -key -connect -keyout -days",
    "rsync": "-e --exclude --include --password-file --rsh --bwlimit --files-from",
    "scp": "-i -P -o -F -l -c -S", "ssh": "-i -p -l -o -F -L -R -D -J", "nc": "-p -w -s -e -c",
    "redis-cli": "-h -p -a -n -u", "tar": "-f -C --exclude --file --directory", "kill": "-s -n",
    "pg_dump": "-h -p -U -d -f -t -n -F -j", "mysqldump": "-h -P -u -r --result-file",
    "docker-compose": "-f --file -p", "terraform": "-var -var-file -target", "mail": "-s -a -r -c",
    "ps": "-u -p -o -C", "chown": "--reference --from", "truncate": "-s --size",
    "touch": "-t -d -r", "split": "-b -l -n -a -C", "ping": "-c -i -w -W -I -s", "dig": "-p -t -b",
}  # fmt: skip
_SAME = {
    "oc": "kubectl", "k": "kubectl", "podman": "docker", "nerdctl": "docker", "sftp": "scp",
    "mariadb": "mysql", "egrep": "grep", "fgrep": "grep", "zgrep": "grep", "rg": "grep",
    "gawk": "awk", "mawk": "awk", "gsed": "sed", "ip6tables": "iptables", "ncat": "nc",
    "netcat": "nc", "mutt": "mail", "mailx": "mail", "mariadb-dump": "mysqldump",
    "adduser": "useradd", "pg_dumpall": "pg_dump", "pg_restore": "pg_dump",
}  # fmt: skip
# The first word of these is a program or pattern of their own rather than a file.
_PATTERN_FIRST = frozenset(
    {
        *("grep", "egrep", "fgrep", "zgrep", "rg", "ag", "ack", "ugrep", "sed", "gsed", "awk"),
        *("gawk", "mawk", "nawk", "tr", "jq", "yq", "perl", "pgrep", "pkill", "chmod", "expr"),
        *("date", "echo", "printf", "kill", "killall", "locate"),
    }
)
# How many words name what is to be done, before those that name to what.
_SUBCOMMANDS = {
    "aws": 2, "gcloud": 3, "az": 3, "oci": 3, "kubectl": 1, "oc": 1, "k": 1, "docker": 1,
    "podman": 1, "git": 1, "systemctl": 1, "helm": 1, "terraform": 1, "tofu": 1, "apt": 1,
    "apt-get": 1, "yum": 1, "dnf": 1, "apk": 1, "brew": 1, "snap": 1, "pip": 1, "pip3": 1,
    "npm": 1, "gem": 1, "vault": 2, "ufw": 1, "openssl": 1, "gsutil": 1, "gh": 2, "svn": 1,
    "zfs": 1, "zpool": 1, "virsh": 1, "rabbitmqctl": 1, "mysqladmin": 1, "pulumi": 1, "nomad": 2,
    "consul": 2, "heroku": 1, "zypper": 1, "cargo": 1, "yarn": 1, "flatpak": 1, "ip": 2,
    "nmcli": 2, "supervisorctl": 1, "etcdctl": 1, "hg": 1, "loginctl": 1, "timedatectl": 1,
    "nerdctl": 1, "crictl": 1, "ipmitool": 2, "chronyc": 1, "patronictl": 1,
    "pcs": 2, "argocd": 2,
}  # fmt: skip
_OF_DOCKER = re.compile(r"^(?:container|image|volume|network|system|compose|service|stack|secret)$")
# They look at names and marks of files, never into them; and change marks, not contents.
_NAMES_ONLY = frozenset(
    {
        *("find", "stat", "du", "df", "tree", "locate", "readlink", "realpath", "namei", "wc"),
        *("getfacl", "lsof", "md5sum", "sha1sum", "sha256sum", "sha512sum", "cksum", "lsattr"),
        *("chmod", "chown", "chgrp", "setfacl", "chattr", "restorecon", "mkdir", "file", "fd"),
        *("ps", "pgrep", "systemctl", "service", "rmdir", "ss", "netstat", "top", "last"),
        *("history", "ssh-keygen"),
    }
)
_RESOLVERS = frozenset(["dig", "kdig", "delv", "drill"])  # their options begin with a plus
# Their commands may be written either way.
_ANY_CASE = re.compile(r"redis|valkey|keydb|mongo|cqlsh|sql|pw?sh|powershell|\w*sql\b")
_PASSES_ON = frozenset(["head", "tail", "less", "more", "cat", "column"])
_TO_THE_LAST = frozenset(["cp", "mv", "install", "ln", "rsync", "scp", "ditto", "rename"])
_ARCHIVERS = frozenset(["tar", "zip", "7z", "ar", "cpio"])
# Programs that watch or record what is done.
_GUARDS = re.compile(
    r"\b(?:auditd?|rsyslogd?|syslog(?:-ng|d)?|journald|falco\w*|fluentd|fluent-?bit|td-agent|filebeat"
    r"|auditbeat|osqueryd?|wazuh|ossec|crowdstrike|falcon|splunk\w*|promtail|sysdig|logstash"
    r"|sysmon|guardduty|cloudtrail|kube-?audit|siem)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:stop|delete|kill|rm|disable|uninstall|remove|purge|mask|down|destroy|scale|pause|suspend)\b"
)
_ROOT = re.compile(
    r"^(?:/|/\*|~/?\*?|\$\{?HOME\}?/?\*?|/(?:etc|usr|var|home|boot|bin|lib|lib64|root|opt|srv|sys"
    r"|proc|dev|sbin|data|var/lib|var/log|usr/local|usr/bin|usr/lib|mnt|run)(?:/?\*?)?)$"
)
_EVERYTHING = re.compile(r"^(?:\*|\.|\.\.|\./?\*|\.\*|\*\.\*|\./?)$")
# What nobody looks for but who wants to know it; a message of a log has more words.
_SECRET = re.compile(
    r"\W*(?:\w+_)?(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key)\w*\W*",
    re.IGNORECASE,
)
_MARKS = "-+{};,.()[]\\"
_ACTS = frozenset({Verb.EXEC, Verb.DELETE, Verb.WRITE})
_CERTIFICATE = re.compile(r"openssl (?:x509|verify|crl|ocsp)\b(?!.*(?:key|-out\b|private))")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,:]\d+)?%?[a-zA-Z]?")


class Parts(NamedTuple):
    """The arguments of a call, apart."""

    words: tuple[str, ...]
    options: tuple[str, ...]  # with their values behind them, in order
    values: tuple[str, ...]

    @property
    def line(self) -> str:
        """The words, " ;", and the options: what the patterns of the table are held against."""
        text = f"{' '.join(self.words)[:_LONGEST]} ; {' '.join(self.options)[:_LONGEST]}"
        return re.sub(r"\s+", " ", text).rstrip()


def judge(call: Call, gathered: Gathered) -> None:
    """Add what a command does and to what. It says nothing of the commands that it carries."""
    parts = _apart(call)
    own = Gathered(gathered.kind)
    _by_table(call, parts, own)
    depth = _depth(call, parts.words)
    own.runs(" ".join((call.name, *parts.words[:depth])))
    _named(call, parts, depth, own)
    transfers.judge(call, parts.words, parts.values, own)
    _paths(call, parts, own)
    _width(call, parts, own)
    if own.verbs & _ACTS and _ENDS.search(call.line) and _GUARDS.search(call.line):
        own.does(Verb.TAMPER)
    gathered.takes(own.facts())


def touched(path: str, way: str, gathered: Gathered) -> None:
    """Add what follows from reading a path or writing to it; `way` is "read" or "write"."""
    for rule in _of_paths(way):
        if found := rule.pattern.search(path.lower()):
            rules.apply(rule, found, gathered)


@cache
def _of(name: str) -> tuple[rules.Rule, ...]:
    table = rules.table("shell")
    text = table.get(name) or table.get(_plain(name), ".* => exec")
    return rules.read(text, any_case=bool(_ANY_CASE.match(name)))


def _plain(name: str) -> str:
    """Return a name without version and kind: python3.11, gcc-12, mkfs.ext2, find.exe."""
    return re.sub(r"(?<=[a-z])-?\d+(?:\.\d+)*$|\.(?:exe|\w+)$", "", name) or name


@cache
def _of_paths(way: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("paths")[way])


def _apart(call: Call) -> Parts:
    taking = _VALUES.get(_SAME.get(call.name, call.name), "")
    named = frozenset(taking.split())
    words: list[str] = []
    options: list[str] = []
    values: list[str] = []
    args = iter(call.args)
    for arg in args:
        if arg == "--":
            words += args
        elif len(arg) < 2 or arg[0] != "-":
            words.append(arg)
        else:
            options.append(arg)
            if arg in named or (taking == _ALL and arg.startswith("--") and "=" not in arg):
                value = next(args, "")
                options.append(value)
                values.append(value)
            elif "=" in arg:
                values.append(arg.split("=", 1)[1])
    return Parts(tuple(words), tuple(options), tuple(values))


def _by_table(call: Call, parts: Parts, gathered: Gathered) -> None:
    line = parts.line
    if call.name in _PASSES_ON and call.piped and not parts.words:
        gathered.does(Verb.NEUTRAL)
        return
    for rule in _of(call.name):
        if found := rule.pattern.match(line):
            rules.apply(rule, found, gathered)
            return
    gathered.does(Verb.EXEC)


def _depth(call: Call, words: tuple[str, ...]) -> int:
    if call.name in {"service", "rc-service"}:
        return 0
    depth = _SUBCOMMANDS.get(call.name, 0)
    if depth == 1 and words and _OF_DOCKER.match(words[0]) and call.name in {"docker", "podman"}:
        return 2
    return depth


def _named(call: Call, parts: Parts, depth: int, gathered: Gathered) -> None:
    """Add the objects and values that a command names."""
    words = parts.words[depth:]
    if call.name in _PATTERN_FIRST and words:
        gathered.says(words[0])
        if Verb.READ in gathered.verbs and _SECRET.fullmatch(words[0]) and "log" not in call.line:
            gathered.does(Verb.SECRET, severity=0.5)
        words = words[1:]
    if call.name in {"tar", "ar", "ps"} and re.fullmatch(r"[a-zA-Z]{1,7}", (words or ("",))[0]):
        words = words[1:]
    if call.name in {"kubectl", "oc", "k"} and len(words) > 1 and "/" not in words[0]:
        gathered.names(*(f"{words[0]}/{name}" for name in words[1:5]))
    if call.name in _RESOLVERS:
        words = tuple(word for word in words if not word.startswith("+"))
    for word in (*words, *parts.values):
        kind = len(word) < 2 and word.isalpha() and call.name in carried.FINDERS  # -type f
        if kind or _NUMBER.fullmatch(word) or " " in word or not word.strip(_MARKS):
            gathered.says(word)
        else:
            gathered.names(word.removeprefix("@"))


def _looks_at_public(call: Call) -> bool:
    """Tell whether a command reads certificates, which anybody may see, and no keys."""
    return call.name == "openssl" and bool(_CERTIFICATE.match(call.line))


def _paths(call: Call, parts: Parts, gathered: Gathered) -> None:
    """Add what follows from the paths that are read and written."""
    if call.name in _NAMES_ONLY or gathered.verbs <= {Verb.NEUTRAL} or _looks_at_public(call):
        return
    read = bool(gathered.verbs & {Verb.READ, Verb.EXPORT})
    write = bool(gathered.verbs & {Verb.WRITE, Verb.DELETE})
    words = parts.words[1:] if call.name in _PATTERN_FIRST else parts.words
    for index, each in enumerate((*words, *parts.values)):
        path = each.removeprefix("@")
        last = index == (0 if call.name in _ARCHIVERS else len(words) - 1)
        reads, writes = read, write
        if call.name in _TO_THE_LAST:
            reads, writes = not last, last or call.name == "mv"
        elif read and write:
            writes = last
        if path.startswith(("if=", "of=")):
            reads, writes = path[0] == "i", path[0] == "o"
            path = path[3:]
        for way, wanted in (("read", reads), ("write", writes)):
            if wanted:
                touched(path, way, gathered)


def _width(call: Call, parts: Parts, gathered: Gathered) -> None:
    """Add how far a command reaches."""
    options = " ".join(parts.options)
    if call.name in carried.FINDERS and "-delete" in call.args:
        gathered.does(Verb.DELETE)
        gathered.reaches(Breadth.RECURSIVE, severity=0.6)
    changes = gathered.verbs & {Verb.DELETE, Verb.PRIVILEGE, Verb.WRITE}
    recursive = re.search(r"(?:^| )(?:-\w*[rR]\w*(?= |$)|--recursive)", options)
    if changes and recursive and call.name in {"rm", "chmod", "chown", "chgrp", "cp", "setfacl"}:
        gathered.reaches(Breadth.RECURSIVE, severity=0.7 if Verb.DELETE in gathered.verbs else 0.0)
    if call.name in {"chmod", "chown", "chgrp", "rm", "shred", "find", "truncate"} and changes:
        if any(_ROOT.match(word) for word in parts.words):
            gathered.reaches(Breadth.ROOT, severity=0.95 if recursive else 0.8)
        elif any(_EVERYTHING.match(word) for word in parts.words):
            gathered.reaches(Breadth.EVERYTHING, severity=0.75)
    if re.search(r"0\.0\.0\.0/0|::/0|allUsers|public-read", call.line):
        gathered.reaches(Breadth.OPEN_TO_ALL)
    if call.name == "chmod" and Verb.PRIVILEGE in gathered.verbs:
        everyone = re.search(r"[0-7]?[0-7]{2}[2367]\b|[oa]\w*\+\w*w|^\+w", parts.words[0])
        gathered.reaches(*([Breadth.OPEN_TO_ALL] if everyone else []), severity=0.85)
