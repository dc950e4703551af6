"""A parsed rule becomes one function of an event, with what an event needs for it to match."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from sigma.conditions import (
    ConditionAND,
    ConditionIdentifier,
    ConditionNOT,
    ConditionOR,
    ConditionSelector,
)
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
)

from judgement.sigma import strings
from judgement.sigma.events import Event
from judgement.sigma.strings import MANY, Part, Test, Unusable

Check = Callable[[Event], bool]
# A field has this value, or (`last`) a path whose last name is this: `/usr/bin/curl`, `curl`.
Token = tuple[str, bool, str]
Need = frozenset[Token]  # an event that has none of these cannot match
_MOST_NEEDS = 12  # more ways of indexing one rule than this are not compared


@dataclasses.dataclass(frozen=True)
class Node:
    """A part of a rule: its question, what an event needs, and how dear it is to ask."""

    check: Check
    needs: tuple[Need, ...] = ()
    cost: int = 1


def compiled(detections: SigmaDetections) -> Node:
    """Return a rule as one node; several conditions are alternatives.

    Raises Unusable with a sentence for what no event can be asked.
    """
    return any_of([_condition(each.parse(False), detections)  # noqa: FBT003 - pySigma's own
                   for each in detections.parsed_condition])  # fmt: skip


def _condition(parsed: object, detections: SigmaDetections) -> Node:
    match parsed:
        case ConditionIdentifier():
            return _named(parsed.identifier, detections)
        case ConditionSelector():
            found = parsed.resolve_referenced_detections(detections)
            if not found:
                raise Unusable(
                    f"its condition asks for `{parsed.pattern}`, and no selection has such a name:"
                    " correct the name"
                )
            nodes = [_named(each.identifier, detections) for each in found]
            return all_of(nodes) if parsed.cond_class is ConditionAND else any_of(nodes)
        case ConditionNOT():
            return _not(_condition(parsed.args[0], detections))
        case ConditionAND():
            return all_of([_condition(each, detections) for each in parsed.args])
        case ConditionOR():
            return any_of([_condition(each, detections) for each in parsed.args])
    raise Unusable("its condition cannot be read: use `and`, `or`, `not`, `1 of` and `all of`")


def _named(name: str, detections: SigmaDetections) -> Node:
    if name not in detections.detections:
        raise Unusable(
            f"its condition asks for `{name}`, and no selection has that name: correct the name"
        )
    return _detection(detections[name])


def _detection(detection: SigmaDetection) -> Node:
    nodes = [
        _item(each) if isinstance(each, SigmaDetectionItem) else _detection(each)
        for each in detection.detection_items
    ]
    return all_of(nodes) if detection.item_linking is ConditionAND else any_of(nodes)


def _item(item: SigmaDetectionItem) -> Node:
    values = item.value or [SigmaNull()]
    if item.value_linking is ConditionAND:
        node = all_of([_values(item.field, [each]) for each in values])
    else:
        node = _values(item.field, values)
    return _not(node) if item.negated else node


def _values(field: str | None, values: Sequence[SigmaType]) -> Node:
    """Return a field's alternatives: plain strings in one look, whatever else beside it."""
    flat = list(_unfolded(values))
    cased = [each for each in flat if isinstance(each, SigmaCasedString)]
    text = [each for each in flat if isinstance(each, SigmaString)]
    plain = [each for each in text if not isinstance(each, SigmaCasedString)]
    others = [each for each in flat if not isinstance(each, SigmaString)]
    nodes = [_strings(field, plain, lower=True)] if plain else []
    nodes += [_strings(field, cased, lower=False)] if cased else []
    return any_of([*nodes, *(_other(field, each) for each in others)])


def _unfolded(values: Iterable[SigmaType]) -> Iterable[SigmaType]:
    for value in values:
        if isinstance(value, SigmaExpansion):
            yield from _unfolded(value.values)
        else:
            yield value


def _strings(field: str | None, values: Sequence[SigmaString], *, lower: bool) -> Node:
    patterns = [strings.parts_of(each, lower=lower) for each in values]
    if field is None:
        return _keywords(patterns, lower=lower)
    cost = 1 + len(patterns) * any(MANY in each for each in patterns)
    return Node(_about(field, strings.any_string(patterns), lower=lower),
                _needs(field, patterns), cost)  # fmt: skip


def _about(field: str, test: Test, *, lower: bool) -> Check:
    if lower:

        def check(event: Event) -> bool:
            for value in event.lower(field):  # noqa: SIM110 - a generator costs more
                if test(value):
                    return True
            return False

        return check
    return lambda event: any(test(value) for value in event.exact(field))


def _needs(field: str, patterns: Sequence[list[Part]]) -> tuple[Need, ...]:
    tokens = [_token(field, parts) for parts in patterns]
    known = [each for each in tokens if each]
    return (frozenset(known),) if known and len(known) == len(tokens) else ()


