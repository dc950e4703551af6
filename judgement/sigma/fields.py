"""Our actions and entries in the fields of Sigma rules: docs/sigma.md lists them.

CloudTrail and Kubernetes events are asked as they are, by their dotted names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from judgement import carried, shellwords
from judgement.facts import Facts
from judgement.shellwords import Call
from judgement.sigma.events import Said
from judgement.sigma.rules import Source

CLOUDTRAIL = Source(product="aws", service="cloudtrail")
KUBERNETES = Source(product="kubernetes", category="application", service="audit")
DATABASE = Source(product="postgresql", category="database")
SHELL = Source(product="linux", category="process_creation")
RECORD = Source(product="breakglass", service="record")
SOURCES = (CLOUDTRAIL, KUBERNETES, DATABASE, SHELL, RECORD)

_BASH = "/bin/bash"
_SHELLS = {"bash", "dash", "ksh", "sh", "zsh"}
_MOST = 1_000  # commands of one script, and those that they carry
_LONGEST = 20_000  # characters of it that are read, and
_MOST_PIPES = 300
_DEEPEST = 4  # commands within commands
# Strings and names stay as they are; comments and white space become one space. What is not
# closed goes to the end, so that each character is read once.
_TOKENS = re.compile(
    r"""
    '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$(?:.*?\$(?P=tag)\$|.*)
    | (?P<gap> (?: \s | --[^\n]* | /\*(?:.*?\*/|.*) )+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def plain(statement: str) -> str:
    """Return a statement on one line and without comments, so that a rule need not mind them."""
    spaced = _TOKENS.sub(lambda token: " " if token["gap"] else token[0], statement)
    return spaced.strip()


def of_statement(statement: str, facts: Facts | None = None, **known: object) -> Said:
    """Return a database statement; `known` are fields like `user`, `result` and `repeats`."""
    return {"statement": plain(statement), **_of_facts(facts), **known}


def of_commands(script: str, facts: Facts | None = None, **known: object) -> list[Said]:
    """Return each command of a shell script as the start of a process.

    Commands are there as they were typed, and as the shell would start them, without quotes;
    those that others carry (`sudo`, `xargs`, `bash -c`) too. The first event is the whole text,
    so that nothing is lost where it cannot be read. `known` are fields like `User`.
    """
    more = {**_of_facts(facts), **known}
    found: dict[str, Said] = {}
    for line, parent in islice(_processes(script), _MOST):
        if line and line not in found:
            found[line] = {
                "Image": _image(line), "CommandLine": line, "ParentImage": parent, **more,
            }  # fmt: skip
    return list(found.values())


def of_entry(
    kind: str, data: Mapping[str, object], *, actor: str, subject: str, case: str, repeats: int = 1
) -> Said:
    """Return an entry of the record.

    `repeats` is how often this actor caused entries of this kind in the last ten minutes, this
    one included.
    """
    return {
        "kind": kind,
        "actor": actor,
        "actor_kind": actor.partition(":")[0],
        "subject": subject,
        "subject_kind": subject.partition(":")[0],
        "case": case,
        "repeats": repeats,
        "data": data,
    }


def _of_facts(facts: Facts | None) -> Said:
    if facts is None:
        return {}
    found: dict[str, Sequence[str]] = {
        "verbs": sorted(facts.verbs),
        "objects": facts.objects,
        "literals": facts.literals,
        "destinations": facts.destinations,
        "commands": facts.commands,
        "breadth": sorted(facts.breadth),
    }
    return {field: list(values) for field, values in found.items() if values}


def _processes(script: str) -> Iterator[tuple[str, str]]:
    """Yield commands, each with the path of what started it."""
    yield script.strip(), _BASH
    text = _readable(script)
    for line in _as_typed(text):
        yield line, _BASH
    for call in shellwords.read(text).calls:
        yield from _started(call, _BASH, 0)


def _readable(script: str) -> str:
    """Return as much of a script as the grammar reads quickly: it minds pipes most."""
    text = script[:_LONGEST].replace("\0", " ")
    return "|".join(text.split("|", _MOST_PIPES)[:_MOST_PIPES])


def _as_typed(text: str) -> Iterator[str]:
    """Yield the commands of a script with their redirections, those inside others behind these."""
    root, source = shellwords.parsed(text)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in {"command", "redirected_statement"}:
            yield shellwords.said_by(node, source).strip()
        waiting.extend(reversed(node.children))


def _started(call: Call, parent: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield a command and those that it carries, as they are started."""
    yield call.line, parent
    if depth >= _DEEPEST:
        return
    own = _image(call.name)
    for inner in carried.calls(call):
        yield from _started(inner, own, depth + 1)
    for script in carried.scripts(call):
        for inner in shellwords.read(_readable(script)).calls:
            yield from _started(inner, own, depth + 1)


def _image(command: str) -> str:
    """Return the path of the program, as if it lay where most do."""
    words = (word for word in command.split() if "=" not in word.split("/")[0])
    first = next(words, "").strip("\"'(){}")
    if first.startswith("/") or not first:
        return first
    return ("/bin/" if first in _SHELLS else "/usr/bin/") + first.rsplit("/", 1)[-1]
