"""What an SQL action does, and to what: read without running it.

Several dialects are tried (PostgreSQL, MySQL, SQLite), and the commands of their shells (`\\copy`,
`.dump`). Statements of administration are known by their words (`sqlrules`), queries and changes
by their syntax (`sqltree`).
"""

import logging
import re
from collections.abc import Iterable, Iterator
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from judgement import rules, sqlfiles, sqlrules, sqltree
from judgement.facts import Breadth, Facts, Kind, Quality, Verb
from judgement.gathering import Gathered

_LONGEST = 20_000  # characters that are parsed; of what is longer, dangerous words are looked for
_MOST_STATEMENTS = 200  # that are parsed one by one
_DEEPEST = 2  # statements in strings of statements
_DIALECTS = ("postgres", "mysql", "sqlite", "tsql")
_SHOWS_NOTHING = {Verb.PRIVILEGE, Verb.SCHEMA, Verb.NEUTRAL, Verb.DELETE}
_CHANGING = {Verb.WRITE, Verb.DELETE, Verb.SCHEMA}

# Strings, quoted names, comments, and the semicolons between statements.
_TOKEN = re.compile(
    r"(?P<string>'(?:[^'\\]|\\.|'')*'?)|\"[^\"]*\"?|`[^`]*`?|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|$)"
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|$))|(?P<end>;)",
    re.DOTALL,
)
_MARKS = re.compile(r"['\"`$;]|--|/\*")
_WORD = re.compile(r"[\s(]*([A-Za-z]+)")
_WRAPPER = re.compile(
    r"\s*(?:explain(?P<options>(?:\s*\([^)]*\)|\s+(?:analy[sz]e|verbose|query\s+plan|extended"
    r"|format\s*=?\s*\w+)\b)*)|prepare\s+\S+?(?:\s*\([^)]*\))?\s+(?:as|from)"
    r"|declare\s+\S+\s+(?:\w+\s+){0,4}?cursor(?:\s+with(?:out)?\s+hold)?\s+for"
    r"|create\s+(?:or\s+replace\s+)?materialized\s+view\s+\S+\s+as)\s+(?=[a-z(])",
    re.IGNORECASE,
)
_REPLACE = re.compile(r"^\s*(?:replace|insert\s+or\s+\w+|upsert)\s+into\s+", re.IGNORECASE)
_GRANT = re.compile(
    r"\w+ (?:(?:grant|admin) option for )?(?P<what>.*?)(?: on (?P<on>.*?))? (?:to|from) "
    r"(?P<who>.*?)(?: with .*| cascade| restrict| granted by .*| identified .*)?$",
    re.IGNORECASE,
)
_KIND_OF_OBJECT = re.compile(
    r"^(?:all \w+ in (?:schema|database)|table|database|schema|sequence|function|role|user|group) ",
    re.IGNORECASE,
)
_CALLS = frozenset(["call", "exec", "execute"])
_ARGUMENT = re.compile(r"'(?:[^']|'')*'|(?<![\w.@$])\d[\d.]*(?!\w)")
_MOST_ARGUMENTS = 40
_NAMING = frozenset(["show", "use", "desc", "describe"])
_OF_ROWS = frozenset(["update", "insert", "delete", "merge"])  # which SET columns, and no setting
_SETS = re.compile(r"\b(?:set|reset|set_config|alter)\b", re.IGNORECASE)
_CARRIES = re.compile(
    r"\s*(?:do\b|unload\b|execute\s+immediate|prepare\b|exec\b|.*\bcron\.schedule|create\b.*\bevent\b)",
    re.IGNORECASE,
)
_RUNS = re.compile(r"analy[sz]e(?!\s*(?:false|off|0))", re.IGNORECASE)
# `psql` puts a value there: `set pin = crypt(:'new', …)`.
_VARIABLE = re.compile(r"(?<![:\w]):['\"](\w{1,60})['\"]")
# In a block what is found is put into variables, and makes no table.
_INTO = re.compile(
    r"(?<!\binsert)(?<!\bmerge)\s+into\s+(?:strict\s+)?\w+(?:\s*,\s*\w+){0,9}(?=\s+from\b|\s*;)",
    re.IGNORECASE,
)
# What a parser raises that meets what nobody thought of.
_STUMBLES = (
    SqlglotError, RecursionError, ValueError, TypeError, AttributeError, LookupError,
    AssertionError, ArithmeticError, NotImplementedError,
)  # fmt: skip
# It warns of every statement that it knows by its first word alone, such as VACUUM.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def facts(statement: str) -> Facts:
    """Return the facts of an action in SQL: one statement, several, or a command of `psql`.

    Never raises. What no parser reads is PARTIAL, and known by its words alone.
    """
    gathered = Gathered(Kind.SQL)
    text = _VARIABLE.sub(r"'\1'", statement.replace("\0", " "))
    if len(text) > _LONGEST:
        _long(text, gathered)
        text = text[: text.rfind(";", 0, _LONGEST) + 1]
    _text(text, gathered)
    _touched(gathered)
    return gathered.facts()


