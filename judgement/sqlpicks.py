"""How a statement picks rows otherwise than by one column and one value, from its syntax tree.

`(a, b) = ('x', 'y')` compares two columns, and of `FROM (SELECT 4 AS n UNION ALL SELECT 5) w WHERE
t.id = w.n` the rows are those that are listed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlglot import exp

from judgement import sqlrules

_MOST = 20  # values of a list
_USES = (exp.Where, exp.Having, exp.Order, exp.Group, exp.Is, exp.Count)
_TIES = (exp.Join, exp.Merge)
_SETTING = (exp.Update, exp.OnConflict)
_LISTS = (exp.Subquery, exp.CTE, exp.Values)
# Of each name for a list, and each of its columns, what stands in it.
_Lists = Mapping[str, Mapping[str, Sequence[exp.Expr]]]


def only_used(node: exp.Expr) -> bool:
    """Whether a column is only set, counted or compared, so that nobody sees what it holds."""
    parent = node.parent
    while parent is not None:
        if isinstance(parent, _USES) or (node.arg_key == "on" and isinstance(parent, _TIES)):
            return True
        if isinstance(parent, exp.EQ) and isinstance(parent.parent, _SETTING):
            # What becomes part of another secret is still one.
            return node.arg_key == "this" or bool(sqlrules.SECRET_COLUMN.search(parent.this.name))
        node, parent = parent, parent.parent
    return False


def in_rows(node: exp.EQ | exp.In) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Yield what is compared with what where rows are compared with rows, or one with several."""
    left = node.this
    if isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        inner = node.expression.this.unnest()
        if isinstance(inner, exp.Array):
            yield from ((left, each) for each in inner.expressions[:_MOST])
    if not isinstance(left, exp.Tuple):
        return
    rows = node.expressions if isinstance(node, exp.In) else [node.expression]
    for row in rows[:_MOST]:
        if isinstance(row, exp.Tuple):
            yield from zip(left.expressions, row.expressions, strict=False)


def from_lists(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Column, exp.Expr, bool]]:
    """Yield columns with the values that a list in the statement has for them, and whether those
    are what a column is set to.
    """
    lists = {name: its for node in nodes if isinstance(node, _LISTS) for name, its in _list(node)}
    for node in nodes if lists else ():
        if isinstance(node, exp.EQ):
            assigned = node.arg_key == "expressions" and isinstance(node.parent, exp.Update)
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, exp.Column) and isinstance(other, exp.Column):
                    yield from ((one, value, assigned) for value in _of(other, lists))
        elif isinstance(node, exp.In) and isinstance(query := node.args.get("query"), exp.Subquery):
            yield from ((node.this, value, False) for value in _selected(query.this, lists))


def _list(node: exp.Expr) -> Iterator[tuple[str, Mapping[str, Sequence[exp.Expr]]]]:
    """Yield a list of values with its name, if a part of a statement is one."""
    rows = [*_rows(node if isinstance(node, exp.Values) else node.this)][:_MOST]
    if not node.alias or not rows:
        return
    names = node.alias_column_names or [each.alias_or_name for each in rows[0]]
    columns = zip(*([each.unalias() for each in row] for row in rows), strict=False)
    yield node.alias.lower(), dict(zip(map(str.lower, names), columns, strict=False))


def _rows(query: object) -> Iterator[Sequence[exp.Expr]]:
    if isinstance(query, exp.Union):
        yield from _rows(query.left)
        yield from _rows(query.right)
    elif isinstance(query, exp.Values):
        yield from (row.expressions for row in query.expressions if isinstance(row, exp.Tuple))
    elif isinstance(query, exp.Select):
        source = query.args.get("from_")
        if source is None:
            yield query.expressions
        elif query.is_star:
            yield from _rows(source.this)


def _of(column: exp.Column, lists: _Lists) -> Sequence[exp.Expr]:
    """Return what a list has for a column that is one of its own."""
    name = column.name.lower()
    if column.table:
        return lists.get(column.table.lower(), {}).get(name, ())
    return next((its[name] for its in lists.values() if name in its), ())


def _selected(query: exp.Expr, lists: _Lists) -> Sequence[exp.Expr]:
    """Return what a query of nothing but a column of a list finds."""
    first = query.expressions[:1]
    if isinstance(query, exp.Select) and first and isinstance(first[0], exp.Column):
        return _of(first[0], lists)
    return ()
