"""Our actions and entries in the fields of Sigma rules: docs/sigma.md lists them.

CloudTrail and Kubernetes events are asked as they are, by their dotted names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from judgement.facts import Facts
from judgement.sigma.events import Said
from judgement.sigma.rules import Source

CLOUDTRAIL = Source(product="aws", service="cloudtrail")
KUBERNETES = Source(product="kubernetes", category="application", service="audit")
DATABASE = Source(product="postgresql", category="database")
SHELL = Source(product="linux", category="process_creation")
RECORD = Source(product="breakglass", service="record")

_BASH = Language(tree_sitter_bash.language())
_SHELLS = {"bash", "dash", "ksh", "sh", "zsh"}
_MOST = 1_000  # commands of one script; beyond, the last event holds all the rest
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

    A command that cannot be read is an event all the same, with the text that was typed. `known`
    are fields like `User` and `CurrentDirectory`.
    """
    tree = Parser(_BASH).parse(script.encode())
    texts = dict.fromkeys([script.strip(), *_commands(tree.root_node)])
    more = _of_facts(facts)
    return [
        {"Image": _image(text), "CommandLine": text, "ParentImage": "/bin/bash", **more, **known}
        for text in list(texts)[: _MOST + 1]
        if text
    ]


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


def _commands(root: Node) -> Iterator[str]:
    """Yield the commands of a script in their order, those inside others behind these."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in {"command", "redirected_statement"} and node.text is not None:
            yield node.text.decode(errors="replace").strip()
        waiting.extend(reversed(node.children))


def _image(command: str) -> str:
    """Return the path of the program, as if it lay where most do."""
    words = (word for word in command.split() if "=" not in word.split("/")[0])
    first = next(words, "").strip("\"'(){}")
    if first.startswith("/") or not first:
        return first
    return ("/bin/" if first in _SHELLS else "/usr/bin/") + first.rsplit("/", 1)[-1]
