"""Commands of a shell script, as names and arguments, by the grammar of bash."""

import dataclasses
import re
from collections.abc import Iterator
from functools import cache, cached_property
from itertools import islice

import tree_sitter_bash
from tree_sitter import Language, Node, Parser, Query, QueryCursor

_MOST_COMMANDS = 400
_MOST_ARGUMENTS = 400
_LONGEST_ARGUMENT = 4_000
_QUOTES = {"raw_string": 1, "string": 1, "ansi_c_string": 2, "translated_string": 2}
_SAY_NOTHING = frozenset({"echo", "true", ":", "echo -n", "printf ''", 'printf ""'})
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WANTED = """
    (command) @command (file_redirect) @redirect (declaration_command) @declaration
    (unset_command) @declaration (variable_assignment) @assignment
    (test_command) @test
"""


@dataclasses.dataclass(frozen=True)
class Call:
    """One command: its name without a path, its arguments without quotes, and what it is fed."""

    name: str
    args: tuple[str, ...]
    piped: bool = False  # something is piped or redirected into it
    feed: str = ""  # the text that it reads, where that is known: a here-document, an echo
    place: str = ""  # the folder by which it was called, if by one: `./deploy`

    @cached_property
    def line(self) -> str:
        """The call as it might be typed, in one line."""
        return " ".join((self.name, *self.args))[:_LONGEST_ARGUMENT]


@dataclasses.dataclass(frozen=True)
class Redirect:
    """A file or address into which output goes, or from which input comes."""

    operator: str  # > >> < &> >&
    target: str
    alone: bool  # no command stands before it: `> file` empties it


@dataclasses.dataclass(frozen=True)
class Script:
    """What a text says to a shell."""

    calls: tuple[Call, ...]
    redirects: tuple[Redirect, ...]
    assignments: tuple[str, ...]
    neutral: bool  # there is something in it that does nothing: a test, an assignment
    whole: bool  # it was read without errors


@cache
def _grammar() -> tuple[Parser, Query]:
    language = Language(tree_sitter_bash.language())
    return Parser(language), Query(language, _WANTED)


def read(text: str) -> Script:
    """Return the commands of a text, those in pipes, loops, substitutions and functions too."""
    parser, query = _grammar()
    root = parser.parse(text.encode("utf-8", "replace")).root_node
    found = {
        name: sorted(nodes, key=_start) for name, nodes in QueryCursor(query).captures(root).items()
    }
    commands = found.get("command", [])
    declared = found.get("declaration", [])
    assigned = found.get("assignment", [])
    return Script(
        calls=tuple(islice(_calls(sorted([*commands, *declared], key=_start)), _MOST_COMMANDS)),
        redirects=tuple(islice(_redirects(found.get("redirect", [])), _MOST_COMMANDS)),
        assignments=tuple(_text(node)[:_LONGEST_ARGUMENT] for node in assigned[:_MOST_COMMANDS]),
        neutral=bool(assigned or declared or found.get("test")),
        whole=not root.has_error and len(commands) <= _MOST_COMMANDS,
    )


def _start(node: Node) -> int:
    return node.start_byte


def _calls(nodes: list[Node]) -> Iterator[Call]:
    for node in nodes:
        words = [_word(child) for child in islice(_arguments(node), _MOST_ARGUMENTS)]
        if words and words[0]:
            place, _, name = words[0].rpartition("/")
            piped, feed = _input(node)
            yield Call(name or words[0], tuple(words[1:]), piped, feed, place)


def _arguments(node: Node) -> Iterator[Node]:
    declaration = node.type != "command"
    for child in node.children:
        if child.type == "command_name":
            yield child.children[0] if child.children else child
        elif child.type.endswith("redirect") or (
            child.type == "variable_assignment" and not declaration
        ):
            continue
        else:
            yield child


def _word(node: Node) -> str:
    """Return an argument as the command would get it; variables stay as they are."""
    kind = node.type
    if kind == "word":
        text = _text(node)
        return _ESCAPE.sub(r"\1", text) if "\\" in text else text
    if kind in _QUOTES:
        return _text(node)[_QUOTES[kind] : -1][:_LONGEST_ARGUMENT]
    if kind == "concatenation":
        return "".join(_word(child) for child in node.children[:50])[:_LONGEST_ARGUMENT]
    return _text(node)[:_LONGEST_ARGUMENT]


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _input(node: Node) -> tuple[bool, str]:
    """Say whether a command is fed, and with what where the script says it."""
    feed = next(
        (_text(child) for child in node.children if child.type == "herestring_redirect"), ""
    )
    fed, top = bool(feed), node
    parent = node.parent
    if parent is not None and parent.type == "redirected_statement":
        for redirect in parent.children[1:]:
            text = _text(redirect)
            fed = fed or (text.startswith("<") and not text.endswith("/dev/null"))
            if redirect.type == "heredoc_redirect":
                feed = "".join(
                    _text(child) for child in redirect.children if child.type == "heredoc_body"
                )
        top, parent = parent, parent.parent
    if parent is not None and parent.type == "pipeline" and (before := top.prev_named_sibling):
        return _text(before) not in _SAY_NOTHING, feed or _said(before)
    return fed, feed.removeprefix("<<<").strip(" '\"") if feed.startswith("<<<") else feed


def _said(node: Node) -> str:
    """Return what `echo` or `printf` before a pipe says."""
    words = [_word(child) for child in _arguments(node)] if node.type == "command" else []
    if words and words[0] in {"echo", "printf"}:
        return " ".join(word for word in words[1:] if not re.fullmatch(r"-\w+", word))
    return ""


def _redirects(nodes: list[Node]) -> Iterator[Redirect]:
    for node in nodes:
        operator = next((each.type for each in node.children if each.type[0] in "<>&"), "")
        target = next(
            (
                _word(each)
                for each in reversed(node.named_children)
                if each.type != "file_descriptor"
            ),
            "",
        )
        if "/dev/tcp" in (text := _text(node)) or "/dev/udp" in text:
            target = text[text.index("/dev/") :]
        if target and not target.isdigit() and target != "-":
            before = node.prev_sibling
            yield Redirect(operator, target, before is None)
