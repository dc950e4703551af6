"""Whether somebody says of a deed that they do it, and not only what they speak about.

"On web-3 I am going to remove this key", "set it to 5" and "please restart it" announce; "load on
web-3", "pushes are refused" and "any correction is made by others" do not.
"""

from collections.abc import Sequence

from judgement import lexicon

_US = frozenset(
    {"i", "we", "i'm", "i'll", "i'd", "we'll", "we're", "we'd", "please", "pls", "let's", "im"}
)
_GOING = frozenset(
    {"am", "are", "will", "shall", "would", "like", "want", "need", "must", "should", "to", "have",
     "also", "then", "now", "only", "just", "going", "be", "plan", "intend", "planning",
     "therefore"}
)  # fmt: skip
# With which a clause may begin before the word that says what it asks for.
LEADS = lexicon.STOPWORDS | _US | _GOING | {"gonna", "hence", "first", "you"}
_NAMED = frozenset(
    {"a", "an", "the", "any", "this", "that", "these", "those", "no", "every", "each", "his", "her",
     "their", "its", "our", "my", "your", "some", "such", "further", "other"}
)  # fmt: skip
_OF_THINGS = frozenset(
    {"is", "are", "was", "were", "has", "had", "of", "on", "at", "comes", "goes", "will", "by",
     "would", "should", "must", "can", "cannot", "can't", "does", "did", "takes", "needs"}
)  # fmt: skip
_IT = frozenset(
    {"it", "them", "him", "the", "this", "that", "those", "these", "a", "an", "all", "its", "his",
     "her", "their", "our", "both", "only"}
)  # fmt: skip
_CONDITIONS = lexicon.RELATIVES | {"unless", "should", "before", "until", "once"}


def by_us(plain: Sequence[str], at: int) -> bool:
    """Tell whether the deed at a place is what "I", "we" or "please" stand before."""
    place = at - 1
    while place > 0 and plain[place] in _GOING:
        place -= 1
    return place >= 0 and plain[place] in _US and _CONDITIONS.isdisjoint(plain[:at])


def outright(plain: Sequence[str], at: int, first: int, *, faint: bool) -> bool:
    """Tell whether the word at a place announces its deed beyond doubt.

    One that may as well name a thing (`faint`) does so only of somebody or something: "I order",
    "please post", "set it".
    """
    word = plain[at]
    if word in lexicon.IRREGULAR or (word.endswith(("s", "ed")) and not word.endswith("ss")):
        return False
    if not _CONDITIONS.isdisjoint(plain[:at]):
        return False
    if by_us(plain, at):
        return True
    behind = plain[at + 1 : at + 2] or ["of"]
    if at > first or (at > 0 and plain[at - 1] in _NAMED):
        return False
    return _IT.issuperset(behind) if faint else _OF_THINGS.isdisjoint(behind)
