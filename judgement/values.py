"""How people say the values that tables hold: F2 is floor 2, 2024Q3 is Q3, Y is a flag that is set.

And which numbers of a request name nothing, as they only say how many: "all 63 deliveries".
"""

import re

from judgement import lexicon

FLAGS = frozenset({"true", "false", "y", "n", "yes", "no", "t", "f", "on", "off"})
_CODE = re.compile(r"([a-z]{1,4})[-_. ]?0*(\d{1,4})")
_QUARTER = re.compile(r"(?:\d{4}[-_/ ]?)?([qhw]\d{1,2})(?:[-_/ ]?\d{4})?")
_COUNTED = re.compile(r"(\S*)\s(~?\d[\d,.]{0,9}k?)\s(?=([a-z-]{3,}))", re.IGNORECASE)
_ABOUT = frozenset(
    {"about", "approx", "approx.", "roughly", "around", "ca", "ca.", "some", "nearly"}
)
_CALLED = frozenset(
    {"id", "no", "nr", "number", "for", "of", "to", "from", "on", "in", "at", "is", "by"}
)


def said_otherwise(value: str, text: str) -> bool:
    """Tell whether a text in lower case has a value, in lower case, in words of people."""
    if value in FLAGS:
        return True
    if len(value) == 1 and value.isalpha():
        word = value in "ai"  # which is none only where it ends what is said
        before, behind = (r"[a-z]{3,} ", r"\s*(?:$|[.,;:)])") if word else ("", r"\b(?!')")
        return bool(re.search(rf"\b{before}{value}{behind}", text))
    if found := _QUARTER.fullmatch(value):
        return bool(re.search(rf"\b{found[1]}\b", text))
    if found := _CODE.fullmatch(value):
        return bool(re.search(rf"\b{found[1]}[a-z]*[ -]0*{found[2]}\b", text))
    return False


def without_amounts(text: str) -> str:
    """Return a text without the numbers that only count what follows them."""
    return _COUNTED.sub(lambda found: found[1] if _counts(found) else found[0], text)


def _counts(found: re.Match[str]) -> bool:
    before, number, behind = found[1].lower(), found[2], found[3].lower()
    if behind in lexicon.STOPWORDS:
        return False
    if number.startswith("~") or before in _ABOUT:
        return True
    return before in lexicon.STOPWORDS and before not in _CALLED and behind.endswith("s")
