"""What a command names and what it says: files, hosts, units; patterns, scripts and figures."""

import re
from collections.abc import Iterable, Iterator

from judgement import arguments, carried
from judgement.arguments import Parts
from judgement.facts import Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call

PATTERNS = frozenset({"grep", "egrep", "fgrep", "zgrep", "rg", "ag", "ack", "ugrep"})
_EDITORS = frozenset({"sed", "gsed", "awk", "gawk", "mawk", "nawk", "jq", "yq", "perl"})
# The first word of these is a program or pattern of their own rather than a file.
PATTERN_FIRST = PATTERNS | _EDITORS | {"chmod", "date", "kill", "killall", "locate", "pkill"}
_GIVES_PATTERN = ("-e", "-f", "--expression", "--regexp", "--file", "--from-file")
# All that they are given is said and names nothing.
_ONLY_SAY = frozenset(
    ["echo", "printf", "tr", "expr", "pgrep", "logger", "wall", "seq", "sleep", "test", "[", "let"]
) | {"read"}
_SAY_NOTHING = frozenset({"sleep", "seq", "expr", "let", "read"})
CLUSTERS = frozenset({"kubectl", "oc", "k"})
# How kinds of things are called for short.
_KINDS = {
    "po": "pods", "cm": "configmaps", "svc": "services", "deploy": "deployments", "no": "nodes",
    "ns": "namespaces", "ds": "daemonsets", "sts": "statefulsets", "rs": "replicasets",
    "ing": "ingresses", "ep": "endpoints", "ev": "events", "cj": "cronjobs",
    "sa": "serviceaccounts", "pv": "persistentvolumes", "pvc": "persistentvolumeclaims",
    "netpol": "networkpolicies",
}  # fmt: skip
_PRIMARIES = carried.FINDERS
# A file that somebody makes for themselves, by the way.
SCRATCH = re.compile(
    r"/(?:tmp|var/tmp|dev/shm)/(?:[\w.-]+/)?(?:[\w.{}$*-]|\$\([^)]*\))+$"
    r"|(?:/root|~)/[\w.-]+\.(?:txt|lst|list|log|out|ids|before|after)$"
)
_ASKS = frozenset({"curl", "wget", "http", "xh"})
_HERE = re.compile(r"localhost\b|127\.\d|\[::1\]")
_LISTS = re.compile(r"list[-_]|show$|get$")
_COLUMNS_NAMED = frozenset({"rabbitmqctl", "zfs", "zpool", "sacctmgr"})
# What nobody looks for but who wants to know it; a message of a log has more words.
_MASKS = re.compile(r"s(?:/[^/&\\]{1,80}){2}/[gI]*$")
_SECRET = re.compile(
    r"[\W_]*(?:[^\W_]+[-_.])*(?:(?:db|my|sql|smtp|imap|ldap|bind|root|admin|user|ftp)_?pass(?:wo?r?d)?|passw(?:or)?d?|passphrase|secrets?|token|api[_-]?key"
    r"|private[_-]?key|bearer|cvv2?|cvc2?|ssn|card_?number|credentials?|access[_-]?key|psk|presharedkey)(?!\w*[-_.](?:file|path|dir|policy|length|age|expir\w*)$)(?:[-_.][^\W_]+)*[\W_]*s?",
    re.IGNORECASE,
)
_BETWEEN_SLASHES = re.compile(r"/([^/]+)/")
_EITHER = re.compile(r"\\?\||[()]")
_OF_CARDS = re.compile(r"\b(?:cvv2?|cvc2?|ssn|card_?number)\b", re.IGNORECASE)
# What follows such a word is shown, wherever it stands: `grep -o 'Bearer [A-Z]*'`.
_SHOWS_VALUE = re.compile(
    r"\b(?:bearer|passw(?:or)?d|secret|token|api[-_]?key)\W{0,6}(?:\[|\\[Sw]|\.[*+])", re.IGNORECASE
)
_ENDS_SECRET = re.compile(r"\s(?:password|passwd|secret|psk|passphrase)\W*$", re.IGNORECASE)
_OF_SETTINGS = re.compile(r"/etc/|\.(?:conf|cfg|ini|cnf|ya?ml|toml|properties|xml)\b")
_OF_LOGS = re.compile(r"log\b|journal|dmesg|messages|audit", re.IGNORECASE)
_PUT_IN = re.compile(
    r"s([/|#,@!~])(?P<old>(?:\\.|(?!\1)[^\\]){0,200})\1(?P<new>(?:\\.|(?!\1)[^\\]){0,200})\1"
)
_ANY_TEXT = re.compile(r"\\[sdwbntSDW\d][*+?]?|\[[^\]]*\][*+]?|\$\{\d\}|\.[*+]|[()]")
_WHERE = re.compile(r"/\^?([A-Za-z][\w.@\\-]*[-_.@][\w.@\\-]*)")
_PUT = re.compile(r"(?<![=!<>])=\s*\"?([\w.:/-]+)")
_LONGEST_LIST = 300
_LISTED = re.compile(r"[\w.-]{2,}(?:,[\w.-]{2,})+")
_BRACES = re.compile(r"([^{}]*)\{((?!\d{4},)[^{},]+(?:,[^{},]+)+)\}([^{}]*)")  # years are a span
_WORDS = re.compile(r"\w[\w.@:/-]*\w|\w")


