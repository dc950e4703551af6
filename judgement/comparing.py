"""What a command line sets, and by what it picks what it changes, as comparisons.

They are in the form in which SQL has them: `sysctl -w vm.swappiness=10` sets a column to a value,
`select(.sender!="a@b.example")` picks all but one. What only looks compares nothing.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from judgement.arguments import Parts
from judgement.facts import Condition, Verb
from judgement.gathering import Gathered
from judgement.shellwords import Call

_CHANGES = frozenset({Verb.WRITE, Verb.DELETE, Verb.SCHEMA, Verb.PRIVILEGE})
_CONTENTS = 0.4  # from here what only looks shows what people wrote
_LONGEST = 600
_A_FEW = 100
_SET, _IS, _NOT = "set", "=", "<>"
_PUT_IN = re.compile(
    r"s([/|#,@!~])(?P<old>(?:\\.|(?!\1)[^\\]){0,200})\1(?P<new>(?:\\.|(?!\1)[^\\]){0,200})\1"
)
# `key = value`, `key: value`, `key value;`
_PAIR = re.compile(
    r"^\W*(?P<key>[a-zA-Z][\w.-]*)\s*(?:\[[^\]]*\]\s*)?(?:[:=]\s*|\s+)['\"]?(?P<value>[\w.:/+%-]+)['\"]?\W*$"
)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?")
_FIGURE = re.compile(r"(?<![a-z.-])\d[\w.:%-]*|\d+\w?(?![\w.:%-])")
_ADDRESSED = re.compile(r"^/\^?\W*([A-Za-z][\w.@\\-]*)")
# select(.sender == "a"), obj.http.host != "a", $5 == "a"
_PICKED = re.compile(
    r"(?P<column>[.$]?[\w.-]{0,40}\w)(?:\[\])?(?:\.\w+)?\s*(?P<operator>==|!=|!~|(?<=\s)~(?=\s))\s*[\"']?(?P<value>[^\"'|)\s&]+)"
)
_PICKED_ALIKE = re.compile(
    r"\.(\w+)\s*\|\s*(?:startswith|endswith|contains|test)\([\"']([\w@.-]+)[\"']\)"
)
_DATED = re.compile(r"--[\w-]*date[= ](\d{4}-\d\d-\d\d)")
_VERSION = re.compile(r"(?<=[-=:@])\d+(?:\.\d+)+")
_ENTRY = re.compile(r"\bdn:\s*(\w+)=([^,\s]+)", re.IGNORECASE)
_MODIFIED = re.compile(r"\b(?:replace|add):\s*(\w+)\s+\1:+\s*([^\s]+)", re.IGNORECASE)
_BUT = re.compile(
    r"(?:\bgrep|\begrep|\bfgrep) (?:-\w+ )*-\w*v\w* (?:-\w+ )*(?:-e )?'?\"?([\w@.:/-]+)"
)
_NAMED_NOT = re.compile(r"(?:!|-not) -i?(?:name|path) '?\"?([\w@.*:/-]+)")
_PLAIN = re.compile(r"^[a-z_]+$", re.IGNORECASE)
# `.items[0].limit = 5`, `(.a | select(.b) | ."max-age") = 60`
_TREE = re.compile(r"\.\"?([A-Za-z][\w-]*)\"?(?:\[\])?\)?\s*(?<![=!<>])=(?!=)\s*\"?([\w.:/+-]+)")
_TREES = frozenset({"jq", "yq", "gron"})
# Which lines are changed: `/^\[section\]/`, `/host web-3/`, `s/^web-3 ...`.
_BEGINS = re.compile(
    r"(?:^|[;{]\s*|s)[/|#]\^?\(?(?:\\\[(?P<section>[\w.-]{3,40})\\\]"
    r"|(?:[a-z_]+[ :]+(?=\w))?(?P<line>[A-Za-z][\w-]*[-_\d][\w-]*)(?=[/|#,\s$]|\\s|\\b|\[\[:space))"
)
_EDITORS = frozenset({"sed", "gsed", "perl"})
_STORES = frozenset({"redis-cli", "valkey-cli"})
_CLUSTERS = frozenset({"kubectl", "oc", "k"})
_OF_LINKS = frozenset({"mtu", "txqueuelen", "address", "master", "metric"})
_SETTERS = frozenset({"sysctl", "postconf", "uci", "crudini", "doveconf", "cupsctl", "sacctmgr"})
_SIZED = frozenset({"lvextend", "lvresize", "lvreduce", "fallocate", "resize2fs", "lvcreate"})
_PACKAGERS = frozenset({"apt", "apt-get", "dnf", "yum", "zypper", "pip", "npm"})


def judge(call: Call, parts: Parts, gathered: Gathered) -> None:
    """Add what one command sets."""
    for column, value in _settings(call, parts):
        gathered.compares(column, _SET, value)
    if call.name in _EDITORS:
        for script in (*parts.said, *parts.words[:1]):
            for found in _BEGINS.finditer(script[:_LONGEST]):
                gathered.compares("line", _IS, found["section"] or found["line"])


def judge_all(text: str, gathered: Gathered) -> None:
    """Add by what a whole line picks what it changes: filters stand in other commands of it."""
    if Verb.EXEC in gathered.verbs:
        for found in _DATED.finditer(text[:_LONGEST]):
            gathered.compares("date", _SET, found[1])
    if not gathered.verbs & _CHANGES and gathered.severity < _CONTENTS:
        return
    text = text[: _LONGEST * 3].replace("\\n", "\n")
    for each in _ADDRESS.findall(" ".join((*gathered.objects, *gathered.literals))):
        if not each.startswith("127."):
            gathered.compares("address", _SET, each)
    for condition in _picks(text, deletes=Verb.DELETE in gathered.verbs):
        gathered.compares(*condition)


def _settings(call: Call, parts: Parts) -> Iterator[tuple[str, str]]:
    name, words = call.name, parts.words
    if name in _EDITORS | _TREES:
        read = _of_sed if name in _EDITORS else _TREE.findall
        for script in (*parts.said, *words[:1]):
            yield from read(script[:_LONGEST])
    elif name in _SETTERS:
        yield from (_apart(word) for word in (*words, *parts.said) if "=" in word)
    elif name in _STORES and tuple(map(str.lower, words[:2])) == ("config", "set"):
        yield from pairwise(words[2:4])
    elif name in _CLUSTERS:
        yield from _of_cluster(parts)
    elif name in _PACKAGERS:
        yield from (("version", found[0]) for each in words if (found := _VERSION.search(each)))
    else:
        yield from _figures(name, parts)


def _figures(name: str, parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield sizes and what else stands behind its name as a word: `lvextend -L`, `mtu 9000`."""
    if name in _SIZED:
        yield from (("size", value) for value in parts.said)
    elif name == "ip" and {"set", "change", "replace"} & {*parts.words}:
        yield from (each for each in pairwise(parts.words) if each[0] in _OF_LINKS)


