"""What one command does, by the table of utilities."""

import dataclasses
import re
from functools import cache

from judgement import arguments, carried, comparing, naming, rules, touching, transfers
from judgement.arguments import Parts
from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call

# Their commands may be written either way.
_ANY_CASE = re.compile(r"redis|valkey|keydb|mongo|cqlsh|sql|pw?sh|powershell|\w*sql\b")
# Utilities that are called so only look: mpstat, iotop, named-checkconf.
_LOOKS_BY_NAME = re.compile(
    r"(?:stat|stats|top|info|status|check|checkconf|checkzone|-list|-show|ls)$"
)
_OWN_PLACE = re.compile(r"\.|~|\$|/(?:tmp|var/tmp|dev/shm|home|root)\b")
_SCRIPTS = (".sh", ".py", ".pl", ".rb", ".php", ".js", ".bash")
_ANY = "*"  # in the table: a utility of which nothing else is known
_PASSES_ON = frozenset(["head", "tail", "less", "more", "cat", "column"])
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
# They are told what to do by what they read.
_CONSOLES = frozenset({"bconsole", "birdc", "vtysh", "jboss-cli.sh"})


def judge(call: Call, gathered: Gathered) -> None:
    """Add what a command does and to what. It says nothing of the commands that it carries."""
    if call.name in _CONSOLES and call.feed:
        call = dataclasses.replace(call, args=(*call.args, *call.feed.split()))
    parts = arguments.apart(call)
    own = Gathered(gathered.kind)
    _by_table(call, parts, own)
    depth = arguments.depth(call, parts.words)
    own.runs(" ".join((call.name, *parts.words[:depth])))
    naming.judge(call, parts, depth, own)
    if Verb.WRITE in own.verbs:
        comparing.judge(call, parts, own)
    transfers.judge(call, parts.words, parts.values, own)
    touching.judge(call, parts, own)
    _width(call, parts, own)
    if own.verbs & _ACTS and _ENDS.search(call.line) and _GUARDS.search(call.line):
        own.does(Verb.TAMPER)
    touching.forgive(call, parts, own)
    if own.verbs <= {Verb.NEUTRAL}:
        gathered.glances_at(*own.objects)
        own.objects.clear()
    gathered.takes(own.facts())


@cache
def _of(name: str) -> tuple[rules.Rule, ...]:
    table = rules.table("shell")
    looks = _LOOKS_BY_NAME.search(name)
    text = table.get(name) or table.get(_plain(name), ".* => read" if looks else ".* => exec")
    return rules.read(text, any_case=bool(_ANY_CASE.match(name)))


def _plain(name: str) -> str:
    """Return a name without version and kind: python3.11, gcc-12, mkfs.ext2, find.exe.

    A script is none of them: install.sh does not install.
    """
    if name.endswith(_SCRIPTS):
        return name
    return re.sub(r"(?<=[a-z])-?\d+(?:\.\d+)*$|\.(?:exe|\w+)$", "", name) or name


def _by_table(call: Call, parts: Parts, gathered: Gathered) -> None:
    line = parts.line
    if call.name in _PASSES_ON and call.piped and not parts.words:
        gathered.does(Verb.NEUTRAL)
        return
    found = _matching(call.name, line)
    if found is None or (found[0].verbs == (Verb.EXEC,) and found[0].severity is None):
        found = found if _is_own(call) else _matching(_ANY, line) or found
    if found:
        rules.apply(*found, gathered)
    else:
        gathered.does(Verb.EXEC)


def _is_own(call: Call) -> bool:
    """Tell whether somebody may have written a command themselves: nothing is known of it."""
    return call.name.endswith(_SCRIPTS) or bool(_OWN_PLACE.match(call.place))


def _matching(name: str, line: str) -> tuple[rules.Rule, re.Match[str]] | None:
    """Return the first rule of a utility that a line matches."""
    for rule in _of(name):
        if found := rule.pattern.match(line):
            return rule, found
    return None


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
