"""What one SQL statement does, from its syntax tree."""

import re
from collections.abc import Iterable, Iterator

from sqlglot import exp

from judgement import sqlchanges, sqlpicks, sqlrules, sqlwidth
from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NullSafeEQ: "=", exp.NEQ: "<>", exp.NullSafeNEQ: "<>", exp.LT: "<",
    exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.Like: "like", exp.ILike: "like",
    exp.RegexpLike: "like", exp.RegexpILike: "like", exp.Glob: "like", exp.SimilarTo: "like",
}  # fmt: skip
# Under NOT, and with the sides exchanged.
_NEGATED = {"=": "<>", "<>": "=", "like": "not like", "in": "not in", "<": ">=", ">": "<="}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_CHANGES = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable, exp.Drop, exp.Alter,
    exp.Create,
)  # fmt: skip
# Kinds of nodes that are asked for of every node: a union would be made anew each time.
_QUERIES = (exp.Query, exp.Values)
_SEVERAL = (exp.In, exp.Between)
_AROUND = (exp.Cast, exp.Paren)
_VARIABLES = (exp.Parameter, exp.SessionParameter)
_ROWS = frozenset({"TABLE", "DATABASE", "SCHEMA", "COLUMN"})


def read(tree: exp.Expr, gathered: Gathered) -> bool:
    """Add the facts of a parsed statement; say whether the tree is of a kind that is known."""
    nodes = list(tree.walk(bfs=True))
    own = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
    changes = [node for node in nodes if isinstance(node, _CHANGES)]
    if not changes and not isinstance(tree, _QUERIES):
        return False
    own |= _aliases(nodes)
    tables = [
        name for node in nodes
        if isinstance(node, exp.Table) and not isinstance(node.this, _VARIABLES)
        and (name := _name(node)) and name.lower() not in own
    ]  # fmt: skip
    gathered.names(*tables)
    columns = [node for node in nodes if isinstance(node, exp.Column)]
    gathered.has_columns(*(node.name for node in columns))
    gathered.shows(*(node.name for node in columns if not sqlpicks.only_used(node)))
    for node in nodes:
        _values(node, gathered)
    for column, listed, assigned in sqlpicks.from_lists(nodes):
        if (value := _value(listed)) is not None:
            gathered.compares(column.name, "set" if assigned else "in", value)
    gathered.runs(*dict.fromkeys(node.key for node in changes) or [tree.key])
    for node in changes:
        _change(node, gathered)
    sqlchanges.add(changes, tables if changes else (), gathered)
    for node in nodes:
        if isinstance(node, exp.Anonymous):
            called(_called_as(node), gathered)
    _query(tree, nodes, tables, gathered, changing=bool(changes))
    return True


def called(name: str, gathered: Gathered) -> None:
    """Add what a function does that is called after a change: drop_chunks, billing.resume_run."""
    if found := sqlrules.CALLED.match(name.rpartition(".")[2]):
        gathered.names(name)
        gathered.does(Verb.EXEC, severity=sqlrules.CALL_SEVERITY)
        if found["deletes"]:
            gathered.does(Verb.DELETE)


def _called_as(node: exp.Anonymous) -> str:
    above = node.parent
    return f"{above.this.name}.{node.name}" if isinstance(above, exp.Dot) else node.name


def _aliases(nodes: Iterable[exp.Expr]) -> set[str]:
    """Return what tables are called for short that DELETE names so: `DELETE o FROM orders o …`."""
    deleted = [node for node in nodes if isinstance(node, exp.Delete) and node.args.get("tables")]
    return {
        table.alias.lower()
        for node in deleted
        for table in node.find_all(exp.Table)
        if table.alias and table.alias != table.name
    }


def _change(node: exp.Expr, gathered: Gathered) -> None:
    """Add what one node that changes something does."""
    if isinstance(node, exp.Insert | exp.Update | exp.Merge):
        gathered.does(Verb.WRITE)
    if isinstance(node, exp.Update | exp.Delete):
        sqlwidth.add(node, gathered)
    if isinstance(node, exp.Delete) or _takes_away(node):
        gathered.does(Verb.DELETE)
    if isinstance(node, exp.TruncateTable):
        gathered.does(Verb.DELETE)
        gathered.reaches(Breadth.EVERYTHING, severity=0.9)
    _structure(node, gathered)