def _of_cluster(parts: Parts) -> Iterator[tuple[str, str]]:
    if "scale" in parts.words[:1]:
        yield from (("replicas", each.partition("=")[2] or each) for each in parts.said)
    elif parts.words[:2] in {("set", "image"), ("set", "resources"), ("set", "env")}:
        for word in parts.words[2:]:
            key, equals, value = word.partition("=")
            if equals:
                image = parts.words[1] == "image"
                yield ("image", value.rsplit(":", 1)[-1]) if image else (key, value)


def _apart(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key.strip(), value.strip(" '\"")


def _of_sed(script: str) -> Iterator[tuple[str, str]]:
    """Yield what `s/old/new/` sets: a key, or whatever stood there before."""
    for found in _PUT_IN.finditer(script):
        new = _clean(found["new"])
        if pair := _PAIR.match(new):
            before = _PAIR.match(_clean(found["old"]))
            if before and before["value"] == pair["value"]:
                continue  # the port behind another host
            yield pair["key"], pair["value"]
            continue
        if moved := _from_elsewhere(_clean(found["old"]), new):
            yield "source", moved
        if _counted_up(found["old"], new):
            continue
        values = _ADDRESS.findall(new) or _FIGURE.findall(new)
        before = _ADDRESSED.match(script)
        # A name that is known to everybody, where the text has none.
        key = "address" if _ADDRESS.search(new) else _clean(before[1]) if before else "config"
        yield from ((key, value) for value in values[:2] if len(value) > 1)


def _from_elsewhere(old: str, new: str) -> str:
    """Return where something comes from now that came from elsewhere: another registry or host."""
    before, after = old.partition("/"), new.partition("/")
    moved = "." in after[0] and before[1] and after[1] and before[0] != after[0]
    return after[0] if moved and old != new else ""


def _counted_up(old: str, new: str) -> bool:
    """Whether a number is raised by a little, as the serial of a zone is."""
    return old.isdigit() and new.isdigit() and 0 < int(new) - int(old) <= _A_FEW < int(old)


def _clean(text: str) -> str:
    """Return the text of a pattern or replacement without what stands for other text."""
    return re.sub(r"\\[1-9&]|\$\{?\d\}?|[\^$&]", " ", text).replace("\\", "").strip()


def _picks(text: str, *, deletes: bool) -> Iterator[Condition]:
    for found in _PICKED.finditer(text):
        value = found["value"].strip("^$/.*\\")
        if (
            len(value) > 1
            and value[0] not in "[({*"
            and not _PLAIN.match(value)
            and not value.startswith("$")
        ):
            operator = _NOT if found["operator"][0] == "!" else _IS
            yield Condition(found["column"].strip(".$"), operator, value)
    for found in _PICKED_ALIKE.finditer(text):
        yield Condition(found[1], "like", found[2])
    for found in _ENTRY.finditer(text):
        yield Condition(found[1], _IS, found[2])
    for found in _MODIFIED.finditer(text):
        yield Condition(found[1], _SET, found[2])
    if deletes:
        for found in (*_BUT.finditer(text), *_NAMED_NOT.finditer(text)):
            yield Condition("name", _NOT, found[1])
