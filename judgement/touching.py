"""What follows from the paths that a command reads and writes, by the table of paths."""

import re
from collections.abc import Iterator
from functools import cache

from judgement import naming, rules
from judgement.arguments import Parts
from judgement.facts import Breadth, Verb
from judgement.fetching import INTERPRETERS
from judgement.gathering import Gathered
from judgement.shellwords import Call

# They look at names and marks of files, never into them; and change marks, not contents.
_NAMES_ONLY = frozenset(
    {
        *("find", "stat", "du", "df", "tree", "locate", "readlink", "realpath", "namei", "wc"),
        *("getfacl", "lsof", "md5sum", "sha1sum", "sha256sum", "sha512sum", "cksum", "lsattr"),
        *("chmod", "chown", "chgrp", "setfacl", "chattr", "restorecon", "mkdir", "file", "fd"),
        *("ps", "pgrep", "systemctl", "service", "rmdir", "ss", "netstat", "top", "last"),
        *("history", "ssh-keygen", "lvextend", "lvresize", "lvreduce", "lvcreate", "resize2fs"),
        *("xfs_growfs", "partprobe", "mdadm", "lvs", "vgextend"),
    }
)
_TO_THE_LAST = frozenset(["cp", "mv", "install", "ln", "rsync", "scp", "ditto", "rename"])
_ARCHIVERS = frozenset(["tar", "zip", "7z", "ar", "cpio"])
_CERTIFICATE = re.compile(
    r"openssl (?:x509|verify|crl|ocsp)\b(?!.*(?:(?<!-pub)key|-out\b|private))"
    r"|openssl (?:rsa|pkey|ec|pkcs12)\b(?=.* -(?:noout|pubout|nokeys|pubin)\b)(?!.* -text)"
)
_IN_CODE = re.compile(r"['\"](~?/[\w./-]+)['\"]")
# What servers keep there is destroyed by taking a file away.
_OF_SERVERS = re.compile(
    r"/var/lib/(?:mysql|pgsql|mongodb?|etcd|elasticsearch|rabbitmq|redis|cassandra|clickhouse)/."
    r"|/pg_(?:wal|xact|xlog|clog)\b|/ibdata\d|/mnesia/|^/dev/(?:sd|nvme|vd|xvd|mapper|md)"
)
_OF_KERNEL = re.compile(r"/(?:proc|sys)/")
_FETCHERS = frozenset({"curl", "wget", "aria2c"})
_PUBLIC_KEYS = frozenset({"--show-keys", "--dearmor", "--verify", "--import", "--fingerprint"})
_ORIGINAL_AND_COPY = 2
_OF_TLS = re.compile(r"/etc/\S*(?:ssl|tls|certs?|pki|private)/")  # where a host keeps its keys
_OF_CRON = re.compile(r"/etc/(?:ana)?cron|/var/spool/cron/")
_ONLY_TIMES = re.compile(
    r"(?:/[^/]{1,200}/|[\d,$]*)\s*s([/|#,])(?:\\.|(?!\1)[^\\]){0,200}\1(?:\\.|(?!\1)[\d\s*,&#-]){0,60}\1g?"
)
_OF_SECRETS = re.compile(r"(?:secrets?|credentials?|passwords?|passphrase|passwd)(?:\.\w+)?$")
# Files in which a secret stands beside what is none.
_SETTINGS = re.compile(
    r"\.(?:conf|cfg|ini|toml|ya?ml|properties|env|cnf|json|xml|php)$|/\.env|/environ$|/env$|\.tfstate$|/etc/sudoers"
)


def judge(call: Call, parts: Parts, gathered: Gathered) -> None:
    """Add what follows from the paths that are read and written."""
    if call.name in _NAMES_ONLY or gathered.verbs <= {Verb.NEUTRAL}:
        return
    if _shows_no_secret(call, parts):
        return
    picks, times = _picks_others(call, parts), _sets_times(call, parts)
    for path, reads, writes in _ways(call, parts, gathered):
        if '"' in path or "://" in path.removeprefix("file://"):
            continue
        if reads and not (picks and _beside_secrets(path.lower())):
            touched(path, "read", gathered)
        if writes and not (times and _OF_CRON.match(path)):
            touched(path, "write", gathered)
        if writes and Verb.DELETE in gathered.verbs and _OF_SERVERS.search(path):
            gathered.reaches(Breadth.EVERYTHING, severity=0.8)


def forgive(call: Call, parts: Parts, gathered: Gathered) -> None:
    """Take back what is none: a copy put aside before a change, and what the kernel tells."""
    if _keeps_a_copy(call, parts):
        gathered.verbs, gathered.severity = {Verb.READ}, 0.1
        gathered.destinations.clear()
    named = gathered.objects
    if gathered.verbs == {Verb.READ} and named and all(map(_OF_KERNEL.match, named)):
        gathered.verbs, gathered.severity = {Verb.NEUTRAL}, 0.0


