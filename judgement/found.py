"""What a session has found or made by its own earlier actions.

Whoever looks up a row by the number that a request names goes on with the key that was found, and
what was gathered in a temporary table is what it was gathered by. Results are not known, so that a
key is believed only where a look that has the named number reads that very column, or has both.
"""

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from judgement import blanks, grip, near
from judgement.facts import Breadth, Facts, Kind, Verb
from judgement.grounds import Grounds, Look, Said, named
from judgement.scope import Scope
from judgement.terms import canonical

_SURE, _LIKELY = 0.0, 0.3  # of a doubt that is left: had with what is named, or looked up by it
_LONGEST = 4_000
_MADE = re.compile(
    r"\bcreate\s+(?:local\s+|global\s+)?temp(?:orary)?\s+(?:table|view)\s+(?:if\s+not\s+exists\s+)?"
    r"([\w.]+)|\binto\s+(@\w+)|\bset\s+(@\w+)\s*:?=|(@\w+)\s*:=",
    re.IGNORECASE,
)
_MAKES = re.compile(r"\btemp|@", re.IGNORECASE)
# What is made without looking whether it is there already is the session's own.
_CREATES = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+|(?:local\s+|global\s+)?temp(?:orary)?\s+)?(?:table|view)\s+"
    r"(?!if\b)([\w.]+)|\bcreate\s+(?:local\s+|global\s+)?temp(?:orary)?\s+(?:table|view)\s+if\s+not\s+exists\s+"
    r"([\w.]+)|\binto\s+temp(?:orary)?\s+(?:table\s+)?([\w.]+)",
    re.IGNORECASE,
)
# Who looks at sessions of the server finds the one that is to be ended there.
_SESSIONS = re.compile(
    r"\bpg_stat_activity\b|\bprocesslist\b|\binnodb_trx\b|\bpg_locks\b|v\$session|dm_exec_|\bsp_who|\bstatus\\g"
    r"|\bdata_lock_waits\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"(?:(?<![0-9&-])>{1,2}\s?|\b(?:tee|touch|mkdir)\b(?: (?:-\S+|'[^']*'))* "
    r"|(?<!\S)(?:-o|-out|--output|-w)[ =])['\"]?([/~][\w./~+:-]{3,120})"
)
_SCRATCH = re.compile(r"/(?:var/)?tmp/[\w.]|/dev/shm/\w|(?:~|/root|/home/\w+)/(?!\.)[\w.-]+$")
_SPANS = frozenset({">", ">=", "<", "<=", "between"})
_DAY = re.compile(r"\d{4}-\d\d")
# What parts the rows of most tables, so that it is asked of theirs where tables are joined.
_PART = re.compile(
    r"(?:^|_)(?:term|year|season|period|month|quarter|region|zone|fund|level|shop|store|site|tenant)(?:_?(?:id|no|cd"
    r"|code|nr))?$"
)
_MARK = re.compile(
    r"(?:^|_)(?:shop|store|site|tenant|region|zone|branch|country|market|env|environment|company|currency|lang|kind|type"
    r"|channel)$"
)
_ROWS = frozenset(["update", "delete", "merge", "insert"])
_MOST_LOOKS = 60
_TIDIES = frozenset({Verb.NEUTRAL, Verb.READ, Verb.WRITE})
_SLIGHT = 0.3
_PICKS = frozenset({"=", "in"})


def known(grounds: Grounds, scope: Scope, actions: Sequence[Said]) -> tuple[Grounds, Scope]:
    """Return a reason and a scope with what the actions of a session found and made themselves."""
    if len(actions) < 2:
        return grounds, scope
    grounds = dataclasses.replace(grounds, used=grip.used(grounds, actions))
    if files := frozenset(_files(actions)):
        grounds = dataclasses.replace(grounds, made=files)
    actions = [each for each in actions if each.facts.kind is Kind.SQL]
    if len(actions) < 2:
        return grounds, scope
    made = frozenset(name for each in actions for name in _made(each))
    keys, tidied = _keys(grounds, actions), frozenset(_tidied(actions))
    watches = any(_SESSIONS.search(each.text[:_LONGEST]) for each in actions)
    grounds = dataclasses.replace(grounds, made=made, keys=keys, tidied=tidied, watches=watches)
    around, looked = frozenset(_around(grounds, actions)), tuple(_looked(grounds, actions))
    scope = dataclasses.replace(scope, found=frozenset(grounds.keys))
    return dataclasses.replace(grounds, around=around, looked=looked), scope


def _files(actions: Sequence[Said]) -> Iterator[str]:
    """Yield the files that the commands of a session write for themselves."""
    for each in actions:
        if each.facts.kind is Kind.SHELL:
            for found in _WRITES.finditer(each.text[:_LONGEST]):
                if _SCRATCH.match(found[1]):
                    yield found[1].lower()


def _looked(grounds: Grounds, actions: Sequence[Said]) -> list[Look]:
    """Return how the session looks at rows by what is named, apart from what it sets them to."""
    put = {
        (each.column, canonical(each.value))
        for action in actions
        for each in action.facts.conditions
        if each.operator == "set"
    }
    looks: dict[Look, None] = {}
    for action in actions:
        if not near.looks(action.facts) or not action.facts.conditions:
            continue
        picked: dict[str, set[str]] = defaultdict(set)
        for each in action.facts.conditions:
            value = canonical(each.value)
            if (each.column, value) in put or not named(each.value, grounds):
                continue
            if each.operator in _PICKS and not _DAY.match(value):
                picked[each.column].add(value)
            elif each.operator in _PICKS | _SPANS:
                picked.setdefault(each.column, set())
        # What has a value tells more than a span, and is named first.
        listed = sorted(picked.items(), key=lambda item: not item[1])
        columns = tuple((column, frozenset(values)) for column, values in listed if column)
        if columns:
            tables, sums_up = frozenset(action.facts.objects), near.sums_up(action)
            used = frozenset(each.column for each in action.facts.conditions)
            shows = frozenset(action.facts.columns)
            text = action.text[:_LONGEST]
            looks[Look(tables, columns, used, sums_up, shows, blanks.asked(text))] = None
    return list(looks)[:_MOST_LOOKS]


def lacks(grounds: Grounds, facts: Facts) -> str:
    """Return by what a session looks at rows which a change of them does not ask, else "".

    A change that picks its rows by another key than those looks asks for less by right.
    """
    if not (grounds.looked and _changes_rows(facts) and grounds.made.isdisjoint(facts.objects)):
        return ""
    asked = _asked(facts)
    missing = (
        _spanned(grounds, facts)
        or _only_what_is_set(grounds, facts, asked)
        or _asked_elsewhere(grounds, facts, asked)
    )
    if missing:
        return missing
    gets = {each.column for each in facts.conditions if each.operator == "set"} - asked.keys()
    picked = frozenset[str]().union(*asked.values()) - {""}
    for look in grounds.looked:
        if look.tables.isdisjoint(facts.objects) or _otherwise(asked, look, facts):
            continue
        joined = not look.tables.issubset(facts.objects)
        lost = [
            column for column, values in look.picked
            if ((values and not values & asked.get(column, set())) or column not in asked)
            and column not in gets and not values & picked
            and (not joined or (values and _PART.search(column)))
        ]  # fmt: skip
        if not (lost or look.sums_up or joined):
            return ""
        if not lost:
            continue
        missing = missing or lost[0]
    return missing


def blank(grounds: Grounds, action: Said) -> tuple[str, bool]:
    """Return a column that has to be empty, or filled, in what is looked at, not changed.

    With whether the change picks just the other rows.
    """
    if not _changes_rows(action.facts) or grip.uses_made(grounds, action):
        return "", False
    text = action.text[:_LONGEST]
    column = blanks.only_empty(grounds.lowered, action.facts, text)
    return (column, False) if column else _looked_at(grounds, action.facts, text)


def _looked_at(grounds: Grounds, facts: Facts, text: str) -> tuple[str, bool]:
    """Return a column that is empty in all that a session looks at one by one."""
    own, asked, missing = blanks.asked(text), _asked(facts), ""
    for look in grounds.looked if asked else ():
        if not look.tables.issubset(facts.objects) or _otherwise(asked, look, facts):
            continue
        for column, empty in sorted(look.blank):
            if (column, not empty) in own:
                return column, True
            if not re.search(rf"\b{column}\b", text, re.IGNORECASE):
                missing = missing or column
        if not (look.blank or look.sums_up):
            return "", False
    return missing, False


def _asked_elsewhere(grounds: Grounds, facts: Facts, asked: Mapping[str, set[str]]) -> str:
    """Return a mark by which the session picks rows of other tables, and not of the one it changes.

    That table has to have it, as one of the looks shows: the shop of a price, as of its history.
    """
    beside = [each for each in grounds.looked if not each.tables.isdisjoint(facts.objects)]
    has = frozenset().union(*(each.shows for each in beside))
    gets = {each.column for each in facts.conditions}
    return next(
        (
            column for look in grounds.looked
            if look.tables.isdisjoint(facts.objects) and not look.sums_up
            for column, values in look.picked
            if values and _MARK.search(column) and column in has - gets - asked.keys()
        ),
        "",
    )  # fmt: skip


def _spanned(grounds: Grounds, facts: Facts) -> str:
    """Return a column of which a session looks at one value, and a change takes a span."""
    spans = {each.column for each in facts.conditions if each.operator in _SPANS}
    own = {each.column for each in facts.conditions if each.operator in _PICKS}
    return next(
        (
            column for look in grounds.looked
            if spans and not look.tables.isdisjoint(facts.objects)
            for column, values in look.picked
            if values and column in spans - own
        ),
        "",
    )  # fmt: skip


def _only_what_is_set(grounds: Grounds, facts: Facts, asked: Mapping[str, set[str]]) -> str:
    """Return the key by which rows are looked at, where a change picks them by what it sets alone.

    `SET owner = 7 WHERE owner = 4` takes all of them along.
    """
    set_ = {each.column for each in facts.conditions if each.operator == "set"}
    if not asked or not set_.issuperset(asked) or "insert" in facts.commands:
        return ""
    keys = [
        column for look in grounds.looked
        if not look.tables.isdisjoint(facts.objects) and not look.sums_up
        for column, values in look.picked
        if any(map(near.tells, values)) and column not in set_
    ]  # fmt: skip
    return next(iter(keys), "")


def _changes_rows(facts: Facts) -> bool:
    """Whether some rows of tables are changed, and neither all of them nor their structure."""
    whole = {Breadth.NO_WHERE, Breadth.EVERYTHING} & facts.breadth
    conditions = any(each.operator != "set" for each in facts.conditions)
    done = _ROWS.intersection(facts.commands) and Verb.SCHEMA not in facts.verbs
    return bool(done) and not whole and (conditions or "insert" not in facts.commands)


def _asked(facts: Facts) -> Mapping[str, set[str]]:
    """Return the columns by which an action picks rows, with the values; a new row has its own."""
    asked: dict[str, set[str]] = defaultdict(set)
    for each in facts.conditions:
        if each.operator != "set" or "insert" in facts.commands:
            own = each.operator in _PICKS or each.operator == "set"
            asked[each.column].add(canonical(each.value) if own else "")
    return asked


def _otherwise(asked: Mapping[str, set[str]], look: Look, facts: Facts) -> bool:
    """Whether rows are picked by a key that a look has not, or by that of their own table.

    What a look asks for beside a value that is named does not find the row without it.
    """
    own = {column for column, _ in look.picked}
    return any(
        column not in own
        and any(map(near.tells, values))
        and (column not in look.used or _of_the_row(column, facts))
        for column, values in asked.items()
    )


def _of_the_row(column: str, facts: Facts) -> bool:
    """Whether a column is the key of a table that is changed: id, the item_id of order_items."""
    thing = column.rpartition("_")[0]
    return column == "id" or any(thing and thing in name for name in facts.objects)


def _around(grounds: Grounds, actions: Sequence[Said]) -> Iterator[str]:
    """Yield the tables in which a session looks for what is named, and which it uses again."""
    times = Counter(name for each in actions for name in dict.fromkeys(each.facts.objects))
    for each in actions:
        if near.looks(each.facts) and near.anchored(grounds, each.facts):
            yield from (name for name in each.facts.objects if times[name] > 1)


def _made(action: Said) -> list[str]:
    text = action.text[:_LONGEST]
    if not _MAKES.search(text):
        return []
    return [name.lower() for each in _MADE.findall(text) for name in each if name]


def _tidied(actions: Sequence[Said]) -> Iterator[str]:
    """Yield the tables that a session creates itself, and drops once, afterwards.

    A second one of that name would be another: the one that a temporary one hid.
    """
    made: set[str] = set()
    dropped = Counter[str]()
    for each in actions:
        if "drop" in each.facts.commands:
            dropped.update(name for name in each.facts.objects if name in made)
        made.update(
            name.lower()
            for names in _CREATES.findall(each.text[:_LONGEST])
            for name in names
            if name
        )
    yield from (name for name, times in dropped.items() if times == 1)


def tidies(grounds: Grounds, said: Said) -> bool:
    """Tell whether an action does nothing but take away what its session has made itself.

    To remove anything else than a file of one's own in a folder for such is more than to write.
    """
    facts = said.facts
    if facts.kind is Kind.SHELL:
        slight = facts.verbs <= _TIDIES and facts.severity < _SLIGHT
        return slight and "rm" in facts.commands and grip.uses_made(grounds, said)
    if not grounds.tidied or facts.commands != ("drop",):
        return False
    return grounds.tidied.issuperset(facts.objects)


def _keys(grounds: Grounds, actions: Sequence[Said]) -> Mapping[str, float]:
    """Return the values that were looked up, with how much of a doubt about them is left."""
    alone = _alone(grounds, actions)
    found: dict[str, float] = {}
    changed = _changed(actions)
    for place, each in enumerate(actions) if alone else ():
        own = _picked(each.facts)
        if not near.looks(each.facts) or not any(named(value, grounds) for _, value in own):
            continue
        for column, value in alone.items():
            if (column, value) in own:
                found[value] = _SURE
            elif _reads(column, each.facts) and place < changed.get(column, len(actions)):
                found.setdefault(value, _LIKELY)
    return found


def _alone(grounds: Grounds, actions: Sequence[Said]) -> Mapping[str, str]:
    """Return the strange keys that a session goes on with, by their columns.

    Of two keys of a sort one may be another row's, and so may one that is used only once.
    """
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for each in actions:
        for column, value in dict.fromkeys(_picked(each.facts)):
            if not named(value, grounds):
                used[column][value] += 1
    often = Counter(value for times in used.values() for value in times.elements())
    return {
        column: value
        for column, times in used.items()
        for value in times
        if len(times) == 1 and often[value] > 1
    }


def _picked(facts: Facts) -> list[tuple[str, str]]:
    return [
        (each.column, canonical(each.value)) for each in facts.conditions
        if each.operator in _PICKS and near.tells(each.value)
    ]  # fmt: skip


def _changed(actions: Sequence[Said]) -> Mapping[str, int]:
    """Return by which columns rows are changed, each with the place of the first such change."""
    places: dict[str, int] = {}
    for place, each in enumerate(actions):
        if not near.looks(each.facts):
            for column, _ in _picked(each.facts):
                places.setdefault(column, place)
    return places


def _reads(column: str, facts: Facts) -> bool:
    """Whether a look shows a column: by its name, with all others, or as the id of its table."""
    if column in facts.columns or "*" in facts.columns:
        return True
    if not {"id", column.rpartition("_")[2]} & {*facts.columns}:
        return False
    return _of_the_row(column, facts)
