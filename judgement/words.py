"""Words of English and of commands, brought to a form in which they can be compared."""

import re
from collections.abc import Iterator
from functools import lru_cache

from judgement import lexicon

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_DIGITS = re.compile(r"[+-]?\d+(\.\d+)?")
_HISSES = re.compile(r"(?:ss|x|ch|sh|zz)es$")
_BRITISH = re.compile(r"..[^s]ell$|.{4}oll$")  # cancelled, labelling, controlled
_LONG = 40  # characters from which nothing between blanks is met again
NUMBERS = {word: str(number) for number, word in enumerate(lexicon.NUMBERS)} | {
    "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000"
}  # fmt: skip


def pieces(name: str) -> Iterator[str]:
    """Split a name at case, digits and punctuation: `orderItems_2` is order, items, 2."""
    return map(str.lower, _PIECE.findall(name))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Bring a lower-case word to the form that its inflections share.

    It need not be a word: `delete`, `deletes`, `deleted`, `deleting` and `deletion` are `delet`.
    """
    word = lexicon.IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    word = _without_plural(word)
    for ending in ("ation", "ition", "ing", "ion", "ed", "ment"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and re.search("[aeiouy]", rest):
            word = rest + ("at" if ending == "ation" and len(rest) < 4 else "")
            twice = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz"
            if twice or _BRITISH.search(word):
                word = word[:-1]
            break
    word = re.sub(r"(?<=..)al$", "", word) if len(word) > 5 else word
    word = re.sub(r"at$", "", word) if len(word) > 5 else word
    return re.sub(r"y$", "i", word.removesuffix("e")) if len(word) > 3 else word


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if not word.endswith("s"):
        return word
    if _HISSES.search(word):
        return word[:-2]
    if not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def number(word: str) -> str | None:
    """Return the canonical form of a number in digits or words, None for anything else."""
    if word in NUMBERS:
        return NUMBERS[word]
    if word.isalpha():
        return None
    bare = word.replace(",", "")
    if not _DIGITS.fullmatch(bare):
        return None
    return bare.rstrip("0").rstrip(".") if "." in bare else bare


def content(text: str) -> list[str]:
    """Return the stems of the words of a text or a name that carry meaning, in order."""
    found: list[str] = []
    for part in text.split():
        found += _content(part) if len(part) < _LONG else _content.__wrapped__(part)
    return found


@lru_cache(maxsize=10_000)
def _content(part: str) -> tuple[str, ...]:
    """Return those of what stands between two blanks: most of it was met before."""
    return tuple(
        stem(piece) for piece in pieces(part) if piece not in lexicon.STOPWORDS and len(piece) > 1
    )