def judge(call: Call, parts: Parts, depth: int, gathered: Gathered) -> None:
    """Add the things and the values that a command names."""
    words = _script(call, parts, parts.words[depth:], gathered)
    if call.name in _ONLY_SAY:
        gathered.says(*(() if call.name in _SAY_NOTHING else map(_bare, words)))
        return
    if call.name in CLUSTERS and len(words) > 1 and "/" not in words[0]:
        gathered.names(*(f"{words[0]}/{name}" for name in words[1:5]))
    if call.name in CLUSTERS and words:
        words = (_KINDS.get(words[0], words[0]), *words[1:])
    _sort(call, (*_without_grammar(call, parts, words), *parts.values), gathered)
    gathered.says(*(each for each in parts.said if arguments.named(each) != ("", "")))


def _bare(word: str) -> str:
    return "" if arguments.named(word) == ("", "") else word


def _sort(call: Call, words: Iterable[str], gathered: Gathered) -> None:
    """Add each word to the things or to the values."""
    for word in words:
        if len(word) < 2 and word.isalpha() and call.name in _PRIMARIES:
            continue
        thing, value = arguments.named(word)
        gathered.names(*_each(thing))
        gathered.says(value)


def _each(thing: str) -> tuple[str, ...]:
    """Return the things that a list is of: `web-1,web-2`, `/srv/{a1,b1}`; else the one."""
    if "," not in thing or len(thing) > _LONGEST_LIST:
        return (thing,)
    if found := _BRACES.fullmatch(thing):
        return tuple(f"{found[1]}{part}{found[3]}" for part in found[2].split(","))
    return tuple(thing.split(",")) if _LISTED.fullmatch(thing) else (thing,)


def _script(
    call: Call, parts: Parts, words: tuple[str, ...], gathered: Gathered
) -> tuple[str, ...]:
    """Add the pattern or script that a command begins with, and return the words after it."""
    scripts = parts.said if call.name in PATTERNS | _EDITORS else ()
    if call.name in PATTERN_FIRST and words and not parts.has(*_given(call)):
        scripts, words = (*scripts, words[0]), words[1:]
        gathered.says(_bare(scripts[-1]))
    if call.name == "yq":
        gathered.says(*(each for script in scripts for each in _PUT.findall(script[:600])))
    if call.name in {"sed", "gsed", "perl"}:
        for script in scripts:
            gathered.says(*_new_text(script))
    if call.name in {"tar", "ar", "ps"} and re.fullmatch(r"[a-zA-Z]{1,7}", (words or ("",))[0]):
        words = words[1:]
    if any(looks_for_secrets(call, parts, script) for script in scripts):
        gathered.does(Verb.SECRET, severity=0.5)
    return words


def _given(call: Call) -> tuple[str, ...]:
    """Return the options by which a pattern or script is given, where the first word is a file."""
    if call.name in PATTERNS | {"sed", "gsed"}:
        return _GIVES_PATTERN
    return ("-f", "--file", "--from-file") if call.name in _EDITORS - {"perl"} else ("",)


