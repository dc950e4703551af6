"""Rules in the Sigma format: loaded from a folder, and asked what they make of an event.

pySigma reads them; `compiling` makes functions of them. A rule that cannot be used is named with
a sentence, and the others go on: one bad file leaves nobody unwatched.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

import yaml
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaRuleBase

from judgement.sigma import naming
from judgement.sigma.compiling import Node, compiled
from judgement.sigma.events import Event, Said
from judgement.sigma.index import Index
from judgement.sigma.strings import Unusable

OURS = Path(__file__).parent / "rules"
_MOST = 1_000_000  # bytes of a file; the largest public rule has 40,000


class Level(StrEnum):
    """How grave a match is, from a hint to an alarm: the words of the Sigma specification."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """Where events come from, in Sigma's three words; an empty one of a rule fits everything."""

    product: str = ""
    category: str = ""
    service: str = ""

    def fits(self, other: "Source") -> bool:
        """Whether a rule for this source is asked about events of another."""
        return all(
            not mine or mine == its
            for mine, its in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. Its id, author and licence are shown with each match, as DRL 1.1 asks."""

    id: str
    title: str
    author: str
    level: Level
    source: Source
    description: str = ""
    tags: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    licence: str = ""
    file: str = ""
    node: Node = dataclasses.field(repr=False, compare=False)

    @property
    def sentence(self) -> str:
        """What a match is called where it is kept."""
        return naming.sentence(self.title, self.id, self.author)


@dataclasses.dataclass(frozen=True)
class Problem:
    """A rule that is left out; the sentence says why, and what to do."""

    file: str
    sentence: str


class Rules:
    """The rules that are in use, and what was wrong with those that are not."""

    def __init__(self, rules: Sequence[Rule], problems: Sequence[Problem] = ()) -> None:
        self.rules = tuple(rules)
        self.problems = tuple(problems)
        self._by_source: dict[Source | None, tuple[tuple[Rule, ...], Index]] = {}

    def __len__(self) -> int:
        return len(self.rules)

    def __add__(self, other: "Rules") -> "Rules":
        """Return both together; what has an id that is already in use is left out, and said."""
        kept, problems = _without_twins([*self.rules, *other.rules])
        return Rules(kept, [*self.problems, *other.problems, *problems])

    def matches(self, said: Said, source: Source | None = None) -> list[Rule]:
        """Return the rules that an event matches, in their order; without a source all are asked.

        Never raises for what is in the event.
        """
        rules, index = self._of(source)
        return [rules[at] for at in index.matching(Event(said))]

    def _of(self, source: Source | None) -> tuple[tuple[Rule, ...], Index]:
        if source not in self._by_source:
            fitting = tuple(
                rule for rule in self.rules if source is None or rule.source.fits(source)
            )
            self._by_source[source] = fitting, Index([rule.node for rule in fitting])
        return self._by_source[source]


def load(*folders: Path | str) -> Rules:
    """Return the usable rules of folders and those below them, and what is wrong with the others.

    Files end in .yml or .yaml. A folder that is not there is a problem too, not an error.
    """
    rules: list[Rule] = []
    problems: list[Problem] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            problems.append(Problem(str(folder), "There is no such folder: correct the path."))
        for path in sorted(each for each in folder.rglob("*") if each.suffix in {".yml", ".yaml"}):
            found, wrong = _file(path, str(path.relative_to(folder)))
            rules += found
            problems += wrong
    kept, twins = _without_twins(rules)
    return Rules(kept, [*problems, *twins])


def _file(path: Path, name: str) -> tuple[list[Rule], list[Problem]]:
    rules: list[Rule] = []
    problems: list[Problem] = []
    try:
        for each in _parsed(_text(path)):
            try:
                rules.append(_rule(each, name))
            except (SigmaError, Unusable) as error:
                problems.append(Problem(name, f"It cannot be used: {_line(error)}.{_do(error)}"))
    except yaml.YAMLError as error:
        problems.append(Problem(name, f"It is not YAML: {_line(error)}. Mend what stands there."))
    except (SigmaError, Unusable) as error:
        problems.append(Problem(name, f"It cannot be read: {_line(error)}.{_do(error)}"))
    return rules, problems


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST:
            raise Unusable("the file has more than a million bytes: split it")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{_line(error)}: save it as UTF-8 text that may be read") from error


def _parsed(text: str) -> Iterable[SigmaRuleBase]:
    try:
        found = SigmaCollection.from_yaml(text, collect_errors=True, resolve_references=False)
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        # What pySigma takes for granted of a file: that it is a mapping, of a certain shape.
        raise Unusable(f"its parts are not where they belong ({_line(error)}): write it as"
                       " docs/sigma.md shows") from error  # fmt: skip
    if not found.rules:
        raise Unusable("there is no rule in it: write one, or remove the file")
    return found.rules


def _rule(parsed: SigmaRuleBase, name: str) -> Rule:
    if isinstance(parsed, SigmaCorrelationRule) or not isinstance(parsed, SigmaRule):
        raise Unusable("it correlates or filters others, which is not done here: write a rule"
                       " about one event")  # fmt: skip
    if parsed.errors:
        raise parsed.errors[0]
    if parsed.id is None:
        raise Unusable("it has no id: add a line `id:` with a new UUID")
    source = parsed.logsource
    return Rule(
        id=str(parsed.id),
        title=parsed.title,
        author=parsed.author or "",
        level=Level(parsed.level.name.lower()) if parsed.level else Level.MEDIUM,
        source=Source(product=source.product or "", category=source.category or "",
                      service=source.service or ""),
        description=parsed.description or "",
        tags=tuple(str(tag) for tag in parsed.tags),
        false_positives=tuple(parsed.falsepositives or ()),
        references=tuple(parsed.references or ()),
        licence=parsed.license or "",
        file=name,
        node=compiled(parsed.detection),
    )  # fmt: skip


def _without_twins(rules: Iterable[Rule]) -> tuple[list[Rule], list[Problem]]:
    kept: dict[str, Rule] = {}
    problems = []
    for rule in rules:
        first = kept.setdefault(rule.id, rule)
        if first is not rule:
            problems.append(Problem(rule.file, f"It has the id of {first.file}, which is used:"
                                               " give it a new UUID, or remove it."))  # fmt: skip
    return list(kept.values()), problems


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _do(error: Exception) -> str:
    """Return what to do where pySigma only says what is wrong."""
    return "" if isinstance(error, Unusable) else " Mend that, as docs/sigma.md shows."