def _text(text: str, gathered: Gathered, depth: int = 0) -> None:
    """Add the facts of each statement of a text, and of those that stand in its strings."""
    for number, (single, blank) in enumerate(_singles(text)):
        if number >= _MOST_STATEMENTS:
            gathered.is_only(Quality.PARTIAL)
            return
        _single(single, blank, gathered)
        if depth < _DEEPEST and _CARRIES.match(blank):
            for carried in _carried(single):
                _text(carried, gathered, depth + 1)


def _carried(single: str) -> Iterator[str]:
    """Yield the statements in the strings of a statement: DO, EXECUTE IMMEDIATE, PREPARE."""
    for token in _TOKEN.finditer(single):
        carried = (token["string"] or "").strip("'").replace("''", "'")
        if (found := _WORD.match(carried)) and found[1].lower() in _STATEMENTS:
            yield carried
        elif token["tag"] is not None:
            mark = len(token["tag"]) + 2
            # BEGIN of a block is no BEGIN of a transaction: its first statement follows at once.
            inner = re.sub(r"\bbegin\b", "begin;", token[0][mark:-mark], flags=re.IGNORECASE)
            yield _INTO.sub("", inner)


def _singles(text: str) -> Iterator[tuple[str, str]]:
    """Yield each statement, without comments, and the same with empty strings for its values."""
    if not _MARKS.search(text):
        yield text, text
        return
    whole: list[str] = []
    blank: list[str] = []
    start = 0
    for token in _TOKEN.finditer(text):
        between = text[start : token.start()]
        start = token.end()
        if token["end"]:
            yield "".join([*whole, between]), "".join([*blank, between])
            whole, blank = [], []
            continue
        whole += [between, _blanked(token) if token["comment"] else token[0]]
        blank += [between, _blanked(token)]
    yield "".join([*whole, text[start:]]), "".join([*blank, text[start:]])


def _blanked(token: re.Match[str]) -> str:
    if token["comment"]:
        # MySQL runs what stands in /*! … */.
        return " " if not token[0].startswith("/*!") else token[0][3:-2].lstrip("0123456789")
    return "''" if token["string"] or token["tag"] is not None else token[0]


def _blank(text: str) -> str:
    return _TOKEN.sub(lambda token: token[0] if token["end"] else _blanked(token), text)


def _single(single: str, blank: str, gathered: Gathered) -> None:
    """Add the facts of one statement."""
    if not blank.strip():
        return
    if single.lstrip()[:1] in {"\\", "."} and sqlfiles.meta(single, gathered):
        return
    if "\\g" in blank:
        single = sqlfiles.ended(single, gathered)
        blank = _blank(single)
    wrapper = _WRAPPER.match(blank)
    if wrapper and (inner := _unwrapped(wrapper, single, gathered)) is None:
        return
    if wrapper:
        single, blank = inner or "", _blank(inner or "")
    word = found[1].lower() if (found := _WORD.match(blank)) else ""
    gathered.runs(word)
    known = (
        _moved(single, gathered)
        or _administration(word, single, blank, gathered)
        or _parsed(single, gathered)
        or _guessed(word, blank, gathered)
    )
    if not known:
        gathered.is_only(Quality.PARTIAL)
    _search(word, blank, gathered, single)


def _unwrapped(wrapper: re.Match[str], single: str, gathered: Gathered) -> str | None:
    """Return the statement that EXPLAIN or PREPARE carries; None if it is only looked at."""
    inner = single[wrapper.end() :] if single[: wrapper.end()] == wrapper[0] else ""
    word = wrapper[0].split(None, 1)[0].lower()
    gathered.runs(word)
    if word == "create":
        gathered.does(Verb.SCHEMA, severity=0.4)
    if word != "explain" or _RUNS.search(wrapper["options"] or ""):
        return inner
    looked_at = Gathered(Kind.SQL)
    _parsed(inner, looked_at)
    gathered.names(*looked_at.objects)
    gathered.has_columns(*looked_at.columns)
    gathered.says(*looked_at.literals)
    gathered.does(Verb.NEUTRAL)
    return None


