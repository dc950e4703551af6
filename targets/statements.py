"""What an SQL statement does, and to what: read without running it.

The record keeps this for ever, in words of SQL and with names as they are spelt ("Orders" is no
orders), while the facts of `judgement.sql` fold both and are read anew with its readers.
"""

import logging
import re
from collections.abc import Iterable

import sqlglot
from sqlglot import exp

UNKNOWN = "unknown"
_LONGEST = 20_000  # characters that are parsed; what is longer is known by its first word
_MOST_OBJECTS = 50
_PASSWORD = re.compile(
    r"(\bPASSWORD\s+)(?:(?:E|U&)?'(?:[^'\\]|\\.|'')*'?|(\$\w*\$).*?(?:\2|$))",
    re.IGNORECASE | re.DOTALL,
)
# What carries another statement within it, which our parser knows by its first word alone.
_WRAPPER = re.compile(
    r"\s*(?:(explain)(?:\s*\([^)]*\)|(?:\s+(?:analyze|verbose))*)"
    r"|(prepare)\s+\S+?(?:\s*\([^)]*\))?\s+as)\s+(?=[a-z(])",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*([A-Za-z]+)", re.DOTALL)
_VERBS = (
    exp.Select, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter,
    exp.Copy, exp.TruncateTable, exp.Grant, exp.Set, exp.Describe, exp.Transaction, exp.Commit,
    exp.Rollback,
)  # fmt: skip
_NAMES = {
    "truncatetable": "truncate",
    "transaction": "begin",
    "describe": "explain",
}

# It warns of every statement that it knows by its first word alone, such as VACUUM.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def describe(statement: str) -> tuple[str, list[str]]:
    """Return the verbs of a statement, in lower case and in order, and the tables it names.

    Several verbs are separated by commas ("begin, delete"), those within a CTE among them. What
    cannot be parsed has the verb "unknown" and no tables.
    """
    if len(statement) > _LONGEST:
        return _first_word(statement), []
    wrappers, statement = _unwrapped(statement)
    try:
        trees = [tree for tree in sqlglot.parse(statement, read="postgres") if tree]
        verbs = _once(verb for tree in trees for verb in _verbs_of(tree))
        tables = _once(name for tree in trees for name in _tables_of(tree))
    except Exception:  # noqa: BLE001 - whatever a parser stumbles over still goes on the record
        return ", ".join([*wrappers, UNKNOWN]), []
    return ", ".join([*wrappers, *(verbs or [UNKNOWN])]), sorted(tables)[:_MOST_OBJECTS]


def redacted(statement: str) -> str:
    """Return the statement without the passwords that are set in it."""
    return _PASSWORD.sub(r"\1'[not kept]'", statement)


def _unwrapped(statement: str) -> tuple[list[str], str]:
    """Return the words around a statement ("explain", "prepare") and the statement itself."""
    words: list[str] = []
    while len(words) < 3 and (wrapper := _WRAPPER.match(statement)):
        words.append((wrapper[1] or wrapper[2]).lower())
        statement = statement[wrapper.end() :]
    return words, statement


def _verbs_of(tree: exp.Expr) -> Iterable[str]:
    if isinstance(tree, exp.Command):
        yield str(tree.this).lower()
    found = [node for node in tree.walk(bfs=True) if isinstance(node, _VERBS)]
    changing = [node for node in found if not isinstance(node, exp.Select)]
    # A statement that changes something also reads; that it does goes without saying.
    for node in changing or found:
        yield _NAMES.get(node.key, node.key)


def _tables_of(tree: exp.Expr) -> Iterable[str]:
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        name = ".".join(part.name for part in table.parts)
        if name and name not in own:
            yield name


def _first_word(statement: str) -> str:
    found = _WORD.match(statement)
    return found[1].lower() if found else UNKNOWN


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