def _token(field: str, parts: list[Part]) -> Token | None:
    """Return what a field has to have: all of the text, or the name at the end of a path."""
    match parts:
        case [str(text)]:
            return field, False, text.lower()
        case [*_, str(text)] if "/" in text:
            return field, True, text.lower().rsplit("/", 1)[1]
    return None


def _keywords(patterns: Sequence[list[Part]], *, lower: bool) -> Node:
    """Return the question whether the event says these words anywhere."""
    bare = [[part for at, part in enumerate(parts) if not (part is MANY and at in _ends(parts))]
            for parts in patterns]  # fmt: skip
    plain = [parts for parts in bare if all(isinstance(part, str) for part in parts)]
    globs = [strings.glob([MANY, *parts, MANY]) for parts in bare if parts not in plain]
    needles = [str(parts[0]) if parts else "" for parts in plain]
    test = strings.either([*([strings.containing(needles)] if needles else []), *globs])
    if lower:
        return Node(lambda event: test(event.lower_text), cost=20 + len(patterns))
    return Node(lambda event: test(event.text), cost=20 + len(patterns))


def _ends(parts: Sequence[Part]) -> tuple[int, int]:
    return 0, len(parts) - 1


def _other(field: str | None, value: SigmaType) -> Node:
    """Return the question of a value that is no string."""
    if field is None:
        return _keyword(value)
    match value:
        case SigmaNull():
            return Node(lambda event: not event.exact(field))
        case SigmaExists():
            wanted = value.exists
            return Node(lambda event: bool(event.exact(field)) is wanted)
        case SigmaFieldReference():
            return Node(_reference(field, value), cost=3)
    test, cost = _question(value)
    as_written = isinstance(value, SigmaRegularExpression | SigmaTimestampPart)
    check = _about(field, test, lower=not as_written)
    return Node(check, cost=cost)


def _question(value: SigmaType) -> tuple[Test, int]:
    match value:
        case SigmaRegularExpression():
            return strings.regular(value), 30
        case SigmaCIDRExpression():
            return strings.network(value), 4
        case SigmaCompareExpression():
            return strings.comparison(value), 2
        case SigmaTimestampPart():
            return strings.moment(value), 4
        case SigmaNumber():
            return strings.number(value), 2
        case SigmaBool():
            # Some logs write 1 and 0.
            return frozenset({"true", "1"} if value.boolean else {"false", "0"}).__contains__, 1
    raise Unusable(f"it has a value of the kind {type(value).__name__}, which is not known here:"
                   " use strings, numbers, expressions, networks or other fields")  # fmt: skip


def _keyword(value: SigmaType) -> Node:
    match value:
        case SigmaRegularExpression():
            test = strings.regular(value)
            return Node(lambda event: test(event.text), cost=50)
        case SigmaNumber() | SigmaBool():
            said = str(value).lower()
            return Node(lambda event: said in event.lower_text, cost=20)
    raise Unusable("it has a value without a field that is no text: name the field")


def _reference(field: str, reference: SigmaFieldReference) -> Check:
    """Return the comparison with another field: equal, or its beginning, end, or a part of it."""
    other, start, end = reference.field, reference.starts_with, reference.ends_with

    def alike(value: str, named: str) -> bool:
        if start and end:
            return named in value
        if start:
            return value.startswith(named)
        return value.endswith(named) if end else value == named

    return lambda event: any(
        alike(value, named) for value in event.lower(field) for named in event.lower(other)
    )


def _not(node: Node) -> Node:
    check = node.check
    return Node(lambda event: not check(event), cost=node.cost)


def all_of(nodes: Sequence[Node]) -> Node:
    """Return the conjunction, the cheapest question first; each of its needs is needed."""
    if len(nodes) == 1:
        return nodes[0]
    ordered = sorted(nodes, key=lambda node: node.cost)
    checks = tuple(node.check for node in ordered)

    def check(event: Event) -> bool:
        for each in checks:  # noqa: SIM110 - a generator costs more
            if not each(event):
                return False
        return True

    needs = tuple(dict.fromkeys(need for node in ordered for need in node.needs))
    return Node(check, needs[:_MOST_NEEDS], sum(node.cost for node in ordered))


def any_of(nodes: Sequence[Node]) -> Node:
    """Return the alternative; what is needed is one need of each branch."""
    if len(nodes) == 1:
        return nodes[0]
    ordered = sorted(nodes, key=lambda node: node.cost)
    checks = tuple(node.check for node in ordered)

    def check(event: Event) -> bool:
        for each in checks:  # noqa: SIM110 - a generator costs more
            if each(event):
                return True
        return False

    return Node(check, _joined(ordered), sum(node.cost for node in ordered))


def _joined(nodes: Sequence[Node]) -> tuple[Need, ...]:
    """Return the needs of alternatives, in the same fields where the branches have them."""
    if not all(node.needs for node in nodes):
        return ()
    first, *rest = nodes
    return tuple(need.union(*(_nearest(need, node.needs) for node in rest)) for need in first.needs)


def _nearest(need: Need, options: Sequence[Need]) -> Need:
    fields = {token[:2] for token in need}
    return next((each for each in options if {token[:2] for token in each} <= fields), options[0])
