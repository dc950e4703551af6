"""How wide a change of rows reaches: all of them, all but some, or those that share something."""

import re
from collections.abc import Iterator

from sqlglot import exp

from judgement.facts import Breadth
from judgement.gathering import Gathered

_MOMENT = re.compile(
    r"(?:_at|_on|_until|date|time|deleted|expired|closed|ended)\w*$", re.IGNORECASE
)


def add(node: exp.Update | exp.Delete, gathered: Gathered) -> None:
    """Say whether a change is of all rows, or of all but those that are named."""
    where = node.args.get("where")
    if where is None:
        if not (node.args.get("limit") or isinstance(node.parent, exp.When) or _joined(node)):
            gathered.reaches(Breadth.NO_WHERE, severity=0.9)
        return
    if _always(where.this):
        gathered.reaches(Breadth.INVERTED, Breadth.NO_WHERE, severity=0.9)
    elif _but(where.this):
        gathered.reaches(Breadth.INVERTED, severity=0.7)
    elif _either(where):
        gathered.reaches(Breadth.EITHER)
    elif _spreads(node, where):
        gathered.reaches(Breadth.SPREAD)


def _joined(node: exp.Update | exp.Delete) -> bool:
    """Whether a change is of those rows alone that another table has as well."""
    joins = node.find_all(exp.Join)
    return any(
        (join.args.get("on") or join.args.get("using"))
        and not (join.args.get("side") or join.args.get("kind") == "CROSS")
        for join in joins
    )


def _without_others(condition: exp.Not) -> bool:
    """Whether rows are meant that another table lacks: lines of which the order is gone.

    Where that table is narrowed by a value, all rows are meant but those that have it.
    """
    inner = condition.this.unnest()
    query = inner.args.get("query") if isinstance(inner, exp.In) else None
    if isinstance(inner, exp.Exists):
        query = inner if inner.find(exp.Where) else None
    return query is not None and not any(
        isinstance(each.parent, exp.Predicate) for each in query.find_all(exp.Literal)
    )


def _always(condition: exp.Expr) -> bool:
    """Whether a condition holds for every row: 1=1, TRUE, id = id, LIKE '%'."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _always(condition.left) and _always(condition.right)
    if isinstance(condition, exp.Or):
        return _always(condition.left) or _always(condition.right)
    if isinstance(condition, exp.Boolean | exp.Literal):
        return str(condition.this).lower() not in {"false", "0", ""}
    return _trivial(condition)


def _trivial(condition: exp.Expr) -> bool:
    """Whether a comparison is of a thing with itself, of two constants, or with anything."""
    if isinstance(condition, exp.EQ):
        return bool(condition.left == condition.right)
    if isinstance(condition, exp.NEQ | exp.GT | exp.LT | exp.GTE | exp.LTE):
        return isinstance(condition.left, exp.Literal) and isinstance(condition.right, exp.Literal)
    if isinstance(condition, exp.Like | exp.ILike):
        return set(condition.expression.name) == {"%"} and not condition.args.get("negate")
    return False


def _not_null(condition: exp.Expr) -> bool:
    """Whether a condition asks that there is a value; of a moment that is a real choice."""
    inner = condition.this.unnest() if isinstance(condition, exp.Not) else condition
    if not isinstance(inner, exp.Is) or not isinstance(inner.expression, exp.Null):
        return False
    return bool(inner.args.get("negate") or inner is not condition) and not _MOMENT.search(
        inner.this.name
    )


def _both_ways(either: exp.Or) -> bool:
    """Whether what is above a bound is taken, and what is below one as well: `id > 4 OR id < 9`."""
    sides = (either.left.unnest(), either.right.unnest())
    for one, other in (sides, sides[::-1]):
        if isinstance(one, exp.GT | exp.GTE) and isinstance(other, exp.LT | exp.LTE):
            return bool(one.left == other.left)
    return False


def _but(condition: exp.Expr) -> bool:
    """Whether a condition takes all rows but some, and nothing beside it narrows them."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return _but(condition.left) and _but(condition.right)
    if isinstance(condition, exp.Or):
        return _but(condition.left) or _but(condition.right) or _both_ways(condition)
    if isinstance(condition, exp.Not) and not isinstance(condition.this.unnest(), exp.Is):
        return not _without_others(condition)
    if isinstance(condition, exp.NEQ | exp.NullSafeNEQ):
        return not all(isinstance(each, exp.Column) for each in condition.iter_expressions())
    if isinstance(condition, exp.Is):
        return _not_null(condition)
    return bool(condition.args.get("negate")) or _not_null(condition)


def _either(where: exp.Where) -> bool:
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


def _spreads(node: exp.Update | exp.Delete, where: exp.Where) -> bool:
    """Tell whether rows are picked by what one of them has: `owner = (SELECT owner FROM it …)`.

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
