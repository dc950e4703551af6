"""What is fetched from elsewhere and run: `curl … | sh`, a file that is downloaded and called.

Nobody has seen what runs then. A name of its own stands for it among the commands of an action.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from judgement.shellwords import Call, Script

RUNS_FETCHED = "fetch | run"
INTERPRETERS = frozenset(
    ("bash", "sh", "zsh", "dash", "ksh", "ash", "fish", "python", "python3", "perl", "ruby", "node",
     "php", "pwsh", "lua")
)  # fmt: skip
_FETCHERS = frozenset({"curl", "wget", "fetch", "aria2c", "http", "xh", "lwp-request", "lynx"})
_COPIERS = frozenset({"scp", "rsync", "sftp"})
_FROM = re.compile(r"^[\w.@-]+:\S*?([\w.-]+)$")
_LOADS = frozenset({".", "source", "eval", "exec"})
_UNPACKS = frozenset({"base64", "xxd", "openssl", "gunzip", "zcat", "uudecode"})
_FETCHED_HERE = re.compile(r"(?:\$\(|<\(|`)\s*(?:sudo\s+)?(?:curl|wget|fetch|lynx|aria2c)\b")
_SAVED = re.compile(r"^(?:-o|-O|--output|--output-document|--out|-P)$")
_URL = re.compile(
    r"^(?:git\+)?(?:https?|ftp|git|ssh|oci)(?:\+\w+)?://|^git@[\w.-]+:", re.IGNORECASE
)
_INSTALLERS = frozenset(
    ("pip", "pip3", "pipx", "uv", "npm", "yarn", "pnpm", "npx", "gem", "cargo", "go", "rpm", "dnf",
     "yum", "apt", "apt-get",
     "dpkg", "snap", "helm", "conda", "cpan", "cpanm", "zypper", "apk", "brew")
)  # fmt: skip
_INSTALLS = re.compile(
    r"^(?:install|add|i|run|exec|create|localinstall|reinstall|x|upgrade)$|^-[iU]"
)
_SERVED = re.compile(r"\.(?:php\d?|phtml|jspx?|aspx?|cgi)$", re.IGNORECASE)
_HERE = re.compile(r"^(?:https?://)?(?:localhost|127\.|\[?::1)")


def runs_fetched(script: Script, calls: Sequence[Call]) -> bool:
    """Tell whether something runs that was fetched in the same action; `calls` are all of it."""
    fetchers = [call for call in calls if call.name in _FETCHERS and not _only_here(call)]
    if fetchers and any(map(is_fed_a_script, calls)):
        return True
    if any(_loads(call) or _installs(call) for call in calls):
        return True
    if _unpacks(fetchers, calls) and any(map(_is_script, calls)):
        return True
    saved = {name for call in fetchers for name in _saved(call)}
    saved |= {
        found[1]
        for call in calls
        if call.name in _COPIERS
        for arg in call.args[:-1]
        if (found := _FROM.match(arg))
    }
    saved |= {
        redirect.target.rsplit("/", 1)[-1]
        for redirect in script.redirects
        if fetchers and redirect.operator.startswith(">")
    }
    return any(_calls(call, saved) for call in calls) or any(map(_SERVED.search, saved))


def decodes(calls: Sequence[Call]) -> bool:
    """Tell whether a shell is fed what nobody can read: `base64 -d | sh`."""
    return any(call.name in _UNPACKS for call in calls) and any(map(is_fed_a_script, calls))


def _unpacks(fetchers: Sequence[Call], calls: Sequence[Call]) -> bool:
    """Whether a folder of files is fetched: an archive, or a repository."""
    archive = bool(fetchers) and any(call.name in {"tar", "unzip", "bsdtar"} for call in calls)
    return archive or any(
        call.name == "git" and "clone" in call.args and any(map(_URL.match, call.args))
        for call in calls
    )


def _is_script(call: Call) -> bool:
    """Whether a command runs a script, or what a folder says how to make."""
    if call.name in {"make", "cmake"} or call.name.endswith((".sh", ".py", ".pl")):
        return True
    return call.name in INTERPRETERS and any(arg.endswith((".sh", ".py")) for arg in call.args)


def is_fed_a_script(call: Call) -> bool:
    """Tell whether an interpreter runs what it is fed, and not a program that it is given."""
    if call.name not in INTERPRETERS or not call.piped or call.feed:
        return False
    first = next((arg for arg in call.args if arg not in {"-x", "-e", "-u"}), "")
    return not first or first in {"-", "-i", "/dev/stdin"} or first.startswith("-s")


def _loads(call: Call) -> bool:
    """Whether a script is fetched in place: `bash <(curl …)`, `eval "$(curl …)"`."""
    if call.name not in INTERPRETERS | _LOADS:
        return False
    return any(_FETCHED_HERE.search(arg) for arg in call.args)


def _installs(call: Call) -> bool:
    """Whether a package is installed, or a manifest applied, from an address that is given."""
    if call.name in {"kubectl", "oc"} and {"apply", "create"} & {*call.args[:4]}:
        return any(_URL.match(arg) for arg in call.args)
    if call.name == "python3" and call.args[:2] == ("-m", "pip"):
        call = Call("pip", call.args[2:])
    if call.name not in _INSTALLERS or not any(map(_INSTALLS.match, call.args)):
        return False
    return any(_URL.match(arg) and not _HERE.match(arg) for arg in call.args)


def _saved(call: Call) -> Iterator[str]:
    """Yield the names of the files into which something is fetched, without their folders."""
    named = False
    for option, value in pairwise((*call.args, "")):
        last = f"-{option[-1]}" if re.fullmatch(r"-[a-zA-Z]{2,}", option) else option
        if _SAVED.match(last) and value and not value.startswith("-") and not _URL.match(value):
            named = True
            yield value.rstrip("/").rsplit("/", 1)[-1]
    if not named:
        yield from (
            arg.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]
            for arg in call.args
            if "/" in arg and "." in arg
        )


def _only_here(call: Call) -> bool:
    """Whether a command asks nobody but its own host."""
    return any(map(_HERE.match, call.args))


def _calls(call: Call, saved: set[str]) -> bool:
    """Whether a command is, or runs, one of the files that were fetched."""
    if not saved:
        return False
    if call.name in saved:
        return True
    runs = INTERPRETERS | _LOADS | {"chmod", "dpkg", "rpm", "insmod", "java", "install"}
    if call.name == "chmod" and not re.search(r"x|[1357]", "".join(call.args[:1])):
        return False
    if call.name in runs or call.name in _INSTALLERS:
        return any(arg.rsplit("/", 1)[-1] in saved for arg in call.args)
    return False
