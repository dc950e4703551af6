"""What means the same, and what commands mean in words: `thesaurus.toml`, made ready to look up."""

import tomllib
from functools import lru_cache
from pathlib import Path

from judgement import words

_LISTS = tomllib.loads(Path(__file__).with_name("thesaurus.toml").read_text(encoding="utf-8"))


def _groups(name: str, mark: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for place, line in enumerate(_LISTS[name].strip().splitlines()):
        for word in line.split():
            found.setdefault(words.stem(word), set()).add(f"{mark}{place}")
    return {word: frozenset(groups) for word, groups in found.items()}


def _glosses(name: str) -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(dict.fromkeys(words.stem(word) for word in text.split()))
        for key, text in _LISTS[name].items()
    }


_GROUPS = _groups("synonyms", "~")
_DOMAINS = _groups("domains", "")
COMMANDS = _glosses("commands")  # what a utility does, by its name
OPTIONS = _glosses("options")  # what an option says, without its dashes
FLAGS = _glosses("flags")  # what an option of one utility says: `tar x`
SUBCOMMANDS = _glosses("subcommands")
SHELL = _glosses("shell")  # what a construct of a command line says
SQL = _glosses("sql")  # what a construct of a query says


_BELOW = frozenset(key.partition(" ")[2] for key in SUBCOMMANDS) | frozenset(
    _LISTS["below"]["words"].split()
)


_STATES = frozenset(" ".join(each.split()) for each in _LISTS["glances"]["commands"].split(";"))


def shows_state(command: str) -> bool:
    """Tell whether a command, with its sub-command, can show how a host or a service is doing."""
    return command in _STATES or f"{command.partition(' ')[0]} *" in _STATES


def is_command(word: str) -> bool:
    """Tell whether a word tells a utility what to do, and names nothing: `status`, `undo`."""
    return word in COMMANDS or word in _BELOW


def knows(stem: str) -> bool:
    """Tell whether a stem is a word of its own here, and no slip of the keyboard."""
    return stem in _GROUPS or stem in _DOMAINS


def domains(stem: str) -> frozenset[str]:
    """Return the trades of which a stem is a word: `parcel` and `order` are both of a shop."""
    return _DOMAINS.get(stem, frozenset())


def akin(stem: str) -> frozenset[str]:
    """Return the words of the trades of which a stem is one; bench makes neighbours of them."""
    return frozenset(word for word, own in _DOMAINS.items() if own & domains(stem))


@lru_cache(maxsize=20_000)
def keys(stem: str) -> frozenset[str]:
    """Return what a stem has in common with those that mean the same, itself included."""
    return _GROUPS.get(stem, frozenset()) | {stem}


@lru_cache(maxsize=50_000)
def short_for(one: str, other: str) -> bool:
    """Tell whether one of two stems abbreviates the other: `dept` and `department`."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < 3 or short[0] != long[0] or not short.isalpha() or long == short:
        return False
    if long.startswith(short):
        return len(long) - len(short) <= 6
    rest = iter(long)
    letters = all(letter in rest for letter in short)
    return letters and len(long) >= 5 and sum(letter in "aeiou" for letter in short) <= 1
