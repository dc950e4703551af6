"""Names that look like one that a request names, and are another: web-4 where web-3 was named."""

import re
from functools import lru_cache

from judgement import lexicon
from judgement.grounds import IN_A_ROW, Grounds, named_as_written
from judgement.terms import canonical

_LEAST = 3  # letters or digits of a name that tells
_CATALOGUE = re.compile(r"^(?:pg_|information_schema|sys\.|performance_schema|dual$)")
_GOES_ON = re.compile(r"[-_.:][a-z]{3,}$")
_APART = re.compile(r"[-_./:@]")
_ENDING = re.compile(  # of files, of units, and of hosts
    r"\.(?:service|timer|socket|mount|target|container|conf|cfg|ini|ya?ml|json|xml|log|txt|csv|sql|gz"
    r"|zip|tar|tgz|pem|crt|key|csr|p12|pub|pid|lock|sock|db|bak|old|new|orig|tmp|dump|sh|py|html?|php"
    r"|js|md|li?st|out|err|prev|before|after|com|net|org|example|local|internal|lan|int|io|[a-z]{1,2})$"
)
_PATTERN = re.compile(r"[|\\()^$\[\]{}]|\.\*|\s\S+\s|^\S+\s\S*[-_/@.]")
_OF_DEVICES = re.compile(r"(md|sd|vd|xvd|nvme|dm-|loop|hd)(?:[a-z]{1,2}\d{0,2}|\d+\w*)$")
_CODE = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,40}")
_DEEP = 2  # folders of a path that is one of an application
_LONGER = re.compile(
    r"[-_](?!(?:old|bak|backup|orig|broken|corrupt\w*|stale|tmp|new|\d+)\b)[a-z][\w-]+"
)
_LONGEST = 2_000
_APART_FROM = re.compile(r"^[\w.]")  # 6.1.0-1 stands in 6.1.0-13, and is another
_WORDS = re.compile(r"[\w@](?:[\w.@/:-]*\w)?")
_REPLACES = re.compile(
    r"\bs([/|#,@!~])(?P<old>(?:\\.|(?!\1)[^\\]){1,200})\1(?P<new>(?:\\.|(?!\1)[^\\]){1,200})\1"
)
_HOME = re.compile(r"/home/([\w.-]+)(?:/|$)")
_LEAST_SPELLED = 7  # letters of a name of which one tells it from another
_ENDINGS = ("sen", "son", "en", "mann", "ova", "a", "i", "o")  # of names, none of English
_EITHER_WAY, _OF_VERBS = frozenset("csz"), frozenset("dsrtgey")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}:\d\d|\d+(?:\.\d+)+$")


def sibling(name: str, grounds: Grounds) -> str:
    """Return what the request names that looks like this name and is another, else "".

    They have as many parts, some of them the same: tenant-red and tenant-blue, web-3 and web-4. Of
    a path the last part is looked at, and only for a number.
    """
    found = grounds.siblings.get(name)
    if found is None:
        found = grounds.siblings[name] = _sibling(name, grounds)
    return found


def _sibling(name: str, grounds: Grounds) -> str:
    name = name.rpartition("=")[2].strip("@<>")
    if name.startswith("/dev/"):
        return _device(canonical(name.rpartition("/")[2]), grounds)
    if meant := _of_codes(canonical(name), grounds):
        return meant
    if name.isalpha():
        return _spelled_like(name.lower(), grounds)
    home = _HOME.match(name)
    return (_sibling(home[1], grounds) if home else "") or _in_parts(name, grounds)


def _in_parts(name: str, grounds: Grounds) -> str:
    """Return what the request names that is as this name but for some of its parts."""
    known = grounds.compound or grounds.in_a_row
    if not known or _PATTERN.search(name) or _CATALOGUE.match(name):
        return ""
    name = name.removeprefix("*.")
    if named_as_written(name, grounds) or grounds.reason.days.names(name) or "://" in name:
        return ""
    path = name.startswith("/") or name.count("/") > 1
    last = canonical(name.rstrip("/").rpartition("/")[2])
    for bare in dict.fromkeys([last] if path else [canonical(name), last]):
        if meant := _looks_like(bare, grounds, path=path):
            return meant
    return ""


def _spelled_like(name: str, grounds: Grounds) -> str:
    """Return the name in the request that is this one but for a letter, or for its ending.

    Hinrichsen is another than Hinrichs, and Kowalska than Kowalski.
    """
    if len(name) < _LEAST_SPELLED or name in grounds.tokens:
        return ""
    for end in _ENDINGS:
        if name.endswith(end) and (base := name.removesuffix(end)) in grounds.tokens:
            return base if len(base) > _LEAST and base not in lexicon.STOPWORDS else ""
    alike = (each for each in grounds.tokens if len(each) == len(name) and each[:3] == name[:3])
    return next((each for each in sorted(alike) if _apart_by_one(name, each)), "")


def _apart_by_one(one: str, other: str) -> bool:
    """Whether one letter differs: no ending of a verb, and none that is written either way."""
    apart = [at for at in range(len(one)) if one[at] != other[at]]
    if len(apart) != 1:
        return False
    pair = {one[apart[0]], other[apart[0]]}
    return not (pair < _EITHER_WAY or (apart[0] == len(one) - 1 and pair < _OF_VERBS))


def _device(bare: str, grounds: Grounds) -> str:
    """Return the device that the request names of the kind of this one: md1, not md2; lv_a."""
    if bare in grounds.tokens or any(bare.startswith(each) for each in _devices(grounds)):
        return ""
    if kind := _OF_DEVICES.match(bare):
        alike = (each for each in _devices(grounds) if _kind_of(each) == kind[1])
        return next(alike, "")
    parts = _pieces(bare)
    if len(parts) < 2:
        return ""
    return next((each for each in grounds.compound if _alike_but_another(bare, parts, each)), "")