def looks_for_secrets(call: Call, parts: Parts, pattern: str) -> bool:
    """Tell whether lines are picked that hold passwords or keys, and shown; logs have none."""
    if call.name not in PATTERNS | {"awk", "gawk", "sed"} or counts(parts):
        return False
    if parts.has("-o") and call.name in PATTERNS and _SHOWS_VALUE.search(pattern[:300]):
        return True
    if call.name == "sed" and _MASKS.match(pattern):
        return False  # it puts something else in their place
    if parts.has("-v") or (_OF_LOGS.search(call.line) and not _OF_CARDS.search(pattern)):
        return False
    if call.name not in PATTERNS:
        pattern = "" if parts.has("-i") else "|".join(_BETWEEN_SLASHES.findall(pattern[:300]))
    if _ENDS_SECRET.search(pattern[:300]) and _OF_SETTINGS.search(call.line):
        return True
    return any(_SECRET.fullmatch(_plain(each)) for each in _EITHER.split(pattern[:300]))


def _plain(pattern: str) -> str:
    """Return a part of a pattern without what may stand around its words."""
    return re.sub(r"\\[sbwd<>][*+]?|\.[*+]|\[[^\]]*\][*+]?|[\s^$:=*+?@\"'/]", "", pattern)


def counts(parts: Parts) -> bool:
    """Tell whether a search shows how many lines or which files, and no line."""
    return parts.has("-c", "-q", "-l", "-L", "--count", "--quiet", "--files-with-matches")


def _new_text(script: str) -> Iterator[str]:
    """Yield what a script of sed puts in, and in whose place: `s/old/new/`."""
    if found := _WHERE.match(script):
        yield re.sub(r"\\[a-z].*|\\", "", found[1])
    for found in _PUT_IN.finditer(script[:600]):
        for part in (found["new"], found["old"]):
            yield from _WORDS.findall(_ANY_TEXT.sub(" ", part).replace("\\", ""))[:6]


def _without_grammar(call: Call, parts: Parts, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without those that belong to how a utility is asked."""
    if call.name in _COLUMNS_NAMED and parts.words and _LISTS.match(parts.words[0]):
        return tuple(word for word in words if not word.isidentifier() or len(words) == 1)
    if call.name in _ASKS:
        words = tuple(f"http://{word}" if _HERE.match(word) else word for word in words)
    no_name = _NO_NAMES.get(call.name, _DEED)
    return tuple(word for word in words if not no_name.match(word))


def _any_of(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(text.split())})$")


# Some utilities are told what to do behind the name of a thing.
_DEEDS = (
    "start stop restart reload remove delete add set show list status get latest peer stdio"
    " numbered verbose brief unhold"
)
_DEED = _any_of(_DEEDS)
_OF_RULES = _any_of(
    f"{_DEEDS} from to any port proto tcp udp icmp inet inet6 ip6 ip arp filter nat comment dev via"
    " on out in and or element chain rule table allow deny limit insert mtu bgp type saddr"
    " daddr dport sport accept drop ct state counter input output forward"
)
_RECORD = re.compile(
    r"\+|(?:a|aaaa|mx|txt|soa|ns|cname|ptr|srv|caa|any|axfr|ixfr|in)$", re.IGNORECASE
)
_NO_ADDRESS = re.compile(r"(?!.*(?:\d.*[.:]|[.:].*\d|/))")
_NO_NAMES = {
    name: pattern
    for names, pattern in (
        ("dig kdig delv drill host nslookup resolvectl pdnsutil nsupdate", _RECORD),
        ("tcpdump tshark ngrep ss", _NO_ADDRESS),
        ("socat nc ncat", re.compile(r".*\.sock|stdio$")),
        ("fail2ban-client", re.compile(r"(?:un)?banip$|(?:add|del)ignoreip$")),
        (
            "redis-cli valkey-cli keydb-cli",
            _any_of(f"(?i:{_DEEDS} a?sync rewrite resetstat usage doctor reset keyspace)"),
        ),
        ("at batch", re.compile(r"")),  # when it is to be run
        (
            "wg",
            _any_of(
                f"{_DEEDS} interfaces dump public-key listen-port fwmark peers preshared-keys"
                " endpoints allowed-ips latest-handshakes persistent-keepalive transfer"
            ),
        ),
        ("jcmd", re.compile(r"(?:VM|GC|Thread|JFR|Compiler|System|ManagementAgent)\.")),
        ("tee rm wc cat head tail sort uniq cut less", SCRATCH),
        ("ip ufw nft iptables ip6tables tc bridge firewall-cmd ipset vtysh", _OF_RULES),
    )
    for name in names.split()
}