def _structure(node: exp.Expr, gathered: Gathered) -> None:
    if isinstance(node, exp.Create):
        _create(node, gathered)
    elif isinstance(node, exp.Alter):
        _alter(node, gathered)
    elif isinstance(node, exp.Drop) and not isinstance(node.parent, exp.Alter):
        _drop(node, gathered)


def _takes_away(node: exp.Expr) -> bool:
    """Whether an UPDATE does nothing but empty columns, or a MERGE deletes rows.

    What is emptied while something else is set belongs to that: a lock that is taken off.
    """
    if isinstance(node, exp.Update):
        return any(map(_empties, node.expressions)) and all(map(_to_nothing, node.expressions))
    thens = [when.args.get("then") for when in node.find_all(exp.When)]
    return isinstance(node, exp.Merge) and any(
        isinstance(then, exp.Var) and then.name.upper() == "DELETE" for then in thens
    )


def _empties(assignment: exp.Expr) -> bool:
    """Whether a value is taken away: SET x = NULL, SET x = ''.

    To empty what only says when, by whom or why something was held sets it back, and loses nothing.
    """
    return _to_nothing(assignment) and not _SETS_BACK.search(assignment.this.name)


def _to_nothing(assignment: exp.Expr) -> bool:
    value = assignment.expression if isinstance(assignment, exp.EQ) else None
    return isinstance(value, exp.Null) or (isinstance(value, exp.Literal) and not value.name)


_SETS_BACK = re.compile(
    r"(?:^|_)(?:at|on|ts|dt|tm|until|till|by|reason|rsn|since|expires?|lock\w*|held|hold|error\w*|fail\w*|deleted"
    r"|paused|blocked|suspended|retry|next\w*)$",
    re.IGNORECASE,
)


def _create(node: exp.Create, gathered: Gathered) -> None:
    kind = (node.args.get("kind") or "").upper()
    copies = isinstance(node.expression, exp.Query) or bool(node.find(exp.LikeProperty))
    temporary = bool(node.find(exp.TemporaryProperty))
    if temporary and kind in {"TABLE", "VIEW"}:
        gathered.does(Verb.READ if copies else Verb.NEUTRAL)  # it is gone when the session is
        return
    gathered.does(Verb.SCHEMA, severity=0.3 if kind in {"INDEX", "VIEW"} else None)
    if kind == "TABLE" and isinstance(node.expression, exp.Query):
        gathered.does(Verb.EXPORT, Verb.READ)
    elif copies:
        gathered.does(Verb.READ)
    if kind in {"FUNCTION", "PROCEDURE", "TRIGGER"}:
        gathered.does(Verb.EXEC, Verb.PERSISTENCE, severity=0.5)


def _alter(node: exp.Alter, gathered: Gathered) -> None:
    gathered.does(Verb.SCHEMA)
    for action in node.args.get("actions") or []:
        if isinstance(action, exp.Drop) and (action.args.get("kind") or "").upper() in _ROWS:
            gathered.does(Verb.DELETE, severity=0.8)


def _drop(node: exp.Drop, gathered: Gathered) -> None:
    kind = (node.args.get("kind") or "").upper()
    gathered.does(Verb.SCHEMA)
    if kind in _ROWS:
        gathered.does(Verb.DELETE)
        gathered.reaches(
            Breadth.EVERYTHING, severity=1.0 if kind in {"DATABASE", "SCHEMA"} else 0.9
        )


def _query(
    tree: exp.Expr,
    nodes: Iterable[exp.Expr],
    tables: list[str],
    gathered: Gathered,
    *,
    changing: bool,
) -> None:
    """Say what the queries in a statement disclose, and how much."""
    queries = [node for node in nodes if isinstance(node, exp.Select)]
    if any(_into_table(query) for query in queries):
        gathered.does(Verb.EXPORT, Verb.SCHEMA)
    telling = [name for name in tables if not sqlrules.CATALOGUE.match(name)]
    if not changing:
        gathered.does(Verb.READ if telling else Verb.NEUTRAL)
    elif queries:
        gathered.does(Verb.READ)
    limit = tree.args.get("limit") or tree.args.get("fetch")
    count = limit and (limit.args.get("expression") or limit.args.get("count"))
    if isinstance(count, exp.Literal) and count.is_int:
        gathered.limits(int(count.name[:18]))
    elif any(map(_everything, queries)) and telling and limit is None:
        gathered.reaches(Breadth.WHOLE_TABLE, severity=0.15)
    shown = [*queries, *(node for node in nodes if isinstance(node, exp.Returning))]
    if any(isinstance(each, exp.Star) for node in shown for each in node.expressions):
        gathered.has_columns("*")
        gathered.shows("*")


