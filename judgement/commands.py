"""What belongs to a command that a request speaks of: what it brings along, and what it is called.

Whoever restarts nginx says "nginx", a word like others, and whoever asks a host that was named
connects to it.
"""

import re

from judgement import arguments, knowing, near, words
from judgement.facts import Facts, Kind, Verb
from judgement.grounds import Grounds, named_as_written

_SURELY = 0.9
_LEAST = 3  # letters of a word that tells
_COLLECTS = frozenset({Verb.READ, Verb.WRITE, Verb.NETWORK, Verb.NEUTRAL})
_PASSWORDS = frozenset({"chpasswd", "passwd", "chage"})
_WORD = r"\b(?:password|passwd|passphrase|pwd?)\b"
_NEW_PASSWORD = re.compile(
    r"\b(?:new|temp\w*|initial|re-?set\w*|set|chang\w+|another) (?:\w+ ){0,3}?"
    rf"{_WORD}|{_WORD} (?:reset|change)"
    # Somebody forgot it and gets another, or has to change it at their first login.
    rf"|\b(?:forgot\w*|lost|expired|remember) (?:\w+ ){{0,2}}?{_WORD}[^\0]{{0,200}}?"
    r"\b(?:set|new|temp\w*|initial|reset|another)\b"
    rf"|{_WORD}[^\0]{{0,200}}?\bchanged? (?:it )?(?:at|on|upon) (?:\w+ ){{0,2}}?log[io]n"
)
# They carry logs to where these are kept, and are looked after as any service is.
_SHIPS = re.compile(
    r"fluent|td-agent|filebeat|metricbeat|heartbeat|logstash|promtail|vector|alloy|telegraf|rsyslog"
    r"|syslog-ng|journald|splunk|collector"
)
_KEPT = re.compile(r"^/var/(?:log|account|adm)\b|audit|history|[wb]tmp|lastlog")
_STEP = "chronyc makestep"
_STEPPED = re.compile(
    r"\b(?:step|stepping|set|correct\w*|fix\w*|adjust\w*|(?:re-?)?sync\w*) (?:\w+ ){0,3}?"
    r"(?:clock|time)\b"
    r"|\b(?:force|do|with) a (?:step|sync|re-?sync)\b|\bmakestep\b"
)
_CONTROLS = re.compile(r"(?:ctl|-?cli|adm|c)$")
_ENABLES = frozenset({"systemctl enable", "systemctl reenable"})
_LASTING = frozenset({"crontab", "at", "useradd", "ssh-copy-id", "systemd-run", "nohup", "tee"})


def brought_along(grounds: Grounds, facts: Facts, permitted: frozenset[Verb]) -> frozenset[Verb]:
    """Return the verbs that belong to what a request permits, or to what it names."""
    found = set[Verb]()
    if facts.verbs <= permitted | {Verb.NEUTRAL}:
        return frozenset()
    if Verb.NETWORK in facts.verbs and all(knowing.known(each, grounds) for each in facts.objects):
        found.add(Verb.NETWORK)  # where it goes was said; what leaves is a doubt of its own
    if near.mirrors(grounds, facts):
        found.add(Verb.DELETE)  # of what is gone where it is copied from
    if Verb.DELETE in permitted & facts.verbs:
        found.add(Verb.WRITE)  # to take lines out of a file is to write to it
    if facts.verbs <= _COLLECTS and _below_what_is_named(grounds, facts):
        found.add(Verb.WRITE)
    if Verb.EXEC in permitted and _starts_for_good(grounds, facts):
        found.add(Verb.PERSISTENCE)
    return frozenset(found | _as_asked(grounds, facts, permitted))


def _as_asked(grounds: Grounds, facts: Facts, permitted: frozenset[Verb]) -> set[Verb]:
    """Return what is grave elsewhere, and here is no more than what was asked for by its name."""
    found = set[Verb]()
    if Verb.TAMPER in facts.verbs and _serves_what_ships(grounds, facts, permitted):
        found.add(Verb.TAMPER)
    if _sets_a_password(grounds, facts):
        found.add(Verb.PRIVILEGE)
    if _STEP in facts.commands and not facts.objects:
        found |= facts.verbs if _STEPPED.search(grounds.lowered) else set()
    return found


def _sets_a_password(grounds: Grounds, facts: Facts) -> bool:
    """Whether an account that is named gets a new password, as it was asked for."""
    if _PASSWORDS.isdisjoint(facts.commands) or not _NEW_PASSWORD.search(grounds.lowered):
        return False
    said = (*facts.objects, *facts.literals)
    return any(each.partition(":")[0].lower() in grounds.tokens for each in said)


def _serves_what_ships(grounds: Grounds, facts: Facts, permitted: frozenset[Verb]) -> bool:
    """Whether a service that carries logs is named, and only that is done to it which was asked."""
    if any(map(_KEPT.search, facts.objects)):
        return False
    paths = [each for each in facts.objects if each.startswith("/")]
    own = {Verb.WRITE} if paths and grounds.whole.literals.issuperset(paths) else frozenset[Verb]()
    if not facts.verbs - {Verb.TAMPER} <= permitted | own:
        return False
    ships = [each for each in facts.objects if _SHIPS.search(each)]
    return bool(ships) and all(
        any(found[0] in grounds.lowered for found in _SHIPS.finditer(each)) for each in ships
    )


def called(grounds: Grounds, facts: Facts) -> bool:
    """Tell whether what a command names, or is called itself, is said in plain words."""
    if facts.kind is not Kind.SHELL:
        return False
    if facts.objects:
        return all(_said(each, grounds) for each in facts.objects)
    words_of_them = [word for each in facts.commands for word in each.split()]
    # What they control is called so: chronyc, rabbitmqctl.
    words_of_them += [_CONTROLS.sub("", each) for each in words_of_them]
    return _said_of([each for each in words_of_them if not arguments.tells_to(each)], grounds)


def _said(name: str, grounds: Grounds) -> bool:
    if "/" in name:
        return any(name.startswith(f"{each.rstrip('/')}/") for each in _folders(grounds)) or (
            _said_of([name.rstrip("/*").rpartition("/")[2]], grounds)
        )
    return _said_of([name], grounds)


def _said_of(names: list[str], grounds: Grounds) -> bool:
    """Whether one of several names is made of words of the request."""
    for name in names:
        parts = [words.stem(each) for each in words.pieces(name) if len(each) >= _LEAST]
        telling = [each for each in parts if not each.isdigit()]
        if telling and grounds.whole.names(telling) >= _SURELY:
            return True
    return False


def _folders(grounds: Grounds) -> list[str]:
    return [each for each in grounds.whole.literals if each.startswith("/") and each.count("/") > 1]


def _below_what_is_named(grounds: Grounds, facts: Facts) -> bool:
    """Whether all that is written lies in a folder that is named."""
    paths = facts.destinations or tuple(each for each in facts.objects if each.startswith("/"))
    folders = _folders(grounds)
    return bool(paths) and all(
        any(
            path.lower() == each or path.lower().startswith(f"{each.rstrip('/')}/")
            for each in folders
        )
        for path in paths
    )


def _starts_for_good(grounds: Grounds, facts: Facts) -> bool:
    """Whether a service that is named is only started at each boot as well."""
    return (
        not _ENABLES.isdisjoint(facts.commands)
        and _LASTING.isdisjoint(each.partition(" ")[0] for each in facts.commands)
        and all(named_as_written(each, grounds) or _said(each, grounds) for each in facts.objects)
    )
