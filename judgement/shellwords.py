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
_MOST_LOOPS, _MOST_LISTED = 5, 20  # loops, and things that one goes through, which are read
_LONGEST_ARGUMENT = 4_000
_QUOTES = {"raw_string": 1, "string": 1, "ansi_c_string": 2, "translated_string": 2}
_SAY_NOTHING = frozenset({"echo", "true", ":", "echo -n", "printf ''", 'printf ""'})
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# After a brace the scanner of the grammar asks of any character whether it is a digit, by a table
# that ends at U+00FF, and reads other memory for the others (tree-sitter-bash 0.25.1, its #337):
# the process may end. So it is never shown one there, but letters of as many bytes in its place.
_PAST_THE_TABLE = re.compile(rb"(\{[0-9]*(?:\.\.[0-9]*)?)([\xc4-\xf4][\x80-\xbf]+)")
_STAND_INS = {2: "é".encode(), 3: "éx".encode(), 4: "éé".encode()}
_WANTED = """
    (command) @command (file_redirect) @redirect (declaration_command) @declaration
    (unset_command) @declaration (variable_assignment) @assignment
    (test_command) @test (for_statement) @loop
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
    listed: tuple[str, ...] = ()  # what a loop goes through: `for h in web-1 web-2`


@cache
def _grammar() -> tuple[Parser, Query]:
    language = Language(tree_sitter_bash.language())
    return Parser(language), Query(language, _WANTED)


def parsed(text: str) -> tuple[Node, bytes]:
    """Return the tree of a text, and the bytes that its nodes count by.

    What a node says is cut from these bytes (`said_by`): the grammar has not seen all of them.
    """
    parser, _ = _grammar()
    source = text.encode("utf-8", "replace")
    return parser.parse(_bearable(source)).root_node, source


def said_by(node: Node, source: bytes) -> str:
    """Return the text of a node."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def read(text: str) -> Script:
    """Return the commands of a text, those in pipes, loops, substitutions and functions too."""
    root, source = parsed(text)
    _, query = _grammar()
    found = {
        name: sorted(nodes, key=_start) for name, nodes in QueryCursor(query).captures(root).items()
    }
    commands = found.get("command", [])
    declared = found.get("declaration", [])
    assigned = found.get("assignment", [])
    ordered = sorted([*commands, *declared], key=_start)
    return Script(
        calls=tuple(islice(_calls(ordered, source), _MOST_COMMANDS)),
        redirects=tuple(islice(_redirects(found.get("redirect", []), source), _MOST_COMMANDS)),
        assignments=tuple(
            said_by(node, source)[:_LONGEST_ARGUMENT] for node in assigned[:_MOST_COMMANDS]
        ),
        neutral=bool(assigned or declared or found.get("test")),
        whole=not root.has_error and len(commands) <= _MOST_COMMANDS,
        listed=tuple(
            _word(value, source)
            for node in found.get("loop", [])[:_MOST_LOOPS]
            for value in node.children_by_field_name("value")[:_MOST_LISTED]
        ),
    )


def _bearable(source: bytes) -> bytes:
    """Return a text, as long as it was, without the characters that the grammar cannot bear."""
    return _PAST_THE_TABLE.sub(lambda found: found[1] + _STAND_INS[len(found[2])], source)


def _start(node: Node) -> int:
    return node.start_byte


def _calls(nodes: list[Node], source: bytes) -> Iterator[Call]:
    for node in nodes:
        words = [_word(child, source) for child in islice(_arguments(node), _MOST_ARGUMENTS)]
        if words and words[0]:
            place, _, name = words[0].rpartition("/")
            piped, feed = _input(node, source)
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


def _word(node: Node, source: bytes) -> str:
    """Return an argument as the command would get it; variables stay as they are."""
    kind = node.type
    if kind == "word":
        text = said_by(node, source)
        return _ESCAPE.sub(r"\1", text) if "\\" in text else text
    if kind in _QUOTES:
        return said_by(node, source)[_QUOTES[kind] : -1][:_LONGEST_ARGUMENT]
    if kind == "concatenation":
        return "".join(_word(child, source) for child in node.children[:50])[:_LONGEST_ARGUMENT]
    return said_by(node, source)[:_LONGEST_ARGUMENT]


def _input(node: Node, source: bytes) -> tuple[bool, str]:
    """Say whether a command is fed, and with what where the script says it."""
    feed = next(
        (said_by(child, source) for child in node.children if child.type == "herestring_redirect"),
        "",
    )
    fed, top = bool(feed), node
    parent = node.parent
    if parent is not None and parent.type == "redirected_statement":
        for redirect in parent.children[1:]:
            text = said_by(redirect, source)
            fed = fed or (text.startswith("<") and not text.endswith("/dev/null"))
            if redirect.type == "heredoc_redirect":
                feed = "".join(
                    said_by(child, source)
                    for child in redirect.children
                    if child.type == "heredoc_body"
                )
        top, parent = parent, parent.parent
    if parent is not None and parent.type == "pipeline" and (before := top.prev_named_sibling):
        return said_by(before, source) not in _SAY_NOTHING, feed or _said(before, source)
    return fed, feed.removeprefix("<<<").strip(" '\"") if feed.startswith("<<<") else feed


def _said(node: Node, source: bytes) -> str:
    """Return what `echo` or `printf` before a pipe says."""
    words = [_word(child, source) for child in _arguments(node)] if node.type == "command" else []
    if words and words[0] in {"echo", "printf"}:
        return " ".join(word for word in words[1:] if not re.fullmatch(r"-\w+", word))
    return ""


def _redirects(nodes: list[Node], source: bytes) -> Iterator[Redirect]:
    for node in nodes:
        operator = next((each.type for each in node.children if each.type[0] in "<>&"), "")
        target = next(
            (
                _word(each, source)
                for each in reversed(node.named_children)
                if each.type != "file_descriptor"
            ),
            "",
        )
        if "/dev/tcp" in (text := said_by(node, source)) or "/dev/udp" in text:
            target = text[text.index("/dev/") :]
        if target and not target.isdigit() and target != "-":
            before = node.prev_sibling
            yield Redirect(operator, target, before is None)
