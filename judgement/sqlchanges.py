"""What of a statement is changed, and what it only reads to know how; from its syntax tree.

Whoever sets back a value by what an audit table says of it does not touch the record.
"""

from collections.abc import Iterable, Iterator

from sqlglot import exp

from judgement.gathering import Gathered


def add(changes: Iterable[exp.Expr], tables: Iterable[str], gathered: Gathered) -> None:
    """Add which of the tables of a statement its changes only read."""
    changed = {name for node in changes for name in _changed(node)}
    gathered.only_reads(changed, (each for each in tables if each.lower() not in changed))


def _changed(node: exp.Expr) -> Iterator[str]:
    """Yield the tables that one node changes, in lower case."""
    targets = node.args.get("tables")
    if isinstance(node, exp.TruncateTable):
        targets = node.expressions
    called = {each.alias_or_name.lower(): each for each in node.find_all(exp.Table)}
    if isinstance(node, exp.Update):
        # MySQL sets the columns of any of the tables that are joined.
        owners = {each.this.table.lower() for each in node.expressions if _of_a_table(each)}
        yield from (called_as(called[owner]) for owner in owners if owner in called)
    for target in targets or [node.this]:
        table = target.find(exp.Table) if isinstance(target, exp.Expr) else None
        if table is not None:
            yield called_as(called.get(table.name.lower(), table))


def _of_a_table(assignment: exp.Expr) -> bool:
    return isinstance(assignment, exp.EQ) and isinstance(assignment.this, exp.Column)


def called_as(table: exp.Table) -> str:
    """Return the name of a table as it is kept in facts."""
    return ".".join(part.name for part in table.parts).lower()


def either(where: exp.Where) -> bool:
    """Tell whether rows are picked by one column or else by another: `order_no = 7 OR open`.

    Where both are held against the same values, or something else narrows them, it tells nothing.
    """
    condition = where.this.unnest()
    if not isinstance(condition, exp.Or):
        return False
    sides = [*condition.flatten()]
    columns = [frozenset(_columns(each)) for each in sides]
    values = [frozenset(each.name for each in side.find_all(exp.Literal)) for side in sides]
    apart = columns[0].isdisjoint(columns[1]) and all(columns)
    return apart and not (values[0] and values[0] == values[1])


def spreads(node: exp.Update | exp.Delete, where: exp.Where) -> bool:
    """Tell whether rows are picked by what one of them has: `owner = (SELECT owner FROM … own table`.

    All of that owner are meant then, where one was picked.
    """
    own = node.this.name.lower() if isinstance(node.this, exp.Table) else ""
    for each in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        query = (
            each.args.get("query")
            if isinstance(each, exp.In)
            else getattr(each, "expression", None)
        )
        inner = query.unnest() if isinstance(query, exp.Expr) else None
        if not isinstance(each, exp.EQ | exp.In) or not isinstance(inner, exp.Select):
            continue
        source = inner.find(exp.Table)
        picked = inner.expressions[0].name.lower() if len(inner.expressions) == 1 else ""
        same = isinstance(each.this, exp.Column) and each.this.name.lower() == picked
        if (
            own
            and source is not None
            and source.name.lower() == own
            and same
            and not _key(picked, own)
        ):
            return True
    return False


def _key(column: str, table: str) -> bool:
    """Whether a column is the key of a table: id, order_id of orders."""
    thing = column.removesuffix("_id").removesuffix("_no")
    return column in {"id", "uuid", "ctid"} or (thing != column and thing in table)


def _columns(node: exp.Expr) -> Iterator[str]:
    return (each.name.lower() for each in node.find_all(exp.Column))


def counted_on(column: exp.Expr, value: exp.Expr) -> exp.Expr:
    """Return by what a column is counted on from what it has: `balance = round(balance * 1.04, 2)`.

    What else it is set to is returned as it is.
    """
    inner = value
    while isinstance(inner, exp.Round | exp.Paren | exp.Ceil | exp.Floor | exp.Cast):
        inner = inner.this
    if isinstance(inner, exp.Add | exp.Sub | exp.Mul | exp.Div):
        if _same(inner.this, column):
            return inner.expression
        if _same(inner.expression, column) and isinstance(inner, exp.Add | exp.Mul):
            return inner.this
    return value


def _same(one: exp.Expr, other: exp.Expr) -> bool:
    one, other = one.unnest(), other.unnest()
    return isinstance(one, exp.Column) and isinstance(other, exp.Column) and one.name == other.name
