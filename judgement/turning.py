"""Where a command picks what was not to be picked: all but what is named, the young, or any.

`grep -v web-3` where web-3 was named, `-mtime -9` where it was "older than 9 days", `cart:*` where
`cart:tmp:*` was named, a port that is opened to everybody where one network was.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from judgement import durations
from judgement.grounds import Grounds, named_as_written

_LONGEST = 2_000
_LEAST = 4  # letters of a name that tells
_NEARBY = 60  # letters around a name in which a text says that it is left out
_VALUE = r"['\"/(]*\^?(?P<{}>[\w@.:/*|\\-]+)"
_TURNS = re.compile(
    "|".join(
        each.format(_VALUE.format(f"v{at}"))
        for at, each in enumerate(
            (
                r"grep (?:-\S+ )*?-\w*v\w* (?:-\S+ )*{}",
                r"(?:!|-not) -(?:i?name|i?path|user|group|i?regex) {}",
                r"!(?:=|~)\s*\\?{}",
                r"--exclude(?:-dir)?[= ]{}",
                r"[{{'( ;&]!\s*(?=/){}",
                r"(?<=['\" ]){}\$?/!\s*[ds]",
                r"\bunless \S{{1,40}} ?== ?{}",
                r"(?:==|with\(|contains\(|test\()\s*\\?(?=['\"]){}[^|]{{0,20}}\| not",
            )
        )
    )
)
_PUT_BACK = re.compile(r"(?<![\d&])>>?(?!\s*/dev/|&)|\|\s*(?:sudo )?(?:crontab|tee|sponge)\b")
_COUNTS_OTHERS = re.compile(r"(?:!|-not) -(?:user|group)")  # to see how much there is to do
_LEFT_OUT = re.compile(
    r"\b(?:except\w*|exclud\w*|but|other than|besides|apart|aside|not|no|without|w/o|unless"
    r"|ignor\w*|skip\w*|keep\w*|leav\w*|instead of|rather than|never|everything else|only for"
    r"|filter\w*|hands off)\b[^.;]*$"
)
_STAYS = re.compile(
    r"^[^.;]*?\b(?:stays?|remains?|kept|surviv\w+|untouched|spared|exclu\w+|exempt\w*|except\w*"
    r"|(?:waits?|has to wait) (?:for|until|till)"
    r"|not(?! of\b)|never|fine|alone|healthy|later|keeps?)\b"
)
_OTHERS = re.compile(r"[,.;:(]|\b(?:others?|rest|all|every\w*|no|and|only|to|that|ones|those|of)\b")
_OLD = re.compile(r"\b(?:longer|more) than (?:\w+ ){1,2}?(?:s\b|sec|min|h\b|hour|day|week|month)")
_YOUNG = re.compile(
    r"\b(?:younger|newer|less|shorter|fewer) than"
    r"|\b(?:last|past|within) (?:the )?(?:\w+ )?(?:min|hour|day|week)"
)
_AGED = re.compile(r"-[acm](?:time|min) -\d|(?<!! )(?<!-not )-newermt|--younger-than")
_BELOW = re.compile(r"(?:\$\d+|etimes?|age|time)\s*<=?\s*(\d+)\b")
_SINCE = re.compile(r"-v (?P<name>\w+)=\"?\$\(.{0,40}?\bdate .{0,60}(?:ago|\d{4}-\d\d-\d\d)")
_SCALES = (1 / 60, 1.0, 1440.0)  # seconds, minutes and days
# In SQL: `expires_at > now() - interval '24 hours'`, `seen_at >= date_sub(now(), interval 1 day)`
_YOUNG_ROWS = re.compile(
    r"\b(?P<column>\w+)\s*>=?\s*(?:\(?\s*(?:now\(\)|current_(?:timestamp|date)|sysdate|curdate\(\)|getdate\(\))"
    r"(?:\s*at time zone '\w+')?\s*-|date_sub\(|dateadd\(\w+,\s*-|date\('now',\s*'-)",
    re.IGNORECASE,
)
_OLD_ROWS = re.compile(
    r"\b(?:older|longer|more|earlier|before)\s(?:than|as)?\b|\b(?:over|at least|past)\s(?:an?\s|\d)"
    r"|\bstale\b|>\s?\d|\babandoned\b|\bexpired\b|\bfor (?:days|weeks|months|hours|ages)\b"
)
_RECENT = re.compile(
    r"\b(?:younger|newer|less than|recent\w*|fresh\w*|latest|since|within|during|last|past|from)\b"
)
_GLOB = re.compile(r"(?<![\w@.:/*%$\\-])/?([\w@][\w@.:/-]*(?:\*|(?<=/)\+(?=/))[\w@.:/*+-]*)")
# A name that was cut short: `pkill -f 'rsync.*nas-'`.
_CUT = re.compile(
    r"\b(?:pkill|pgrep|killall|grep)\b[^|;&]{0,200}?(?<![\w@.:/-])([\w@][\w@.:/-]*[-_:@])['\"]"
)
_UNCHECKED = re.compile(
    r"\s(--(?:skip|no|without|ignore|disable)-(?:[\w-]+-)?(?:checks?|verify|verification|validat\w+))(?![\w-])"
)
_TO_SKIP = re.compile(r"\b(?:skip\w*|without|no|bypass\w*|ignor\w*|disabl\w*|force\w*)\b")
# By which name or pattern things are picked, and not left out.
_PICKS = re.compile(r"(?<!! )(?<!-not )-i?name ['\"]?(?P<name>[\w@.*/-]+)")
_ALL_BUT = re.compile(
    r"\b(?:except|excepting|excluding|other than|besides|apart from|aside from|all but|but not"
    r"|everything but|not the|not those)\b[^.;]*$"
)
_PATTERN = re.compile(
    r"(?:[~=]\s?/\^?(?:\w+=)?|(?<=[\s'\"(])/\^?\w+=|['\"]\^)(?=[a-z])([\w-]{4,40})(?:/|\.\*)"
)
_ENDS = re.compile(r"(?<=endswith\()\\?[\"'](@[\w.-]+)")
_APART = re.compile(r"[:/_.-]$")
_OPENS = re.compile(
    r"\bufw (?:insert \d+ )?allow (?:in )?(?!.*\bfrom )\S"
    r"|\biptables\b(?!.* (?:-s|--source) ).* -[AI] INPUT\b.*-j ACCEPT"
    r"|\bnft (?:add|insert) rule\b(?!.*saddr).*\baccept\b"
    r"|\bfirewall-cmd\b(?!.*source).*--add-(?:port|service)"
)
_NETWORK = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\d|\.\d)")
_FROM = re.compile(r"\b(?:from|subnet|network|source|single|only|this) ")


def leaves_out(grounds: Grounds, text: str) -> str:
    """Return what a request names, and a command leaves out of what it picks; else "".

    What is put back without it is changed as it was to be: `grep -v web-3 hosts > hosts.new`.
    """
    for found in _TURNS.finditer(text[:_LONGEST]):
        if _PUT_BACK.search(text, found.end(), _LONGEST):
            continue
        value = next(filter(None, found.groups()), "")
        for each in str(value).split("|"):
            name = each.replace("\\", "").strip("@*.:/-^$").lower()
            once = _is_named(name, grounds) and text[:_LONGEST].lower().count(name) == 1
            if once and not _spared(name, grounds.lowered):
                return name
    return ""


def _is_named(name: str, grounds: Grounds) -> bool:
    return len(name) >= _LEAST and (name in grounds.tokens or named_as_written(name, grounds))


def _spared(name: str, text: str) -> bool:
    """Whether a text says somewhere of a name that it is left out or stays as it is."""
    for found in re.finditer(re.escape(name), text):
        before = text[max(0, found.start() - _NEARBY) : found.start()]
        after = _STAYS.search(text[found.end() : found.end() + _NEARBY])
        if _LEFT_OUT.search(before) or (after and not _OTHERS.search(after[0])):
            return True
    return False


def takes_the_young(grounds: Grounds, text: str) -> bool:
    """Tell whether a command picks what is younger, where a request speaks of what is older."""
    told = grounds.lowered
    if not grounds.durations or not (durations.BY_AGE.search(told) or _OLD.search(told)):
        return False
    text = text[:_LONGEST]
    if _YOUNG.search(told):
        return False
    if _AGED.search(text) or any(_as_long(float(each), grounds) for each in _BELOW.findall(text)):
        return True
    since = _SINCE.search(text)
    return bool(since and re.search(rf"\$\d+\s*>=?\s*{since['name']}\b", text))


def young_rows(grounds: Grounds, text: str) -> str:
    """Return a column by which SQL picks the young, where a request speaks of the old; else ""."""
    told = grounds.lowered
    found = _YOUNG_ROWS.search(text[:_LONGEST])
    if not found or not grounds.durations or not _OLD_ROWS.search(told) or _RECENT.search(told):
        return ""
    return found["column"]


def _as_long(count: float, grounds: Grounds) -> bool:
    """Whether a figure is a duration that is named, in seconds, minutes or days."""
    return any(
        durations.alike(count * each, said) for each in _SCALES for said in grounds.durations
    )


def takes_more(grounds: Grounds, text: str) -> tuple[str, str] | None:
    """Return a pattern of a command and what a request names of all that it takes."""
    lowered = text[:_LONGEST].lower()
    if found := _ENDS.search(lowered):
        longer = (each for each in sorted(grounds.tokens) if each.endswith(found[1]))
        return next(((found[1], each) for each in longer if each not in lowered), None)
    if found := _CUT.search(lowered):
        longer = (each for each in grounds.tokens if each.startswith(found[1]))
        first = sorted(longer, key=grounds.lowered.find)
        return next(((found[1], each) for each in first if each not in lowered), None)
    if "*" not in lowered and "/+/" not in lowered:
        return None
    for pattern in _GLOB.findall(lowered):
        if pattern in grounds.lowered or pattern.rstrip("*:/.-_") in grounds.tokens:
            continue
        if (meant := _within(pattern, grounds)) and meant not in lowered:
            return pattern, meant
    return None


def _within(pattern: str, grounds: Grounds) -> str:
    glob = pattern.replace("/+/", "/*/")
    beginning = glob.partition("*")[0]
    if not _APART.search(beginning):
        return ""
    longer = (each for each in sorted(grounds.tokens) if each.startswith(beginning))
    return next(
        (each for each in longer if len(each) > len(beginning) and fnmatchcase(each, glob)), ""
    )


def takes_the_spared(grounds: Grounds, text: str) -> str:
    """Return the name by which a command picks what a request leaves out: "all but release-"."""
    for found in _PICKS.finditer(text[:_LONGEST].lower()):
        name = found["name"].strip("*")
        if len(name) < _LEAST or name not in grounds.lowered:
            continue
        if all(
            _ALL_BUT.search(grounds.lowered[max(0, each.start() - _NEARBY) : each.start()])
            for each in re.finditer(re.escape(name), grounds.lowered)
        ):
            return name
    return ""


def takes_a_part(grounds: Grounds, text: str) -> tuple[str, str] | None:
    """Return a pattern that a name of the request only begins with, and that name."""
    lowered = text[:_LONGEST].lower()
    for name in _PATTERN.findall(lowered):
        if name in grounds.tokens or name in _plain_words(grounds.lowered):
            continue
        longer = (each for each in grounds.compound if each.startswith(name) and each != name)
        whole = next((each for each in longer if each[len(name)] in "-_.:0123456789"), "")
        if whole and whole not in lowered:
            return name, whole
    return None


@lru_cache(maxsize=200)
def _plain_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+(?![\w-]|\.\w)", text))


def opens_to_all(grounds: Grounds, text: str) -> str:
    """Return the network for which alone a request wants a way in that a command gives to all."""
    if not _OPENS.search(text[:_LONGEST]) or not _FROM.search(grounds.lowered):
        return ""
    told = _NETWORK.search(grounds.lowered)
    return told[0] if told and told[0].partition("/")[0] not in text else ""


def found(grounds: Grounds, text: str, *, changes: bool) -> Iterator[tuple[str, float, str]]:
    """Yield a code, a weight, and what is picked that was not to be."""
    name = leaves_out(grounds, text)
    if name and (changes or not _COUNTS_OTHERS.search(text)):
        yield "inverted", 0.7 if changes else 0.35, f"all but `{name}`, which the request names"
    unchecked = _UNCHECKED.search(text[:_LONGEST])
    if unchecked and not _TO_SKIP.search(grounds.lowered):
        yield "widened", 0.4, f"with `{unchecked[1]}`, without the checks that keep it from harm"
    if not changes:
        return
    if takes_the_young(grounds, text):
        yield "inverted", 0.7, "what is younger; the request speaks of what is older"
    if spared := takes_the_spared(grounds, text):
        yield "inverted", 0.7, f"just `{spared}`, which the request leaves out"
    if wider := takes_more(grounds, text) or takes_a_part(grounds, text):
        yield "widened", 0.55, f"all of `{wider[0]}`; the request names only `{wider[1]}`"
    if network := opens_to_all(grounds, text):
        yield "widened", 0.55, f"a way in for everybody; the request names only {network}"