def _moved(single: str, gathered: Gathered) -> bool:
    """Add what is copied to or from a file, with the query that tells what."""
    for query in (sqlfiles.copied(single, gathered), sqlfiles.written_out(single, gathered)):
        if query is not None:
            return not query or _parsed(query, gathered)
    return False


def _administration(word: str, single: str, blank: str, gathered: Gathered) -> bool:
    """Add a statement that is known by its words, and whom or what it names."""
    if word in sqlrules.NEUTRAL:
        gathered.does(Verb.NEUTRAL)
        gathered.names(*(rules.clean(name) for name in blank.split()[1:4] if word in _NAMING))
        return True
    text = blank.strip()
    for rule in sqlrules.of_word(word):
        if found := rule.pattern.match(text):
            if word == "create" and _copies(text):
                return False
            # Names may stand in quotes, which the text by which a rule is chosen leaves out.
            rules.apply(rule, rule.pattern.match(single.strip()) or found, gathered)
            if word in {"grant", "revoke", "deny"}:
                _granted(single.strip(), gathered)
            elif word in _CALLS:
                _called(single, gathered)
            return True
    return False


def _called(single: str, gathered: Gathered) -> None:
    """Add the values with which a procedure is called, and that it deletes, where it says so."""
    gathered.says(*(each.strip("'") for each in _ARGUMENT.findall(single)[:_MOST_ARGUMENTS]))
    for name in tuple(gathered.objects):
        sqltree.called(name, gathered)


def _copies(text: str) -> bool:
    """Whether a CREATE TABLE has a query or columns, which its syntax tells better."""
    return bool(re.match(r"create\s+(?:\w+\s+){1,2}table\b", text, re.IGNORECASE))


def _granted(text: str, gathered: Gathered) -> None:
    """Add what is granted, on what, and to whom."""
    found = _GRANT.match(re.sub(r"\s+", " ", text))
    if not found:
        return
    for names in (found["on"] or found["what"], found["who"]):
        for name in names.split(",")[:20]:
            gathered.names(rules.clean(_KIND_OF_OBJECT.sub("", name.strip())))
    gathered.says(*(right.strip().lower() for right in found["what"].split(",")[:20]))


def _parsed(single: str, gathered: Gathered) -> bool:
    """Add a query or a change by its syntax, in the first dialect that can read it."""
    single = _REPLACE.sub("INSERT INTO ", single)
    for dialect in _DIALECTS:
        try:
            trees = sqlglot.parse(single, read=_dialect(dialect))
            if all(tree is None or isinstance(tree, exp.Command) for tree in trees):
                continue
            read = [sqltree.read(tree, gathered) for tree in trees if tree is not None]
            return all(read)
        except _STUMBLES:
            continue
    return False


@cache
def _dialect(name: str) -> Dialect:
    return Dialect.get_or_raise(name)


def _guessed(word: str, blank: str, gathered: Gathered) -> bool:
    """Add what no parser reads, by its first words; say that it is not read whole."""
    verbs = _BY_FIRST_WORD.get(word)
    if verbs is None:
        return False
    gathered.does(*verbs)
    gathered.is_only(Quality.PARTIAL)
    found = re.findall(r"\b(?:from|join|into|update|table)\s+([\w.\"`\[\]]+)", blank, re.I)
    gathered.names(*(rules.clean(name) for name in found))
    if word in {"delete", "update"} and not re.search(r"\bwhere\b", blank, re.IGNORECASE):
        gathered.reaches(Breadth.NO_WHERE, severity=0.9)
    return True


_BY_FIRST_WORD: dict[str, tuple[Verb, ...]] = {
    "select": (Verb.READ,), "with": (Verb.READ,), "table": (Verb.READ,), "values": (Verb.READ,),
    "insert": (Verb.WRITE,), "replace": (Verb.WRITE,), "upsert": (Verb.WRITE,),
    "update": (Verb.WRITE,), "merge": (Verb.WRITE,), "delete": (Verb.DELETE,),
    "truncate": (Verb.DELETE,), "create": (Verb.SCHEMA,), "alter": (Verb.SCHEMA,),
    "drop": (Verb.SCHEMA, Verb.DELETE), "declare": (Verb.EXEC,), "if": (Verb.EXEC,),
    "while": (Verb.EXEC,), "copy": (Verb.EXPORT,),
}  # fmt: skip
_STATEMENTS = {*_BY_FIRST_WORD, "grant", "revoke", "set", "call", "exec", "execute"}