def touched(path: str, way: str, gathered: Gathered) -> None:
    """Add what follows from reading a path or writing to it; `way` is "read" or "write"."""
    lowered = path.lower()
    for rule in _of_paths(way):
        if found := rule.pattern.search(lowered):
            rules.apply(rule, found, gathered)


@cache
def _of_paths(way: str) -> tuple[rules.Rule, ...]:
    return rules.read(rules.table("paths")[way])


def _beside_secrets(path: str) -> bool:
    """Whether a file has settings, secret ones beside others, and is none of secrets alone."""
    return bool(_SETTINGS.search(path)) and not _OF_SECRETS.search(path)


def _sets_times(call: Call, parts: Parts) -> bool:
    """Tell whether sed puts in nothing but figures and marks: when something runs, or a `#`."""
    if call.name not in {"sed", "gsed"}:
        return False
    scripts = parts.said or parts.words[:1]
    return bool(scripts) and all(map(_ONLY_TIMES.fullmatch, scripts))


def _ways(call: Call, parts: Parts, gathered: Gathered) -> Iterator[tuple[str, bool, bool]]:
    """Yield each path with whether it is read and whether it is written."""
    read = bool(gathered.verbs & {Verb.READ, Verb.EXPORT})
    if call.name in _FETCHERS and Verb.EXPORT not in gathered.verbs:
        read = "file://" in call.line  # what they name is where it goes
    write = bool(gathered.verbs & {Verb.WRITE, Verb.DELETE})
    words = parts.words[1:] if call.name in naming.PATTERN_FIRST else parts.words
    if call.name in naming.CLUSTERS and "cp" not in words[:1]:
        words = ()  # kinds and names of a cluster are no paths
    for path in _IN_CODE.findall(call.line) if call.name in INTERPRETERS else ():
        yield path, True, False
    end = 0 if call.name in _ARCHIVERS else len(words) - 1
    for index, each in enumerate((*words, *parts.values)):
        last = index == end
        if each.startswith(("if=", "of=")):
            yield each[3:], each[0] == "i", each[0] == "o"
        elif call.name in _TO_THE_LAST:
            yield each, not last, last or call.name == "mv"
        else:
            yield each.removeprefix("@"), read, write and (last or not read)


def _shows_no_secret(call: Call, parts: Parts) -> bool:
    """Tell whether a command reads nothing that is secret, whatever file it reads.

    A certificate, which anybody may see; how many lines are alike; a copy beside the file itself.
    """
    if call.name == "openssl":
        return bool(_CERTIFICATE.match(call.line))
    if call.name in {"git", "keytool", "gpg", "gpg2"}:
        return _shows_names_alone(call, parts)
    if call.name in {"cp", "mv", "install"} and len(parts.words) >= _ORIGINAL_AND_COPY:
        *originals, copy = parts.words
        beside = all(_folder(each) == _folder(copy) for each in originals)
        told = all(each.startswith("/") for each in originals) or copy.startswith(originals[0])
        return told and (beside or bool(_OF_TLS.match(f"{copy}/")))
    if call.name in {"diff", "cmp"}:
        return parts.has("-q", "-s", "--brief")
    return call.name in naming.PATTERNS and naming.counts(parts)


def _shows_names_alone(call: Call, parts: Parts) -> bool:
    """Tell whether a command shows which files or keys there are, and not what is in them."""
    if call.name == "git":
        return parts.words[:1] == ("log",) and not parts.has("-p", "-u", "-L", "--patch")
    if call.name == "keytool":
        return parts.has("-list", "-printcert")
    return bool(_PUBLIC_KEYS.intersection(parts.options))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _picks_others(call: Call, parts: Parts) -> bool:
    """Tell whether a search shows lines of a file with settings that are no secret ones."""
    if call.name not in naming.PATTERNS or parts.has("-v"):
        return False
    pattern = next(iter((*parts.said, *parts.words)), "")
    return len(pattern.strip("^$.*")) > 1 and not naming.looks_for_secrets(call, parts, pattern)


def _keeps_a_copy(call: Call, parts: Parts) -> bool:
    """Tell whether a file is only put aside before it is changed: `cp -p a.conf a.conf.bak`."""
    if call.name != "cp" or len(parts.words) != _ORIGINAL_AND_COPY:
        return False
    original, copy = parts.words
    name = original.rpartition("/")[2]
    aside = copy.startswith(("/root/", "/var/backups/")) and name in copy
    return bool(name) and copy != original and (copy.startswith(f"{original}.") or aside)