def _into_table(query: exp.Select) -> bool:
    """Whether a query makes a table of what it finds; a variable is none."""
    into = query.args.get("into")
    return into is not None and not into.find(exp.Parameter, exp.SessionParameter)


def _is_own(table: exp.Expr, query: exp.Select) -> bool:
    """Whether a table is what a query has said itself: `WITH x AS (…) SELECT * FROM x`."""
    return any(each.alias == table.name for each in query.ctes)


def _everything(query: exp.Select) -> bool:
    narrow = ("where", "limit", "group", "having", "joins", "distinct")
    source = query.args.get("from_") or query.args.get("from")
    if source is not None and _is_own(source.this, query):
        return False
    return any(isinstance(each, exp.Star) for each in query.expressions) and not any(
        query.args.get(name) for name in narrow
    )


def _values(node: exp.Expr, gathered: Gathered) -> None:
    """Add the values of one node, with the columns that they are compared with or put into."""
    if isinstance(node, exp.Literal):
        gathered.says(node.name)
    elif isinstance(node, exp.Insert):
        for column, value in _inserted(node):
            gathered.compares(column, "set", value)
    elif isinstance(node, _SEVERAL):
        _several(node, gathered)
    elif operator := _OPERATORS.get(type(node)):
        _comparison(node, operator, gathered)


def _several(node: exp.In | exp.Between, gathered: Gathered) -> None:
    """Add a comparison with several values: IN (…), BETWEEN … AND …."""
    within = isinstance(node, exp.In)
    operator = _under_not(node, "in") if within else "between"
    if isinstance(node, exp.In):
        _in_rows(node, operator, gathered)
    for each in node.expressions if within else (node.args["low"], node.args["high"]):
        if (value := _value(each)) is not None:
            gathered.compares(node.this.name, operator, value)


def _in_rows(node: exp.EQ | exp.In, operator: str, gathered: Gathered) -> None:
    """Add what is compared in rows, `(a, b) = ('x', 'y')`, or with any of several."""
    for column, each in sqlpicks.in_rows(node):
        if isinstance(column, exp.Column) and (value := _value(each)) is not None:
            gathered.compares(column.name, operator, value)


def _comparison(node: exp.Expr, operator: str, gathered: Gathered) -> None:
    if isinstance(node, exp.EQ):
        several = isinstance(node.expression, exp.Any)
        _in_rows(node, _under_not(node, "in" if several else "="), gathered)
    left, right = node.this, node.expression
    if isinstance(left, exp.Literal) and isinstance(right, exp.Column):
        left, right, operator = right, left, _TURNED.get(operator, operator)
    assigned = isinstance(node.parent, exp.Update) and node.arg_key == "expressions"
    if assigned:
        right = sqlchanges.counted_on(left, right)
    value = _value(right)
    if value is None or not isinstance(left, exp.Expr) or isinstance(left, exp.Literal):
        return
    if assigned:
        operator = "set"
    column = left if isinstance(left, exp.Column) else left.find(exp.Column)
    gathered.compares(column.name if column else "", _under_not(node, operator), value)


def _under_not(node: exp.Expr, operator: str) -> str:
    if node.args.get("negate"):
        return _NEGATED.get(operator, operator)
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    return _NEGATED.get(operator, operator) if isinstance(parent, exp.Not) else operator


def _value(node: object) -> str | None:
    """Return a value as text; a name in double quotes is one in the dialects that allow it."""
    if isinstance(node, exp.Literal):
        return node.name
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return "-" + node.this.name
    if isinstance(node, exp.Boolean):
        return str(node.this).lower()
    if isinstance(node, _AROUND):
        return _value(node.this)
    if isinstance(node, exp.Column) and not node.table and node.this.args.get("quoted"):
        return node.name
    return None


def _inserted(node: exp.Insert) -> Iterator[tuple[str, str]]:
    schema, values = node.this, node.expression
    if not isinstance(schema, exp.Schema) or not isinstance(values, exp.Values):
        return
    columns = [column.name for column in schema.expressions]
    for row in values.expressions[:20]:
        for column, each in zip(columns, getattr(row, "expressions", []), strict=False):
            if (value := _value(each)) is not None:
                yield column, value


def _name(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts)
