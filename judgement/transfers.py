"""Where a command sends something: hosts, buckets, addresses and paths."""

import re

from judgement.facts import Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call

_URL = re.compile(r"^(?:[a-z][\w+.-]*)://(?:[^/@\s]*@)?(?P<host>[^/:?#\s]+)", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"^(?:[\w-]+\.)+[a-z]{2,}(?:[:/]|$)|^\d+(?:\.\d+){3}(?:[:/]|$)|^localhost\b", re.I
)
# user@host:path and host:path; a drive or a time is no host.
_REMOTE = re.compile(
    r"^(?:(?P<user>[\w.+-]+)@)?(?P<host>\[[^\]]+\]|[\w.-]{2,}):(?!\d+:)(?!//)(?P<path>.*)"
)
_BUCKET = re.compile(
    r"^(?:s3|gs|az|abfss?|oss|b2|swift|r2|wasbs?)://(?P<host>[^/]+)", re.IGNORECASE
)
_MAIL = re.compile(r"^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$")
_PUT = re.compile(r"\b(?:m?put|mirror -R)\b")
_KEPT = re.compile(r"\bcat\b|>|\btar\b|\bdd\b|\btee\b|\bput\b|\bimport\b|\breceive\b")
_COPIES = frozenset(["scp", "rsync", "rclone", "azcopy", "pscp", "unison", "s5cmd", "mc", "s3cmd"])
# The tools of buckets do more than copying; by these words they copy.
_OF_BUCKETS = frozenset(["rclone", "azcopy", "s5cmd", "mc", "s3cmd"])
_COPIES_BY = frozenset(
    ("cp", "mv", "copy", "copyto", "move", "moveto", "sync", "bisync", "mirror", "put", "get",
     "pipe", "rcat", "copyurl", "upload", "download")
)  # fmt: skip
_MOVES_LOCALLY = frozenset(["cp", "mv", "install", "ditto", "ln", "rename"])
_CLIENTS = frozenset(["curl", "wget", "http", "https", "httpie", "xh", "aria2c", "axel", "lynx"])
_SHELLS = frozenset(["ssh", "slogin", "mosh", "telnet", "rsh", "sftp", "ftp", "lftp", "autossh"])
_SOCKETS = frozenset(["nc", "ncat", "netcat", "socat", "stunnel", "nc.traditional", "nc.openbsd"])
_NO_HOST = re.compile(r"^\d+$|[:/]|^(?:stdio|stdin|stdout|-)$")
_FROM_FILE = re.compile(r"(?:FILE|OPEN|GOPEN):", re.IGNORECASE)
_OWN = re.compile(r"(?:https?://)?(?:localhost|127\.\d|\[::1)", re.IGNORECASE)
_HERE = re.compile(r"(?:tcp\d?:)?(?:localhost|127\.\d|\[?::1)", re.IGNORECASE)
_LEAVES = frozenset({Verb.EXPORT, Verb.PERSISTENCE, Verb.EXEC})
_LOCAL = re.compile(r"/[\w./-]+\.(?:sock|socket|ctl)\b")
_SHOWS = re.compile(r"\s*(?:show|stats?|info|list|get|help|version)\b", re.IGNORECASE)
_PASTES = frozenset(
    ["gist", "pastebinit", "wgetpaste", "transfer.sh", "termbin", "slackcat", "croc", "wormhole"]
)
_REGISTRIES = frozenset(["docker", "podman", "nerdctl", "buildah"])
_MAILERS = frozenset(["mail", "mailx", "mutt", "sendmail", "msmtp", "swaks"])


FILE = re.compile(
    r"^[\w./~-]+\.(?:csv|tsv|sql|txt|gz|tgz|bz2|xz|zip|json|xml|tar|dump|log|bak|xlsx?|parquet|pdf"
    r"|db|bin|out|html?)$"
)


def host_of(text: str) -> str:
    """Return the host, bucket or mail address that a word names; "" if it names none."""
    for pattern in (_BUCKET, _URL, _REMOTE):
        if found := pattern.match(text):
            return found["host"].lower()
    if _MAIL.match(text):
        return text.lower()
    return re.split(r"[:/]", text, maxsplit=1)[0].lower() if _BARE_HOST.match(text) else ""


def judge(call: Call, words: tuple[str, ...], values: tuple[str, ...], gathered: Gathered) -> None:
    """Add where a command sends something, and what follows from it."""
    if call.name in _COPIES:
        _copy(call.name, words, gathered)
    elif call.name in _CLIENTS:
        _request(call, (*words, *values), gathered)
    elif call.name in _SHELLS:
        _session(call, words, gathered)
    elif call.name in _SOCKETS:
        _socket(call, words, gathered)
    else:
        _other(call, words, values, gathered)