def _devices(grounds: Grounds) -> list[str]:
    named = (each.rpartition("/")[2] for each in sorted(grounds.tokens))
    return [each for each in named if _OF_DEVICES.match(each)]


def _kind_of(name: str) -> str:
    found = _OF_DEVICES.match(name)
    return found[1] if found else ""


def _looks_like(bare: str, grounds: Grounds, *, path: bool) -> str:
    if len(bare) < _LEAST or _DATE.match(bare) or bare in grounds.tokens:
        return ""
    if _holds_a_named_one(bare, grounds):
        return ""
    parts = _pieces(bare)
    if len(parts) < 2 and not path:
        return _of_a_row(bare, grounds)
    if path and not any(map(_numbered, parts)):
        return ""
    return next((each for each in grounds.compound if _alike_but_another(bare, parts, each)), "")


def _alike_but_another(bare: str, parts: tuple[str, ...], literal: str) -> bool:
    """Whether a name that is named differs from another in parts of the same sort alone."""
    if "/" in bare and literal.startswith("/"):
        return False
    literal = literal if "/" in bare else literal.rpartition("/")[2]
    others = _pieces(literal)
    if len(others) != len(parts) or _DATE.match(literal) or literal == bare:
        return False
    pairs = list(zip(parts, others, strict=True))
    rest = [each for each in pairs if each[0] != each[1]]
    if rest == pairs[-1:] and _ENDING.search(literal) and (_ENDING.search(bare) or "/" not in bare):
        return False  # a.service runs what a.container says, a-server what a.conf does
    if "-".join(parts) == "-".join(others):
        return False  # the same in other writing
    return len(rest) < len(pairs) and all(_of_a_sort(*each) for each in rest)


def _holds_a_named_one(bare: str, grounds: Grounds) -> bool:
    """Whether a release that is named stands whole in a name, or the name is of a host of one."""
    if grounds.hosts and any(each.startswith(f"{bare}.") for each in grounds.hosts):
        return True
    return bool(grounds.releases) and any(
        each in bare and not _APART_FROM.search(bare.partition(each)[2])
        for each in grounds.releases
    )


def replaced(text: str, grounds: Grounds) -> frozenset[str]:
    """Return what a script of sed takes out where it puts in what the request names."""
    found = set[str]()
    for each in _REPLACES.finditer(text[:_LONGEST]):
        if any(part in grounds.tokens for part in _WORDS.findall(each["new"].lower())):
            found.update(_WORDS.findall(each["old"].replace("\\", "").lower()))
    return frozenset(found)


def _of_a_row(name: str, grounds: Grounds) -> str:
    """Return what the request names that is called as this name but for its number: web04, web07.

    What lies between two that are named is named: from bn21 to bn24.
    """
    found = IN_A_ROW.fullmatch(name)
    row = grounds.in_a_row if found else ()
    others = {number: each for before, number, each in row if found and before == found[1]}
    if not found or not others or min(others) <= int(found[2]) <= max(others):
        return ""
    return others[min(others)]


def _of_codes(name: str, grounds: Grounds) -> str:
    """Return the code that is named where this is another, as long: of a snapshot, of a commit."""
    if not _CODE.fullmatch(name):
        return ""
    codes = [each for each in grounds.tokens if _CODE.fullmatch(each)]
    begun = any(each.startswith(name) or name.startswith(each) for each in codes)
    return "" if begun else next((each for each in codes if len(each) == len(name)), "")


def goes_on(name: str, grounds: Grounds) -> str:
    """Return the folder that the request names where this lies beside it and is called longer.

    Whoever empties /data/shop has not spoken of /data/shop-dumps; a copy of it is no other.
    """
    bare = name.rstrip("/*").lower()
    if bare[:1] != "/" or bare.count("/") < _DEEP or named_as_written(bare, grounds):
        return ""
    named = (each for each in grounds.whole.literals if each[:1] == "/" and bare.startswith(each))
    return next((each for each in sorted(named) if _LONGER.fullmatch(bare[len(each) :])), "")


def within(name: str, grounds: Grounds) -> str:
    """Return what the request names of all that this holds: a dataset of a pool; else ""."""
    bare = canonical(name).rstrip("/")
    if "/" in bare[:1] or len(bare) < _LEAST or bare in grounds.tokens:
        return ""
    return next((each for each in grounds.compound if each.startswith(f"{bare}/")), "")


def begins(name: str, grounds: Grounds) -> str:
    """Return what the request names that begins with this name and is less of it, else "".

    The queue invoices.retry is no reason to empty the queue invoices.
    """
    bare = canonical(name)
    if len(bare) < _LEAST or bare in grounds.tokens:
        return ""
    folder = bare.count("/")
    named = grounds.tokens if folder else grounds.compound
    longer = (each for each in named if each.startswith(bare) and each.count("/") == folder)
    return next((each for each in longer if _GOES_ON.match(each[len(bare) :])), "")


@lru_cache(maxsize=5_000)
def _pieces(name: str) -> tuple[str, ...]:
    return tuple(each for each in _APART.split(name) if each)


def _of_a_sort(one: str, other: str) -> bool:
    """Whether two parts may tell things of one sort apart: both numbered, or both words."""
    return _numbered(one) == _numbered(other)


def _numbered(value: str) -> bool:
    return any(char.isdigit() for char in value)
