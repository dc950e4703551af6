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


def counted_on(column: exp.Expr, value: exp.Expr) -> exp.Expr:
    """Return by what a column is counted on from what it has: `balance = round(balance * 1.04, 2)`.

    What else it is set to is returned as it is.
    """
    inner = value
    while isinstance(inner, exp.Round | exp.Paren | exp.Ceil | exp.Floor | exp.Cast):
        inner = inner.this
    if not isinstance(inner, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return value
    first, second = inner.left, inner.right
    if _same(first, column):
        return second
    return first if _same(second, column) and isinstance(inner, exp.Add | exp.Mul) else value


def _same(one: exp.Expr, other: exp.Expr) -> bool:
    one, other = one.unnest(), other.unnest()
    return isinstance(one, exp.Column) and isinstance(other, exp.Column) and one.name == other.name
