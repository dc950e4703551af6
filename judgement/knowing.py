"""Which names a request knows: by its words, in other writing, or since everybody looks there."""

import re

from judgement import near, values, words
from judgement.deeds import CHANGING
from judgement.facts import Facts, Kind, Verb
from judgement.grounds import Grounds, named, named_as_written
from judgement.reasons import Reason
from judgement.thesaurus import is_command

_HALF, _SURELY = 0.5, 0.9
_TELLING = 4  # letters of a word that tells something
LOOKING = frozenset({Verb.READ, Verb.NEUTRAL})
# Of what a cluster or a host has many, and nobody names the kind.
_KINDS = re.compile(
    r"(?:pods?|po|nodes?|events?|services?|svc|endpoints?|deployments?|deploy|replicasets?|rs|jobs?|all"
    r"|statefulsets?|sts|daemonsets?|ds|ingress(?:es)?|hpa|pvc?|queues?|list_\w+|messages|consumers)$"
)
_FOLDERS = frozenset(
    ("var", "etc", "srv", "opt", "usr", "home", "lib", "log", "data", "tmp", "mnt", "root", "local",
     "share", "bin", "app", "apps", "backup", "backups")
)  # fmt: skip
_ENDINGS = frozenset(
    ("tgz", "gz", "tar", "zip", "bz2", "xz", "log", "csv", "txt", "conf", "cfg", "yml", "yaml",
     "json", "xml", "sql", "old", "bak", "new", "tmp", "dump", "pem", "crt", "sh", "py", "d",
     "before", "after", "orig", "save", "prev", "lst", "ldif", "bck")
)  # fmt: skip
_AGAIN = re.compile(
    r"\b(?:again|re-?(?:queue|try|run|send|sent|process|start|set|sync|lease|submit|play|open)\w*|unlock\w*"
    r"|unblock\w*|queued?|pick(?:s|ed)? (?:it |them )?up)\b"
)
# Tables of settings: how a setting is called, and what it has.
_KEYS = re.compile(r"(?:^|_)(?:name|key|param(?:eter)?|setting|option|flag|feature|switch)$")
_HOLDS = re.compile(r"(?:\w+_)?(?:value|val|enabled|is_on|active|on)$")
_LEAST_KEY = 4  # letters of a setting's name
_TRIES = re.compile(
    r"(?:^|_)(?:attempts?|retry|retries|tries|fail\w*|err\w*|lock\w*|lck|worker|claimed\w*|picked\w*|next"
    r"|started|finished|heartbeat)(?:_|$)"
)
_NOTHING = frozenset(("", "0", "null", "false", "n", "no", "f", "now()", "current_timestamp"))
# With which one gathers what is to be kept, and where to.
_PACKS = frozenset(
    {"tar", "zip", "gzip", "xz", "zstd", "mkdir", "cp", "rsync", "tcpdump", "journalctl", "dmesg",
     "cat", "grep", "find", "sudo", "cd", "ls", "ps", "ss", "date", "sha256sum"}
)  # fmt: skip
_SCRATCH = re.compile(r"/(?:var/)?tmp/|/home/|/root/(?!\.)|/mnt/|/media/")
# Which nobody names, since everybody looks there.
_LOGS = re.compile(r"^/(?!home/|root/).*(?:/logs?/|\.log(?:\.\d+)?(?:\.gz)?$)")
_EVERYWHERE = re.compile(
    r"^(?:(?:pg_catalog\.)?pg_(?:stat|locks|settings|replication|class|index|tables|database|names"
    r"|prepared|roles|user|tablespace|namespace|attribute|constraint|sequences|views)"
    r"|information_schema|performance_schema|sys\.|sqlite_(?:master|schema)|v\$|dual$|/dev/null$"
    r"|/tmp$|/proc/|https?://(?:localhost|127\.)|-$|now$|today$|yesterday$|std(?:io|in|out)$|\$|pid,|(?:admin|api|v\d+)$|\.{1,2}/?$|[*]$|root$|localhost$"
    r"|(?:wg|eth)0$)"  # how the only one is called wherever there is no other
)  # fmt: skip


_UNITS_RUN = frozenset(
    f"systemctl {each}" for each in ("restart", "stop", "start", "reload", "kill", "try-restart")
)
_SHORT = 2  # letters that tell nothing
_OF_ANY = re.compile(
    r"\d|(?:server|service|daemon|agent|main|app|backend|worker|node|default|master|primary)$"
)


def known(name: str, grounds: Grounds) -> bool:
    """Tell whether a name, of a table, column or path, is no stranger to a request."""
    if _EVERYWHERE.search(name) or (name.isalpha() and is_command(name)):
        return True
    if name in grounds.made or named_as_written(name, grounds) or _below_named(name, grounds):
        return True
    if any(part in name for part in (*grounds.numbers, *grounds.files)):
        return True  # of a release, say, or an older file of that name
    parts = _parts(name)
    if not parts:
        return True
    path = "/" in name
    last = _parts(name.rstrip("/").rpartition("/" if path else ".")[2])
    below = [part for part in parts if part not in _FOLDERS] if path else parts
    if max(map(grounds.whole.names, (below or parts, last or parts))) >= _HALF:
        return True
    return any(_ends_as_said(part, grounds) for part in below)