def _other(call: Call, words: tuple[str, ...], values: tuple[str, ...], gathered: Gathered) -> None:
    """Add where other commands send something: a copy here, a mail, a bucket that is named."""
    if call.name in _MOVES_LOCALLY and len(words) > 1:
        gathered.sends_to(words[-1])
    elif call.name in _PASTES:
        gathered.sends_to(call.name)
    elif call.name in _REGISTRIES and words[:1] == ("push",):
        gathered.sends_to(*(word for word in words[1:] if "." in word.split("/")[0]))
    elif call.name in _MAILERS:
        gathered.sends_to(*(word for word in words if _MAIL.match(word)))
    elif call.name == "openssl" and "s_client" in words and call.piped and not _quits(call):
        gathered.does(Verb.EXPORT)
        gathered.sends_to(*values)
    elif Verb.EXPORT in gathered.verbs:
        # A bare host is where it comes from: `mongodump --host db01`.
        gathered.sends_to(
            *(word for word in (*words, *values) if host_of(word) and not _BARE_HOST.match(word))
        )


def _quits(call: Call) -> bool:
    """Tell whether a client is only told to end: `echo Q | openssl s_client`."""
    return call.feed.strip().upper() in {"Q", "QUIT", "EXIT"}


def _copy(name: str, words: tuple[str, ...], gathered: Gathered) -> None:
    """Add a copy between hosts: out if the last word is elsewhere, in if another is."""
    if name in _OF_BUCKETS and _COPIES_BY.isdisjoint(words[:2]):
        return
    places = [word for word in words if _elsewhere(word)]
    if not places:
        gathered.does(Verb.READ, Verb.WRITE)
        gathered.sends_to(*words[-1:])
        return
    gathered.does(Verb.NETWORK)
    gathered.names(*(host_of(place) for place in places))
    if places[-1] == words[-1]:
        gathered.does(Verb.EXPORT)
        gathered.sends_to(places[-1])
    else:
        gathered.does(Verb.READ, Verb.WRITE)


def _elsewhere(word: str) -> bool:
    """Whether a place is on another host, in a bucket, or behind an address."""
    return any(pattern.match(word) for pattern in (_REMOTE, _BUCKET, _URL))


def _request(call: Call, words: tuple[str, ...], gathered: Gathered) -> None:
    hosts = [word for word in words if _URL.match(word) or _BARE_HOST.match(word)]
    if hosts and all(map(_OWN.match, hosts)):
        gathered.verbs.discard(Verb.NETWORK)  # it asks its own host
        if gathered.verbs <= {Verb.READ}:
            gathered.severity = min(gathered.severity, 0.1)
        return
    gathered.names(*(host_of(word) for word in hosts))
    if call.piped and re.search(r"@-|-T ?-|--upload-file -|--post-file=?-", call.line):
        gathered.does(Verb.EXPORT)
    if gathered.verbs & {Verb.EXPORT, Verb.WRITE} and Verb.READ not in gathered.verbs:
        gathered.sends_to(*hosts)


def _session(call: Call, words: tuple[str, ...], gathered: Gathered) -> None:
    """Add a session on another host. What is piped into it and kept there is sent."""
    host = next(iter(words), "")
    gathered.names(host.rsplit("@", 1)[-1])
    put = call.name in {"sftp", "ftp", "lftp"} and _PUT.search(f"{call.line} {call.feed}")
    if put or (call.piped and _KEPT.search(f"{call.line} {call.feed}")):
        gathered.does(Verb.EXPORT)
        gathered.sends_to(host.rsplit("@", 1)[-1])


def _socket(call: Call, words: tuple[str, ...], gathered: Gathered) -> None:
    if call.feed and any(_LOCAL.search(word) for word in words):
        # It tells a daemon of this host what to do.
        gathered.verbs -= {Verb.NETWORK, Verb.EXPORT}
        gathered.severity = 0.0
        gathered.does(*([Verb.READ] if _SHOWS.match(call.feed) else []))
        if not _SHOWS.match(call.feed):
            gathered.does(Verb.EXEC, severity=0.4)
        told = re.split(r"[\s;]+|\\n", call.feed)[:10]
        gathered.says(*told)
        gathered.names(*(each for each in told if re.search(r"\w/\w", each)))
        return
    here = any(map(_HERE.match, words))
    listens = any(map(_FROM_FILE.match, words)) or re.search(r" -\w*l", call.line)
    # It only talks where nothing is fed to it but what the command says itself.
    says = bool(call.feed) and not re.search(r"[$`]", call.feed)
    if (here or says or not call.piped) and not listens and Verb.PERSISTENCE not in gathered.verbs:
        gathered.verbs.discard(Verb.EXPORT)
    if here or not gathered.verbs & _LEAVES:
        gathered.names(*(word for word in words if not _NO_HOST.search(word)))
        return
    for word in words:
        if found := re.search(r"(?:tcp\d?|udp\d?|openssl|ssl)(?:-connect)?:([\w.-]+)", word, re.I):
            gathered.sends_to(found[1])
    gathered.sends_to(*(word for word in words if not _NO_HOST.search(word)))
