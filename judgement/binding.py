"""Whether a clause of a reason covers an action: the same verb on the same thing."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from judgement import transfers, words
from judgement.facts import Facts, Verb
from judgement.reasons import Clause, Reason

# What somebody says who means the other: to drop a table is to delete it, and whoever makes an
# account gives rights.
_SAME = {
    Verb.SCHEMA: frozenset({Verb.DELETE}),
    Verb.DELETE: frozenset({Verb.SCHEMA}),
    Verb.PERSISTENCE: frozenset({Verb.PRIVILEGE}),
}
# What the record suffers is said in plain words: to remove the log, to stop the daemon.
_PLAIN = frozenset({Verb.DELETE, Verb.WRITE, Verb.EXEC, Verb.SCHEMA})
_RECORD = re.compile(
    r"log|audit|hist|journal|trail|wtmp|btmp|record|monitor|agent|falco|selinux|beat|fluent|promtail"
    r"|collector|shipper|osquery|wazuh|ossec|splunk"
)
# A clause that speaks of what the one before it named: "… is full, empty it".
_POINTS_BACK = re.compile(
    r"\b(?:it|them|this|that|these|those|its|their|there)\b|\bthe (?:\w+ )?(?:table|file"
    r"|folder|directory|record|row|entr(?:y|ie)|log|user|account|role|service|daemon|host|queue|cache)s?\b"
    r"|\bwhat(?:ever)? (?:is|are)\b|\b(?:older|newer|oldest|ones|everything|anything)\b",
    re.IGNORECASE,
)
_LONGEST = 20_000
_NAMES = 2  # words of a clause that names something besides what is done to it
_PIECES, _TELLING = 2, 5  # of a host's name, and letters, from which it may be told by its pieces
_LAST = re.compile(r"[./@:]")
_LONGER = re.compile(r"\b[^\W_]+(?:_+[^\W_]+)+\b")
_PATH = re.compile(r"(?<![\w.])(?:~|\.{1,2})?/[\w.*~@%+/-]+")
# What people call places that have names of their own.
_CALLED = tuple(
    (re.compile(pattern), called)
    for pattern, called in (
        (
            r"pg_authid|pg_shadow|mysql\.user|/g?shadow|master\.passwd|sql_logins|wp_users",
            "password passwords passwd hash hashes login logins account accounts authentication",
        ),
        (r"\.ssh|id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host|authorized_keys|ssh-", "ssh key keys"),
        (r"sudoers|sudo$|wheel|doas", "sudo root admin administrator rights"),
        (r"^(?:\.{1,2}/?)?\*?$", "current directory folder here everything everywhere"),
        (r"(?:^|[._])(?:stg|stage|staging|landing|tmp|temp)_", "staging temporary"),
        (r"audit|falco|osquery", "audit auditing trail"),
        (r"/var/log|log(?:_|s?$)|syslog|journal|wtmp|btmp|lastlog", "log logs logging journal"),
        (r"cron|/at$", "cron crontab schedule scheduled nightly hourly daily timer job task"),
        (r"hist(?:ory|file|size|control)", "history"),
        (r"\.(?:bash|zsh|profile)|bashrc|profile", "profile login startup shell alias"),
        (
            r"\.aws|\.gcloud|\.azure|\.kube|kubeconfig|credential",
            "credential credentials aws cloud",
        ),
        (r"\.env\b|environ", "environment env configuration settings variables"),
        (r"\.(?:pem|key|crt|p12|jks)|/etc/ssl|pki", "certificate key tls ssl"),
        (r"iptables|nft|ufw|firewall|security_?group|ipset", "firewall port ports rule rules"),
        (r"log_(?:statement|min|connections)|pgaudit|general_log|slow_query", "logging audit log"),
    )
)


def binds(
    reason: Reason, verb: Verb, facts: Facts, *, saying: re.Pattern[str] | None = None
) -> bool:
    """Tell whether one clause permits a verb on something that the action names.

    An action that names nothing is bound by the verb alone. `saying` is what the clause has to say
    besides.
    """
    wanted = {verb} | _SAME.get(verb, frozenset())
    if verb is Verb.TAMPER and any(map(_RECORD.search, facts.objects)):
        wanted |= facts.verbs & _PLAIN
    named = (*facts.objects, *facts.destinations)
    return any(
        clause.verbs & wanted
        and (not named or any(spoken_of(name, within) for name in named))
        and (saying is None or any(saying.search(each.text) for each in within))
        for clause, within in _with_what_it_points_to(reason)
    )


def ruled_out(reason: Reason, facts: Facts) -> frozenset[Verb]:
    """Return which verbs of an action a request rules out.

    Whoever announces a deed and leaves another undone to something that they name ("Tomcat is not
    reconfigured") leaves it undone to that alone.
    """
    found = facts.verbs & reason.forbidden
    if not found or not reason.acts - {Verb.READ}:
        return found
    return frozenset(
        verb
        for clause in reason.clauses
        for verb in clause.forbidden & found
        if len(clause.objects) < _NAMES or any(spoken_of(name, [clause]) for name in facts.objects)
    )


def spoken_of(name: str, clauses: Iterable[Clause]) -> bool:
    """Tell whether clauses name a thing.

    As it is written, by half the words of its last part, or as people call such things: the audit
    daemon is auditd, and password hashes are what lies in pg_shadow.
    """
    clauses = tuple(clauses)
    if name.startswith("/") and wider_than_named(name, (clause.text for clause in clauses)):
        return False
    last = _LAST.split(name.rstrip("/.:*{}"))[-1] or name
    parts = _stems(last)
    also = _also_called(name)
    for clause in clauses:
        if name in clause.literals or (len(name) > 3 and _stands_in(clause.text, name)):
            return True
        spoken = clause.objects if len(parts) > 1 else _apart_from_longer(clause)
        known = sum(any(_alike(part, word) for word in spoken) for part in parts)
        if (parts and known * 2 >= len(parts)) or also.intersection(clause.objects):
            return True
    return False


def _stands_in(text: str, name: str) -> bool:
    """Whether a text has a name, and not only as a part of one that goes on with an underscore."""
    bare, spoken = name.lower(), text.lower()
    return bare in spoken and bool(re.search(rf"(?<!_){re.escape(bare)}(?!_)", spoken))


@lru_cache(maxsize=2_000)
def _apart_from_longer(clause: Clause) -> tuple[str, ...]:
    """Return its words without those that only stand in longer names.

    Whoever drops orders_before has not spoken of orders.
    """
    if not any("_" in each for each in clause.literals):
        return clause.objects
    within = {stem for each in _LONGER.findall(clause.text) for stem in words.content(each)}
    alone = set(words.content(_LONGER.sub(" ", clause.text)))
    return tuple(each for each in clause.objects if each in alone or each not in within)


def wider_than_named(path: str, texts: Iterable[str]) -> str:
    """Return the path that texts name within this one, which they do not name itself; else ""."""
    bare = path.rstrip("/*").lower()
    within = ""
    for text in texts:
        for found in _PATH.findall(text.lower()) if bare else ():
            named = found.rstrip("/.,:*")
            if named == bare:
                return ""
            if named.startswith(f"{bare}/"):
                within = named
    return within


def names_host(name: str, *texts: str) -> bool:
    """Tell whether texts name the host, bucket or address to which something is sent."""
    host = transfers.host_of(name) or name.lower()
    short = host if host[:1].isdigit() or "@" in host else host.split(".", 1)[0]
    if any({host, short} & _tokens(text[:_LONGEST]) for text in texts):
        return True
    # "the DR site" is dr-site, and web 3 is web-03.
    apart = _apart(short)
    if apart.count(" ") < _PIECES + 1 or len(short) < _TELLING or short[:1].isdigit():
        return False
    return any(apart in _apart(text[:_LONGEST].lower()) for text in texts)


@lru_cache(maxsize=500)
def _apart(text: str) -> str:
    """Return the pieces of a name or a text with a blank around each, numbers without noughts."""
    return f" {' '.join(each.lstrip('0') or '0' for each in words.pieces(text))} "


def _alike(part: str, word: str) -> bool:
    """Whether two stems are the same, or one begins with the other: audit, auditd."""
    if part == word:
        return True
    shorter, longer = sorted((part, word), key=len)
    return len(shorter) >= 4 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3


@lru_cache(maxsize=2_000)
def _also_called(name: str) -> frozenset[str]:
    """Return the stems of what people call a place that is known by its name."""
    return frozenset(
        words.stem(word)
        for pattern, called in _CALLED
        if pattern.search(name)
        for word in called.split()
    )


@lru_cache(maxsize=500)
def _tokens(text: str) -> frozenset[str]:
    """Return the names and addresses in a text, with their hosts alone beside them."""
    found = re.findall(r"[\w.@+-]*\w", text.lower())
    return frozenset(found) | {each.rsplit("@", 1)[-1] for each in found}


def _with_what_it_points_to(reason: Reason) -> Iterator[tuple[Clause, tuple[Clause, ...]]]:
    before: Clause | None = None
    for clause in reason.clauses:
        back = before is not None and (
            _verbs_of(clause).issuperset(clause.objects) or _POINTS_BACK.search(clause.text)
        )
        yield clause, (clause, before) if back and before else (clause,)
        before = clause


def _verbs_of(clause: Clause) -> frozenset[str]:
    """Return the stem of the word with which a clause begins: as a rule its verb."""
    return frozenset(clause.objects[:1])


@lru_cache(maxsize=5_000)
def _stems(name: str) -> tuple[str, ...]:
    return tuple(words.content(name))
