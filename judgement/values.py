"""How people say the values that tables hold: F2 is floor 2, 2024Q3 is Q3, Y is a flag that is set.

And which numbers of a request name nothing, as they only say how many: "all 63 deliveries".
"""

import re
from collections.abc import Collection

from judgement import lexicon, thesaurus, words

FLAGS = frozenset({"true", "false", "y", "n", "yes", "no", "t", "f", "on", "off"})
STATES = re.compile(r"(?:^|_)(?:state|status|stat|sts|st|phase)$")
WAITING = frozenset(
    ("new", "queued", "pending", "waiting", "wait", "ready", "open", "retry", "todo", "created",
     "requeued", "scheduled", "active", "resync")
)  # fmt: skip
# What rows are set to that are no words of every sentence.
_SETTLED = (
    r"active|inactive|pending|queued|waiting|open|closed|paid|unpaid|cancelled|canceled|resolved|completed|shipped"
    r"|delivered|approved|rejected|confirmed|draft|published|unpublished|archived|enabled|disabled|blocked|locked"
    r"|suspended|running|processing|processed|sent|released|expired|available|occupied|reserved|idle|paused|stopped"
    r"|scheduled|failed|refunded|void|voided|verified|new|ready"
)
_SHORT = 5  # letters of a state that is written short
_STATE = re.compile(r"[A-Za-z][A-Za-z_]{2,}")
_TOWARDS = re.compile(
    r"(?<!sits )(?<!stays )(?<!hangs )(?<!stands )(?<!stuck )(?<!waits )(?<!are )(?<!is )"
    r"\b(?:to|on|as|into|back)\s(?:be\s)?(?:([A-Z][A-Z_]{2,})\b|['\"]([A-Za-z_]{3,})['\"]"
    rf"|({_SETTLED})\b(?! \w+ing\b))"
)
_GETS_WORD = (
    r"(?: (?!to\b|as\b)[\w-]+){0,4} (?:to|as|must be) ['\"][A-Za-z_]{3,}['\"]"
    r"| ?[:=] ?['\"]?[A-Za-z_]{3,}"
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEAR = re.compile(r"\b20\d\d\b")
_CODE = re.compile(r"([a-z]{1,4})[-_. ]?0*(\d{1,4})")
_QUARTER = re.compile(r"(?:\d{4}[-_/ ]?)?([qhw]\d{1,2})(?:[-_/ ]?\d{4})?")
_COUNTED = re.compile(r"(?<!\S)(\S*)\s(~?\d[\d,.]{0,9}k?)\s(?=([a-z-]{3,}))", re.IGNORECASE)
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


def another_day(value: str, text: str, days: Collection[tuple[int, int]]) -> bool:
    """Tell whether a value is a day, and another than those that a text names: by year as well."""
    found = _DAY.match(value.strip("'"))
    if not found or not days:
        return False
    year, month, day = map(int, found.groups())
    near = {(month, day), (month, day - 1), (month, day + 1)}
    if near.isdisjoint(days) and not (day == 1 and any(d > 27 for _, d in days)):
        return True
    years = set(map(int, _YEAR.findall(text)))
    return bool(years) and years.isdisjoint({year, year - 1} if (month, day) == (1, 1) else {year})


def another_state(column: str, value: str, text: str) -> bool:
    """Tell whether a state is set that a text does not name, where it names one: "back to NEW"."""
    bare = value.strip("'")
    if not STATES.search(column) or not _STATE.fullmatch(bare):
        return False
    if _is_the_opposite(bare.lower(), text.lower()):
        return True
    named = {each.lower() for pair in _TOWARDS.findall(text) for each in pair if each}
    if not named or bare.lower() in text.lower() or _is_short(bare.lower(), text.lower()):
        return False
    return not (bare.lower() in WAITING and named & WAITING)


def _is_short(value: str, text: str) -> bool:
    """Whether a state is a short form of a word that a text has: RLSD of released."""
    said = re.findall(r"[a-z]{4,}", text) if len(value) <= _SHORT else []
    return any(thesaurus.short_for(value, each) for each in said)


def another_word(column: str, value: str, text: str) -> bool:
    """Tell whether a text names another word for a column: "plan back to 'team'"."""
    bare, spoken = value.strip("'").lower(), column.lower().replace("_", " ")
    if not _STATE.fullmatch(bare) or bare in FLAGS or bare in text.lower():
        return False
    called = rf"\b(?:{re.escape(spoken)}|{re.escape(column)})\b"
    return bool(re.search(f"{called}(?:{_GETS_WORD})", text, re.IGNORECASE))


def _is_the_opposite(value: str, text: str) -> bool:
    """Whether a text in lower case has only the contrary of a state: unsubscribed, inactive."""
    if not re.search(rf"\b(?:un|in|de|dis)-?{value}\b", text):
        return False
    # "They are unconfirmed, I confirm those of the list."
    return words.stem(value) not in map(words.stem, re.findall(r"[a-z]+", text))


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
