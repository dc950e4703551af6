"""The words of `lexicon.toml`, as other modules look them up."""

import tomllib
from pathlib import Path

from judgement.facts import Verb

_LISTS = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


def phrases_of(text: str) -> list[str]:
    """Return the phrases of a list that semicolons part."""
    return [each for part in text.split(";") if (each := " ".join(part.split()))]


def _set(name: str) -> frozenset[str]:
    return frozenset(_LISTS["sets"][name].split())


WORDS: dict[Verb, list[str]] = {Verb(name): text.split() for name, text in _LISTS["words"].items()}
PHRASES: dict[Verb, list[str]] = {
    Verb(name): phrases_of(text) for name, text in _LISTS["phrases"].items()
}
NOUNS: dict[Verb, list[str]] = {
    Verb(name): phrases_of(text) for name, text in _LISTS["nouns"].items()
}
CORE: dict[Verb, list[str]] = {Verb(name): text.split() for name, text in _LISTS["core"].items()}
FAINT = _set("faint")
NEGATIONS = _set("negations")
TELLING = _set("telling")
RELATIVES = _set("relatives")
PASSIVE = _set("passive")
ASKING = _set("asking")
WANTING = _set("wanting")
CHATTER = _set("chatter")
QUESTIONS = _set("questions")
ASKS_FIRST = _set("asks_first")
SYMPTOMS = _set("symptoms")
FAULTS = _set("faults")
STOPWORDS = _set("stopwords")
ENGLISH = _set("english")
FOREIGN = _set("foreign")
IRREGULAR: dict[str, str] = dict(pair.split(":") for pair in _LISTS["sets"]["irregular"].split())
NUMBERS: list[str] = _LISTS["sets"]["numbers"].split()
READ_ONLY = phrases_of(_LISTS["sets"]["read_only"])
