"""What one command does, by the table of utilities and the paths that it touches."""

import re
from functools import cache

from judgement import arguments, carried, comparing, naming, rules, transfers
from judgement.arguments import Parts
from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call

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
# Their commands may be written either way.
_ANY_CASE = re.compile(r"redis|valkey|keydb|mongo|cqlsh|sql|pw?sh|powershell|\w*sql\b")
# Utilities that are called so only look: mpstat, iotop, named-checkconf.
_LOOKS_BY_NAME = re.compile(r"(?:stat|stats|top|info|status|check|checkconf|checkzone|-list|-show|ls)$")
_ANY = "*"  # in the table: a utility of which nothing else is known
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
_ACTS = frozenset({Verb.EXEC, Verb.DELETE, Verb.WRITE})
_CERTIFICATE = re.compile(
    r"openssl (?:x509|verify|crl|ocsp)\b(?!.*(?:key|-out\b|private))"
    r"|openssl (?:rsa|pkey|ec|pkcs12)\b(?=.* -(?:noout|pubout|nokeys|pubin)\b)(?!.* -text)"
)
_OF_KERNEL = re.compile(r"/(?:proc|sys)/")
_FETCHERS = frozenset({"curl", "wget", "aria2c"})
_PUBLIC_KEYS = frozenset({"--show-keys", "--dearmor", "--verify", "--import", "--fingerprint"})
_ORIGINAL_AND_COPY = 2
# Files in which a secret stands beside what is none.
_SETTINGS = re.compile(
    r"\.(?:conf|cfg|ini|toml|ya?ml|properties|env|cnf|json|xml|php)$|/\.env|/environ$|/env$|\.tfstate$"
)


def judge(call: Call, gathered: Gathered) -> None:
    """Add what a command does and to what. It says nothing of the commands that it carries."""
    parts = arguments.apart(call)
    own = Gathered(gathered.kind)
    _by_table(call, parts, own)
    depth = arguments.depth(call, parts.words)
    own.runs(" ".join((call.name, *parts.words[:depth])))
    naming.judge(call, parts, depth, own)
    if Verb.WRITE in own.verbs:
        comparing.judge(call, parts, own)
    transfers.judge(call, parts.words, parts.values, own)
    _paths(call, parts, own)
    _width(call, parts, own)
    if own.verbs & _ACTS and _ENDS.search(call.line) and _GUARDS.search(call.line):
        own.does(Verb.TAMPER)
    if _keeps_a_copy(call, parts):
        own.verbs, own.severity = {Verb.READ}, 0.1
        own.destinations.clear()
    if own.verbs == {Verb.READ} and own.objects and all(map(_OF_KERNEL.match, own.objects)):
        own.verbs, own.severity = {Verb.NEUTRAL}, 0.0
    gathered.takes(own.facts())


def _keeps_a_copy(call: Call, parts: Parts) -> bool:
    """Tell whether a file is only put aside before it is changed: `cp -p a.conf a.conf.bak`."""
    if call.name != "cp" or len(parts.words) != _ORIGINAL_AND_COPY:
        return False
    original, copy = parts.words
    name = original.rpartition("/")[2]
    aside = copy.startswith(("/root/", "/var/backups/")) and name in copy
    return bool(name) and copy != original and (copy.startswith(f"{original}.") or aside)


def touched(path: str, way: str, gathered: Gathered) -> None:
    """Add what follows from reading a path or writing to it; `way` is "read" or "write"."""
    for rule in _of_paths(way):
        if found := rule.pattern.search(path.lower()):
            rules.apply(rule, found, gathered)


@cache
def _of(name: str) -> tuple[rules.Rule, ...]:
    table = rules.table("shell")
    looks = _LOOKS_BY_NAME.search(name)
    text = table.get(name) or table.get(_plain(name), ".* => read" if looks else ".* => exec")
    return rules.read(text, any_case=bool(_ANY_CASE.match(name)))


def _plain(name: str) -> str:
    """Return a name without version and kind: python3.11, gcc-12, mkfs.ext2, find.exe."""
    return re.sub(r"(?<=[a-z])-?\d+(?:\.\d+)*$|\.(?:exe|\w+)$", "", name) or name


@cache
def _of_paths(way: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("paths")[way])


def _by_table(call: Call, parts: Parts, gathered: Gathered) -> None:
    line = parts.line
    if call.name in _PASSES_ON and call.piped and not parts.words:
        gathered.does(Verb.NEUTRAL)
        return
    found = _matching(call.name, line)
    if found is None or found[0].verbs == (Verb.EXEC,) and found[0].severity is None:
        found = _matching(_ANY, line) or found
    if found:
        rules.apply(*found, gathered)
    else:
        gathered.does(Verb.EXEC)


def _matching(name: str, line: str) -> tuple[rules.Rule, re.Match[str]] | None:
    """Return the first rule of a utility that a line matches."""
    for rule in _of(name):
        if found := rule.pattern.match(line):
            return rule, found
    return None


def _shows_no_secret(call: Call, parts: Parts) -> bool:
    """Tell whether a command reads nothing that is secret, whatever file it reads.

    A certificate, which anybody may see; how many lines are alike; a copy beside the file itself.
    """
    if call.name == "openssl":
        return bool(_CERTIFICATE.match(call.line))
    if call.name in {"gpg", "gpg2"}:
        return bool(_PUBLIC_KEYS.intersection(parts.options))
    if call.name in {"cp", "mv"} and len(parts.words) == _ORIGINAL_AND_COPY:
        original, copy = parts.words
        return original.startswith("/") and _folder(original) == _folder(copy)
    return call.name in naming.PATTERNS and naming.counts(parts)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _picks_others(call: Call, parts: Parts) -> bool:
    """Tell whether a search shows lines of a file with settings that are no secret ones."""
    if call.name not in naming.PATTERNS or parts.has("-v"):
        return False
    pattern = next(iter((*parts.said, *parts.words)), "")
    return len(pattern.strip("^$.*")) > 1 and not naming.looks_for_secrets(call, parts, pattern)


def _paths(call: Call, parts: Parts, gathered: Gathered) -> None:
    """Add what follows from the paths that are read and written."""
    if call.name in _NAMES_ONLY or gathered.verbs <= {Verb.NEUTRAL}:
        return
    if _shows_no_secret(call, parts):
        return
    picks = _picks_others(call, parts)
    read = bool(gathered.verbs & {Verb.READ, Verb.EXPORT})
    if call.name in _FETCHERS and Verb.EXPORT not in gathered.verbs:
        read = "file://" in call.line  # what they name is where it goes
    write = bool(gathered.verbs & {Verb.WRITE, Verb.DELETE})
    words = parts.words[1:] if call.name in naming.PATTERN_FIRST else parts.words
    if call.name in naming.CLUSTERS and "cp" not in words[:1]:
        words = ()  # kinds and names of a cluster are no paths
    for index, each in enumerate((*words, *parts.values)):
        path = each.removeprefix("@")
        if '"' in path or "://" in path.replace("file://", "") or (picks and _SETTINGS.search(path.lower())):
            continue
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