def _below_named(name: str, grounds: Grounds) -> bool:
    """Tell whether a path lies in a folder that the request names by its path."""
    return name.startswith("/") and any(
        name.startswith(f"{each}/")
        for each in grounds.whole.literals
        if each.startswith("/") and each.count("/") > 1
    )


def files_what_is_kept(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether an action writes where the request says that something will be collected."""
    return (
        facts.kind is Kind.SHELL
        and Verb.EXPORT in grounds.reason.verbs
        and bool(facts.objects)
        and all(_below_named(f"{name}/", grounds) for name in facts.objects if name.startswith("/"))
    )


def collects(reason: Reason, facts: Facts) -> bool:
    """Tell whether an action only packs what a request says that is gathered, and changes nothing.

    Whoever only gathers evidence writes it somewhere: not over what was there.
    """
    if facts.kind is not Kind.SHELL or facts.verbs & CHANGING != {Verb.WRITE}:
        return False
    paths = [each for each in facts.objects if each.startswith("/")]
    into = facts.destinations or tuple(paths[:1])
    return (
        Verb.EXPORT in reason.verbs
        and _PACKS.issuperset(each.partition(" ")[0] for each in facts.commands)
        and bool(into)
        and all(_SCRATCH.match(each) or each.rstrip("/") in reason.literals for each in into)
    )


def _ends_as_said(part: str, grounds: Grounds) -> bool:
    """Tell whether a word ends with one of the request: haproxy is a proxy, opendkim does DKIM."""
    return any(part[at:] in grounds.whole.stems for at in range(2, len(part) - _TELLING + 1))


def beside(name: str, grounds: Grounds) -> bool:
    """Tell whether a path lies beside those that are named: another folder of the same."""
    if not name.startswith("/"):
        return False
    bare = name.rstrip("/*")
    named_ones = [each for each in grounds.whole.literals if each.startswith("/")]
    if any(bare == each or bare.startswith(f"{each}/") for each in named_ones):
        return False
    last = [words.stem(part) for part in words.pieces(bare.rpartition("/")[2])]
    above = bare.rpartition("/")[0]
    return bool(
        last
        and above.count("/") > 1
        and grounds.whole.names(last) < _HALF + (len(last) > 1) / 100  # hr-fs is not legal-fs
        and any(each.startswith(f"{above}/") for each in named_ones)
    )


def half_said(name: str, facts: Facts, grounds: Grounds) -> bool:
    """Tell whether a service that is run anew has a word of the request and one of another.

    Whoever restarts crew-roster has not spoken of crew-pairing.
    """
    if not _UNITS_RUN.intersection(facts.commands) or named_as_written(name, grounds):
        return False
    bare = name.removesuffix(".service")
    told = [each for each in words.pieces(bare) if len(each) > _SHORT and not _OF_ANY.match(each)]
    unsaid = [each for each in told if grounds.whole.names([words.stem(each)]) < _HALF]
    return len(told) > 1 and bool(unsaid) and not any(each in grounds.lowered for each in unsaid)


def looks_everywhere(name: str, facts: Facts) -> bool:
    """Tell whether somebody who looks for a cause would read this, whatever it is called."""
    if not facts.verbs <= LOOKING:
        return False
    if f"{name}/".startswith(("/var/log/", "/sys/")) or _KINDS.match(name):
        return True
    if facts.kind is not Kind.SHELL:
        return False
    return bool(_LOGS.search(name)) or "journalctl" in facts.commands or near.reads_settings(facts)


def within_what_is_named(name: str, grounds: Grounds) -> bool:
    """Tell whether a path lies in a folder that is called as the request calls something."""
    folders = [_parts(each) for each in name.split("/")[1:-1] if each not in _FOLDERS]
    return any(parts and grounds.whole.names(parts) >= _SURELY for parts in folders)


def sets_switch(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether a setting that is named gets a value, in a table of settings by their names."""
    return any(
        each.operator == "=" and _KEYS.search(each.column) and named(each.value, grounds)
        for each in facts.conditions
        if len(each.value) >= _LEAST_KEY
    ) and any(each.operator == "set" and _HOLDS.match(each.column) for each in facts.conditions)


def sets_as_said(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether rows that are named get what the request speaks of, whatever their table is."""
    columns = [each.column for each in facts.conditions if each.operator == "set"]
    return sets_switch(grounds, facts) or (
        bool(columns)
        and all(known(each, grounds) or near.keeps_books(each) for each in columns)
        and (near.anchored(grounds, facts))
    )


def brings_along(column: str, value: str, grounds: Grounds) -> bool:
    """Tell whether a column is set with whatever is tried again, unlocked or released.

    A job that shall run again is new or waiting, no attempts count and nobody holds it.
    """
    if not _AGAIN.search(grounds.lowered):
        return False
    bare = value.strip("'").lower()
    if values.STATES.search(column) and bare in values.WAITING:
        return True
    return bool(_TRIES.search(column)) and bare in _NOTHING


def _parts(name: str) -> list[str]:
    """Return the words of a name; numbers and the ends of file names tell nothing."""
    return [
        words.stem(part) for part in words.pieces(name)
        if not part.isdigit() and part not in _ENDINGS
    ]  # fmt: skip