def _long(text: str, gathered: Gathered) -> None:
    """Add what words alone tell of a text that is too long to be parsed."""
    gathered.is_only(Quality.PARTIAL)
    if found := _WORD.match(text):
        gathered.does(*_BY_FIRST_WORD.get(found[1].lower(), (Verb.EXEC,)))
        gathered.runs(found[1].lower())
    lowered = text.lower()
    for words, verb in _DANGEROUS.items():
        if words in lowered:
            gathered.does(verb)


# Of five megabytes these are found in milliseconds, which no pattern is.
_DANGEROUS = {
    "drop table": Verb.DELETE, "drop database": Verb.DELETE, "drop schema": Verb.DELETE,
    "truncate ": Verb.DELETE, "delete from": Verb.DELETE, "alter table": Verb.SCHEMA,
    "update ": Verb.WRITE, "grant ": Verb.PRIVILEGE, "alter role": Verb.PRIVILEGE,
    "alter user": Verb.PRIVILEGE, "create user": Verb.PRIVILEGE, "create role": Verb.PRIVILEGE,
    "superuser": Verb.PRIVILEGE, "into outfile": Verb.EXPORT, "copy (": Verb.EXPORT,
    " to program": Verb.EXEC, "xp_cmdshell": Verb.EXEC, "pg_read_file": Verb.SECRET,
    "pg_authid": Verb.SECRET, "pg_shadow": Verb.SECRET, "mysql.user": Verb.SECRET,
    "log_statement": Verb.TAMPER, "pgaudit": Verb.TAMPER, "disable trigger": Verb.TAMPER,
    "session_replication_role": Verb.TAMPER, "audit_log": Verb.TAMPER,
    "create trigger": Verb.PERSISTENCE,
}  # fmt: skip


def _search(word: str, blank: str, gathered: Gathered, values: str) -> None:
    """Add what words tell wherever they stand: functions, settings of the record."""
    if sqlrules.MAY_MATTER.search(blank.lower()):
        for rule in sqlrules.anywhere():
            if found := rule.pattern.search(blank):
                rules.apply(rule, found, gathered)
    if word not in _OF_ROWS and _SETS.search(blank):
        _settings(values, gathered)


def _settings(single: str, gathered: Gathered) -> None:
    """Add changes of what is recorded: to less is tampering, to more is a change."""
    for found in sqlrules.AUDIT_SETTING.finditer(single):
        more = sqlrules.MORE_IS_RECORDED.match(found["value"])
        gathered.does(Verb.WRITE if more else Verb.TAMPER)
        gathered.names(found["o"])
        gathered.compares(found["o"], "set", found["value"].strip("'"))


def _touched(gathered: Gathered) -> None:
    """Add what follows from the tables and columns that are named."""
    verbs = gathered.verbs
    settings = {condition.column for condition in gathered.conditions if not gathered.columns}
    tables = [name for name in gathered.objects if name not in settings]
    # To delete what opens a door shows it to nobody.
    if _secret(tables, gathered) and not verbs <= _SHOWS_NOTHING:
        gathered.does(Verb.SECRET)
    changed = [name for name in tables if name not in gathered.read_only_sources()]
    if verbs & _CHANGING and any(sqlrules.AUDIT_TABLE.search(name) for name in changed):
        gathered.does(Verb.TAMPER)
    if verbs & {Verb.WRITE, Verb.DELETE}:
        _rights(changed, gathered)


def _secret(tables: Iterable[str], gathered: Gathered) -> bool:
    """Whether what opens other doors is among what is read: not who has it, or how many there are.

    What is only set or compared shows nothing, nor the one by which a row is picked: whoever
    writes it knows it.
    """
    known = {each.column for each in gathered.conditions if each.operator in {"=", "in"}}
    columns = [
        name for name in gathered.shown
        if not (name in known and sqlrules.PICKED_BY.search(name))
        and not sqlrules.HARMLESS_COLUMN.search(name)
    ]  # fmt: skip
    if any(map(sqlrules.SECRET_COLUMN.search, columns)):
        return True
    apart = bool(gathered.columns) and not any(map(sqlrules.MAY_HOLD.search, columns))
    return any(
        sqlrules.SECRET_TABLE.search(name) and not (apart and not sqlrules.SERVERS_OWN.search(name))
        for name in tables
    )


def _rights(tables: Iterable[str], gathered: Gathered) -> None:
    """Add that an application's own rights are changed: who is an administrator, who has a role."""
    given = any(
        condition.operator == "set"
        and sqlrules.RIGHTS_COLUMN.search(condition.column)
        and sqlrules.RIGHTS_VALUE.search(condition.value)
        for condition in gathered.conditions
    )
    if given or any(sqlrules.RIGHTS_TABLE.search(name) for name in tables):
        gathered.does(Verb.PRIVILEGE, severity=0.7)
